"""Read all members of a collection with one request, where `$expand` works.

Many boards advertise it. Some of them return an error, ignore the query, or return only
a part of the members or of their properties. It is therefore tried once, and used only
if a member is the same as when it is read on its own. The verdicts can be exported and
restored, so that a restart does not try again.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from ..const import EXPAND_FRESH_SECONDS, MAX_CACHED_RESOURCES
from ..exceptions import NotFoundError, ResourceError
from ..http.cache import NewestItems
from ..payload import JsonObject
from .expand_checks import is_measured, is_same, is_whole
from .expand_requests import (
    ExpandedResponse,
    async_expand,
    async_get_query,
    has_required,
)
from .expand_verdicts import ExpandVerdicts, kind_of
from .path_finder import PathFinder

if TYPE_CHECKING:
    from .reader import ResourceReader

_MEASURED_KINDS = frozenset(("Sensors", "Fans", "LeakDetectors"))
"""Kinds whose members have measured values, even if an expansion drops all of them."""
_MIN_MEMBERS = 4
"""Minimum number of members for a trial to be cheaper than single reads."""
_MIN_MEMBERS_VERIFIED = 2


class Expanded(NamedTuple):
    """Resource in an expansion."""

    body: JsonObject
    read_at: float
    """Time of the request for the expansion, by `time.monotonic`."""


class _Polled(NamedTuple):
    """Accepted part of the response to an expansion."""

    requested_at: float
    members: dict[str, JsonObject]
    inner: dict[str, JsonObject]
    """The resources inside the members."""
    listed: list[str]
    """Paths of all members; empty if the list may be incomplete."""

    def select(self, members: Iterable[str]) -> dict[str, Expanded]:
        """Return the bodies of these members, with their time."""
        found, read_at = self.members, self.requested_at
        return {
            path: Expanded(found[path], read_at) for path in members if path in found
        }


class CollectionExpander:
    """Expand collections, and keep a verdict for each kind of them.

    Collections with the same last segment, such as the Sensors of all chassis, are of
    one kind. The first one that works is compared with a single member, and so is each
    later kind with measured values. Of the other ones, every member needs the
    properties that all resources have. While no kind has worked yet, a failure counts
    for all of them, so that firmware that advertises a broken query takes one
    request a day.
    """

    def __init__(self, reader: ResourceReader, finder: PathFinder) -> None:
        """Initialize without verdicts."""
        self._reader = reader
        self._finder = finder
        self.verdicts = ExpandVerdicts()
        self._bodies: NewestItems[str, Expanded] = NewestItems(MAX_CACHED_RESOURCES)
        """Unused resources of expansions."""
        self._polled: NewestItems[str, _Polled] = NewestItems(MAX_CACHED_RESOURCES)
        """The last expansion of each collection whose members are polled."""
        self._missing: NewestItems[str, float] = NewestItems(MAX_CACHED_RESOURCES)
        """The time of expansions without any member, by path of the members."""
        self._listed: NewestItems[str, tuple[float, list[str]]] = NewestItems(
            MAX_CACHED_RESOURCES
        )
        """Members of unused collections that another resource contained."""
        self._lock = Lock()
        """Held while a kind is compared, so that concurrent readers compare it once."""

    @property
    def has_worked(self) -> bool:
        """Return whether any collection was expanded successfully."""
        return bool(self.verdicts.verified)

    def can_expand(self, collection: str) -> bool:
        """Return whether a collection's kind can be expanded, and it has not failed."""
        verdicts = self.verdicts
        return verdicts.is_verified(collection) and verdicts.is_due(collection)

    def reset(self) -> None:
        """Discard all verdicts, as after an update of the firmware."""
        self.verdicts.reset()
        self._bodies.clear()
        self._polled.clear()
        self._missing.clear()
        self._listed.clear()

    def take(self, path: str, since: float = -inf) -> Expanded | None:
        """Return and discard a recently expanded resource; None without one.

        Args:
            path: The path of the resource.
            since: The time since when an expansion is new enough, by `time.monotonic`,
                at most a minute ago.

        """
        expanded = self._bodies.pop(path, None)
        is_new = expanded and expanded.read_at >= _limit_age(since)
        return expanded if is_new else None

    async def async_list(self, collection: str, since: float = inf) -> list[str] | None:
        """Return the paths of all members of a collection, and keep their bodies.

        Args:
            collection: The path of the collection.
            since: The time since when a list of the members by a poll is new enough.

        Returns:
            None where the plain collection has to be read, as before the first trial.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        if (recent := self._get_recent_list(collection, since)) is not None:
            return recent
        for path in [p for p in self._bodies if p.startswith(f"{collection}/")]:
            del self._bodies[path]
        if not self.has_worked or not self.verdicts.is_due(collection):
            return None
        if (query := await self._async_get_query(collection)) is None:
            return None
        response = await async_expand(self._reader, collection, query)
        if await self._async_are_missing(response):
            self._missing.add(dict.fromkeys(response.members, response.requested_at))
            return response.members
        await self._async_keep_listed(collection, response)
        return response.members if self.verdicts.is_due(collection) else None

    def _get_recent_list(self, collection: str, since: float) -> list[str] | None:
        """Return the members of a collection that a poll or another resource showed."""
        last = self._polled.get(collection)
        if last and last.listed and last.requested_at >= since:
            return last.listed
        read_at, members = self._listed.pop(collection, (-inf, []))
        return members if monotonic() - read_at < EXPAND_FRESH_SECONDS else None

    async def _async_keep_listed(
        self, collection: str, response: ExpandedResponse
    ) -> None:
        """Verify and keep the members of a collection, or reject the expansion."""
        if not response.is_complete:
            self.verdicts.reject(collection, response.status)
            return
        found = await self._async_accept(collection, response.members, response)
        if self.verdicts.is_due(collection):
            self._keep(found | response.inner, response.requested_at)
            self._store(found | response.inner)
            self._store_links(collection, response)

    async def _async_are_missing(self, response: ExpandedResponse) -> bool:
        """Return whether all members are missing, as a single read of one confirms.

        The response then has the status of the members, and lists links only. An
        earlier one does not keep the single read from being sent.
        """
        members = response.members
        if response.status != HTTPStatus.NOT_FOUND or response.bodies or not members:
            return False
        for path in members:
            self._missing.pop(path, None)
        try:
            await self._reader.async_get_json(members[0])
        except ResourceError as error:
            return isinstance(error, NotFoundError)
        return False

    def require(self, path: str) -> None:
        """Raise NotFoundError for a member that an expansion has just missed."""
        if monotonic() - self._missing.pop(path, -inf) < EXPAND_FRESH_SECONDS:
            status = HTTPStatus.NOT_FOUND
            raise NotFoundError(f"{path} is missing", status=status, path=path)

    async def async_keep(self, collection: str, response: ExpandedResponse) -> None:
        """Keep the members of a collection that another resource contained.

        The next list of the collection, and the next read of each member, use them.
        """
        await self._async_keep_listed(collection, response)
        if self.verdicts.is_due(collection):
            self._listed[collection] = (response.requested_at, response.members)

    def _store_links(self, collection: str, response: ExpandedResponse) -> None:
        """Cache a collection as a list of links."""
        links = [{"@odata.id": path} for path in response.members]
        self._reader.store(collection, {"@odata.id": collection, "Members": links})

    async def async_read(
        self,
        collection: str,
        members: list[str],
        *,
        since: float = inf,
        may_try: bool = True,
    ) -> dict[str, Expanded]:
        """Return the members of a collection that one request returns, by path.

        Those that are not returned have to be read on their own.

        Args:
            collection: The path of the collection.
            members: The paths of the members.
            since: The time since when an expansion is new enough, by `time.monotonic`,
                at most a minute ago.
            may_try: Whether a kind that is not verified yet may be expanded.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        last = self._polled.get(collection)
        is_usable = last and (last.listed or since > -inf)
        if last and is_usable and last.requested_at >= _limit_age(since):
            self._keep(last.inner, last.requested_at)
            return last.select(members)
        if not self._may_expand(collection, len(members), may_try=may_try):
            return {}
        if (query := await self._async_get_query(collection)) is None:
            return {}
        response = await async_expand(self._reader, collection, query)
        found = await self._async_accept(collection, members, response)
        has_all = response.is_complete and {*members} <= {*response.members}
        return self._store_polled(collection, response, found, has_all=has_all).select(
            members
        )

    def _store_polled(
        self,
        collection: str,
        response: ExpandedResponse,
        found: dict[str, JsonObject],
        *,
        has_all: bool,
    ) -> _Polled:
        """Keep the accepted members in a response, and all of them if it has all."""
        is_verified = self.verdicts.is_verified(collection)
        inner, listed = response.inner if is_verified else {}, []
        if is_verified and has_all:
            listed = response.members
            found = response.select(listed)
            self._store_links(collection, response)
        polled = _Polled(response.requested_at, found, inner, listed)
        self._polled[collection] = polled
        self._keep(inner, response.requested_at)
        self._store(found | inner)
        return polled

    def _may_expand(self, collection: str, number: int, *, may_try: bool) -> bool:
        """Return whether to expand a collection with this number of members."""
        if not self.verdicts.is_due(collection) or not self._get_levels(collection):
            return False
        if self.verdicts.is_verified(collection):
            return number >= _MIN_MEMBERS_VERIFIED
        minimum = _MIN_MEMBERS_VERIFIED if self.has_worked else _MIN_MEMBERS
        return may_try and number >= minimum

    def _keep(self, bodies: Mapping[str, JsonObject], requested_at: float) -> None:
        """Keep resources, each for one later read, unless there are newer ones."""
        for path, body in bodies.items():
            former = self._bodies.get(path)
            if former is None or former.read_at <= requested_at:
                self._bodies[path] = Expanded(body, requested_at)

    def _store(self, bodies: Mapping[str, JsonObject]) -> None:
        """Cache resources that were just read."""
        for path, body in bodies.items():
            self._reader.store(path, body)

    def _get_levels(self, collection: str) -> int:
        """Return the number of levels that an expansion of a collection reads."""
        found = self._finder.paths.items()
        rows = (row for row, path in found if path == collection)
        return max((row.expand_levels for row in rows), default=1)

    async def _async_get_query(self, collection: str) -> str | None:
        """Return the query for a collection, None where none is advertised."""
        return await async_get_query(self._reader, self._get_levels(collection))

    async def _async_accept(
        self, collection: str, members: list[str], response: ExpandedResponse
    ) -> dict[str, JsonObject]:
        """Return the members in a response; verify them if their kind is new.

        The first responses of all collections are compared one after the other.
        """
        found = response.select(members)
        async with self._lock:
            is_new = not self.verdicts.is_verified(collection)
            if is_new and (members or not response.is_complete):
                found = await self._async_verify(collection, members, response)
            elif not response.is_complete and self.verdicts.is_due(collection):
                self.verdicts.reject(collection, response.status)
            elif response.is_complete and not is_new:
                self.verdicts.accept(collection)
        return found

    async def _async_verify(
        self, collection: str, members: list[str], response: ExpandedResponse
    ) -> dict[str, JsonObject]:
        """Return the members if all are listed and whole, and one is as read singly.

        Otherwise return only that one, if it was read. One of the resources inside the
        members is compared as well.
        """
        found = response.select(members)
        if not (response.is_complete and found and {*response.members} >= {*members}):
            self.verdicts.reject(collection, response.status)
            return {}
        singles: dict[str, JsonObject] = {}
        for bodies in (response.select(response.members), response.inner):
            if not bodies or not self._needs_comparison(collection, bodies.values()):
                continue
            path = self._select_compared(bodies)
            with suppress(ResourceError):
                singles[path] = await self._reader.async_get_json(path, cached=True)
            others = bodies.values() if path in response.members else ()
            if path not in singles or not (
                is_same(bodies[path], singles[path])
                and all(is_whole(other, singles[path]) for other in others)
            ):
                self.verdicts.reject(collection)
                return {path: singles[path] for path in members if path in singles}
        self.verdicts.accept(collection)
        return found

    def _needs_comparison(self, collection: str, bodies: Iterable[JsonObject]) -> bool:
        """Return whether an expansion has to be compared with a single read.

        Once a kind has worked, measured values are always compared, and others only
        where the expansion lacks a property that every resource has.
        """
        if not self.has_worked or kind_of(collection) in _MEASURED_KINDS:
            return True
        return any(is_measured(body) or not has_required(body) for body in bodies)

    def _select_compared(self, bodies: Mapping[str, JsonObject]) -> str:
        """Return the resource to compare: one that is cached, else the largest one."""
        is_cached = self._reader.is_cached
        return max(bodies, key=lambda path: (is_cached(path), len(bodies[path])))


def _limit_age(since: float) -> float:
    """Return a time since when an expansion is new enough, at most a minute ago."""
    return max(since, monotonic() - EXPAND_FRESH_SECONDS)
