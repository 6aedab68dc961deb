"""Sensors that are identified while the host is off."""

import pytest

from aiosupermicro import DynamicData, State, SupermicroRedfishClient, Temperature
from tests.library import link
from tests.simulator import Bmc, Board
from tests.simulator.expand import Expand
from tests.simulator.gen14 import (
    ENABLED,
    METRICS,
    SENSORS,
    THERMAL_SUBSYSTEM,
    add_report,
    add_sensors,
    gen14_board,
    sensor,
)

from . import poll_after_discovery, sensor_paths

CPU = f"{SENSORS}/CPU_Temp"
THRESHOLDS = {"Thresholds": {"UpperCritical": {"Reading": 95}}}


@pytest.fixture
def board() -> Board:
    """Return a board of Gen 14 whose chassis has sensors."""
    return gen14_board(add_sensors)


def _set(bmc: Bmc, reading: float | None, state: str) -> None:
    """Set the state of a sensor, and its reading there and in the metrics."""
    bmc.change(CPU, {"Reading": reading, "Status": {"State": state}})
    metrics = bmc.store[METRICS]
    excerpt, *others = metrics["TemperatureReadingsCelsius"]
    excerpts = [excerpt | {"Reading": reading}, *others]
    bmc.put(METRICS, metrics | {"TemperatureReadingsCelsius": excerpts})


def _cpu(data: DynamicData) -> Temperature | None:
    """Return the temperature of the processor, None if it is not listed."""
    assert data.thermal
    found = {sensor.name: sensor for sensor in data.thermal.temperatures}
    return found.get("CPU Temp")


@pytest.mark.parametrize("has_report", [False, True])
@pytest.mark.parametrize("expand", ["bmcweb", "400"])
@pytest.mark.parametrize("state", ["UnavailableOffline", "Disabled", "Absent"])
async def test_sensor_gets_a_reading_after_the_host_is_on(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    *,
    state: str,
    expand: Expand,
    has_report: bool,
) -> None:
    """Show the reading with the next poll, and the thresholds with a static read."""
    bmc.expand = expand
    if has_report:
        add_report(bmc, "Host", sensor_paths(bmc))
    _set(bmc, None, state)
    found = _cpu(await poll_after_discovery(client))
    assert found is None or found.reading is None
    _set(bmc, 61, "Enabled")
    bmc.change(CPU, THRESHOLDS)
    for _ in range(2):
        found = _cpu(await client.async_get_dynamic_data())
    assert found
    assert found.reading == 61
    await client.async_get_static_data()
    found = _cpu(await client.async_get_dynamic_data())
    assert found
    assert found.upper_threshold_critical == 95
    assert found.status.state == State.ENABLED


@pytest.mark.parametrize("expand", ["bmcweb", "400"])
async def test_sensor_without_a_type_is_read_again(
    client: SupermicroRedfishClient, bmc: Bmc, expand: Expand
) -> None:
    """Find the type of a sensor that was absent with the next static read."""
    bmc.expand = expand
    bmc.remove(METRICS)
    bmc.change(THERMAL_SUBSYSTEM, {"ThermalMetrics": None})
    named = link(CPU) | {"Id": "CPU_Temp", "Name": "CPU Temp"}
    bmc.put(CPU, named | {"Status": {"State": "Absent"}})
    assert _cpu(await poll_after_discovery(client)) is None
    bmc.put(CPU, named | sensor("Temperature", 61) | ENABLED)
    await client.async_get_static_data()
    for _ in range(2):
        found = _cpu(await client.async_get_dynamic_data())
    assert found
    assert found.reading == 61
