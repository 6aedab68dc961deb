"""Read the sensors inside machines of dozens of chassis.

Where metric reports name them, each poll has their values. Elsewhere the temperatures
of each chassis are read with the static data, which takes dozens of requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..const import MAX_REPORT_SENSORS
from ..models import SensorResource, Thermal
from ..payload import JsonObject, find_link
from ..resources.chassis import async_get_other_chassis
from ..resources.endpoints import CHASSIS, POWER, THERMAL, THERMAL_METRICS
from ..resources.reader import ResourceReader
from .conversion import sensor_of_excerpt, temperature_of_sensor
from .excerpts import excerpts_by_sensor, temperature_excerpts
from .sensor_pool import SensorPool
from .source import Reading, Scope
from .telemetry import ReportSource, Telemetry

_PART = "inner"
_TEMPERATURE = "Temperature"
_TYPES = frozenset((_TEMPERATURE, "Power", "EnergyJoules", "EnergykWh"))


class InnerSensors:
    """Read the sensors of all chassis but the host's own."""

    def __init__(self, reader: ResourceReader, pool: SensorPool) -> None:
        """Initialize without sensors."""
        self._reader = reader
        self._pool = pool
        self.telemetry = Telemetry(reader)
        self._lock = asyncio.Lock()
        self._found: dict[str, SensorResource] = {}
        """The temperatures of the last static read without metric reports, by path."""
        self.is_read_in_turns = False
        """Whether some values of the last reading are of an earlier one."""

    def reset(self) -> None:
        """Discard all reports, as after an update of the firmware."""
        for report in self.telemetry.reports.values():
            self._pool.remove_source(report)
        self.telemetry.reset()

    def restore(self, exported: Any) -> None:
        """Restore the reports of an earlier run."""
        self.telemetry.restore(exported)
        for report in self.telemetry.reports.values():
            self._pool.add_source(report)

    def discard_values(self, before: float) -> None:
        """Discard the values that were requested before a time."""
        self._pool.discard_values(self._pool.get_wanted(_PART), before)

    @property
    def age(self) -> float:
        """The seconds since the oldest value of the last reading was requested."""
        return self._pool.get_age(self._pool.get_wanted(_PART))

    @property
    def is_complete(self) -> bool:
        """Return whether all reports were read at least once."""
        return not any(map(self._pool.is_new, self.telemetry.reports.values()))

    @property
    def _paths(self) -> list[str]:
        """The sensors in metric reports, without those of Thermal and Power."""
        own = self._pool.get_wanted(THERMAL.name, POWER.name)
        return [p for p in self.sensors if p not in own and self._is_wanted(p)]

    @property
    def sensors(self) -> list[str]:
        """The paths of all sensors in metric reports, each once."""
        reports = self.telemetry.reports.values()
        return [*dict.fromkeys(path for report in reports for path in report.sensors)]

    def _is_wanted(self, path: str) -> bool:
        """Return whether a sensor is of a type that is read in each poll."""
        sensor = self._pool.get_sensor(path)
        return sensor is not None and sensor.reading_type in _TYPES

    async def async_discover(self) -> None:
        """Find the metric reports of a board, and identify the sensors in them.

        Reports without any wanted sensor are not read again, unless they had one. The
        sensors of a report that was removed are not expected anymore.

        Raises:
            AuthenticationError: The login was refused.
            ConnectionError: The connection was lost.

        """
        async with self._lock:
            await self._async_discover()

    async def _async_discover(self) -> None:
        """Find and identify the sensors; concurrent callers wait for the result."""
        before = [*self.telemetry.reports.values()]
        found = await self.telemetry.async_find_reports()
        for report in before:
            if self.telemetry.reports.get(report.path) is not report:
                self._pool.remove_source(report)
        own = self._pool.get_wanted(THERMAL.name, POWER.name)
        reports = self.telemetry.reports
        for path, report in [*reports.items()]:
            if self._is_affordable(report):
                self._pool.add_source(report)
                if path in found:
                    self._pool.set_values(report, *found[path])
                await self._pool.async_identify(report.sensors)
            is_used = any(s in own or self._is_wanted(s) for s in report.sensors)
            if report.was_used and not is_used:
                self.telemetry.read_again(path)
            report.was_used |= is_used
            if report.sensors and not (report.was_used or self._may_be_used(report)):
                self._pool.remove_source(report)
                del reports[path]

    def _may_be_used(self, report: ReportSource) -> bool:
        """Return whether no sensor of a report could be read; the BMC may be starting.

        The next static read then identifies its sensors.
        """
        is_known = any(map(self._pool.get_sensor, report.sensors))
        return self._is_affordable(report) and not is_known

    def _is_affordable(self, report: ReportSource) -> bool:
        """Return whether the sensors of a report may be identified one by one.

        The report of a recorded GB300 on its processor cores names 152.
        """
        has_few = len(report.sensors) <= MAX_REPORT_SENSORS
        return has_few or self._reader.expander.has_worked

    async def async_get(self, reading: Reading) -> tuple[SensorResource, ...]:
        """Return the sensors of all other chassis that metric reports name.

        Those that a report leaves out, and those of a report that fails, are read in
        turns, with a few requests in each poll. Without reports, these are the
        temperatures of the last static read.
        """
        if not self.telemetry.reports:
            self._pool.want(_PART, ())
            self.is_read_in_turns = False
            return tuple(self._found.values())
        self._pool.want(_PART, self._paths)
        await self._pool.async_update(reading)
        self._pool.want(_PART, self._paths)
        await self._pool.async_fill(_PART, reading)
        if reading.scope is not Scope.DISCOVERY:
            self.is_read_in_turns = self._pool.has_older(self._paths, reading.since)
        sensors = (self._pool.get_sensor(path) for path in self._paths)
        return tuple(filter(None, sensors))

    async def async_get_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all chassis but the host's, by their names.

        Sensors that the host's own chassis lists as well are left out, and so are
        distances to a limit.
        """
        if paths := self._paths:
            return self._group(paths)
        host = await self._reader.async_find_json(CHASSIS, cached=True) or {}
        if find_link(host, "Thermal") or not find_link(host, "ThermalSubsystem"):
            return {}
        own = await self._reader.async_find_json(THERMAL_METRICS, cached=True) or {}
        listed = excerpts_by_sensor(THERMAL_METRICS, temperature_excerpts(own))
        known = {key for key in listed if key.startswith("/")}
        others = await async_get_other_chassis(self._reader)
        subsystems = await self._async_follow(others, "ThermalSubsystem")
        metrics = await self._async_follow(subsystems, "ThermalMetrics")
        self._found = {}
        inner = {}
        for path, body in metrics.items():
            sensors = await self._async_get_sensors(path, body, known)
            self._found |= sensors
            if thermal := _thermal(sensors.values()):
                inner[path.rpartition("/")[2]] = thermal
        return inner

    def _group(self, paths: Iterable[str]) -> dict[str, Thermal]:
        """Return temperatures by the chassis in their path."""
        groups: dict[str, list[SensorResource]] = {}
        for path in paths:
            chassis = path.rpartition("/Sensors/")[0].rpartition("/")[2]
            if sensor := self._pool.get_sensor(path):
                groups.setdefault(chassis, []).append(sensor)
        found = {name: _thermal(sensors) for name, sensors in groups.items()}
        return {name: thermal for name, thermal in found.items() if thermal}

    async def _async_get_sensors(
        self, chassis: str, metrics: JsonObject, known: set[str]
    ) -> dict[str, SensorResource]:
        """Return the sensors in a ThermalMetrics, without those of the host.

        One that cannot be read may be a distance to a limit, and is left out, unless
        the board has none of these sensors.
        """
        excerpts = excerpts_by_sensor(THERMAL_METRICS, temperature_excerpts(metrics))
        new = {key: e for key, e in excerpts.items() if key not in known}
        await self._pool.async_identify(new)
        found: dict[str, SensorResource] = {}
        has_sensors = not self._pool.identities.are_missing(new)
        for key, excerpt in new.items():
            if has_sensors and not self._pool.identities.is_known(key):
                continue
            sensor = sensor_of_excerpt(excerpt, self._pool.get_sensor(key))
            path = sensor.path or f"{chassis}/Sensors/{key}"
            found[path] = replace(sensor, path=path)
        return found

    async def _async_follow(
        self, bodies: Mapping[str, JsonObject], key: str
    ) -> dict[str, JsonObject]:
        """Return the resources that are linked at a key, by the name of each body.

        One that is missing or cannot be read is left out.
        """
        found = {name: find_link(body, key) for name, body in bodies.items()}
        links = {name: link for name, link in found.items() if link}
        linked = await self._reader.members.async_find(links.values())
        return {name: linked[link] for name, link in links.items() if link in linked}


def _thermal(sensors: Iterable[SensorResource]) -> Thermal | None:
    """Return the temperatures among sensors, None if there are none."""
    temperatures = tuple(
        temperature_of_sensor(sensor)
        for sensor in sensors
        if sensor.reading_type == _TEMPERATURE and not sensor.is_headroom
    )
    return Thermal(temperatures=temperatures) if temperatures else None
