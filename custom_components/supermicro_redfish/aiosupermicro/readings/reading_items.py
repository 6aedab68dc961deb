"""Read the single resources of one reading of Thermal or Power, some per poll."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from ..exceptions import ResourceError
from ..payload import JsonObject
from ..resources.endpoints import Endpoint
from ..resources.reader import ResourceReader
from .round_robin import RoundRobinReader
from .source import Reading, Scope


class ReadingItems:
    """Items of one reading of Thermal or Power, with its completeness."""

    def __init__(
        self,
        reader: ResourceReader,
        round_robin: RoundRobinReader,
        reading: Reading,
        *,
        is_first: bool,
        former: Container[str] = (),
        recalls: bool = False,
    ) -> None:
        """Start a reading; the first poll of a board discovers no collection.

        Args:
            reader: The reader of the board.
            round_robin: The reader of single resources.
            reading: The reading that the items belong to.
            is_first: Whether it is the first one.
            former: The resources of the reading before.
            recalls: Whether the first poll may expand what an earlier run has found.

        """
        self.reading = reading
        self.is_complete = True
        self.is_in_turns = False
        """Whether there are more single resources than a poll reads."""
        self.errors: dict[str, ResourceError] = {}
        """The errors of resources that lead to items, by path or name."""
        self.wanted: set[str] = set()
        """The resources of this reading."""
        self._former = former
        self._reader = reader
        self._round_robin = round_robin
        self._is_poll = reading.scope is Scope.POLL
        self.is_first_poll = is_first and self._is_poll
        self._recalls = recalls

    async def async_get_member_paths(
        self, collection: Endpoint[Any]
    ) -> list[str] | None:
        """Return the paths of the members of a collection; None while it is unknown.

        A collection that fails is unknown, and costs its own members only. A poll
        either finds a collection or reads some of its members, so that it also returns
        None for a collection that it has just found.
        """
        is_known = self._reader.path(collection) is not None
        if self._recalls and self._reader.expander.has_worked:
            is_known |= self._reader.memory.get_path(collection) is not None
        if self.is_first_poll and not is_known:
            self.is_complete = False
            return None
        try:
            paths = await self._reader.members.async_list(collection, cached=True)
        except ResourceError as error:
            self.record_error(collection, error)
            return None
        if self._is_poll and not is_known and paths:
            self.is_complete = False
            return None
        return paths

    def record_error(
        self, endpoint: Endpoint[Any], error: ResourceError | None
    ) -> None:
        """Record the error of a resource that leads to items, if there is one."""
        if error:
            self.errors[self._reader.path(endpoint) or endpoint.name] = error

    def record_failures(self, paths: Iterable[str]) -> None:
        """Record that sensors could not be read."""
        for path in paths:
            self.errors[path] = ResourceError(f"{path} cannot be read", path=path)

    def require_any(self, *items: Any) -> None:
        """Raise the first error if there are no items."""
        if self.errors and not any(items):
            raise next(iter(self.errors.values())).with_traceback(None)

    def record_wanted(self, paths: Iterable[str]) -> list[str]:
        """Record resources of this reading; return those that the last one lacked.

        A collection that was empty for minutes leaves old values behind.
        """
        wanted = list(paths)
        self.wanted.update(wanted)
        return [path for path in wanted if path not in self._former]

    async def async_read(
        self, paths: Iterable[str], count: int
    ) -> dict[str, JsonObject]:
        """Return the last values of resources in round robin, by path."""
        wanted = list(paths)
        returned = self.record_wanted(wanted)
        self._round_robin.discard_values(returned, self.reading.kept_since)
        bodies, singles = await self._round_robin.async_read(
            wanted, count, limit_new=self._is_poll, since=self.reading.since
        )
        self.is_complete &= all(map(self._round_robin.was_read, wanted))
        self.is_in_turns |= self._is_poll and singles > count
        return bodies
