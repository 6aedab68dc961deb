"""Defects of the published client that recorded boards showed: those of R."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import FanModeType, SupermicroRedfishClient
from tests.conftest import RECORDED, RECORDINGS
from tests.library import CHASSIS, MANAGER, OEM, THERMAL, rewritten
from tests.simulator import Bmc, Board, serve
from tests.simulator.changes import REMOVED
from tests.simulator.testing import as_old


async def test_r3_a_chassis_that_does_not_say_is_not_off(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """X10 and X11 have no such key."""
    bmc.change(CHASSIS, {"PowerState": REMOVED})
    assert (await client.async_get_chassis()).power_state is None


@pytest.mark.parametrize(
    "security",
    [
        REMOVED,
        None,
        {"IntrusionSensor": None, "IntrusionSensorNumber": None},
        {"IntrusionSensor": REMOVED},
    ],
)
async def test_r4_a_chassis_without_a_sensor_is_not_closed(
    client: SupermicroRedfishClient, bmc: Bmc, security: Any
) -> None:
    """Nobody knows whether it was opened."""
    bmc.change(CHASSIS, {"PhysicalSecurity": security})
    assert (await client.async_get_chassis()).is_intruded is None


@pytest.mark.parametrize("level", ["Supermicro", None])
async def test_r5_old_boards_have_their_resources_elsewhere(
    session: ClientSession, level: str | None
) -> None:
    """Fan mode, NTP and POST code are read and written where the manager links them."""
    board = rewritten(as_old(Board.load("x12spi-tf")), f"{OEM}/", f"{MANAGER}/")
    bmc = Bmc(board, task_seconds=0)
    if level is None:  # the oldest, of 2017
        links = bmc.resource(MANAGER)["Oem"]["Supermicro"]
        bmc.change(MANAGER, {"Oem": {"Supermicro": REMOVED, **links}})
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_static_data()
        assert data.fan_mode
        assert data.fan_mode.available_modes
        assert data.ntp
        assert data.snooping
        assert data.snooping.post_code
        await client.async_set_fan_mode(FanModeType.FULL_SPEED)
        await client.async_set_ntp_enabled(enabled=False)
    assert (bmc.fan_mode, bmc.ntp_enabled) == ("FullSpeed", False)
    assert not [item for item in bmc.requests if "/Oem/" in item.path]


@pytest.mark.parametrize("name", [None, *(n for n in RECORDINGS if n == "x10sdv")])
async def test_r5_a_recorded_old_board_is_commanded(
    session: ClientSession, name: str | None
) -> None:
    """Boards with the old paths obey."""
    bmc = Bmc(Board.load(RECORDED / name) if name else Board.load("x12spi-tf"))
    bmc.task_seconds = 0
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for mode in (await client.async_get_fan_mode()).available_modes:
            await client.async_set_fan_mode(mode)
            assert bmc.fan_mode == mode
        await client.async_set_ntp_enabled(enabled=not bmc.ntp_enabled)
        assert (await client.async_get_ntp()).enabled is bmc.ntp_enabled


async def test_r6_firmware_is_pushed_in_parts(client: SupermicroRedfishClient) -> None:
    """Supermicro's firmware has the multipart address and not the other."""
    service = await client.async_get_update_service()
    assert service.multipart_http_push_uri == "/redfish/v1/UpdateService/upload"
    assert service.http_push_uri is None


async def test_r8_boards_of_2017_spell_two_keys_otherwise(
    session: ClientSession,
) -> None:
    """Every fan has its name, every sensor its id, and none stands for all."""
    board = rewritten(Board.load("x12spi-tf"), '"MemberId":', '"MemberID":')
    fans = [
        {"FanName" if key == "Name" else key: value for key, value in fan.items()}
        for fan in board.resources[THERMAL]["Fans"]
    ]
    board.resources[THERMAL]["Fans"] = fans
    async with (
        serve(Bmc(board)) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_dynamic_data()
    assert data.thermal
    assert data.power
    assert [fan.name for fan in data.thermal.fans] == [fan["FanName"] for fan in fans]
    for sensors in (
        data.thermal.fans,
        data.thermal.temperatures,
        data.power.voltages,
        data.power.power_supplies,
    ):
        assert [item.member_id for item in sensors] == [
            str(place) for place in range(len(sensors))
        ]
    assert data.thermal.get_fan("2") is data.thermal.fans[2]
