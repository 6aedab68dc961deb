"""Many small resources, of which a few are read each time."""

from __future__ import annotations

from collections.abc import Iterable

from .documents import Body
from .resources import Resources
from .together import async_each


class Rotation:
    """Reads small resources in turns, and keeps them as they were last read."""

    def __init__(self, resources: Resources) -> None:
        """Begin with nothing read."""
        self._resources = resources
        self._bodies: dict[str, Body | None] = {}
        """What was read, None where nothing was there; what is oldest comes first."""

    def is_read(self, path: str) -> bool:
        """Tell whether a resource was read, or looked for, at all."""
        return path in self._bodies

    def known(self, path: str) -> Body | None:
        """Return a resource as it was last read, None where it was not there."""
        return self._bodies.get(path)

    async def async_read(
        self, paths: Iterable[str], turn: int, *, is_brief: bool
    ) -> dict[str, Body]:
        """Return the resources at these paths as they were last read.

        Those that never were are read first, and if there are none, those that were
        not for the longest time. What is not there, or was never read, is left out.

        Args:
            paths: Where the resources are.
            turn: How many of them are read at a time.
            is_brief: Whether that goes for those that never were, too; else all are.

        """
        wanted = dict.fromkeys(paths)
        new = [path for path in wanted if path not in self._bodies]
        oldest = [path for path in self._bodies if path in wanted]
        places = self._resources.at_a_time
        await async_each(self._async_learn, new[:turn] if is_brief else new, places)
        if not new:
            await async_each(self._async_renew, oldest[:turn], places)
        found = ((path, self._bodies.get(path)) for path in wanted)
        return {path: body for path, body in found if body is not None}

    async def _async_learn(self, path: str) -> None:
        """Read a resource, unless somebody else did meanwhile."""
        if path not in self._bodies:
            await self._async_renew(path)

    async def _async_renew(self, path: str) -> None:
        """Read a resource; what it was is kept until then."""
        body = await self._resources.async_find_at(path)
        self._bodies.pop(path, None)
        self._bodies[path] = body
