"""Excerpts of sensors with units and links that differ from those of OpenBMC."""

from typing import Any

import pytest

from aiosupermicro import DynamicData, SupermicroRedfishClient
from tests.library import link
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.gen14 import (
    CHASSIS,
    ENVIRONMENT,
    FANS,
    METRICS,
    SENSORS,
    add_sensors,
    gen14_board,
)

from . import poll_after_discovery

PARTS = (f"{CHASSIS}/Thermal#/Temperatures/{{}}", f"{CHASSIS}/Oem/Readings", None)
"""Links of excerpts to parts of one resource, all to one resource, and none."""


@pytest.fixture
def board() -> Board:
    """Return a board of Gen 14 whose chassis has sensors."""
    return gen14_board(add_sensors)


def _fans(data: DynamicData) -> list[tuple[float | None, str | None]]:
    """Return the speed of each fan with its unit."""
    assert data.thermal
    return [(fan.reading, fan.reading_units) for fan in data.thermal.fans]


def _put_fans(bmc: Bmc, *speeds: dict[str, Any]) -> None:
    """Show fans in EnvironmentMetrics, beside the power draw."""
    body = {"PowerWatts": bmc.store[ENVIRONMENT]["PowerWatts"]}
    bmc.put(ENVIRONMENT, link(ENVIRONMENT) | body | {"FanSpeedsPercent": [*speeds]})


@pytest.mark.parametrize("has_sensor", [True, False])
async def test_fan_with_duty_and_speed_has_the_unit_of_its_value(
    client: SupermicroRedfishClient, bmc: Bmc, *, has_sensor: bool
) -> None:
    """Show the speed, although the sensor shows the duty."""
    path = f"{SENSORS}/Fan_Duty"
    percent = {"ReadingType": "Percent", "ReadingUnits": "%", "Reading": 45}
    bmc.put(path, link(path) | {"Id": "Fan_Duty", "Name": "Fan Duty"} | percent)
    uri = {"DataSourceUri": path} if has_sensor else {}
    _put_fans(bmc, uri | {"DeviceName": "FAN1", "Reading": 45, "SpeedRPM": 9000})
    assert _fans(await poll_after_discovery(client)) == [(9000, "RPM")]


@pytest.mark.parametrize(
    ("name", "speed", "units"),
    [("PWM FAN1", 1001, "RPM"), ("PWM FAN1", 40, "Percent"), ("FAN1", 90, "RPM")],
)
async def test_fan_named_after_its_output_may_show_revolutions(
    client: SupermicroRedfishClient, bmc: Bmc, name: str, speed: int, units: str
) -> None:
    """Take a speed for a duty only if it is named so and at most 100."""
    bmc.change(f"{FANS}/FAN1", {"Name": name, "SpeedPercent": {"SpeedRPM": speed}})
    assert _fans(await poll_after_discovery(client))[0] == (speed, units)


@pytest.mark.parametrize("uri", PARTS)
async def test_excerpts_of_one_resource_are_different_readings(
    client: SupermicroRedfishClient, bmc: Bmc, uri: str | None
) -> None:
    """Show each of them, and the power draw beside fans with the same link."""
    values = {"CPU1 Temp": 91.0, "CPU2 Temp": 40.0, "Inlet": 22.0}

    def linked(place: int) -> dict[str, str]:
        return {"DataSourceUri": uri.format(place)} if uri else {}

    temperatures = [
        linked(place) | {"DeviceName": name, "Reading": value}
        for place, (name, value) in enumerate(values.items())
    ]
    bmc.put(METRICS, link(METRICS) | {"TemperatureReadingsCelsius": temperatures})
    bmc.change(ENVIRONMENT, {"PowerWatts": linked(9) | {"Reading": 207.5}})
    _put_fans(bmc, *(linked(9) | {"SpeedRPM": 8000 + number} for number in (1, 2)))
    data = await poll_after_discovery(client)
    assert data.thermal
    assert data.power
    assert [t.reading for t in data.thermal.temperatures] == [*values.values()]
    assert _fans(data) == [(8001, "RPM"), (8002, "RPM")]
    assert data.power.total_power_consumed_watts == 207.5


def _temperatures(data: DynamicData) -> set[str | None]:
    """Return the names of the temperatures."""
    assert data.thermal
    return {temperature.name for temperature in data.thermal.temperatures}


async def test_metrics_of_a_board_without_sensors_are_temperatures(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Show the readings where all links to sensors are dead."""
    bmc.change(CHASSIS, {"Sensors": REMOVED})
    for path in [path for path in bmc.store.paths if path.startswith(f"{SENSORS}/")]:
        bmc.remove(path)
    data = await poll_after_discovery(client)
    assert _temperatures(data) == {"CPU Temp", "CPU Margin", "Inlet Temp"}
    assert not data.errors


@pytest.mark.parametrize("answer", [{}, {"Id": None, "ReadingType": None}])
async def test_sensor_without_a_type_is_no_temperature(
    client: SupermicroRedfishClient, bmc: Bmc, answer: dict[str, Any]
) -> None:
    """Omit a reading whose sensor is returned without its type."""
    bmc.fail(f"{SENSORS}/CPU_Margin", status=200, body=answer)
    for _ in range(2):
        data = await poll_after_discovery(client)
        assert _temperatures(data) == {"CPU Temp", "Inlet Temp"}


@pytest.mark.parametrize("status", [500, 404])
async def test_excerpt_of_an_unread_sensor_is_no_temperature(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Omit an excerpt until its sensor is read, as it may be a distance to a limit."""
    for name in ("CPU_Margin", "CPU_Temp"):
        bmc.fail(f"{SENSORS}/{name}", status=status)
    data = await client.async_get_dynamic_data(complete=True)
    assert _temperatures(data) == {"Inlet Temp"}
    failed = {f"{SENSORS}/{name}" for name in ("CPU_Margin", "CPU_Temp")}
    assert failed == data.errors.keys()
    await client.async_get_static_data()
    assert _temperatures(await client.async_get_dynamic_data()) == {"Inlet Temp"}
    bmc.heal()
    assert _temperatures(await client.async_get_dynamic_data()) == {"Inlet Temp"}
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert _temperatures(data) == {"Inlet Temp", "CPU Temp"}
