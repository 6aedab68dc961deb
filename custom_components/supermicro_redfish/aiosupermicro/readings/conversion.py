"""Convert resources of newer boards to the models of the older ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..models import (
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
    Voltage,
)
from ..payload import JsonObject

_NO_LIMIT = "Disabled"
_MAX_PERCENT = 100


def _sensor_id(excerpt: SensorExcerpt) -> str | None:
    """Return the Id of an excerpt's sensor, from the link to the sensor if any."""
    return (excerpt.sensor_path or "").rpartition("/")[2] or None


def _sensor_name(excerpt: SensorExcerpt) -> str | None:
    """Return the name of an excerpt's sensor, based on its Id if available."""
    sensor_id = _sensor_id(excerpt)
    return sensor_id.replace("_", " ") if sensor_id else excerpt.device_name


def temperature_of_excerpt(
    excerpt: SensorExcerpt, value: float | None, sensor: SensorResource | None
) -> Temperature | None:
    """Convert an excerpt to a temperature; return None for a distance to a limit.

    Args:
        excerpt: An excerpt in ThermalMetrics.
        value: The newest reading of its sensor.
        sensor: The sensor, None if it is not known.

    """
    if sensor is None:
        temperature = Temperature(physical_context=excerpt.physical_context)
    elif sensor.is_headroom:
        return None
    else:
        temperature = temperature_of_sensor(sensor)
    return replace(
        temperature,
        member_id=_sensor_id(excerpt),
        name=_sensor_name(excerpt),
        reading_celsius=value,
        data_source_uri=excerpt.data_source_uri,
    )


def sensor_of_excerpt(
    excerpt: SensorExcerpt, sensor: SensorResource | None
) -> SensorResource:
    """Convert an excerpt in ThermalMetrics to a sensor, based on its own if known."""
    own = sensor or SensorResource(
        reading_type="Temperature", physical_context=excerpt.physical_context
    )
    return replace(
        own,
        id=_sensor_id(excerpt),
        name=_sensor_name(excerpt),
        reading=excerpt.reading,
        path=excerpt.sensor_path,
    )


def fan_of_excerpt(
    speed: SensorExcerpt, value: float | None, sensor: SensorResource | None
) -> Fan:
    """Convert a fan speed in EnvironmentMetrics; see `temperature_of_excerpt`."""
    fan = Fan() if sensor is None else fan_of_sensor(sensor)
    own = _fan(_sensor_name(speed), speed)
    return replace(
        fan,
        member_id=_sensor_id(speed),
        name=own.name,
        speed=value,
        reading_units=fan.reading_units or own.reading_units,
    )


def _fan(name: str | None, speed: SensorExcerpt) -> Fan:
    """Return a fan with a speed reading.

    OpenBMC reports the duty of a PWM output, in percent, in the field for the rpm.
    """
    if speed.speed_rpm is None:
        return Fan(name=name, speed=speed.reading, reading_units="Percent")
    is_duty = "PWM" in (name or "").upper() and speed.speed_rpm <= _MAX_PERCENT
    units = "Percent" if is_duty else "RPM"
    return Fan(name=name, speed=speed.speed_rpm, reading_units=units)


def fan_of_resource(fan: FanResource) -> Fan:
    """Convert a Fan resource to a fan."""
    speed = _fan(fan.name, fan.speed_percent)
    return Fan(
        member_id=fan.id,
        name=fan.name,
        status=fan.status,
        speed=speed.speed,
        reading_units=speed.reading_units,
    )


def _common_fields(sensor: SensorResource) -> dict[str, Any]:
    """Return the fields that all entries of Thermal and Power have."""
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
    """Convert a Sensor resource to a temperature."""
    return Temperature(
        **_common_fields(sensor),
        reading_celsius=sensor.reading,
        data_source_uri=sensor.path,
    )


def fan_of_sensor(sensor: SensorResource) -> Fan:
    """Convert a Sensor resource to a fan."""
    return Fan(
        **_common_fields(sensor),
        speed=sensor.reading,
        reading_units=sensor.reading_units,
    )


def voltage_of_sensor(sensor: SensorResource) -> Voltage:
    """Convert a Sensor resource to a voltage."""
    return Voltage(**_common_fields(sensor), reading_volts=sensor.reading)


def power_control(
    environment: EnvironmentMetrics, watts: float | None, subsystem: PowerSubsystem
) -> PowerControl:
    """Return the power draw of a chassis, its limit and its capacity."""
    limit = environment.power_limit_watts
    is_limited = limit.control_mode != _NO_LIMIT
    return PowerControl(
        power_consumed_watts=watts,
        # Gen 14 boards whose supplies report nothing have 0 here.
        power_capacity_watts=subsystem.capacity_watts or None,
        power_limit=PowerLimit(limit_in_watts=limit.set_point if is_limited else None),
    )


def power_supply(supply: JsonObject, metrics: JsonObject) -> PowerSupply:
    """Convert a PowerSupply resource and its metrics to a power supply."""
    resource = PowerSupplyResource.from_dict(supply)
    readings = PowerSupplyMetrics.from_dict(metrics)
    return PowerSupply(
        member_id=resource.id,
        name=resource.name,
        status=resource.status,
        power_supply_type=resource.power_supply_type,
        power_capacity_watts=resource.power_capacity_watts,
        line_input_voltage=readings.input_voltage.reading,
        power_input_watts=readings.input_power_watts.reading,
        power_output_watts=readings.output_power_watts.reading,
        model=resource.model,
        manufacturer=resource.manufacturer,
        firmware_version=resource.firmware_version,
        serial_number=resource.serial_number,
        part_number=resource.part_number,
    )
