"""Reading a BMC's logs: the right one, in order, without what is known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from .documents import Body
from .endpoints import Endpoint
from .exceptions import LicenseError, NotFoundError, SupermicroRedfishError
from .links import follow
from .models import LogEntry, LogService
from .pages import async_pages
from .resources import Resources

_HEALTH_EVENTS = "SEL"
_LONGEST_NUMBER = 20
"""Digits; Python itself refuses to read thousands of them."""
_T = TypeVar("_T")


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
    place = follow(service, "Entries")
    pages = await async_pages(place, resources.async_get_at) if place else []
    members = [member for page in pages for member in _members(page)]
    names = [_name(member) for member in members]
    if after is not None and after in names:
        return await _async_read(resources, _later(members, names, after))
    entries = await _async_read(resources, members)
    return _later(entries, [entry.id for entry in entries], after)


async def async_find_log(
    resources: Resources, logs: Endpoint[Any], log_service: str | None
) -> Body:
    """Return a log service by its Id, or the one of health events, or the first.

    Another one that is not to be had costs nothing but its request.

    Raises:
        NotFoundError: There is no such log.
        LicenseError: It may be one that the board wants a licence for.

    """
    services: list[Body] = []
    errors: list[SupermicroRedfishError] = []
    for path in await resources.async_get_member_paths(logs, known=True):
        try:
            services.append(await resources.async_known_at(path))
        except (NotFoundError, LicenseError) as error:
            errors.append(error)
            continue
        known = LogService.from_dict(services[-1])
        if log_service is None:
            is_wanted = known.log_entry_type == _HEALTH_EVENTS
        else:
            is_wanted = log_service in (known.id, known.name)
        if is_wanted:
            return services[-1]
    if errors:
        raise errors[0]
    if log_service is None and services:
        return services[0]
    raise NotFoundError(f"This board has no log {log_service or ''}".rstrip())


async def _async_read(resources: Resources, members: list[Body]) -> list[LogEntry]:
    """Return entries, reading those that are only linked; one may be gone by then."""
    links = list(filter(None, map(_link, members)))
    linked = await resources.async_get_by_path(links)
    bodies = (linked.get(_link(member) or "", member) for member in members)
    return [LogEntry.from_dict(body) for body in bodies if not _link(body)]


def _members(page: Body) -> Iterator[Body]:
    """Return the entries on a page, whole ones and links to others."""
    members = page.get("Members")
    for member in members if isinstance(members, list) else []:
        if isinstance(member, Mapping) and (len(member) > 1 or _link(member)):
            yield member


def _link(member: Body) -> str | None:
    """Return where an entry is that is only linked, None for a whole one."""
    return follow({"Member": member}, "Member") if len(member) == 1 else None


def _name(member: Body) -> str | None:
    """Return the Id of an entry, which a link to it ends in."""
    link = _link(member)
    return link.rpartition("/")[2] if link else LogEntry.from_dict(member).id


def _later(entries: list[_T], ids: list[str | None], after: str | None) -> list[_T]:
    """Return the entries after a known one, oldest first; all if it is not there."""
    if _is_newest_first(ids):
        entries, ids = entries[::-1], ids[::-1]
    is_there = after is not None and after in ids
    return entries[ids.index(after) + 1 :] if is_there else entries


def _is_newest_first(ids: list[str | None]) -> bool:
    """Tell whether a log runs backwards, which no recorded one does.

    Where the numbers begin anew, a log that runs forwards has one step back.
    """
    known = [entry for entry in ids if entry and len(entry) <= _LONGEST_NUMBER]
    numbers = [int(entry) for entry in known if entry.isdecimal()]
    steps = [after > before for before, after in pairwise(numbers)]
    return sum(steps) * 2 < len(steps)
