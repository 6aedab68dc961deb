"""Read Thermal and Power, or their fallback on boards without them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Any, TypeVar

from ..concurrency import gather_or_raise
from ..const import EXPAND_FRESH_SECONDS
from ..exceptions import InvalidResponseError, NotFoundError, ResourceError
from ..models import LeakDetector, Power, SensorResource, Thermal
from ..resources.endpoints import (
    FANS,
    LEAK_DETECTORS,
    POWER,
    POWER_SUPPLIES,
    SENSORS,
    THERMAL,
    Endpoint,
)
from ..resources.memory import Memory
from ..resources.reader import ResourceReader
from .inner_sensors import InnerSensors
from .sensor_pool import SensorPool
from .single_resources import SingleResources
from .source import Reading, Scope
from .telemetry import TELEMETRY, has_reports
from .thermal_power import ThermalPower

_T = TypeVar("_T", Thermal, Power)
_SENSORS, _METRICS = "sensors", "metrics"
"""Names of the findings in the memory, besides those of metric reports."""
_PARTS: frozenset[Endpoint[Any]] = frozenset((THERMAL, POWER))
_ReadFn = Callable[[Reading], Awaitable[_T]]


class Readings:
    """Read Thermal and Power; other resources are the fallback of a missing one."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize the sources."""
        self._reader = reader
        self._thermal_power = ThermalPower(reader)
        self._pool = SensorPool(reader)
        self._fallback = SingleResources(reader, self._pool)
        self._inner = InnerSensors(reader, self._pool)
        self._discovered: set[Endpoint[Any]] = set()
        self._memory: Memory | None = None
        """The memory that reports and sensors were restored from."""
        self._started_at = -inf
        """The time of the start of the last reading."""
        self._read_at: dict[Endpoint[Any], float] = {}
        """The time of the last successful read of Thermal, and of Power."""

    @property
    def is_complete(self) -> bool:
        """Return whether all items and metric reports were read at least once."""
        return self._fallback.is_complete and self._inner.is_complete

    @property
    def reads_single_resources(self) -> bool:
        """Return whether Thermal or Power is read from single resources."""
        return self._fallback.was_used

    @property
    def age(self) -> float:
        """The seconds since the oldest value of the last reading was requested."""
        if not self._fallback.was_used:
            return 0.0
        return max(self._fallback.age, self._inner.age)

    @property
    def is_read_in_turns(self) -> bool:
        """Return whether some values are read in round robin."""
        return self._fallback.is_read_in_turns or self._inner.is_read_in_turns

    @property
    def errors(self) -> dict[str, ResourceError]:
        """The errors of single resources by path, as they were last read."""
        return self._fallback.errors

    @property
    def has_reports(self) -> bool:
        """Return whether metric reports name sensors, maybe by an earlier run."""
        return bool(self._inner.telemetry.reports) or has_reports(self._reader.memory)

    def start(self, scope: Scope) -> Reading:
        """Start a reading of Thermal, Power and sensors.

        The values of a part that could not be read for minutes are discarded, also
        those that are not read again in this reading.
        """
        reading = Reading(scope)
        before = reading.kept_since
        failing_since = min(before, self._started_at)
        failed = {p for p in _PARTS if self._read_at.get(p, -inf) < failing_since}
        for part in failed:
            self._fallback.discard_values(part, before)
        if failed == _PARTS:
            self._inner.discard_values(before)
        self._started_at = reading.started_at
        return reading

    def remember(self) -> None:
        """Record the reports and the identities of sensors, for a restart."""
        if self._memory is self._reader.memory and self._fallback.was_used:
            self._memory.findings |= {
                TELEMETRY: self._inner.telemetry.export(),
                _SENSORS: self._pool.export(self._inner.sensors),
                _METRICS: self._fallback.export(),
            }

    async def _async_restore(self) -> None:
        """Restore the findings of an earlier run, or discard them with the memory."""
        if self._reader.memory.is_pending:
            await self._reader.async_verify_memory()
        if (memory := self._reader.memory) is self._memory:
            return
        if self._memory is not None:
            self._inner.reset()
            self._pool.reset()
        self._memory = memory
        self._pool.identities.restore(memory.findings.get(_SENSORS))
        self._fallback.restore(memory.findings.get(_METRICS))
        self._inner.restore(memory.findings.get(TELEMETRY))

    async def async_get_thermal(self, reading: Reading | None = None) -> Thermal:
        """Return the temperatures and fans of the host's chassis.

        Raises:
            NotFoundError: The board does not provide them in any way.

        """
        thermal = await self._async_get(
            THERMAL,
            self._thermal_power.async_get_thermal,
            self._fallback.async_get_thermal,
            reading or Reading(Scope.ALL),
        )
        self._read_at[THERMAL] = monotonic()
        return thermal

    async def async_get_power(self, reading: Reading | None = None) -> Power:
        """Return the power draw, power supplies and voltages of the host's chassis.

        Raises:
            NotFoundError: The board does not provide them in any way.

        """
        power = await self._async_get(
            POWER,
            self._thermal_power.async_get_power,
            self._fallback.async_get_power,
            reading or Reading(Scope.ALL),
        )
        self._read_at[POWER] = monotonic()
        return power

    async def async_get_leak_detectors(
        self, reading: Reading
    ) -> tuple[LeakDetector, ...]:
        """Return the leak detectors of the host's chassis, none where it has none."""
        return await self._fallback.async_get_leak_detectors(reading)

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all other chassis, by the name of the chassis."""
        await self._async_discover_inner()
        return await self._inner.async_get_thermal()

    async def _async_discover_inner(self) -> None:
        """Find the sensors of other chassis, where the host has no Thermal."""
        if await self._reader.async_is_missing(THERMAL):
            await self._inner.async_discover()

    async def async_get_inner_sensors(
        self, reading: Reading
    ) -> tuple[SensorResource, ...]:
        """Return the sensors of all other chassis that metric reports name.

        Without reports, these are the temperatures of the last static read.
        """
        await self._async_restore()
        return await self._inner.async_get(reading)

    async def async_discover(self) -> None:
        """Read all items that were never read, and find those fitted since.

        An item that cannot be read is tried again with its next poll.

        Raises:
            AuthenticationError: The login was refused.
            ConnectionError: The connection was lost.

        """
        await gather_or_raise(
            self._async_discover(
                THERMAL, self._fallback.async_get_thermal, FANS, SENSORS
            ),
            self._async_discover(POWER, self._fallback.async_get_power, POWER_SUPPLIES),
        )
        with suppress(ResourceError):
            await self._async_discover_inner()

    async def async_discover_leak_detectors(self) -> None:
        """Find the leak detectors of a board, which polls read from then on.

        Raises:
            SupermicroRedfishError: The board has some, but they cannot be read.

        """
        is_first = LEAK_DETECTORS not in self._discovered
        self._discovered.add(LEAK_DETECTORS)
        reading = Reading(Scope.DISCOVERY)
        if is_first:
            paths = await self._reader.members.async_list(LEAK_DETECTORS, cached=True)
        else:
            paths = await self._async_list(LEAK_DETECTORS)
        if paths:
            await self._fallback.async_get_leak_detectors(reading)

    async def _async_list(self, collection: Endpoint[Any]) -> list[str]:
        """Return the members of a collection, which a poll may have just listed."""
        since = monotonic() - EXPAND_FRESH_SECONDS
        return await self._reader.members.async_list(collection, since=since)

    async def _async_get(
        self,
        endpoint: Endpoint[_T],
        read: _ReadFn[_T],
        fallback: _ReadFn[_T],
        reading: Reading,
    ) -> _T:
        """Read a resource, or its fallback if it was always missing.

        If the board turns out to be another one than an earlier run has found, the
        resource may be there after all.
        """
        await self._async_restore()
        memory = self._reader.memory
        try:
            return await read(reading)
        except ResourceError as error:
            is_missing = isinstance(error, (NotFoundError, InvalidResponseError))
            if self._reader.was_decoded(endpoint) or not (
                is_missing or self._is_replaced(endpoint)
            ):
                raise
            missing = error
        try:
            found = await fallback(reading)
        except NotFoundError:
            if self._reader.memory is memory:
                raise missing from None
        else:
            if self._reader.memory is memory:
                self._reader.availability.mark_replaced(endpoint, missing)
                return found
        return await self._async_get(endpoint, read, fallback, reading)

    def _is_replaced(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether the fallback is in use, and it is not known where to read."""
        return self._fallback.was_used and self._reader.path(endpoint) is None

    async def _async_discover(
        self,
        endpoint: Endpoint[Any],
        fallback: Callable[[Reading], Awaitable[Any]],
        *collections: Endpoint[Any],
    ) -> None:
        """Read all items of a fallback, if the board needs it.

        From the second time on, its collections are read again: they may have grown.
        """
        is_first = endpoint not in self._discovered
        self._discovered.add(endpoint)
        try:
            if not await self._reader.async_is_missing(endpoint):
                return
            for collection in collections:
                if not is_first and self._reader.is_cached(collection):
                    await self._async_list(collection)
            await fallback(Reading(Scope.DISCOVERY))
        except ResourceError:
            return
