"""Read a few of many resources per poll, in round robin."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from math import inf
from time import monotonic

from ..exceptions import NotFoundError, ResourceError
from ..payload import JsonObject
from ..resources.expansion import Expanded
from ..resources.reader import ResourceReader


class RoundRobinReader:
    """Read the oldest of many small resources and keep the last value of each."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without values."""
        self._reader = reader
        self._bodies: dict[str, JsonObject | None] = {}
        """The last value by path, None where it could not be read; the oldest first."""
        self._requested_at: dict[str, float] = {}
        """The time of the request for the last value by path."""
        self._pending: set[str] = set()
        """The resources that are being read."""
        self._lock = asyncio.Lock()
        """Held while all new resources are read."""
        self.errors: dict[str, ResourceError] = {}
        """The errors of resources that exist, by path, as they were last read."""

    def was_read(self, path: str) -> bool:
        """Return whether a resource was requested at least once."""
        return path in self._bodies

    def get_age(self, paths: Iterable[str]) -> float:
        """Return the seconds since the oldest of some values was requested."""
        times = [self._requested_at[path] for path in paths if self._bodies.get(path)]
        return monotonic() - min(times) if times else 0.0

    def get_last(self, path: str) -> tuple[JsonObject | None, float]:
        """Return the last value of a resource and the time of its request.

        The value is None if the resource was not read, has failed or was discarded.
        """
        return self._bodies.get(path), self._requested_at.get(path, -inf)

    def discard_values(self, paths: Iterable[str], before: float) -> None:
        """Discard the values that were requested before a time, but not their order."""
        for path in paths:
            if self._requested_at.get(path, inf) < before:
                self._bodies[path] = None

    async def async_read(
        self, paths: Iterable[str], count: int, *, limit_new: bool, since: float
    ) -> tuple[dict[str, JsonObject], int]:
        """Return the last values of resources by path, after reading some of them.

        The second value is the number of resources that no expansion shows.

        Members of a collection that can be expanded are all read with one request.
        Those that were never read are read first. If there are none, those are read
        whose last value is the oldest. Missing resources and those that were never
        read are left out.

        Args:
            paths: The resources.
            count: The number of resources to read.
            limit_new: Whether `count` applies to those that were never read as well;
                otherwise all of these are read.
            since: The time since when an expansion is new enough.

        """
        wanted = dict.fromkeys(paths)
        left = await self._async_expand(wanted, since, may_try=not limit_new)
        if limit_new:
            await self._async_read(self._new(left)[:count] or self._oldest(left, count))
        elif all(map(self.was_read, left)):
            await self._async_read(self._oldest(left, count))
        else:
            async with self._lock:
                await self._async_read(self._new(left))
        found = ((path, self._bodies.get(path)) for path in wanted)
        return {path: body for path, body in found if body is not None}, len(left)

    async def _async_expand(
        self, paths: Iterable[str], since: float, *, may_try: bool
    ) -> list[str]:
        """Expand collections and store their members; return the other paths."""
        left: list[str] = []
        groups: dict[str, list[str]] = {}
        for path in paths:
            collection = path.rpartition("/")[0]
            if expanded := self._reader.expander.take(path, since):
                self._store(path, *expanded)
            elif not self._is_new_enough(path, collection, since):
                groups.setdefault(collection, []).append(path)
        for collection, members in groups.items():
            found: dict[str, Expanded] = {}
            if self._reader.is_cached(collection):
                found = await self._reader.expander.async_read(
                    collection,
                    members,
                    since=since,
                    may_try=may_try,
                )
            for path, expanded in found.items():
                self._store(path, *expanded)
            left += [path for path in members if path not in found]
        return left

    def _is_new_enough(self, path: str, collection: str, since: float) -> bool:
        """Return whether any age suffices, since the collection can be expanded."""
        works = self._reader.expander.can_expand(collection)
        return since == -inf and works and self._bodies.get(path) is not None

    def _store(
        self,
        path: str,
        body: JsonObject | None,
        requested_at: float,
        error: ResourceError | None = None,
    ) -> None:
        """Store the last value of a resource, and its error if it exists.

        An expansion that was requested before the last value is ignored.
        """
        if requested_at < self._requested_at.get(path, -inf):
            return
        self._bodies.pop(path, None)
        self._bodies[path] = body
        self._requested_at[path] = requested_at
        self.errors.pop(path, None)
        if error and not isinstance(error, NotFoundError):
            self.errors[path] = error

    def _new(self, paths: Iterable[str]) -> list[str]:
        """Return the resources that were never read and are not being read."""
        return [
            path
            for path in paths
            if not self.was_read(path) and path not in self._pending
        ]

    def _oldest(self, paths: Collection[str], count: int) -> list[str]:
        """Return the resources whose last values are the oldest."""
        return [path for path in self._bodies if path in paths][:count]

    async def _async_read(self, due: list[str]) -> None:
        """Read resources; discard the last value of a resource that fails."""
        requested_at = monotonic()
        self._pending.update(due)
        try:
            found, errors = await self._reader.members.async_try(due)
        finally:
            self._pending.difference_update(due)
        for path in due:
            self._store(path, found.get(path), requested_at, errors.get(path))
