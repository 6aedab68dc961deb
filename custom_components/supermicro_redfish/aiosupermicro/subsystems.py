"""Thermal and Power of boards that have subsystems instead: Gen 14 and OpenBMC.

What these say in many resources is put into the two documents of the older boards,
so that a caller meets one pair of models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .endpoints import (
    ALL_CHASSIS,
    CHASSIS,
    ENVIRONMENT_METRICS,
    FANS,
    POWER_SUBSYSTEM,
    POWER_SUPPLIES,
    SENSORS,
    THERMAL_METRICS,
    THERMAL_SUBSYSTEM,
)
from .exceptions import NotFoundError
from .links import follow, follow_all
from .models import Power, Thermal
from .resources import Resources

_TURN = 3
"""How many of many small resources are read at a time, after the first time."""

_THRESHOLDS = {
    "UpperFatal": "UpperThresholdFatal",
    "UpperCritical": "UpperThresholdCritical",
    "UpperCaution": "UpperThresholdNonCritical",
    "LowerCaution": "LowerThresholdNonCritical",
    "LowerCritical": "LowerThresholdCritical",
    "LowerFatal": "LowerThresholdFatal",
}

Body = Mapping[str, Any]


class Rotation:
    """Reads many small resources: all at first, then a few each time, in turns."""

    def __init__(self, resources: Resources) -> None:
        """Begin with nothing read."""
        self._resources = resources
        self._bodies: dict[str, Body | None] = {}

    async def async_read(self, paths: Iterable[str]) -> dict[str, Body]:
        """Return the resources at these paths as they were last read.

        What is not there any more is left out. A few are read anew, those first
        that were not for the longest time.
        """
        wanted = dict.fromkeys(paths)
        new = [path for path in wanted if path not in self._bodies]
        oldest = [path for path in self._bodies if path in wanted]
        for path in new or oldest[:_TURN]:
            self._bodies.pop(path, None)
            self._bodies[path] = await self._async_find(path)
        found = ((path, self._bodies[path]) for path in wanted)
        return {path: body for path, body in found if body is not None}

    async def _async_find(self, path: str) -> Body | None:
        """Return a resource as it is now, None where there is none any more."""
        try:
            return await self._resources.async_get_at(path)
        except NotFoundError:
            return None


class Subsystems:
    """Fills Thermal and Power from what newer boards have in their place."""

    def __init__(self, resources: Resources) -> None:
        """Begin with nothing read."""
        self._resources = resources
        self._thermal = Rotation(resources)
        self._power = Rotation(resources)

    async def async_get_thermal(self, is_linked: bool) -> Thermal:  # noqa: FBT001
        """Return the temperatures and fans of the chassis.

        Args:
            is_linked: Whether the chassis has a Thermal, which does not answer: then
                only a subsystem shows that the board is one of the newer ones.

        Raises:
            NotFoundError: The chassis has nothing that would tell them.

        """
        others = () if is_linked else (ENVIRONMENT_METRICS, SENSORS)
        await self._resources.async_require_any((THERMAL_SUBSYSTEM, *others))
        metrics = await self._resources.async_find(THERMAL_METRICS)
        environment = await self._resources.async_find(ENVIRONMENT_METRICS)
        excerpts = _entries(metrics, "TemperatureReadingsCelsius")
        temperatures = [_temperature(excerpt) for excerpt in excerpts]
        fans = [_fan(excerpt) for excerpt in _entries(environment, "FanSpeedsPercent")]
        if not fans:
            members = await self._async_members(self._thermal, FANS)
            fans = [_fan_of_subsystem(fan) for fan in members]
        if not temperatures:
            sensors = await self._async_members(self._thermal, SENSORS)
            temperatures = _of_type(sensors, "Temperature", "ReadingCelsius")
            fans = fans or _of_type(sensors, "Rotational", "Reading")
        return Thermal.from_dict({"Temperatures": temperatures, "Fans": fans})

    async def async_get_power(self, is_linked: bool) -> Power:  # noqa: FBT001
        """Return the power draw and the power supplies of the chassis.

        Args:
            is_linked: Whether the chassis has a Power, which does not answer.

        Raises:
            NotFoundError: The chassis has nothing that would tell them.

        """
        others = () if is_linked else (ENVIRONMENT_METRICS,)
        await self._resources.async_require_any((POWER_SUBSYSTEM, *others))
        environment = await self._resources.async_find(ENVIRONMENT_METRICS) or {}
        supplies = await self._async_members(self._power, POWER_SUPPLIES)
        paths = [path for supply in supplies if (path := follow(supply, "Metrics"))]
        metrics = await self._power.async_read(paths)
        return Power.from_dict(
            {
                "PowerControl": [_power_control(environment)],
                "PowerSupplies": [
                    _power_supply(supply, metrics.get(follow(supply, "Metrics") or ""))
                    for supply in supplies
                ],
            }
        )

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all other chassis, by the chassis' names.

        Dozens of them on some machines: worth reading now and then. What the host's
        own chassis tells too is left out.
        """
        host = await self._resources.async_find_known(CHASSIS) or {}
        if "Thermal" in host or "ThermalSubsystem" not in host:
            return {}
        seen = set(_sources(await self._resources.async_find_known(THERMAL_METRICS)))
        inner = {}
        everything = await self._resources.async_find_known(ALL_CHASSIS)
        for path in follow_all(everything or {}, "Members"):
            chassis = await self._resources.async_known_at(path)
            metrics = None if chassis is host else await self._async_metrics(chassis)
            new = [
                _temperature(excerpt)
                for excerpt in _entries(metrics, "TemperatureReadingsCelsius")
                if follow(excerpt, "DataSourceUri") not in seen
            ]
            if new:
                inner[path.rpartition("/")[2]] = Thermal.from_dict(
                    {"Temperatures": new}
                )
        return inner

    async def _async_metrics(self, chassis: Body) -> Body | None:
        """Return the temperatures of a chassis, None where it has none."""
        subsystem = follow(chassis, "ThermalSubsystem")
        if subsystem is None:
            return None
        known = await self._resources.async_known_at(subsystem)
        metrics = follow(known, "ThermalMetrics")
        return None if metrics is None else await self._resources.async_get_at(metrics)

    async def _async_members(self, rotation: Rotation, endpoint: Any) -> list[Body]:
        """Return the members of a collection, none where there is no such one."""
        collection = await self._resources.async_find_known(endpoint)
        paths = follow_all(collection or {}, "Members")
        return list((await rotation.async_read(paths)).values())


def _sources(metrics: Body | None) -> list[str | None]:
    """Return the sensors that temperatures are from."""
    entries = _entries(metrics, "TemperatureReadingsCelsius")
    return [follow(excerpt, "DataSourceUri") for excerpt in entries]


def _entries(body: Body | None, key: str) -> list[Body]:
    """Return the objects in an array of a resource."""
    entries = (body or {}).get(key)
    entries = entries if isinstance(entries, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _reading(body: Body, key: str) -> Any:
    """Return the reading of an excerpt inside a resource."""
    excerpt = body.get(key)
    return excerpt.get("Reading") if isinstance(excerpt, Mapping) else None


def _excerpt_name(excerpt: Body) -> Any:
    """Return the name of the sensor that an excerpt is from."""
    source = follow(excerpt, "DataSourceUri")
    if source is None:
        return excerpt.get("DeviceName")
    return source.rpartition("/")[2].replace("_", " ")


def _temperature(excerpt: Body) -> Body:
    """Return an entry of Thermal.Temperatures."""
    return {
        "Name": _excerpt_name(excerpt),
        "ReadingCelsius": excerpt.get("Reading"),
        "PhysicalContext": excerpt.get("PhysicalContext"),
    }


def _fan(excerpt: Body) -> Body:
    """Return an entry of Thermal.Fans.

    OpenBMC writes the duty of a PWM output, in percent, where the rpm belong.
    """
    name, rpm = _excerpt_name(excerpt), excerpt.get("SpeedRPM")
    is_rpm = rpm is not None and "PWM" not in str(name).upper()
    percent = excerpt.get("Reading") if rpm is None else rpm
    return {
        "Name": name,
        "Reading": rpm if is_rpm else percent,
        "ReadingUnits": "RPM" if is_rpm else "Percent",
    }


def _fan_of_subsystem(fan: Body) -> Body:
    """Return an entry of Thermal.Fans for a Fan resource."""
    speed = fan.get("SpeedPercent")
    excerpt = dict(speed) if isinstance(speed, Mapping) else {}
    excerpt.pop("DataSourceUri", None)
    name = {"DeviceName": fan.get("Name")}
    return {"MemberId": fan.get("Id"), "Status": fan.get("Status")} | dict(
        _fan(excerpt | name)
    )


def _of_type(sensors: list[Body], reading_type: str, key: str) -> list[Body]:
    """Return the entries of Thermal for the sensors of a type."""
    return [
        {
            "MemberId": sensor.get("Id"),
            "Name": sensor.get("Name"),
            "Status": sensor.get("Status"),
            "PhysicalContext": sensor.get("PhysicalContext"),
            key: sensor.get("Reading"),
            "ReadingUnits": sensor.get("ReadingUnits"),
        }
        | _thresholds(sensor)
        for sensor in sensors
        if sensor.get("ReadingType") == reading_type
    ]


def _thresholds(sensor: Body) -> dict[str, Any]:
    """Return the thresholds of a sensor under the names that Thermal gives them."""
    thresholds = sensor.get("Thresholds")
    if not isinstance(thresholds, Mapping):
        return {}
    return {old: _reading(thresholds, new) for new, old in _THRESHOLDS.items()}


def _power_control(environment: Body) -> Body:
    """Return an entry of Power.PowerControl."""
    return {"PowerConsumedWatts": _reading(environment, "PowerWatts")}


def _power_supply(supply: Body, metrics: Body | None) -> Body:
    """Return an entry of Power.PowerSupplies."""
    metrics = metrics or {}
    return {
        **supply,
        "MemberId": supply.get("Id"),
        "LineInputVoltage": _reading(metrics, "InputVoltage"),
        "PowerInputWatts": _reading(metrics, "InputPowerWatts"),
        "PowerOutputWatts": _reading(metrics, "OutputPowerWatts"),
    }
