"""Thermal and Power of boards with subsystems (Gen 14) or with sensors only."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    DynamicData,
    NotFoundError,
    SupermicroRedfishClient,
)
from tests.library import (
    CHASSIS,
    POWER,
    collection,
    link,
    put_collection,
    requested_paths,
)
from tests.simulator import Bmc
from tests.simulator.gen14 import (
    ENABLED,
    ENVIRONMENT,
    FANS,
    METRICS,
    POWER_SUBSYSTEM,
    SENSORS,
    SUPPLIES,
    add_sensors,
    make_gen14,
)


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Turn the board into one of Gen 14."""
    make_gen14(bmc)
    return bmc


async def _poll(
    client: SupermicroRedfishClient, bmc: Bmc, times: int = 1
) -> DynamicData:
    """Return the data of the last poll; require at most ten requests in each poll."""
    for _ in range(times):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 10
        bmc.requests.clear()
    return data


async def test_subsystems_fill_thermal_and_power(
    client: SupermicroRedfishClient,
) -> None:
    """Return temperatures, fans, power draw and supplies in the older models."""
    data = await client.async_get_all_data()
    assert data.is_complete
    assert data.thermal
    assert data.power
    assert [(t.name, t.reading) for t in data.thermal.temperatures] == [
        ("CPU Temp", 51)
    ]
    assert [(fan.name, fan.reading_rpm) for fan in data.thermal.fans] == [
        (f"FAN{number}", 1000 + number) for number in range(1, 9)
    ]
    assert data.power.total_power_consumed_watts == 207.5
    supply = data.power.power_supplies[1]
    assert supply.name == "Power Supply Bay 2"
    assert supply.power_input_watts == 110
    assert supply.power_output_watts == 100
    assert supply.line_input_voltage == 230
    assert supply.status.is_healthy


def _fans(data: DynamicData) -> list[float | None]:
    """Return the readings of the fans."""
    assert data.thermal
    return [fan.reading for fan in data.thermal.fans]


async def test_poll_returns_parts_read_so_far(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a few of the small resources in each poll, and return those read so far."""
    numbers: list[int] = []
    speeds = [1000 + number for number in range(1, 9)]
    while True:
        data = await _poll(client, bmc)
        assert _fans(data) == speeds[: len(_fans(data))]
        assert data.power
        assert data.power.total_power_consumed_watts == 207.5
        numbers.append(len(data.power.power_supplies) + len(_fans(data)))
        if data.is_complete:
            break
    assert numbers == [0, 0, 5, 10]
    for number in range(1, 9):
        speed = {"SpeedPercent": {"SpeedRPM": 2000 + number}}
        bmc.change(f"{FANS}/FAN{number}", speed)
    data = await _poll(client, bmc, 2)
    assert _fans(data) == list(range(2001, 2009))


async def test_poll_without_identified_temperatures_is_incomplete(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Leave out readings until their sensors show that they are temperatures."""
    add_sensors(bmc)
    bmc.change(CHASSIS, {"Power": link(POWER)})
    bmc.change(ENVIRONMENT, {"FanSpeedsPercent": [{"DeviceName": "F", "SpeedRPM": 9}]})
    for expected in ([], ["CPU Temp", "Inlet Temp"]):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert [part.name for part in data.thermal.temperatures] == expected
        assert data.is_complete is bool(expected)


def _put_parts(bmc: Bmc, reading: int) -> None:
    """Give a board twelve fans and sensors and four supplies, all with one reading."""
    power = {"OutputPowerWatts": {"Reading": reading}}
    for path, names in {
        FANS: [f"FAN{number}" for number in range(12)],
        SENSORS: [f"T{number}" for number in range(12)],
        SUPPLIES: [str(number) for number in range(4)],
    }.items():
        body = {"Reading": reading, "ReadingType": "Temperature"}
        speed = {"SpeedPercent": {"SpeedRPM": reading}}
        parts = {
            name: {"Id": name, "Name": name, "Metrics": link(f"{path}/{name}/Metrics")}
            for name in names
        }
        put_collection(bmc, path, {n: part | body | speed for n, part in parts.items()})
        for name in names:
            bmc.put(f"{path}/{name}/Metrics", power)


async def test_poll_reads_all_parts_within_ten_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all fans, sensors, supplies and their metrics in turns."""
    bmc.change(CHASSIS, {"Sensors": link(SENSORS)})
    bmc.put(METRICS, link(METRICS) | {"TemperatureReadingsCelsius": []})
    _put_parts(bmc, 1)
    assert (await _poll(client, bmc, 9)).is_complete
    _put_parts(bmc, 2)
    data = await _poll(client, bmc, 8)
    assert data.thermal
    assert {t.reading for t in data.thermal.temperatures} == {2}
    assert {fan.reading_rpm for fan in data.thermal.fans} == {2}
    assert data.power
    assert {item.power_output_watts for item in data.power.power_supplies} == {2}
    assert len(data.thermal.temperatures) == len(data.thermal.fans) == 12


async def test_static_read_completes_dynamic_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return everything in the first poll after a static and a dynamic read."""
    await asyncio.gather(
        client.async_get_static_data(), client.async_get_dynamic_data()
    )
    sent = Counter((request.path, request.query) for request in bmc.requests)
    assert set(sent.values()) == {1}
    bmc.requests.clear()
    data = await _poll(client, bmc)
    assert data.is_complete
    assert len(_fans(data)) == 8
    assert data.power
    assert {supply.power_output_watts for supply in data.power.power_supplies} == {100}


async def test_static_read_finds_added_parts(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return an added fan and supply after the next static read."""
    await client.async_get_all_data()
    bmc.put(FANS, collection(FANS, [f"FAN{number}" for number in range(1, 10)]))
    bmc.put(f"{FANS}/FAN9", {"Name": "FAN9", "SpeedPercent": {"SpeedRPM": 1009}})
    bmc.put(SUPPLIES, collection(SUPPLIES, ["1", "2", "3"]))
    bmc.put(f"{SUPPLIES}/3", {"Name": "Power Supply Bay 3"})
    data = await client.async_get_dynamic_data()
    assert 1009 not in _fans(data)
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert 1009 in _fans(data)
    assert data.power
    assert len(data.power.power_supplies) == 3


async def test_failed_fan_is_an_error_of_dynamic_data_only(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report the failure with the data that contain the fan."""
    fan = f"{FANS}/FAN2"
    bmc.fail(fan, status=503)
    assert (await client.async_get_static_data()).errors == {}
    errors = (await client.async_get_dynamic_data()).errors
    assert [*errors] == [fan]
    bmc.drop("*")
    with pytest.raises(ConnectionError):
        await client.async_get_static_data()
    bmc.heal()
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert len(_fans(data)) == 8
    bmc.fail(fan, status=404)
    for _ in range(2):
        data = await client.async_get_dynamic_data()
    assert 1002 not in _fans(data)
    assert data.is_complete


async def test_redundancy_is_none_until_all_supplies_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return None until all supplies are read."""
    limits = {"MinNeededInGroup": 1, "MaxSupportedInGroup": 2}
    group = {"RedundancyType": "NPlusM"} | limits
    changes = {"PowerSupplyRedundancy": [group], "CapacityWatts": 4000}
    bmc.change(POWER_SUBSYSTEM, changes)
    redundant = []
    for _ in range(5):
        data = await client.async_get_dynamic_data()
        assert data.power
        redundant.append(data.power.is_redundant)
    assert redundant[:2] == [None, None]
    assert False not in redundant
    assert redundant[-1] is True
    assert data.power
    assert data.power.redundancy[0].mode == "NPlusM"
    assert data.power.power_control[0].power_capacity_watts == 4000
    bmc.change(f"{SUPPLIES}/2", {"Status": {"Health": "Critical"}})
    for _ in range(2):
        data = await client.async_get_dynamic_data()
    assert data.power
    assert data.power.is_redundant is False


@pytest.mark.parametrize(("mode", "limit"), [("Automatic", 900), ("Disabled", None)])
async def test_power_limit_applies_in_automatic_mode(
    client: SupermicroRedfishClient, bmc: Bmc, mode: str, limit: int | None
) -> None:
    """Return no limit while the control is disabled, and no capacity of 0."""
    wanted = {"PowerLimitWatts": {"SetPoint": 900, "ControlMode": mode}}
    bmc.change(ENVIRONMENT, wanted)
    bmc.change(POWER_SUBSYSTEM, {"CapacityWatts": 0})
    (control,) = (await client.async_get_power()).power_control
    assert control.power_limit.limit_in_watts == limit
    assert control.power_capacity_watts is None


async def test_removed_fan_has_no_reading(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Drop the last reading of a fan that is no longer installed."""
    await client.async_get_thermal()
    for number in range(1, 9):
        bmc.remove(f"{FANS}/FAN{number}")
    for _ in range(3):
        thermal = await client.async_get_thermal()
    assert thermal.fans == ()


async def test_power_page_in_html_is_replaced_by_subsystem(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use the subsystem on a Gen 14 board whose link to Power returns HTML."""
    bmc.change(CHASSIS, {"Power": link(POWER)})
    page = "<html>lighttpd</html>"
    bmc.fail(POWER, status=200, body=page, content_type="text/html")
    for _ in range(2):
        power = await client.async_get_power()
        assert power.total_power_consumed_watts == 207.5
    assert requested_paths(bmc).count(POWER) == 1


async def test_chassis_without_sensors_is_not_found(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise NotFoundError instead of returning an empty list."""
    for name in ("ThermalSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: None})
    with pytest.raises(NotFoundError):
        await client.async_get_thermal()


async def test_sensors_alone_fill_thermal_and_power(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read each sensor once, and leave out distances to a limit."""
    for name in ("ThermalSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: None})
    bmc.change(CHASSIS, {"Sensors": link(SENSORS)})
    warm = {"ReadingType": "Temperature", "Reading": 61.5}
    limit = {"Thresholds": {"UpperCritical": {"Reading": 95}}}
    turning = {"ReadingType": "Rotational", "ReadingUnits": "RPM", "Reading": 900}
    sensors: dict[str, dict[str, Any]] = {
        "CPU": warm | {"Name": "CPU Temp"} | limit,
        "TLIMIT": warm | {"ReadingBasis": "Headroom"},
        "FAN1": turning | {"Name": "FAN1"},
        "V12": {"ReadingType": "Voltage", "Reading": 12.1},
    }
    enabled = {name: body | ENABLED for name, body in sensors.items()}
    put_collection(bmc, SENSORS, enabled)
    thermal = await client.async_get_thermal()
    assert [
        (t.name, t.reading, t.upper_threshold_critical) for t in thermal.temperatures
    ] == [("CPU Temp", 61.5, 95)]
    assert [(fan.name, fan.reading_rpm) for fan in thermal.fans] == [("FAN1", 900)]
    power = await client.async_get_power()
    assert [voltage.reading for voltage in power.voltages] == [12.1]
    sent = Counter(requested_paths(bmc))
    assert {sent[f"{SENSORS}/{name}"] for name in ("CPU", "FAN1", "TLIMIT")} == {1}


async def test_fan_sensors_are_not_used_before_fans_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return no fan under a name that changes in a later poll."""
    bmc.change(CHASSIS, {"Sensors": link(SENSORS)})
    turning = {"ReadingType": "Rotational", "Reading": 900, "Name": "FAN 1 FRONT"}
    put_collection(bmc, SENSORS, {"S1": turning})
    for _ in range(9):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert "FAN 1 FRONT" not in {fan.name for fan in data.thermal.fans}
    assert data.is_complete
