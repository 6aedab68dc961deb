"""Read all sensors of a chassis with one request, where `$expand` works."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from time import monotonic

from ..models import SensorResource
from ..resources.reader import ResourceReader
from .sensor_pool import SensorPool


class ExpandedSensors:
    """Source of all sensors in a collection."""

    def __init__(
        self, reader: ResourceReader, pool: SensorPool, collection: str
    ) -> None:
        """Initialize the source; nothing is read yet."""
        self._reader = reader
        self._pool = pool
        self._collection = collection
        self.members: list[str] = []

    @property
    def sensors(self) -> AbstractSet[str]:
        """The paths of the sensors, none where the collection cannot be expanded."""
        works = self._reader.expander.can_expand(self._collection)
        return frozenset(self.members if works else ())

    async def async_read(self) -> dict[str, float | None]:
        """Return the readings, and store the resources of the sensors."""
        found = await self._reader.expander.async_read(
            self._collection, self.members, since=monotonic(), may_try=False
        )
        for path, expanded in found.items():
            self._pool.set_body(path, *expanded)
        return {
            path: SensorResource.from_dict(expanded.body).reading
            for path, expanded in found.items()
        }
