"""The client finds, reads and commands a board."""

from collections import Counter

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    FanModeType,
    IndicatorLED,
    InvalidRequestError,
    NotFoundError,
    ResetType,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.resources.endpoints import ENDPOINTS, Cadence
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, Server, serve

from . import FAN_MODE, OPENBMC, POWER, SYSTEM, THERMAL


def _asked(bmc: Bmc) -> list[str]:
    """Return what the BMC was asked since the last look."""
    asked = [f"{request.method} {request.path}" for request in bmc.requests]
    bmc.requests.clear()
    return asked


async def test_everything_is_found_and_nothing_is_asked_twice(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The first look follows the links: six requests, and one for each resource."""
    data = await client.async_get_all_data()
    assert data.system
    assert data.thermal
    assert data.power
    assert data.chassis
    assert data.manager
    assert data.fan_mode
    assert data.ntp
    assert data.errors == {}
    asked = _asked(bmc)
    assert Counter(asked) == Counter(dict.fromkeys(asked, 1))
    assert len(asked) == 16


async def test_a_poll_is_three_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What moves is read with one request for each resource, what does not, not."""
    await client.async_get_all_data()
    _asked(bmc)
    first = await client.async_get_dynamic_data()
    assert sorted(_asked(bmc)) == sorted(f"GET {p}" for p in (SYSTEM, THERMAL, POWER))
    assert await client.async_get_dynamic_data() == first
    await client.async_get_static_data()
    assert len(_asked(bmc)) == 3 + 8


async def test_what_has_not_changed_is_the_same_object(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """An unchanged resource costs a 304 and is not decoded again."""
    thermal = await client.async_get_thermal()
    assert await client.async_get_thermal() is thermal
    assert bmc.requests[-1].status == 304
    bmc.set_reading("CPU Temp", 71)
    changed = await client.async_get_thermal()
    assert "CPU Temp" in {t.name for t in changed.temperatures if t.reading == 71}


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name != OPENBMC])
async def test_recorded_boards_are_read_whole(
    name: str, session: ClientSession
) -> None:
    """Every recorded sensor is in the models, with the recorded reading."""
    board = Board.load(RECORDED / name)
    bmc = Bmc(board)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_all_data()
    assert data.errors == {}
    thermal = board.resources.get(THERMAL, {})
    power = board.resources.get(POWER, {})
    assert [
        (t.name, t.reading_celsius)
        for t in (data.thermal.temperatures if data.thermal else ())
    ] == [(t["Name"], t["ReadingCelsius"]) for t in thermal.get("Temperatures", ())]
    assert [
        (fan.name, fan.reading_rpm)
        for fan in (data.thermal.fans if data.thermal else ())
    ] == [(fan["Name"], fan["Reading"]) for fan in thermal.get("Fans", ())]
    assert [
        (v.name, v.reading_volts) for v in (data.power.voltages if data.power else ())
    ] == [(v["Name"], v["ReadingVolts"]) for v in power.get("Voltages", ())]
    assert [
        (supply.name, supply.power_output_watts)
        for supply in (data.power.power_supplies if data.power else ())
    ] == [
        (s["Name"], s.get("PowerOutputWatts", s.get("LastPowerOutputWatts")))
        for s in power.get("PowerSupplies", ())
    ]
    assert bmc.open_sessions == 0


async def test_a_resource_without_a_link_is_not_found(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What no link leads to is not asked for."""
    bmc.change("/redfish/v1/Managers/1", {"Oem": {"Supermicro": {"FanMode": None}}})
    await client.async_get_manager()
    _asked(bmc)
    with pytest.raises(NotFoundError):
        await client.async_get_fan_mode()
    assert _asked(bmc) == []


async def test_a_missing_resource_is_asked_for_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A link that leads nowhere is remembered until the next connection."""
    bmc.remove(FAN_MODE)
    for _ in range(3):
        assert (await client.async_get_static_data()).fan_mode is None
    assert _asked(bmc).count(f"GET {FAN_MODE}") == 1
    await client.async_disconnect()
    await client.async_connect()
    await client.async_get_static_data()
    assert f"GET {FAN_MODE}" in _asked(bmc)


async def test_a_resource_that_was_there_is_not_given_up(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that starts answers 404 for a while to what it has."""
    await client.async_get_thermal()
    bmc.fail(THERMAL, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_thermal()
    bmc.heal()
    assert (await client.async_get_thermal()).temperatures


async def test_one_failure_costs_one_resource(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """An error never looks like data, and leaves the rest alone."""
    bmc.fail(THERMAL, status=503)
    data = await client.async_get_dynamic_data()
    assert data.thermal is None
    assert isinstance(data.errors["thermal"], ServiceUnavailableError)
    assert data.system
    assert data.power


async def test_nothing_at_all_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A bulk read that read nothing raises."""
    await client.async_get_dynamic_data()
    bmc.fail("*", status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_dynamic_data()
    bmc.heal()


async def test_a_broken_connection_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A bulk read over a broken connection raises."""
    await client.async_get_dynamic_data()
    bmc.drop("*")
    with pytest.raises(ConnectionError):
        await client.async_get_dynamic_data()
    bmc.heal()


async def test_commands_arrive(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Each command changes the BMC, and what it changed is read anew."""
    await client.async_get_all_data()
    await client.async_set_indicator_led(IndicatorLED.BLINKING)
    assert bmc.indicator_led == "Blinking"
    assert (await client.async_get_system()).indicator_led is IndicatorLED.BLINKING
    await client.async_set_fan_mode(FanModeType.FULL_SPEED)
    assert bmc.fan_mode == "FullSpeed"
    assert (await client.async_get_fan_mode()).mode is FanModeType.FULL_SPEED
    await client.async_set_ntp_enabled(enabled=False)
    assert bmc.ntp_enabled is False
    assert (await client.async_get_ntp()).enabled is False
    await client.async_system_reset(ResetType.FORCE_OFF)
    assert bmc.power_state == "PoweringOff"
    assert (await client.async_get_system()).power_state == "PoweringOff"


async def test_a_command_is_not_sent_twice(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A reset that fails is not tried again by itself."""
    await client.async_get_system()
    target = f"{SYSTEM}/Actions/ComputerSystem.Reset"
    bmc.fail(target, status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_system_reset(ResetType.ON)
    assert _asked(bmc).count(f"POST {target}") == 1


async def test_a_refusal_tells_why(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """The BMC's own words are in the exception."""
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_fan_mode("Turbo")
    assert caught.value.status == 400
    assert caught.value.path == FAN_MODE
    assert caught.value.message_id
    assert "Turbo" in (caught.value.bmc_message or "")
    assert bmc.fan_mode == "Optimal"


async def test_ntp_is_set_when_the_task_has_ended(session: ClientSession) -> None:
    """The BMC answers 202 and does it later; the method returns after that."""
    bmc = Bmc(Board.load("x12spi-tf"), task_seconds=0.3)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_set_ntp_enabled(enabled=False)
        assert bmc.ntp_enabled is False


async def test_restarting_the_bmc_ends_its_sessions(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Afterwards the client logs in again by itself."""
    await client.async_get_manager()
    bmc.restart_seconds = 0
    await client.async_manager_reset()
    assert bmc.open_sessions == 0
    assert (await client.async_get_manager()).firmware_version
    assert bmc.logins == 2


async def test_action_info_counts_for_more_than_the_list(
    client: SupermicroRedfishClient,
) -> None:
    """The list in the system is missing on X13 and misspelt on X12."""
    assert ResetType.POWER_CYCLE in await client.async_get_reset_types()
    assert ResetType.POWER_CYCLE not in (await client.async_get_system()).reset_types


async def test_reset_types_without_action_info(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """X10 lists them in the system itself, X12 with two of them glued."""
    listed = ["On", "GracefulShutdownGracefulRestart"]
    reset = {"ResetType@Redfish.AllowableValues": listed}
    bmc.remove(f"{SYSTEM}/ResetActionInfo")
    bmc.change(SYSTEM, {"Actions": {"#ComputerSystem.Reset": reset}})
    assert await client.async_get_reset_types() == [
        ResetType.ON,
        ResetType.GRACEFUL_SHUTDOWN,
        ResetType.GRACEFUL_RESTART,
    ]


async def test_an_action_without_a_usable_target_has_a_usual_place(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The target is absolute on some X11, and missing on others."""
    target = f"https://192.0.2.1{SYSTEM}/Actions/ComputerSystem.Reset"
    reset = {"#ComputerSystem.Reset": {"target": target}}
    bmc.change(SYSTEM, {"Actions": reset})
    await client.async_system_reset(ResetType.FORCE_OFF)
    assert bmc.power_state == "PoweringOff"


async def test_the_mac_address_is_the_bmcs_own(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The interface that leads to the host has an address of no meaning.

    It is spelt in one way, also where it comes from the manager's UUID.
    """
    nic = "/redfish/v1/Managers/1/EthernetInterfaces/1"
    expected = bmc.resource(nic)["MACAddress"]
    assert await client.async_get_mac_address() == expected == expected.upper()
    bmc.change(nic, {"MACAddress": expected.lower().replace(":", "-")})
    assert await client.async_get_mac_address() == expected
    bmc.change(nic, {"MACAddress": "nonsense"})
    assert await client.async_get_mac_address() == "nonsense"
    bmc.remove("/redfish/v1/Managers/1/EthernetInterfaces")
    await client.async_disconnect()
    await client.async_connect()
    assert await client.async_get_mac_address() == expected


async def test_the_clients_session_is_given_back(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """After disconnecting nothing is sent, until the caller connects again."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    async with client:
        assert bmc.open_sessions == 1
    assert bmc.open_sessions == 0
    _asked(bmc)
    with pytest.raises(ConnectionError):
        await client.async_get_system()
    assert _asked(bmc) == []
    async with client:
        assert (await client.async_get_system()).is_on
    assert not session.closed


def test_every_row_of_the_table_is_used() -> None:
    """What the bulk reads return is what the table says."""
    names = {row.name for row in ENDPOINTS if row.cadence is not Cadence.ONCE}
    assert names == {
        "system",
        "chassis",
        "manager",
        "thermal",
        "power",
        "fan_mode",
        "ntp",
        "lldp",
        "snooping",
        "license",
        "network_protocol",
    }


async def test_errors_are_of_this_package(session: ClientSession) -> None:
    """Nobody listens: the one exception is ours and the builtin's."""
    client = SupermicroRedfishClient(session, "127.0.0.1:1", "ADMIN", "ADMIN")
    with pytest.raises(SupermicroRedfishError) as caught:
        await client.async_connect()
    assert isinstance(caught.value, OSError)


async def test_a_board_without_anything_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that has no system to show is not one whose system is unknown."""
    bmc.fail(SYSTEM, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_dynamic_data()
