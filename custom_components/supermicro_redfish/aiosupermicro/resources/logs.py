"""Read and find logs: in order, and without entries that are known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from ..const import MAX_LOG_ENTRIES
from ..exceptions import LicenseError, NotFoundError, ResourceError
from ..models import LogEntry, LogService
from ..payload import JsonObject, find_link
from .collections import async_iterate_pages
from .endpoints import Endpoint
from .reader import ResourceReader

_HEALTH_EVENTS = "SEL"
_T = TypeVar("_T")


async def async_read_log(
    reader: ResourceReader,
    logs: Endpoint[Any],
    log_service: str | None,
    after: str | None,
) -> list[LogEntry]:
    """Return the entries of a log, oldest first, from the one after a known Id on.

    Of a log with more than `MAX_LOG_ENTRIES` entries, these are the newest ones. Of a
    log whose further pages cannot be read, these are the entries of the first pages.

    Raises:
        NotFoundError: There is no such log.

    """
    service = await async_find_log(reader, logs, log_service)
    path = find_link(service, "Entries")
    pages = await _async_read_pages(reader, path) if path else []
    members = _newest([member for page in pages for member in _members(page)])
    ids = [_entry_id(member) for member in members]
    if after is not None and after in ids:
        return await _async_read_entries(reader, _entries_after(members, ids, after))
    entries = await _async_read_entries(reader, members)
    return _entries_after(entries, [entry.id for entry in entries], after)


async def async_find_log(
    reader: ResourceReader, logs: Endpoint[Any], log_service: str | None
) -> JsonObject:
    """Return a log service by Id or name, else that of health events, else the first.

    Other log services that cannot be read cost one request each and nothing else. The
    errors of those that exist are in `reader.members.errors`. Where all links are
    dead, they are followed again after an hour.

    Raises:
        NotFoundError: There is no such log.
        ResourceError: The log may be one that needs a license or cannot be read.

    """
    name = f"services of {logs.name}"
    reader.availability.require(name)
    services: list[JsonObject] = []
    errors: list[ResourceError] = []
    list_fn = reader.members.async_list
    for path in await list_fn(logs, cached=True) or await list_fn(logs):
        try:
            services.append(await reader.async_get_json(path, cached=True))
        except ResourceError as error:
            errors.append(error)
            if not isinstance(error, (NotFoundError, LicenseError)):
                reader.members.errors[path] = error
            continue
        reader.members.errors.pop(path, None)
        service = LogService.from_dict(services[-1])
        if log_service is None:
            is_wanted = service.log_entry_type == _HEALTH_EVENTS
        else:
            is_wanted = log_service in (service.id, service.name)
        if is_wanted:
            return services[-1]
    if errors:
        if not services and all(isinstance(e, NotFoundError) for e in errors):
            reader.availability.record(name, errors[0])
        raise errors[0]
    if log_service is None and services:
        return services[0]
    raise NotFoundError(f"This board has no log {log_service or ''}".rstrip())


async def _async_read_pages(reader: ResourceReader, path: str) -> list[JsonObject]:
    """Return the pages of a log up to the first one that fails.

    The error is in `reader.members.errors`, unless it is that of the first page.
    """
    pages: list[JsonObject] = []
    reader.members.errors.pop(path, None)
    try:
        async for page in async_iterate_pages(path, reader.async_get_json):
            pages.append(page)  # noqa: PERF401 - those before an error are kept
    except ResourceError as error:
        if not pages:
            raise
        reader.members.errors[path] = error
    return pages


async def _async_read_entries(
    reader: ResourceReader, members: list[JsonObject]
) -> list[LogEntry]:
    """Return entries, reading linked ones; a linked entry may be deleted meanwhile."""
    links = list(filter(None, map(_link, members)))
    linked = await reader.members.async_get(links)
    bodies = (linked.get(_link(member) or "", member) for member in members)
    return [LogEntry.from_dict(body) for body in bodies if not _link(body)]


def _members(page: JsonObject) -> Iterator[JsonObject]:
    """Return the members of a page: whole entries and links to entries."""
    members = page.get("Members")
    for member in members if isinstance(members, list) else []:
        if isinstance(member, Mapping) and (_link(member) or not _is_bare(member)):
            yield member


def _newest(members: list[JsonObject]) -> list[JsonObject]:
    """Return the newest members of a log, as many as a real log may have."""
    if len(members) <= MAX_LOG_ENTRIES:
        return members
    is_newest_first = _is_newest_first([*map(_entry_id, members[:MAX_LOG_ENTRIES])])
    return members[:MAX_LOG_ENTRIES] if is_newest_first else members[-MAX_LOG_ENTRIES:]


def _link(member: JsonObject) -> str | None:
    """Return the path of a linked entry, None for a whole one."""
    return find_link({"Member": member}, "Member") if _is_bare(member) else None


def _is_bare(member: JsonObject) -> bool:
    """Return whether a member has no properties, only annotations such as its type."""
    return all(key.startswith("@") for key in member)


def _entry_id(member: JsonObject) -> str | None:
    """Return the Id of an entry, which is the last segment of a link to it."""
    link = _link(member)
    return link.rpartition("/")[2] if link else LogEntry.from_dict(member).id


def _entries_after(
    entries: list[_T], ids: list[str | None], after: str | None
) -> list[_T]:
    """Return the entries after an Id, oldest first; all entries if it is unknown."""
    if _is_newest_first(ids):
        entries, ids = entries[::-1], ids[::-1]
    is_known = after is not None and after in ids
    return entries[ids.index(after) + 1 :] if is_known else entries


def _is_newest_first(ids: list[str | None]) -> bool:
    """Return whether a log is in descending order, as no recorded one is.

    A log in ascending order may have one step back, where its numbers wrap around.
    """
    digits = [entry.lstrip("0") for entry in ids if entry and entry.isdecimal()]
    numbers = [(len(entry), entry) for entry in digits]  # Python parses no long ones
    steps = [after > before for before, after in pairwise(numbers)]
    return sum(steps) * 2 < len(steps)
