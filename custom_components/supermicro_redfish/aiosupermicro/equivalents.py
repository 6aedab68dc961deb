"""Parts of newer boards as the models of the older ones have them."""

from __future__ import annotations

from typing import Any

from .documents import Body
from .models import (
    EnvironmentMetrics,
    Fan,
    FanResource,
    PowerControl,
    PowerLimit,
    PowerSubsystem,
    PowerSupply,
    PowerSupplyMetrics,
    PowerSupplyResource,
    SensorExcerpt,
    SensorResource,
    Temperature,
    ThermalMetrics,
    Voltage,
)

_NO_LIMIT = "Disabled"


def _name(excerpt: SensorExcerpt) -> str | None:
    """Return the name of the sensor that an excerpt is from."""
    if excerpt.data_source_uri is None:
        return excerpt.device_name
    return excerpt.data_source_uri.rpartition("/")[2].replace("_", " ")


def temperatures_of_metrics(metrics: Body) -> list[Temperature]:
    """Return the temperatures in a resource of ThermalMetrics."""
    return [
        Temperature(
            name=_name(excerpt),
            reading_celsius=excerpt.reading,
            physical_context=excerpt.physical_context,
        )
        for excerpt in ThermalMetrics.from_dict(metrics).temperature_readings_celsius
    ]


def fan_of_excerpt(speed: SensorExcerpt) -> Fan:
    """Return a fan for its speed in EnvironmentMetrics."""
    return _fan(_name(speed), speed)


def _fan(name: str | None, speed: SensorExcerpt) -> Fan:
    """Return a fan for its speed.

    OpenBMC writes the duty of a PWM output, in percent, where the rpm belong.
    """
    if speed.speed_rpm is None:
        return Fan(name=name, speed=speed.reading, reading_units="Percent")
    units = "Percent" if "PWM" in (name or "").upper() else "RPM"
    return Fan(name=name, speed=speed.speed_rpm, reading_units=units)


def fan_of_resource(fan: FanResource) -> Fan:
    """Return a fan for its own resource."""
    speed = _fan(fan.name, fan.speed_percent)
    return Fan(
        member_id=fan.id,
        name=fan.name,
        status=fan.status,
        speed=speed.speed,
        reading_units=speed.reading_units,
    )


def _common(sensor: SensorResource) -> dict[str, Any]:
    """Return what the entries of Thermal and Power have in common."""
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


def temperature_of_sensor(sensor: SensorResource) -> Temperature:
    """Return a temperature for its own resource."""
    return Temperature(**_common(sensor), reading_celsius=sensor.reading)


def fan_of_sensor(sensor: SensorResource) -> Fan:
    """Return a fan for a sensor."""
    return Fan(
        **_common(sensor), speed=sensor.reading, reading_units=sensor.reading_units
    )


def voltage_of_sensor(sensor: SensorResource) -> Voltage:
    """Return a voltage for a sensor."""
    return Voltage(**_common(sensor), reading_volts=sensor.reading)


def power_control(
    environment: EnvironmentMetrics, subsystem: PowerSubsystem
) -> PowerControl:
    """Return the power draw of a chassis, what it may draw, and what it can."""
    limit = environment.power_limit_watts
    is_limited = limit.control_mode != _NO_LIMIT
    return PowerControl(
        power_consumed_watts=environment.power_watts.reading,
        # Gen 14 boards whose supplies tell nothing say 0.
        power_capacity_watts=subsystem.capacity_watts or None,
        power_limit=PowerLimit(limit_in_watts=limit.set_point if is_limited else None),
    )


def power_supply(supply: Body, metrics: Body) -> PowerSupply:
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
