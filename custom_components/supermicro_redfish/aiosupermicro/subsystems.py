"""Thermal and Power of boards that have subsystems instead: Gen 14 and OpenBMC.

What these say in many resources is put into the models of the older boards, so that a
caller meets one pair of them.
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
    Endpoint,
)
from .exceptions import NotFoundError
from .links import follow, follow_all
from .models import (
    EnvironmentMetrics,
    Fan,
    FanResource,
    Power,
    PowerControl,
    PowerSupply,
    PowerSupplyMetrics,
    PowerSupplyResource,
    SensorExcerpt,
    SensorResource,
    Temperature,
    Thermal,
    ThermalMetrics,
)
from .resources import Resources

_TURN = 3
"""How many of many small resources are read at a time, after the first time.

Twice that, the system, two metrics and the environment, which both ask for, make ten.
"""

Body = Mapping[str, Any]


class Rotation:
    """Reads many small resources: all at first, then a few each time, in turns."""

    def __init__(self, resources: Resources) -> None:
        """Begin with nothing read."""
        self._resources = resources
        self._bodies: dict[str, Body | None] = {}

    async def async_read(
        self, paths: Iterable[str], turn: int = _TURN
    ) -> dict[str, Body]:
        """Return the resources at these paths as they were last read.

        What is not there any more is left out. A few are read anew, those first
        that were not for the longest time.
        """
        wanted = dict.fromkeys(paths)
        new = [path for path in wanted if path not in self._bodies]
        oldest = [path for path in self._bodies if path in wanted]
        for path in new or oldest[:turn]:
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
        metrics = await self._resources.async_find(THERMAL_METRICS) or {}
        temperatures = _temperatures(metrics)
        environment = await self._async_environment()
        fans = [_fan(_name(speed), speed) for speed in environment.fan_speeds_percent]
        fan_paths = [] if fans else await self._async_members(FANS)
        sensor_paths = [] if temperatures else await self._async_members(SENSORS)
        bodies = await self._thermal.async_read((*fan_paths, *sensor_paths))
        fans = fans or [
            _fan_of_subsystem(FanResource.from_dict(bodies[path]))
            for path in fan_paths
            if path in bodies
        ]
        sensors = [
            SensorResource.from_dict(bodies[path])
            for path in sensor_paths
            if path in bodies
        ]
        temperatures += [_warm(s) for s in sensors if _is_temperature(s)]
        fans = fans or [_turning(s) for s in sensors if _is_fan(s)]
        return Thermal(temperatures=tuple(temperatures), fans=tuple(fans))

    async def async_get_power(self, is_linked: bool) -> Power:  # noqa: FBT001
        """Return the power draw and the power supplies of the chassis.

        Args:
            is_linked: Whether the chassis has a Power, which does not answer.

        Raises:
            NotFoundError: The chassis has nothing that would tell them.

        """
        others = () if is_linked else (ENVIRONMENT_METRICS,)
        await self._resources.async_require_any((POWER_SUBSYSTEM, *others))
        environment = await self._async_environment()
        paths = await self._async_members(POWER_SUPPLIES)
        supplies = list((await self._power.async_read(paths, turn=1)).values())
        places = [follow(supply, "Metrics") for supply in supplies]
        metrics = await self._power.async_read(filter(None, places), turn=_TURN - 1)
        return Power(
            power_control=(
                PowerControl(power_consumed_watts=environment.power_watts.reading),
            ),
            power_supplies=tuple(
                _power_supply(supply, metrics.get(place or "", {}))
                for supply, place in zip(supplies, places, strict=True)
            ),
        )

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all other chassis, by the chassis' names.

        Dozens of them on some machines: worth reading now and then. What the host's
        own chassis tells too is left out.
        """
        host = await self._resources.async_find_known(CHASSIS) or {}
        if "Thermal" in host or "ThermalSubsystem" not in host:
            return {}
        told = await self._resources.async_find_known(THERMAL_METRICS) or {}
        seen = {sensor.name for sensor in _temperatures(told)}
        everything = await self._resources.async_find_known(ALL_CHASSIS) or {}
        inner = {}
        for path in follow_all(everything, "Members"):
            chassis = await self._resources.async_known_at(path)
            metrics = {} if chassis is host else await self._async_metrics(chassis)
            new = [
                sensor for sensor in _temperatures(metrics) if sensor.name not in seen
            ]
            if new:
                inner[path.rpartition("/")[2]] = Thermal(temperatures=tuple(new))
        return inner

    async def _async_environment(self) -> EnvironmentMetrics:
        """Return the fans and the power draw of the chassis."""
        body = await self._resources.async_find(ENVIRONMENT_METRICS)
        return EnvironmentMetrics.from_dict(body or {})

    async def _async_metrics(self, chassis: Body) -> Body:
        """Return the temperatures of a chassis, nothing where it has none."""
        subsystem = follow(chassis, "ThermalSubsystem")
        known = await self._resources.async_known_at(subsystem) if subsystem else {}
        metrics = follow(known, "ThermalMetrics")
        return await self._resources.async_get_at(metrics) if metrics else {}

    async def _async_members(self, endpoint: Endpoint[Any]) -> list[str]:
        """Return the paths of a collection's members, none where there is none."""
        collection = await self._resources.async_find_known(endpoint)
        return follow_all(collection or {}, "Members")


def _name(excerpt: SensorExcerpt) -> str | None:
    """Return the name of the sensor that an excerpt is from."""
    if excerpt.data_source_uri is None:
        return excerpt.device_name
    return excerpt.data_source_uri.rpartition("/")[2].replace("_", " ")


def _temperatures(metrics: Body) -> list[Temperature]:
    """Return the temperatures in a resource of ThermalMetrics."""
    return [
        Temperature(
            name=_name(excerpt),
            reading_celsius=excerpt.reading,
            physical_context=excerpt.physical_context,
        )
        for excerpt in ThermalMetrics.from_dict(metrics).temperature_readings_celsius
    ]


def _fan(name: str | None, speed: SensorExcerpt) -> Fan:
    """Return a fan for its speed.

    OpenBMC writes the duty of a PWM output, in percent, where the rpm belong.
    """
    if speed.speed_rpm is None:
        return Fan(name=name, speed=speed.reading, reading_units="Percent")
    units = "Percent" if "PWM" in (name or "").upper() else "RPM"
    return Fan(name=name, speed=speed.speed_rpm, reading_units=units)


def _fan_of_subsystem(fan: FanResource) -> Fan:
    """Return a fan for its own resource."""
    speed = _fan(fan.name, fan.speed_percent)
    return Fan(
        member_id=fan.id,
        name=fan.name,
        status=fan.status,
        speed=speed.speed,
        reading_units=speed.reading_units,
    )


def _is_temperature(sensor: SensorResource) -> bool:
    """Tell whether a sensor tells how warm it is, not how far from a limit."""
    return sensor.reading_type == "Temperature" and not sensor.is_headroom


def _is_fan(sensor: SensorResource) -> bool:
    """Tell whether a sensor tells how fast something turns."""
    return sensor.reading_type == "Rotational"


def _common(sensor: SensorResource) -> dict[str, Any]:
    """Return what the entries of Thermal have in common."""
    return {
        "member_id": sensor.id,
        "name": sensor.name,
        "status": sensor.status,
        "physical_context": sensor.physical_context,
        "upper_threshold_fatal": sensor.upper_fatal,
        "upper_threshold_critical": sensor.upper_critical,
        "upper_threshold_non_critical": sensor.upper_caution,
        "lower_threshold_non_critical": sensor.lower_caution,
        "lower_threshold_critical": sensor.lower_critical,
        "lower_threshold_fatal": sensor.lower_fatal,
    }


def _warm(sensor: SensorResource) -> Temperature:
    """Return a temperature for its own resource."""
    return Temperature(**_common(sensor), reading_celsius=sensor.reading)


def _turning(sensor: SensorResource) -> Fan:
    """Return a fan for a sensor."""
    return Fan(
        **_common(sensor), speed=sensor.reading, reading_units=sensor.reading_units
    )


def _power_supply(supply: Body, metrics: Body) -> PowerSupply:
    """Return a power supply for its own resource and what it measures."""
    known = PowerSupplyResource.from_dict(supply)
    measured = PowerSupplyMetrics.from_dict(metrics)
    return PowerSupply(
        member_id=known.id,
        name=known.name,
        status=known.status,
        power_supply_type=known.power_supply_type,
        power_capacity_watts=known.power_capacity_watts,
        line_input_voltage=measured.input_voltage.reading,
        power_input_watts=measured.input_power_watts.reading,
        power_output_watts=measured.output_power_watts.reading,
        model=known.model,
        manufacturer=known.manufacturer,
        firmware_version=known.firmware_version,
        serial_number=known.serial_number,
        part_number=known.part_number,
    )
