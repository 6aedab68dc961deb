"""Read a few of many resources per poll, in round robin."""

from __future__ import annotations

from collections.abc import Iterable

from ..concurrency import map_limited
from ..exceptions import LicenseError
from ..payload import JsonObject
from ..resources.reader import ResourceReader


class RoundRobinReader:
    """Read the oldest of many small resources and keep the last value of each."""

    def __init__(self, reader: ResourceReader) -> None:
        """Start with nothing read."""
        self._reader = reader
        self._bodies: dict[str, JsonObject | None] = {}
        """The last value by path, None for a missing resource; the oldest first."""

    def was_read(self, path: str) -> bool:
        """Return whether a resource was requested at least once."""
        return path in self._bodies

    def get_cached(self, path: str) -> JsonObject | None:
        """Return the last value of a resource, None where it is missing."""
        return self._bodies.get(path)

    async def async_read(
        self, paths: Iterable[str], count: int, *, limit_new: bool
    ) -> dict[str, JsonObject]:
        """Return the last values of resources by path, after reading some of them.

        Those that were never read are read first. If there are none, those are read
        whose last value is the oldest. Missing resources and those that were never
        read are left out.

        Args:
            paths: The resources.
            count: The number of resources to read.
            limit_new: Whether `count` applies to those that were never read as well;
                otherwise all of these are read.

        """
        wanted = dict.fromkeys(paths)
        new = [path for path in wanted if path not in self._bodies]
        oldest = [path for path in self._bodies if path in wanted]
        limit = self._reader.limit
        await map_limited(
            self._async_read_new, new[:count] if limit_new else new, limit
        )
        if not new:
            await map_limited(self._async_read, oldest[:count], limit)
        found = ((path, self._bodies.get(path)) for path in wanted)
        return {path: body for path, body in found if body is not None}

    async def _async_read_new(self, path: str) -> None:
        """Read a resource unless a concurrent reading did so meanwhile."""
        if path not in self._bodies:
            await self._async_read(path)

    async def _async_read(self, path: str) -> None:
        """Read a resource; its last value is kept until then."""
        try:
            body = await self._reader.async_find_json(path)
        except LicenseError:
            body = None
        self._bodies.pop(path, None)
        self._bodies[path] = body
