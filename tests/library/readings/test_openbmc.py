"""Readings of the recorded OpenBMC board, whose chassis contain each other."""

from collections import Counter

from aiohttp import ClientSession
import pytest

from tests.conftest import RECORDED, RECORDINGS
from tests.library import OPENBMC, connected_client
from tests.simulator import Bmc, Board


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name == OPENBMC])
async def test_openbmc_board_is_read_with_five_requests(
    session: ClientSession, name: str
) -> None:
    """Return the temperatures, fans, power draw and voltages of a GB300."""
    board = Board.load(RECORDED / name)
    bmc = Bmc(board)
    async with connected_client(bmc, session) as client:
        everything = await client.async_get_all_data()
        sent = Counter((request.path, request.query) for request in bmc.requests)
        assert set(sent.values()) == {1}
        assert "HGX_GPU_0" in everything.inner_thermal
        assert "Chassis_0" not in everything.inner_thermal
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) == 5
    assert len(data.leak_detectors) == 4
    assert not any(detector.is_leaking for detector in data.leak_detectors)
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
    assert {sensor.name: sensor.reading for sensor in data.power.voltages} == {
        body["Name"]: body["Reading"]
        for path, body in board.resources.items()
        if path.startswith(f"{chassis}/Sensors/") and body["ReadingType"] == "Voltage"
    }
    assert len(data.power.voltages) == 4


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name == OPENBMC])
async def test_openbmc_environment_is_read_once_in_first_poll(
    session: ClientSession, name: str
) -> None:
    """Share the read of the environment, whichever part needs it first."""
    for seconds in (0.0, 0.05):
        bmc = Bmc(Board.load(RECORDED / name))
        chassis = "/redfish/v1/Chassis/Chassis_0"
        bmc.hang(f"{chassis}/ThermalSubsystem*", seconds)
        async with connected_client(bmc, session) as client:
            client.set_max_concurrent_requests(10)
            await client.async_get_dynamic_data()
        sent = Counter(request.path for request in bmc.requests)
        assert sent[f"{chassis}/EnvironmentMetrics"] == 1
