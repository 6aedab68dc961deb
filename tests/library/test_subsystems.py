"""Boards without Thermal and Power fill the same models from what they have."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import NotFoundError, SupermicroRedfishClient
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, serve

OPENBMC = "gb300-openbmc"
CHASSIS = "/redfish/v1/Chassis/1"
MOST_REQUESTS = 10


def _link(path: str) -> dict[str, str]:
    """Return a link to a resource."""
    return {"@odata.id": path}


def _collection(path: str, names: list[str]) -> dict[str, Any]:
    """Return a collection with members of these names."""
    return _link(path) | {"Members": [_link(f"{path}/{name}") for name in names]}


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Turn the board into one of Gen 14: as printed in the vendor's guide."""
    for name in ("Thermal", "Power", "Sensors"):
        bmc.change(CHASSIS, {name: None})
    bmc.change(
        CHASSIS,
        {
            name: _link(f"{CHASSIS}/{name}")
            for name in ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics")
        },
    )
    thermal, power = f"{CHASSIS}/ThermalSubsystem", f"{CHASSIS}/PowerSubsystem"
    bmc.put(
        thermal,
        _link(thermal)
        | {"ThermalMetrics": _link(f"{thermal}/ThermalMetrics")}
        | {"Fans": _link(f"{thermal}/Fans")},
    )
    readings = [{"DeviceName": "CPU Temp", "Reading": 51}, "nonsense", None]
    metrics = f"{thermal}/ThermalMetrics"
    bmc.put(metrics, _link(metrics) | {"TemperatureReadingsCelsius": readings})
    fans = [f"FAN{number}" for number in range(1, 9)]
    bmc.put(f"{thermal}/Fans", _collection(f"{thermal}/Fans", fans))
    for number, name in enumerate(fans, 1):
        speed = {"Reading": 40, "SpeedRPM": 1000 + number}
        body = {"Id": name, "Name": name, "SpeedPercent": speed}
        status = {"Status": {"State": "Enabled", "Health": "OK"}}
        bmc.put(f"{thermal}/Fans/{name}", body | status)
    supplies = f"{power}/PowerSupplies"
    bmc.put(power, _link(power) | {"PowerSupplies": _link(supplies)})
    bmc.put(supplies, _collection(supplies, ["1", "2"]))
    for name in ("1", "2"):
        supply: dict[str, Any] = {
            "Id": name,
            "Name": f"Power Supply Bay {name}",
            "PowerCapacityWatts": 2000,
            "Status": {"State": "Enabled", "Health": "OK"},
            "Metrics": _link(f"{supplies}/{name}/Metrics"),
        }
        bmc.put(f"{supplies}/{name}", supply)
        watts = {"InputPowerWatts": {"Reading": 110}, "InputVoltage": {"Reading": 230}}
        output = {"OutputPowerWatts": {"Reading": 100}}
        bmc.put(f"{supplies}/{name}/Metrics", watts | output)
    environment = {"PowerWatts": {"Reading": 207.5}}
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", environment)
    return bmc


async def test_the_same_models_are_filled(client: SupermicroRedfishClient) -> None:
    """Temperatures, fans, power draw and supplies are where they are on old boards."""
    data = await client.async_get_dynamic_data()
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


async def test_no_refresh_asks_for_more_than_ten(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Of many small resources a few are read each time, in turns."""
    await client.async_get_dynamic_data()
    for number in range(1, 9):
        path = f"{CHASSIS}/ThermalSubsystem/Fans/FAN{number}"
        bmc.change(path, {"SpeedPercent": {"SpeedRPM": 2000 + number}})
    for _ in range(3):
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= MOST_REQUESTS
    assert data.thermal
    assert [fan.reading for fan in data.thermal.fans] == list(range(2001, 2009))


async def test_what_is_taken_out_is_gone(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A fan that is no longer there has no reading that stays."""
    await client.async_get_thermal()
    for number in range(1, 9):
        bmc.remove(f"{CHASSIS}/ThermalSubsystem/Fans/FAN{number}")
    for _ in range(3):
        thermal = await client.async_get_thermal()
    assert thermal.fans == ()


async def test_a_power_that_answers_with_a_page(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A Gen 14 board links to Power, and answers it with HTML."""
    bmc.change(CHASSIS, {"Power": _link(f"{CHASSIS}/Power")})
    page = "<html>lighttpd</html>"
    bmc.fail(f"{CHASSIS}/Power", status=200, body=page, content_type="text/html")
    for _ in range(2):
        power = await client.async_get_power()
        assert power.total_power_consumed_watts == 207.5
    assert [r.path for r in bmc.requests].count(f"{CHASSIS}/Power") == 1


async def test_a_chassis_with_nothing_of_the_kind(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Without any source there are no temperatures, not an empty list of them."""
    for name in ("ThermalSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: None})
    with pytest.raises(NotFoundError):
        await client.async_get_thermal()


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name == OPENBMC])
async def test_the_recorded_openbmc_board(session: ClientSession, name: str) -> None:
    """A GB300's temperatures, fans and power draw in three requests."""
    board = Board.load(RECORDED / name)
    bmc = Bmc(board)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        everything = await client.async_get_all_data()
        assert "HGX_GPU_0" in everything.inner_thermal
        assert "Chassis_0" not in everything.inner_thermal
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) == 3
    chassis = "/redfish/v1/Chassis/Chassis_0"
    recorded = board.resources[f"{chassis}/ThermalSubsystem/ThermalMetrics"]
    assert data.thermal
    assert [t.reading_celsius for t in data.thermal.temperatures] == [
        entry["Reading"] for entry in recorded["TemperatureReadingsCelsius"]
    ]
    duties = [fan for fan in data.thermal.fans if fan.is_duty]
    assert {fan.name for fan in duties} == {
        f"Chassis 0 FAN {number} PWM" for number in range(1, 9)
    }
    assert all(fan.reading_rpm is None for fan in duties)
    assert len(data.thermal.fans) == 24
    assert data.power
    assert data.power.total_power_consumed_watts == pytest.approx(1349.263802)


async def test_a_board_of_sensors_alone(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Where there are only Sensors, each is read; a distance to a limit is left out."""
    for name in ("ThermalSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: None})
    sensors = f"{CHASSIS}/Sensors"
    bmc.change(CHASSIS, {"Sensors": _link(sensors)})
    bmc.put(sensors, _collection(sensors, ["CPU", "TLIMIT", "FAN1", "V12"]))
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
