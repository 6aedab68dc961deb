"""Reading a BMC's logs: the right one, in order, without what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from .endpoints import Endpoint
from .exceptions import NotFoundError
from .links import follow, follow_all
from .models import LogEntry, LogService
from .resources import Resources

_HEALTH_EVENTS = "SEL"
_MOST_PAGES = 100


async def async_read_log(
    resources: Resources,
    logs: Endpoint[Any],
    log_service: str | None,
    after: str | None,
) -> list[LogEntry]:
    """Return the entries of a log, oldest first, from after a known one on.

    Raises:
        NotFoundError: There is no such log.

    """
    service = await async_find_log(resources, logs, log_service)
    entries = [
        LogEntry.from_dict(entry)
        for entry in await _async_entries(resources, follow(service, "Entries"))
    ]
    ids = [entry.id for entry in entries]
    if _is_newest_first(ids):
        entries.reverse()
        ids.reverse()
    return entries[ids.index(after) + 1 :] if after in ids else entries


async def async_find_log(
    resources: Resources, logs: Endpoint[Any], log_service: str | None
) -> Mapping[str, Any]:
    """Return a log service by its Id, or the one of health events, or the first.

    Raises:
        NotFoundError: There is no such log.

    """
    collection = await resources.async_find_known(logs)
    services = [
        await resources.async_known_at(path)
        for path in follow_all(collection or {}, "Members")
    ]
    for service in services:
        known = LogService.from_dict(service)
        if log_service is None:
            is_wanted = known.log_entry_type == _HEALTH_EVENTS
        else:
            is_wanted = log_service in (known.id, known.name)
        if is_wanted:
            return service
    if log_service is None and services:
        return services[0]
    raise NotFoundError(f"This board has no log {log_service or ''}".rstrip())


async def _async_entries(
    resources: Resources, path: str | None
) -> list[Mapping[str, Any]]:
    """Return all entries, page after page, reading those that are only linked."""
    entries: list[Mapping[str, Any]] = []
    pages: set[str] = set()
    # Where a BMC does not heed what its own link asks for, the pages are all alike.
    while path and path not in pages and len(pages) < _MOST_PAGES:
        pages.add(path)
        page = await resources.async_get_at(path)
        members = page.get("Members")
        for member in members if isinstance(members, list) else []:
            if isinstance(member, Mapping) and len(member) > 1:
                entries.append(member)
            elif link := follow({"Member": member}, "Member"):
                entries.append(await resources.async_get_at(link))
        path = follow(page, "Members@odata.nextLink")
    return entries


def _is_newest_first(ids: list[str | None]) -> bool:
    """Tell whether a log runs backwards, which no recorded one does.

    Where the numbers begin anew, a log that runs forwards has one step back.
    """
    numbers = [int(entry) for entry in ids if entry and entry.isdecimal()]
    steps = [after > before for before, after in pairwise(numbers)]
    return sum(steps) * 2 < len(steps)
