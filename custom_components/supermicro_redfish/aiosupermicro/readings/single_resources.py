"""Read Thermal and Power of boards with a resource for each fan, supply and sensor.

Gen 14 and OpenBMC have subsystems and sensors in the place of Thermal and Power.

A poll takes at most ten requests, whatever the board: the system, the temperatures and
the environment each time, and a few of the fans, supplies and sensors in round robin.
Items that were never read come first. `Scope.ALL` and `Scope.DISCOVERY` read all of
these at once. So a reading may be several polls old, some minutes on boards with dozens
of sensors, and an item that was not read yet is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import inf
from time import monotonic
from typing import Any

from ..exceptions import NotFoundError, ResourceError
from ..models import (
    EnvironmentMetrics,
    Fan,
    FanResource,
    LeakDetector,
    Power,
    PowerSubsystem,
    SensorResource,
    Temperature,
    Thermal,
)
from ..payload import JsonObject, find_link
from ..resources.endpoints import (
    ENVIRONMENT_METRICS,
    FANS,
    LEAK_DETECTORS,
    POWER,
    POWER_SUBSYSTEM,
    POWER_SUPPLIES,
    SENSORS,
    THERMAL,
    THERMAL_METRICS,
    THERMAL_SUBSYSTEM,
    Endpoint,
)
from ..resources.reader import ResourceReader
from .conversion import (
    fan_of_excerpt,
    fan_of_resource,
    fan_of_sensor,
    power_control,
    power_supply,
    temperature_of_sensor,
    temperatures_of_metrics,
    voltage_of_sensor,
)
from .round_robin import RoundRobinReader
from .source import Scope

_TEMPERATURE, _ROTATIONAL, _VOLTAGE = "Temperature", "Rotational", "Voltage"

_THERMAL_COUNT = 4
_LEAK_COUNT = 1
_POWER_COUNT = 1
"""The number of fans and sensors, leak detectors, and supplies and the like per poll.

With the system, the temperatures and the environment that is 3 + 4 + 3 * 1 requests.
A leak detector takes the place of a fan or sensor.
"""


class SingleResources:
    """Read Thermal and Power from subsystems, metrics and sensors."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without values."""
        self._reader = reader
        self._round_robin = RoundRobinReader(reader)
        self._environment_read_at = -inf
        self._is_complete: dict[Endpoint[Any], bool] = {}

    @property
    def is_complete(self) -> bool:
        """Whether all items were read at least once."""
        return all(self._is_complete.values())

    @property
    def was_used(self) -> bool:
        """Whether Thermal or Power was read from single resources."""
        return bool(self._is_complete)

    @property
    def errors(self) -> dict[str, ResourceError]:
        """The errors of single resources by path, as they were last read."""
        return dict(self._round_robin.errors)

    async def async_get_thermal(self, scope: Scope) -> Thermal:
        """Return the temperatures and fans of the chassis.

        Fans come from EnvironmentMetrics, else from the collection Fans, else from
        rotational sensors. Temperatures come from ThermalMetrics, else from sensors.

        Raises:
            NotFoundError: The chassis has none of these resources.

        """
        await self._async_require(THERMAL, THERMAL_SUBSYSTEM)
        reading = self._start(THERMAL, scope)
        environment = await self._async_get_environment(reading)
        metrics = await reading.async_find(THERMAL_METRICS)
        temperatures = temperatures_of_metrics(metrics)
        fans = [fan_of_excerpt(speed) for speed in environment.fan_speeds_percent]
        paths = [] if fans else await reading.async_get_member_paths(FANS)
        types = [] if temperatures else [_TEMPERATURE]
        # While the collection is unknown, sensors of its fans are not taken for fans.
        types += [_ROTATIONAL] if not fans and paths == [] else []
        sensors, bodies = await reading.async_read_sensors(
            types, self._thermal_count, paths or ()
        )
        own = (bodies[path] for path in paths or () if path in bodies)
        fans += [fan_of_resource(FanResource.from_dict(body)) for body in own]
        fans += _fans(sensors)
        temperatures += _temperatures(sensors)
        self._is_complete[THERMAL] = reading.is_complete
        return Thermal(temperatures=tuple(temperatures), fans=tuple(fans))

    async def async_get_power(self, scope: Scope) -> Power:
        """Return the power draw, the power supplies and the voltages of the chassis.

        The redundancy is unknown until all supplies were read.

        Raises:
            NotFoundError: The chassis has none of these resources.

        """
        await self._async_require(POWER, POWER_SUBSYSTEM)
        reading = self._start(POWER, scope)
        environment = await self._async_get_environment(reading)
        paths = await reading.async_get_member_paths(POWER_SUPPLIES) or ()
        supplies = await reading.async_read(paths, _POWER_COUNT)
        links = {path: find_link(body, "Metrics") for path, body in supplies.items()}
        metrics = await reading.async_read(filter(None, links.values()), _POWER_COUNT)
        has_all_supplies = reading.is_complete
        voltages, _ = await reading.async_read_sensors((_VOLTAGE,), _POWER_COUNT)
        subsystem = await self._async_get_subsystem() if has_all_supplies else None
        self._is_complete[POWER] = reading.is_complete
        return Power(
            power_control=(power_control(environment, subsystem or PowerSubsystem()),),
            power_supplies=tuple(
                power_supply(body, metrics.get(links[path] or "", {}))
                for path, body in supplies.items()
            ),
            voltages=tuple(voltage_of_sensor(sensor) for sensor in voltages),
            redundancy=subsystem.power_supply_redundancy if subsystem else (),
        )

    async def async_get_leak_detectors(self, scope: Scope) -> tuple[LeakDetector, ...]:
        """Return the leak detectors, none where the chassis has no such resources.

        A poll reads one of them, and does not look for the collection.
        """
        is_known = self._reader.path(LEAK_DETECTORS) is not None
        if scope is Scope.POLL and not is_known:
            return ()
        paths = await self._reader.async_get_member_paths(LEAK_DETECTORS, cached=True)
        reading = _Reading(self._reader, self._round_robin, scope, is_first=False)
        count = 0 if scope is Scope.DISCOVERY else _LEAK_COUNT
        bodies = await reading.async_read(paths, count)
        return tuple(LeakDetector.from_dict(body) for body in bodies.values())

    @property
    def _thermal_count(self) -> int:
        """The number of fans and sensors that a poll may read beside leak detectors."""
        has_leak_detectors = self._reader.path(LEAK_DETECTORS) is not None
        return _THERMAL_COUNT - _LEAK_COUNT * has_leak_detectors

    async def _async_require(
        self, endpoint: Endpoint[Any], subsystem: Endpoint[Any]
    ) -> None:
        """Raise NotFoundError where the chassis has no fallback for a resource.

        Where the chassis links to the resource itself, only the subsystem counts.
        """
        is_linked = self._reader.path(endpoint) is not None
        others = () if is_linked else (ENVIRONMENT_METRICS, SENSORS)
        for fallback in (subsystem, *others):
            if await self._reader.async_has_link(fallback):
                return
        raise NotFoundError(f"This board has no fallback for {endpoint.name}")

    def _start(self, endpoint: Endpoint[Any], scope: Scope) -> _Reading:
        """Start a reading of Thermal or Power."""
        is_first = endpoint not in self._is_complete
        return _Reading(self._reader, self._round_robin, scope, is_first=is_first)

    async def _async_get_environment(self, reading: _Reading) -> EnvironmentMetrics:
        """Return the fan speeds and the power draw of the chassis.

        Thermal and Power both contain them. A value that was read since the reading
        started is new enough.
        """
        if self._environment_read_at >= reading.started_at:
            body = await self._reader.async_find_json(ENVIRONMENT_METRICS, cached=True)
        else:
            started_at = monotonic()
            body = await reading.async_find(ENVIRONMENT_METRICS)
            self._environment_read_at = started_at
        return EnvironmentMetrics.from_dict(body or {})

    async def _async_get_subsystem(self) -> PowerSubsystem | None:
        """Return the cached PowerSubsystem, None where it was not found."""
        if (path := self._reader.path(POWER_SUBSYSTEM)) is None:
            return None
        body = await self._reader.async_get_json(path, cached=True)
        return PowerSubsystem.from_dict(body)


class _Reading:
    """Single reading of Thermal or Power, with its scope and completeness."""

    def __init__(
        self,
        reader: ResourceReader,
        round_robin: RoundRobinReader,
        scope: Scope,
        *,
        is_first: bool,
    ) -> None:
        """Start a reading; the first poll of a board reads no collection."""
        self.started_at = monotonic()
        self.is_complete = True
        self._reader = reader
        self._round_robin = round_robin
        self._scope = scope
        self._skips_new_collections = is_first and scope is Scope.POLL

    async def async_find(self, endpoint: Endpoint[Any]) -> JsonObject:
        """Return a resource, an empty object where it is missing."""
        cached = self._scope is Scope.DISCOVERY
        return await self._reader.async_find_json(endpoint, cached=cached) or {}

    async def async_get_member_paths(
        self, collection: Endpoint[Any]
    ) -> list[str] | None:
        """Return the members of a collection, None while it is not known.

        A poll either finds a collection or reads some of its members.
        """
        is_known = self._reader.path(collection) is not None
        if self._skips_new_collections and not is_known:
            self.is_complete = False
            return None
        paths = await self._reader.async_get_member_paths(collection, cached=True)
        if self._scope is Scope.POLL and not is_known and paths:
            self.is_complete = False
            return None
        return paths

    async def async_read(
        self, paths: Iterable[str], count: int
    ) -> dict[str, JsonObject]:
        """Return the last values of resources in round robin, by path."""
        wanted = list(paths)
        is_poll = self._scope is Scope.POLL
        bodies = await self._round_robin.async_read(
            wanted, count, limit_new=is_poll, since=self.started_at
        )
        self.is_complete &= all(map(self._round_robin.was_read, wanted))
        return bodies

    async def async_read_sensors(
        self, types: Collection[str], count: int, others: Iterable[str] = ()
    ) -> tuple[list[SensorResource], dict[str, JsonObject]]:
        """Return the sensors of some types, and other resources read with them.

        The type of a sensor is known only when it was read: each is read once.
        """
        paths = (await self.async_get_member_paths(SENSORS) or []) if types else []
        cached = {path: self._round_robin.get_cached(path) for path in paths}
        wanted = [
            path for path, body in cached.items() if not body or _has_type(body, types)
        ]
        bodies = await self.async_read((*others, *wanted), count)
        found = (bodies[path] for path in wanted if path in bodies)
        sensors = [
            SensorResource.from_dict(body) for body in found if _has_type(body, types)
        ]
        return sensors, bodies


def _has_type(sensor: JsonObject, types: Collection[str]) -> bool:
    """Return whether a sensor is of one of these types."""
    return (SensorResource.from_dict(sensor).reading_type or "") in types


def _fans(sensors: Iterable[SensorResource]) -> list[Fan]:
    """Return the fans among sensors."""
    return [fan_of_sensor(s) for s in sensors if s.reading_type == _ROTATIONAL]


def _temperatures(sensors: Iterable[SensorResource]) -> list[Temperature]:
    """Return the temperatures among sensors, without distances to a limit."""
    return [
        temperature_of_sensor(sensor)
        for sensor in sensors
        if sensor.reading_type == _TEMPERATURE and not sensor.is_headroom
    ]
