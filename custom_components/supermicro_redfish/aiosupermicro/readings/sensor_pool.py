"""Read the values of many sensors with few requests.

A sensor is identified once: its name, unit, type and thresholds. Its value then comes
from whichever resource shows the most of the wanted values: a metric report, an
expanded collection, or the metrics of a chassis.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Any

from ..const import EXPAND_FRESH_SECONDS
from ..exceptions import NotFoundError, ResourceError
from ..models import SensorResource, Status
from ..payload import JsonObject
from ..resources.reader import ResourceReader
from .sensor_identities import SensorIdentities
from .source import Reading, ValueSource
from .source_schedule import ScheduledSource, SourceSchedule


class SensorPool:
    """Keep the identity and the newest value of sensors, by path."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without sensors."""
        self._reader = reader
        self._schedule = SourceSchedule()
        self.identities = SensorIdentities()
        """The resources of the sensors as they were last read."""
        self._values: dict[str, tuple[float | None, float]] = {}
        """The last value of each sensor, and the time of its request."""
        self._filled_at: dict[str, float] = {}
        """The time of the last request for a sensor or collection without a source."""
        self._wanted: dict[str, frozenset[str]] = {}
        self._has_filled = False
        """Whether the last reading took requests for sensors that no source shows."""
        self._lock = asyncio.Lock()
        """Held while sources are read, so that all callers share the values."""
        self._identify_lock = asyncio.Lock()
        """Held while sensors are identified, so that each is read once."""

    # Sources and wanted sensors

    def add_source(self, source: ValueSource, *, is_new: bool = True) -> None:
        """Add a source of values; a new one is read once to find its sensors."""
        self._schedule.sources.setdefault(source, ScheduledSource(source, is_new))

    async def async_refresh(self, source: ValueSource) -> None:
        """Read a source that was not read for a minute: it may show more sensors."""
        async with self._lock:
            entry = self._schedule.sources.get(source)
            if entry and monotonic() - entry.read_at > EXPAND_FRESH_SECONDS:
                await self._async_read(entry)

    def remove_source(self, source: ValueSource) -> None:
        """Remove a source of values."""
        self._schedule.sources.pop(source, None)

    def is_new(self, source: ValueSource) -> bool:
        """Return whether the first read of a new source is still due."""
        entry = self._schedule.sources.get(source)
        return entry is not None and entry.is_new and entry.error is None

    def want(self, part: str, sensors: Iterable[str], *, add: bool = False) -> None:
        """Set, or add, the sensors that a part of the readings needs in each poll."""
        known = self._wanted.get(part, frozenset()) if add else frozenset()
        self._wanted[part] = known.union(sensors)

    def get_wanted(self, *parts: str) -> frozenset[str]:
        """Return the sensors that some parts need."""
        return frozenset().union(*(self._wanted.get(part, ()) for part in parts))

    # Values

    def _requested_at(self, path: str) -> float:
        """Return the time of the request for the value of a sensor."""
        return self._values.get(path, (None, -inf))[1]

    def is_fresh(self, path: str, since: float) -> bool:
        """Return whether the value of a sensor was requested since a time."""
        return path in self._values and self._requested_at(path) >= since

    def get_value(self, path: str) -> float | None:
        """Return the last value of a sensor, None without one."""
        return self._values.get(path, (None, -inf))[0]

    def has_older(self, paths: Iterable[str], since: float) -> bool:
        """Return whether a value of some sensors was requested before a time."""
        return self._get_oldest(paths) < since

    def get_age(self, paths: Iterable[str]) -> float:
        """Return the seconds since the oldest of some values was requested."""
        oldest = self._get_oldest(paths)
        return monotonic() - oldest if oldest < inf else 0.0

    def _get_oldest(self, paths: Iterable[str]) -> float:
        """Return the time of the oldest request for a value, infinity without one."""
        times = (self._values[path][1] for path in paths if path in self._values)
        return min(times, default=inf)

    def get_sensor(self, path: str) -> SensorResource | None:
        """Return a sensor with its newest value, None if it is not identified.

        A value from another resource shows neither state nor health. A sensor that was
        off or absent when it was identified has no state then.
        """
        if (body := self.identities.get(path)) is None:
            return None
        sensor, value = SensorResource.from_dict(body), self.get_value(path)
        status = sensor.status
        if self._has_newer_value(path):
            status = Status(state=status.state if status.is_enabled else None)
        return replace(sensor, path=path, reading=value, status=status)

    def _has_newer_value(self, path: str) -> bool:
        """Return whether a sensor has a value that is newer than its identity."""
        value, requested_at = self._values.get(path, (None, -inf))
        return value is not None and requested_at > self.identities.read_at(path)

    def set_values(
        self, source: ValueSource, values: Mapping[str, float | None], at: float
    ) -> None:
        """Store the values of a source that was requested at a time."""
        entry = self._schedule.sources[source]
        entry.error, entry.is_new, entry.read_at = None, False, at
        entry.has_values = bool(values)
        self._values |= {path: (value, at) for path, value in values.items()}

    def set_body(self, path: str, body: JsonObject | None, requested_at: float) -> None:
        """Store the resource of a sensor, None if it could not be read.

        Without it, only a value that another resource has shown since is kept.
        """
        self.identities.mark_tried((path,))
        if body is None:
            if path in self.identities and not self.is_fresh(path, requested_at):
                self._values.pop(path, None)
            return
        self.identities.set(path, body, requested_at)
        if not self.is_fresh(path, requested_at):
            reading = SensorResource.from_dict(body).reading
            self._values[path] = (reading, requested_at)

    def discard_values(self, paths: Iterable[str], before: float) -> None:
        """Discard the values of sensors that were requested before a time."""
        for path in paths:
            if not self.is_fresh(path, before):
                self._values.pop(path, None)

    # Requests

    async def async_read(self, source: ValueSource) -> ResourceError | None:
        """Read a source that was never read; return the error if it still was not."""
        async with self._lock:
            entry = self._schedule.sources[source]
            if entry.is_new and entry.is_retry_due:
                await self._async_read(entry)
        return entry.error if entry.is_new else None

    def discard_failed(
        self, source: ValueSource, sensors: Iterable[str], reading: Reading
    ) -> ResourceError | None:
        """Discard the older values of some sensors if their source has failed.

        Return its error, None if it has not failed, or if others have shown all values.
        """
        error = self._schedule.sources[source].error
        if error is None or not (missing := self._get_missing(sensors, reading)):
            return None
        self.discard_values(missing, inf)
        return error

    async def async_update(self, reading: Reading) -> None:
        """Read sources of the wanted values, as few of them as possible."""
        async with self._lock:
            self._schedule.start(reading)
            while item := self._get_next(reading):
                await self._async_read(item)

    def _get_next(self, reading: Reading) -> ScheduledSource | None:
        """Return the source to read next, None if there is none."""
        missing = self._get_missing(self.get_wanted(*self._wanted), reading)
        return self._schedule.get_next(missing, reading, expands=self._expands)

    @property
    def _expands(self) -> bool:
        """Whether collections can be expanded."""
        return self._reader.expander.has_worked

    def count_extra(self, reading: Reading) -> int:
        """Return the number of requests that a reading takes more than usual."""
        return self._schedule.count_extra(reading, fills=self._has_filled)

    def use_expanded(self, paths: Iterable[str], reading: Reading) -> None:
        """Store the sensors that were just expanded with their collection."""
        for path in paths:
            if expanded := self._reader.expander.take(path, reading.since):
                self.set_body(path, *expanded)

    async def async_fill(self, part: str, reading: Reading) -> None:
        """Read sensors that no source has shown in this reading, in turns.

        Collections that can be expanded take one request, and others one for each
        sensor. After a collection that fails, or a time-out, the next turn is that of
        the next poll.
        """
        async with self._lock:
            count = self._schedule.count_fills(reading, expands=self._expands)
            self._has_filled = False
            for _ in range(count):
                missing = self._get_missing(self._wanted.get(part, ()), reading)
                self._has_filled |= bool(missing)
                if not await self._async_take_turn(missing, reading):
                    break

    async def _async_take_turn(self, missing: Iterable[str], reading: Reading) -> bool:
        """Read the sensors that were filled least recently; return whether to go on.

        Of several, these are the largest collection. If it cannot be expanded anymore,
        the turns of its sensors follow those of the others.
        """
        turns = self._group_turns(missing)
        left = [turn for turn in turns if self._filled(turn) < reading.started_at]
        if not left:
            return False
        turn = min(left, key=lambda turn: (self._filled(turn), -len(turns[turn])))
        members = turns[turn]
        self._filled_at |= dict.fromkeys((turn, *members), monotonic())
        if turn not in members:
            return await self._async_read_collection(turn, members)
        return await self._async_read_singly(members)

    def _group_turns(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """Return the sensors to read together: those of a collection, else each one."""
        turns: dict[str, list[str]] = {}
        for collection, members in _group(paths).items():
            can_expand = self._reader.expander.can_expand(collection)
            if can_expand and len(members) >= _MIN_GROUP:
                turns[collection] = members
            else:
                turns |= {path: [path] for path in members}
        return turns

    def _filled(self, path: str) -> float:
        """Return the time of the last turn of a sensor or collection."""
        return self._filled_at.get(path, -inf)

    async def async_identify(self, paths: Iterable[str]) -> None:
        """Read the resources of sensors that are not identified yet.

        A sensor that was off is identified again once it has a value: its type and its
        thresholds may have been missing.

        Where collections can be expanded, single sensors come last: another caller may
        expand their collection meanwhile. Elsewhere they come first: the trial of the
        expansion may succeed meanwhile.
        """
        async with self._identify_lock:
            groups = _group(filter(self._needs_identity, paths))
            for collection in sorted(
                groups, key=lambda path: len(groups[path]), reverse=self._expands
            ):
                members = [*filter(self._needs_identity, groups[collection])]
                if not await self._async_read_collection(collection, members):
                    await self._async_read_singly(members)
                self.identities.mark_tried(members)

    def _needs_identity(self, path: str) -> bool:
        """Return whether a sensor is not identified, or only as one that was off."""
        if (body := self.identities.get(path)) is None:
            return True
        if not self._has_newer_value(path):
            return False
        status = SensorResource.from_dict(body).status
        return status.state is not None and not status.is_enabled

    def _get_missing(self, wanted: Iterable[str], reading: Reading) -> dict[str, float]:
        """Return the sensors whose value is not of this reading, with its time."""
        since = reading.since
        return {
            path: self._requested_at(path)
            for path in wanted
            if not self.is_fresh(path, since)
        }

    async def _async_read(self, item: ScheduledSource) -> None:
        """Read a source; one that fails keeps its last values."""
        item.read_at = requested_at = monotonic()
        try:
            values = await item.source.async_read()
        except ResourceError as error:
            item.error, item.has_values = error, False
            return
        self.set_values(item.source, values, requested_at)

    async def _async_read_collection(self, collection: str, members: list[str]) -> bool:
        """Read sensors by one request for their collection, if that is supported."""
        requested_at = monotonic()
        if len(members) < _MIN_GROUP:
            return False
        listed = await self._reader.expander.async_list(collection)
        if listed is None:
            return False
        for path in dict.fromkeys((*listed, *members)):
            if expanded := self._reader.expander.take(path):
                self.set_body(path, *expanded)
            elif path in members:
                self.set_body(path, None, requested_at)
        return True

    async def _async_read_singly(self, paths: list[str]) -> bool:
        """Read sensors one by one, and return whether the BMC has responded in time.

        The value of a sensor that fails is discarded.
        """
        requested_at = monotonic()
        found, errors = await self._reader.members.async_try(paths)
        for path in paths:
            self.set_body(path, found.get(path), requested_at)
        lost = (p for p, error in errors.items() if isinstance(error, NotFoundError))
        self.identities.mark_missing(lost)
        return not any(isinstance(error, TimeoutError) for error in errors.values())

    # Memory

    def reset(self) -> None:
        """Discard all sensors and sources."""
        self._schedule.sources.clear()
        self.identities.clear()
        self._values.clear()
        self._filled_at.clear()

    def export(self, paths: Iterable[str]) -> dict[str, Any]:
        """Return the identities of sensors as JSON, without their values.

        Args:
            paths: The sensors, besides those that are wanted.

        """
        wanted = self.get_wanted(*self._wanted).union(paths)
        return self.identities.export(sorted(wanted))


_MIN_GROUP = 2
"""Minimum number of sensors for which a collection is read as a whole."""


def _group(paths: Iterable[str]) -> dict[str, list[str]]:
    """Group the paths of sensors by collection, without places of excerpts."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith("/"):
            groups.setdefault(path.rpartition("/")[0], []).append(path)
    return groups
