"""Thermal and Power of boards with subsystems: Gen 14, and boards of sensors alone."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    DynamicData,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from tests.library import CHASSIS, collection, link, requested_paths
from tests.simulator import Bmc

MAX_REQUESTS = 10


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Turn the board into one of Gen 14, as printed in the vendor's guide."""
    gone = dict.fromkeys(("Thermal", "Power", "Sensors"))
    names = ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics")
    bmc.change(CHASSIS, gone | {name: link(f"{CHASSIS}/{name}") for name in names})
    environment = {"PowerWatts": {"Reading": 207.5}}
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", environment)
    _put_thermal(bmc, f"{CHASSIS}/ThermalSubsystem")
    _put_power(bmc, f"{CHASSIS}/PowerSubsystem")
    return bmc


def _put_thermal(bmc: Bmc, thermal: str) -> None:
    """Add a resource for each fan, and one for all temperatures."""
    metrics = f"{thermal}/ThermalMetrics"
    links = {"ThermalMetrics": link(metrics), "Fans": link(f"{thermal}/Fans")}
    bmc.put(thermal, link(thermal) | links)
    readings = [{"DeviceName": "CPU Temp", "Reading": 51}, "nonsense", None]
    bmc.put(metrics, link(metrics) | {"TemperatureReadingsCelsius": readings})
    fans = [f"FAN{number}" for number in range(1, 9)]
    bmc.put(f"{thermal}/Fans", collection(f"{thermal}/Fans", fans))
    for number, name in enumerate(fans, 1):
        speed = {"Reading": 40, "SpeedRPM": 1000 + number}
        body = {"Id": name, "Name": name, "SpeedPercent": speed}
        status = {"Status": {"State": "Enabled", "Health": "OK"}}
        bmc.put(f"{thermal}/Fans/{name}", body | status)


def _put_power(bmc: Bmc, power: str) -> None:
    """Add a resource for each power supply, and one for its metrics."""
    supplies = f"{power}/PowerSupplies"
    bmc.put(power, link(power) | {"PowerSupplies": link(supplies)})
    bmc.put(supplies, collection(supplies, ["1", "2"]))
    for name in ("1", "2"):
        supply: dict[str, Any] = {
            "Id": name,
            "Name": f"Power Supply Bay {name}",
            "PowerCapacityWatts": 2000,
            "Status": {"State": "Enabled", "Health": "OK"},
            "Metrics": link(f"{supplies}/{name}/Metrics"),
        }
        bmc.put(f"{supplies}/{name}", supply)
        watts = {"InputPowerWatts": {"Reading": 110}, "InputVoltage": {"Reading": 230}}
        output = {"OutputPowerWatts": {"Reading": 100}}
        bmc.put(f"{supplies}/{name}/Metrics", watts | output)


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


async def test_poll_reads_parts_in_turns_within_ten_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a few of the small resources in each poll, and return those read so far."""
    numbers: list[int] = []
    speeds = [1000 + number for number in range(1, 9)]
    while True:
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= MAX_REQUESTS
        bmc.requests.clear()
        assert _fans(data) == speeds[: len(_fans(data))]
        assert data.power
        assert data.power.total_power_consumed_watts == 207.5
        numbers.append(len(data.power.power_supplies) + len(_fans(data)))
        if data.is_complete:
            break
    assert numbers == [0, 0, 5, 10]
    for number in range(1, 9):
        path = f"{CHASSIS}/ThermalSubsystem/Fans/FAN{number}"
        bmc.change(path, {"SpeedPercent": {"SpeedRPM": 2000 + number}})
    for _ in range(2):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= MAX_REQUESTS
        bmc.requests.clear()
    assert _fans(data) == list(range(2001, 2009))


async def test_static_read_completes_dynamic_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return everything in the first poll after a static and a dynamic read."""
    await asyncio.gather(
        client.async_get_static_data(), client.async_get_dynamic_data()
    )
    sent = Counter(request.path for request in bmc.requests)
    assert set(sent.values()) == {1}
    bmc.requests.clear()
    data = await client.async_get_dynamic_data()
    assert len(bmc.requests) <= MAX_REQUESTS
    assert data.is_complete
    assert len(_fans(data)) == 8
    assert data.power
    assert {supply.power_output_watts for supply in data.power.power_supplies} == {100}


async def test_static_read_finds_added_parts(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return an added fan and supply after the next static read."""
    await client.async_get_all_data()
    fans = f"{CHASSIS}/ThermalSubsystem/Fans"
    bmc.put(fans, collection(fans, [f"FAN{number}" for number in range(1, 10)]))
    bmc.put(f"{fans}/FAN9", {"Name": "FAN9", "SpeedPercent": {"SpeedRPM": 1009}})
    supplies = f"{CHASSIS}/PowerSubsystem/PowerSupplies"
    bmc.put(supplies, collection(supplies, ["1", "2", "3"]))
    bmc.put(f"{supplies}/3", {"Name": "Power Supply Bay 3"})
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
    """Report the failure with the data that show the fan."""
    fan = f"{CHASSIS}/ThermalSubsystem/Fans/FAN2"
    bmc.fail(fan, status=503)
    assert (await client.async_get_static_data()).errors == {}
    errors = (await client.async_get_dynamic_data()).errors
    assert isinstance(errors["thermal"], ServiceUnavailableError)
    bmc.drop(fan)
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
    """Do not count a supply that was not read yet as failed."""
    power = f"{CHASSIS}/PowerSubsystem"
    group = {"RedundancyType": "NPlusM", "MinNeededInGroup": 1}
    group |= {"MaxSupportedInGroup": 2}
    bmc.change(power, {"PowerSupplyRedundancy": [group], "CapacityWatts": 4000})
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
    bmc.change(f"{power}/PowerSupplies/2", {"Status": {"Health": "Critical"}})
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
    bmc.change(f"{CHASSIS}/EnvironmentMetrics", wanted)
    bmc.change(f"{CHASSIS}/PowerSubsystem", {"CapacityWatts": 0})
    (control,) = (await client.async_get_power()).power_control
    assert control.power_limit.limit_in_watts == limit
    assert control.power_capacity_watts is None


async def test_removed_fan_has_no_reading(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Drop the last reading of a fan that is no longer installed."""
    await client.async_get_thermal()
    for number in range(1, 9):
        bmc.remove(f"{CHASSIS}/ThermalSubsystem/Fans/FAN{number}")
    for _ in range(3):
        thermal = await client.async_get_thermal()
    assert thermal.fans == ()


async def test_power_page_in_html_is_replaced_by_subsystem(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use the subsystem on a Gen 14 board whose link to Power returns HTML."""
    bmc.change(CHASSIS, {"Power": link(f"{CHASSIS}/Power")})
    page = "<html>lighttpd</html>"
    bmc.fail(f"{CHASSIS}/Power", status=200, body=page, content_type="text/html")
    for _ in range(2):
        power = await client.async_get_power()
        assert power.total_power_consumed_watts == 207.5
    assert requested_paths(bmc).count(f"{CHASSIS}/Power") == 1


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
    sensors = f"{CHASSIS}/Sensors"
    bmc.change(CHASSIS, {"Sensors": link(sensors)})
    bmc.put(sensors, collection(sensors, ["CPU", "TLIMIT", "FAN1", "V12"]))
    enabled = {"Status": {"State": "Enabled", "Health": "OK"}}
    warm = {"ReadingType": "Temperature", "Reading": 61.5} | enabled
    limit = {"Thresholds": {"UpperCritical": {"Reading": 95}}}
    bmc.put(f"{sensors}/CPU", warm | {"Name": "CPU Temp"} | limit)
    bmc.put(f"{sensors}/TLIMIT", warm | {"ReadingBasis": "Headroom"})
    turning = {"ReadingType": "Rotational", "ReadingUnits": "RPM", "Reading": 900}
    bmc.put(f"{sensors}/FAN1", turning | enabled | {"Name": "FAN1"})
    bmc.put(f"{sensors}/V12", {"ReadingType": "Voltage", "Reading": 12.1} | enabled)
    thermal = await client.async_get_thermal()
    assert [
        (t.name, t.reading, t.upper_threshold_critical) for t in thermal.temperatures
    ] == [("CPU Temp", 61.5, 95)]
    assert [(fan.name, fan.reading_rpm) for fan in thermal.fans] == [("FAN1", 900)]
    power = await client.async_get_power()
    assert [voltage.reading for voltage in power.voltages] == [12.1]
    sent = Counter(request.path for request in bmc.requests)
    assert {sent[f"{sensors}/{name}"] for name in ("CPU", "FAN1", "TLIMIT")} == {1}


async def test_fan_sensors_are_not_used_before_fans_are_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return no fan under a name that changes in a later poll."""
    sensors = f"{CHASSIS}/Sensors"
    bmc.change(CHASSIS, {"Sensors": link(sensors)})
    bmc.put(sensors, collection(sensors, ["S1"]))
    turning = {"ReadingType": "Rotational", "Reading": 900, "Name": "FAN 1 FRONT"}
    bmc.put(f"{sensors}/S1", turning)
    for _ in range(9):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert "FAN 1 FRONT" not in {fan.name for fan in data.thermal.fans}
    assert data.is_complete
