"""Read the sensors of some types in the collection of a chassis."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ..models import SensorResource
from ..payload import JsonObject
from ..resources.endpoints import SENSORS, Endpoint
from ..resources.reader import ResourceReader
from .expanded_sensors import ExpandedSensors
from .reading_items import ReadingItems
from .round_robin import RoundRobinReader
from .sensor_pool import SensorPool
from .source import Reading, Scope


class ChassisSensors:
    """Read the sensors of the host's chassis, from sources or in round robin."""

    def __init__(
        self, reader: ResourceReader, pool: SensorPool, round_robin: RoundRobinReader
    ) -> None:
        """Initialize without sensors."""
        self._reader = reader
        self._pool = pool
        self._round_robin = round_robin
        self._collections: dict[str, ExpandedSensors] = {}

    async def async_read(
        self,
        items: ReadingItems,
        endpoint: Endpoint[Any],
        types: Collection[str],
        count: int,
        others: Iterable[str] = (),
        unknown: Iterable[str] = (),
    ) -> tuple[list[SensorResource], dict[str, JsonObject]]:
        """Return the sensors of some types; read other resources along with them.

        All wanted sensors are updated. Those that no source shows, or that are unknown,
        are read in round robin, fewer of them where sources fail; one that fails is not
        returned. The type of a sensor is known only when it was read: each is read
        once.
        """
        paths = (await items.async_get_member_paths(SENSORS) or []) if types else []
        self._add_collection(paths)
        self._pool.use_expanded(paths, items.reading)
        known = {path: self._get_known(path, items.reading) for path in paths}
        wanted = [
            path for path, body in known.items() if not body or _has_type(body, types)
        ]
        returned = items.record_wanted(wanted)
        self._pool.discard_values(returned, items.reading.kept_since)
        self._pool.want(endpoint.name, wanted, add=True)
        await self._pool.async_update(items.reading)
        since = items.reading.since
        left = [
            path
            for path in wanted
            if not (known[path] and self._pool.is_fresh(path, since))
        ]
        if not items.is_first_poll:
            left += [path for path in unknown if path not in known]
        count = max(count - self._pool.count_extra(items.reading), 1)
        bodies = await items.async_read((*others, *left), count)
        failed = self._store_single_reads(left)
        items.record_failures(failed)
        sensors = [self._pool.get_sensor(path) for path in wanted if path not in failed]
        found = [s for s in sensors if s and (s.reading_type or "") in types]
        return found, {path: bodies[path] for path in others if path in bodies}

    def _store_single_reads(self, paths: Iterable[str]) -> set[str]:
        """Store the last single read of each sensor; return those that have failed.

        They are listed, so that also a missing one is an error.
        """
        failed: set[str] = set()
        for path in filter(self._round_robin.was_read, paths):
            body, requested_at = self._round_robin.get_last(path)
            self._pool.set_body(path, body, requested_at)
            if body is not None:
                continue
            if path not in self._round_robin.errors:
                self._pool.identities.mark_missing((path,))
            if not self._pool.is_fresh(path, requested_at):
                failed.add(path)
        return failed

    def _get_known(self, path: str, reading: Reading) -> JsonObject | None:
        """Return the identity of a sensor, None if it has to be read.

        A sensor that is absent may have no type. A discovery reads it again.
        """
        body = self._pool.identities.get(path)
        is_discovery = reading.scope is Scope.DISCOVERY
        has_type = body is not None and "ReadingType" in body
        return body if has_type or not is_discovery else None

    def _add_collection(self, paths: list[str]) -> None:
        """Add the collection of these sensors as a source of values."""
        for path in paths[:1]:
            collection = path.rpartition("/")[0]
            if collection not in self._collections:
                source = ExpandedSensors(self._reader, self._pool, collection)
                self._collections[collection] = source
                self._pool.add_source(source, is_new=False)
            self._collections[collection].members = paths


def _has_type(sensor: JsonObject, types: Collection[str]) -> bool:
    """Return whether a sensor is of one of these types."""
    return (SensorResource.from_dict(sensor).reading_type or "") in types
