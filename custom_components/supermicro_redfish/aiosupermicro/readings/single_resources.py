"""Read Thermal and Power of boards with a resource for each fan, supply and sensor.

Gen 14 and OpenBMC have subsystems and sensors in the place of Thermal and Power.

A poll takes at most ten requests, whatever the board: the system, the temperatures and
the environment each time, and a few of the fans, supplies and sensors in round robin.
Items that were never read come first. `Scope.ALL` and `Scope.DISCOVERY` read all of
these at once. So a reading may be several polls old, some minutes on boards with dozens
of sensors, and an item that was not read yet is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import NotFoundError, ResourceError
from ..models import (
    EnvironmentMetrics,
    Fan,
    FanResource,
    LeakDetector,
    Power,
    PowerSubsystem,
    SensorExcerpt,
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
from .chassis_sensors import ChassisSensors
from .conversion import (
    fan_of_excerpt,
    fan_of_resource,
    fan_of_sensor,
    power_control,
    power_supply,
    temperature_of_excerpt,
    temperature_of_sensor,
    voltage_of_sensor,
)
from .excerpts import ExcerptSource, environment_excerpts, temperature_excerpts
from .reading_items import ReadingItems
from .round_robin import RoundRobinReader
from .sensor_pool import SensorPool
from .source import Reading, Scope

_TEMPERATURE, _ROTATIONAL, _VOLTAGE = "Temperature", "Rotational", "Voltage"

_THERMAL_COUNT = 4
_LEAK_COUNT = 1
_POWER_COUNT = 1
"""The number of fans and sensors, leak detectors, and supplies and the like per poll.

With the system, the temperatures and the environment that is 3 + 4 + 3 * 1 requests.
A leak detector takes the place of a fan or sensor, and so does a source of values that
shows none.
"""


class SingleResources:
    """Read Thermal and Power from subsystems, metrics and sensors."""

    def __init__(self, reader: ResourceReader, pool: SensorPool) -> None:
        """Initialize without values."""
        self._reader = reader
        self._pool = pool
        self._round_robin = RoundRobinReader(reader)
        self._metrics = ExcerptSource(reader, THERMAL_METRICS, temperature_excerpts)
        self._environment = ExcerptSource(
            reader, ENVIRONMENT_METRICS, environment_excerpts
        )
        self._sensors = ChassisSensors(reader, pool, self._round_robin)
        self._failed: dict[Endpoint[Any], dict[str, ResourceError]] = {}
        """The errors of resources that lead to items, in the last reading."""
        self._is_complete: dict[Endpoint[Any], bool] = {}
        self._is_in_turns: dict[Endpoint[Any], bool] = {}
        self._shown: dict[Endpoint[Any], frozenset[str]] = {}
        """The resources whose last values the last reading has returned."""
        self._wanted: dict[Endpoint[Any], frozenset[str]] = {}
        """The resources of the last reading, also those without a value."""

    def export(self) -> dict[str, Any]:
        """Return the metrics of the chassis as JSON, without their readings."""
        return {name: source.export() for name, source in self._sources.items()}

    def restore(self, exported: Any) -> None:
        """Restore exported metrics, or discard those of an earlier run."""
        for name, source in self._sources.items():
            body = exported.get(name) if isinstance(exported, Mapping) else None
            source.restore(body)
            self._pool.add_source(source, is_new=not source.is_known)

    @property
    def _sources(self) -> dict[str, ExcerptSource]:
        """The metrics of the chassis by name."""
        return {"thermal": self._metrics, "environment": self._environment}

    @property
    def is_complete(self) -> bool:
        """Return whether all items were read at least once."""
        return all(self._is_complete.values())

    @property
    def was_used(self) -> bool:
        """Return whether Thermal or Power was read from single resources."""
        return bool(self._is_complete)

    @property
    def errors(self) -> dict[str, ResourceError]:
        """The errors of single resources by path, as they were last read."""
        found: dict[str, ResourceError] = {}
        for errors in self._failed.values():
            found |= errors
        return found | self._round_robin.errors

    @property
    def is_read_in_turns(self) -> bool:
        """Return whether some values of the last reading were read in round robin."""
        return any(self._is_in_turns.values())

    @property
    def age(self) -> float:
        """The seconds since the oldest value of the last reading was requested."""
        shown = [path for paths in self._shown.values() for path in paths]
        sensors = self._pool.get_wanted(THERMAL.name, POWER.name)
        return max(self._round_robin.get_age(shown), self._pool.get_age(sensors))

    def discard_values(self, endpoint: Endpoint[Any], before: float) -> None:
        """Discard the values of Thermal or Power that were requested before a time."""
        shown = self._shown.get(endpoint, frozenset())
        paths = shown | self._pool.get_wanted(endpoint.name)
        self._round_robin.discard_values(paths, before)
        self._pool.discard_values(paths, before)

    async def async_get_thermal(self, reading: Reading) -> Thermal:
        """Return the temperatures and fans of the chassis.

        Fans come from EnvironmentMetrics, else from the collection Fans, else from
        rotational sensors. Temperatures come from ThermalMetrics, else from sensors.

        Raises:
            NotFoundError: The chassis has none of these resources.

        """
        await self._async_require(THERMAL, THERMAL_SUBSYSTEM)
        items = self._start(THERMAL, reading)
        _, speeds = await self._async_get_environment(items)
        if reading.scope is Scope.DISCOVERY:
            await self._pool.async_refresh(self._metrics)
            await self._pool.async_refresh(self._environment)
        excerpts = await self._async_get_excerpts(self._metrics, items)
        if reading.scope is not Scope.POLL:
            await self._pool.async_identify(excerpts)
        paths = [] if speeds else await items.async_get_member_paths(FANS)
        identities = self._pool.identities
        types = [_TEMPERATURE] if identities.have_failed(excerpts) else []
        # While the collection is unknown, sensors of its fans are not taken for fans.
        types += [_ROTATIONAL] if not speeds and paths == [] else []
        self._pool.want(THERMAL.name, (*speeds, *excerpts))
        unknown = [key for key in excerpts if not identities.was_tried(key)]
        sensors, bodies = await self._sensors.async_read(
            items, THERMAL, types, self._thermal_count, paths or (), unknown
        )
        speeds = self._select_read(self._environment, speeds, items)
        known = self._select_known(excerpts, items)
        fans = [self._fan(key, excerpt) for key, excerpt in speeds.items()]
        fans += [fan_of_resource(FanResource.from_dict(b)) for b in bodies.values()]
        found = (self._temperature(key, excerpt) for key, excerpt in known.items())
        temperatures = [*filter(None, found), *_temperatures(sensors)]
        fans += _fans(sensors)
        self._finish(THERMAL, items, bodies)
        items.require_any(temperatures, fans)
        return Thermal(temperatures=tuple(temperatures), fans=tuple(fans))

    async def async_get_power(self, reading: Reading) -> Power:
        """Return the power draw, the power supplies and the voltages of the chassis.

        Redundancy and capacity are unknown until all supplies were read. There is no
        power control while the power draw cannot be read.

        Raises:
            NotFoundError: The chassis has none of these resources.

        """
        await self._async_require(POWER, POWER_SUBSYSTEM)
        items = self._start(POWER, reading)
        draw, _ = await self._async_get_environment(items)
        paths = await items.async_get_member_paths(POWER_SUPPLIES) or ()
        supplies = await items.async_read(paths, _POWER_COUNT)
        links = {path: find_link(body, "Metrics") for path, body in supplies.items()}
        metrics = await items.async_read(filter(None, links.values()), _POWER_COUNT)
        has_all_supplies = items.is_complete
        self._pool.want(POWER.name, draw)
        voltages, _ = await self._sensors.async_read(
            items, POWER, (_VOLTAGE,), _POWER_COUNT
        )
        read = self._select_read(self._environment, draw, items)
        subsystem = None
        if has_all_supplies:
            subsystem = await self._async_get_subsystem(items)
        self._finish(POWER, items, supplies | metrics)
        items.require_any(read, supplies, voltages)
        watts = next(map(self._pool.get_value, read), None)
        metered = EnvironmentMetrics.from_dict(self._environment.body)
        control = power_control(metered, watts, subsystem or PowerSubsystem())
        return Power(
            power_control=(control,) if read or not draw else (),
            power_supplies=tuple(
                power_supply(body, metrics.get(links[path] or "", {}))
                for path, body in supplies.items()
            ),
            voltages=tuple(voltage_of_sensor(sensor) for sensor in voltages),
            redundancy=subsystem.power_supply_redundancy if subsystem else (),
        )

    async def async_get_leak_detectors(
        self, reading: Reading
    ) -> tuple[LeakDetector, ...]:
        """Return the leak detectors, none where the chassis has no such resources.

        A poll reads one of them, and does not look for the collection.
        """
        is_known = self._reader.path(LEAK_DETECTORS) is not None
        if reading.scope is Scope.POLL and not is_known:
            return ()
        paths = await self._reader.members.async_list(LEAK_DETECTORS, cached=True)
        items = ReadingItems(self._reader, self._round_robin, reading, is_first=False)
        count = 0 if reading.scope is Scope.DISCOVERY else _LEAK_COUNT
        bodies = await items.async_read(paths, count)
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

    def _start(self, endpoint: Endpoint[Any], reading: Reading) -> ReadingItems:
        """Start a reading of Thermal or Power.

        After a restart, the collections of Power wait for the second poll.
        """
        return ReadingItems(
            self._reader,
            self._round_robin,
            reading,
            is_first=endpoint not in self._is_complete,
            former=self._wanted.get(endpoint, ()),
            recalls=endpoint is THERMAL,
        )

    def _finish(
        self,
        endpoint: Endpoint[Any],
        items: ReadingItems,
        bodies: Mapping[str, JsonObject],
    ) -> None:
        """Record the completeness, the errors and the resources of a reading."""
        self._is_complete[endpoint] = items.is_complete
        self._failed[endpoint] = items.errors
        self._shown[endpoint] = frozenset(bodies)
        self._wanted[endpoint] = frozenset(items.wanted)
        wanted, since = self._pool.get_wanted(endpoint.name), items.reading.since
        is_in_turns = items.is_in_turns or self._pool.has_older(wanted, since)
        self._is_in_turns[endpoint] = is_in_turns

    async def _async_get_environment(
        self, items: ReadingItems
    ) -> tuple[dict[str, SensorExcerpt], dict[str, SensorExcerpt]]:
        """Return the excerpt of the power draw, if any, and those of the fans."""
        excerpts = await self._async_get_excerpts(self._environment, items)
        draw, *speeds = excerpts.items()
        has_draw = draw[1] != SensorExcerpt()
        return dict([draw] if has_draw else []), dict(speeds)

    async def _async_get_excerpts(
        self, source: ExcerptSource, items: ReadingItems
    ) -> dict[str, SensorExcerpt]:
        """Return the excerpts of a resource; read it if it was never read.

        A resource that fails has none yet.
        """
        self._pool.add_source(source)
        items.record_error(source.endpoint, await self._pool.async_read(source))
        return source.excerpts

    def _select_read(
        self,
        source: ExcerptSource,
        excerpts: dict[str, SensorExcerpt],
        items: ReadingItems,
    ) -> dict[str, SensorExcerpt]:
        """Return the excerpts without those that have failed, and record the error."""
        error = self._pool.discard_failed(source, excerpts, items.reading)
        if error is None:
            return excerpts
        items.record_error(source.endpoint, error)
        since, is_fresh = items.reading.since, self._pool.is_fresh
        return {key: excerpts[key] for key in excerpts if is_fresh(key, since)}

    def _select_known(
        self, excerpts: dict[str, SensorExcerpt], items: ReadingItems
    ) -> dict[str, SensorExcerpt]:
        """Return the readable excerpts of ThermalMetrics whose sensors are known.

        Only the sensor shows whether a reading is the distance to a limit. Some boards
        name sensors there and have none.
        """
        identities = self._pool.identities
        items.is_complete &= all(map(identities.was_tried, excerpts))
        read = self._select_read(self._metrics, excerpts, items)
        if identities.are_missing(excerpts):
            return read
        items.record_failures(filter(identities.has_failed, excerpts))
        return {key: read[key] for key in read if identities.is_known(key)}

    def _temperature(self, key: str, excerpt: SensorExcerpt) -> Temperature | None:
        """Return the temperature of an excerpt, None for a distance to a limit."""
        sensor, value = self._pool.get_sensor(key), self._pool.get_value(key)
        return temperature_of_excerpt(excerpt, value, sensor)

    def _fan(self, key: str, excerpt: SensorExcerpt) -> Fan:
        """Return the fan of an excerpt."""
        sensor, value = self._pool.get_sensor(key), self._pool.get_value(key)
        return fan_of_excerpt(excerpt, value, sensor)

    async def _async_get_subsystem(self, items: ReadingItems) -> PowerSubsystem | None:
        """Return the PowerSubsystem, None where it was not found or cannot be read.

        A discovery reads it again if it shows any value.
        """
        if (path := self._reader.path(POWER_SUBSYSTEM)) is None:
            return None
        try:
            body = await self._reader.async_get_json(path, cached=True)
            found = PowerSubsystem.from_dict(body)
            has_values = found.capacity_watts or found.power_supply_redundancy
            is_discovery = items.reading.scope is Scope.DISCOVERY
            if is_discovery and has_values and not self._reader.link_reads.take(path):
                body = await self._reader.async_get_json(path)
                found = PowerSubsystem.from_dict(body)
        except ResourceError as error:
            items.record_error(POWER_SUBSYSTEM, error)
            return None
        return found


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
