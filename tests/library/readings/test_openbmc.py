"""Readings of the recorded OpenBMC board, whose chassis contain each other."""

from collections import Counter

from aiohttp import ClientSession
import pytest

from aiosupermicro import DynamicData
from tests.conftest import RECORDED, RECORDINGS
from tests.library import OPENBMC, connected_client
from tests.simulator import Bmc, Board
from tests.simulator.expand import Expand

CHASSIS = "/redfish/v1/Chassis/Chassis_0"
WAYS: tuple[Expand, ...] = ("bmcweb", "400")

pytestmark = pytest.mark.skipif(OPENBMC not in RECORDINGS, reason="not recorded")


@pytest.fixture
def board() -> Board:
    """Return the recorded board."""
    return Board.load(RECORDED / OPENBMC)


def _values(data: DynamicData) -> dict[str | None, float | None]:
    """Return all temperatures, fan speeds, duties, powers and energies by name."""
    assert data.thermal
    assert data.power
    return (
        {sensor.name: sensor.reading for sensor in data.thermal.temperatures}
        | {fan.name: fan.reading for fan in data.thermal.fans}
        | {s.name: s.reading for s in data.sensors if not s.is_headroom}
        | {"draw": data.power.total_power_consumed_watts}
    )


def _move_all(bmc: Bmc) -> None:
    """Change the readings of all sensors that have one."""
    for path in bmc.store.find("Sensor"):
        if (reading := bmc.store[path].get("Reading")) is not None:
            bmc.change(path, {"Reading": reading + 1.5})


@pytest.mark.parametrize("kind", WAYS)
async def test_gb300_is_read_with_six_requests(
    session: ClientSession, board: Board, kind: Expand
) -> None:
    """Return the temperatures, fans, powers and energies of all chassis."""
    bmc = Bmc(board, expand=kind)
    async with connected_client(bmc, session) as client:
        everything = await client.async_get_all_data()
        sent = Counter((request.path, request.query) for request in bmc.requests)
        # Two parts that are read at the same time may both need one resource.
        assert sum(sent.values()) <= len(sent) + 1
        assert len(sent) <= (43 if kind == "bmcweb" else 145)
        assert "HGX_GPU_0" in everything.inner_thermal
        assert everything.sensors == await client.async_get_last_inner_sensors() != ()
        assert "Chassis_0" not in everything.inner_thermal
        for _ in range(3):
            bmc.requests.clear()
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) == 6
        # Without an expansion, two sensors whose metrics are stale share a request.
        assert data.is_read_in_turns == (kind == "400")
    kinds = Counter(s.reading_type for s in data.sensors if not s.is_headroom)
    assert kinds == {"Temperature": 24, "Power": 21, "EnergyJoules": 6}
    assert len(data.leak_detectors) == 4
    assert not any(detector.is_leaking for detector in data.leak_detectors)
    assert data.thermal
    assert len(data.thermal.temperatures) == 16
    duties = [fan for fan in data.thermal.fans if fan.is_duty]
    assert {fan.name for fan in duties} == {
        f"Chassis 0 FAN {number} PWM" for number in range(1, 9)
    }
    assert all(fan.reading_rpm is None for fan in duties)
    assert len(data.thermal.fans) == 24
    assert data.power
    assert data.power.total_power_consumed_watts == pytest.approx(1349.263802)
    assert {sensor.name for sensor in data.power.voltages} == {
        body["Name"]
        for path, body in board.resources.items()
        if path.startswith(f"{CHASSIS}/Sensors/") and body["ReadingType"] == "Voltage"
    }


@pytest.mark.parametrize(("kind", "share"), [("bmcweb", 1.0), ("400", 0.95)])
async def test_values_are_of_this_poll(
    session: ClientSession, board: Board, kind: Expand, share: float
) -> None:
    """Return the new readings of all sensors, also those with a stale metric."""
    bmc = Bmc(board, expand=kind)
    async with connected_client(bmc, session) as client:
        await client.async_get_all_data()
        before = _values(await client.async_get_dynamic_data())
        for _ in range(2):
            _move_all(bmc)
            after = _values(await client.async_get_dynamic_data())
            present = [name for name in before if before[name] is not None]
            moved = [name for name in present if after[name] != before[name]]
            assert len(present) == 84
            assert len(moved) >= share * len(present)
            before = after


async def test_gb300_without_reports_reads_chassis_with_static_data(
    session: ClientSession, board: Board
) -> None:
    """Return inner temperatures, without distances to a limit, as last read."""
    bmc = Bmc(board, expand="bmcweb")
    bmc.change("/redfish/v1", {"TelemetryService": None})
    async with connected_client(bmc, session) as client:
        await client.async_get_static_data()
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 6
    temperatures = [s for s in data.sensors if not s.is_headroom]
    assert len(temperatures) == 24
    assert {s.reading_type for s in temperatures} == {"Temperature"}


async def test_environment_is_read_once_in_first_poll(
    session: ClientSession, board: Board
) -> None:
    """Share one read of the environment among all readings."""
    for seconds in (0.0, 0.05):
        bmc = Bmc(board)
        bmc.hang(f"{CHASSIS}/ThermalSubsystem*", seconds)
        async with connected_client(bmc, session) as client:
            client.set_max_concurrent_requests(10)
            await client.async_get_dynamic_data()
        sent = Counter(request.path for request in bmc.requests)
        assert sent[f"{CHASSIS}/EnvironmentMetrics"] == 1
