"""Test the commands of the IPMI client, and the life of its session."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
import gc
import resource
from time import monotonic

import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    InvalidResponseError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.ipmi import (
    DeviceId,
    FanMode,
    IpmiClient,
    IpmiCommandError,
    session,
)
from tests.conftest import Clock, until
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

Connect = Callable[..., IpmiClient]

MODE_WRITE = (0x30, 0x45, 0x01)
MODE_READ = (0x30, 0x45, 0x00)


@pytest.fixture
def open_files() -> Iterator[None]:
    """Hold 1,200 files open, more than `select` accepts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with ExitStack() as stack:
        for _ in range(1200):
            stack.enter_context(open("/dev/null", "rb"))  # noqa: PTH123
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("suites", [(3, 17), (17,), (3,)])
async def test_fan_mode_and_duties_are_read_and_written(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc, suites: tuple[int, ...]
) -> None:
    """Change the state of the BMC with each cipher suite."""
    ipmi.cipher_suites = suites
    await ipmi_client.async_connect()
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    await ipmi_client.async_set_fan_mode(FanMode.FULL)
    await ipmi_client.async_set_zone_duty(1, 35)
    assert bmc.fan_mode == "FullSpeed"
    assert ipmi.cooling.duties == {0: 100, 1: 35}
    assert await ipmi_client.async_get_fan_mode() is FanMode.FULL
    duties = [await ipmi_client.async_get_zone_duty(zone) for zone in range(4)]
    assert duties == [100, 35, None, None]


async def test_fan_mode_follows_redfish(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc
) -> None:
    """Translate each mode of the board into its name in Redfish."""
    await ipmi_client.async_connect()
    for mode in (FanMode.STANDARD, FanMode.FULL, FanMode.OPTIMAL, FanMode.HEAVY_IO):
        await ipmi_client.async_set_fan_mode(mode)
        assert bmc.fan_mode == mode.redfish_mode
        assert FanMode.from_redfish(bmc.fan_mode) is mode
    assert FanMode.from_redfish("LiquidCooling") is None


async def test_device_id_names_the_board(ipmi_client: IpmiClient) -> None:
    """Decode the binary-coded numbers."""
    await ipmi_client.async_connect()
    expected = DeviceId(10876, 0x1B0F, "1.74", "2.0")
    assert await ipmi_client.async_get_device_id() == expected


async def test_unknown_values_are_returned_unchanged(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Return the byte of an unknown mode, and a duty above 100."""
    await ipmi_client.async_connect()
    ipmi.shown_mode, ipmi.shown_duty = 9, 200
    assert await ipmi_client.async_get_fan_mode() == 9
    assert await ipmi_client.async_get_zone_duty(0) == 200


@pytest.mark.parametrize("code", [0xC9, 0xCB, 0xCC])
async def test_missing_zone_has_no_duty(
    ipmi_client: IpmiClient, ipmi: IpmiServer, code: int
) -> None:
    """Return None for completion codes that mean a missing zone."""
    ipmi.missing_zone = code
    await ipmi_client.async_connect()
    assert await ipmi_client.async_get_zone_duty(2) is None


@pytest.mark.parametrize("code", [0xC1, 0xD4])
async def test_completion_code_is_an_error(
    ipmi_client: IpmiClient, ipmi: IpmiServer, code: int
) -> None:
    """Raise an error with the code, and keep the session."""
    await ipmi_client.async_connect()
    ipmi.completion_codes[0x30, 0x70] = code
    with pytest.raises(IpmiCommandError) as caught:
        await ipmi_client.async_get_zone_duty(0)
    assert caught.value.completion_code == code
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    assert ipmi.logins == 1


async def test_busy_bmc_is_asked_again(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Repeat a command until the BMC is no longer busy."""
    await ipmi_client.async_connect()
    ipmi.completion_codes[0x30, 0x45] = 0xC0
    reading = asyncio.create_task(ipmi_client.async_get_fan_mode())
    await until(lambda: len(ipmi.sent(*MODE_READ)) == 3)
    ipmi.completion_codes.clear()
    assert await reading is FanMode.OPTIMAL


async def test_busy_bmc_gets_the_fan_mode_again(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc, hasten: None
) -> None:
    """Repeat a write that a busy BMC has rejected."""
    await ipmi_client.async_connect()
    ipmi.completion_codes[MODE_WRITE] = 0xC0
    writing = asyncio.create_task(ipmi_client.async_set_fan_mode(FanMode.HEAVY_IO))
    await until(lambda: len(ipmi.sent(*MODE_WRITE)) == 2)
    ipmi.completion_codes.clear()
    await writing
    assert bmc.fan_mode == "HeavyIO"


async def test_busy_bmc_is_an_error_in_the_end(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Raise the completion code at the end of the operation, after ten seconds."""
    await ipmi_client.async_connect()
    ipmi.completion_codes[0x30, 0x45] = 0xC0
    with pytest.raises(IpmiCommandError, match="0xC0"):
        await ipmi_client.async_get_fan_mode()
    assert len(ipmi.sent(*MODE_READ)) <= 10 / 0.6


async def test_short_responses_are_errors(
    ipmi_client: IpmiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reject a fan mode and a device id without data."""
    await ipmi_client.async_connect()
    monkeypatch.setattr("tests.simulator.ipmi.server.execute", lambda *_: (0, b""))
    with pytest.raises(InvalidResponseError):
        await ipmi_client.async_get_fan_mode()
    with pytest.raises(InvalidResponseError):
        await ipmi_client.async_get_device_id()


@pytest.mark.parametrize("percent", [-1, 101])
async def test_impossible_duty_is_not_sent(
    ipmi_client: IpmiClient, ipmi: IpmiServer, percent: int
) -> None:
    """Raise ValueError before anything is sent."""
    with pytest.raises(ValueError, match="0 % and 100 %"):
        await ipmi_client.async_set_zone_duty(0, percent)
    assert ipmi.packets == 0


async def test_concurrent_commands_get_their_own_responses(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Send concurrent commands one at a time."""
    await ipmi_client.async_connect()
    await ipmi_client.async_set_fan_mode(FanMode.FULL)
    await ipmi_client.async_set_zone_duty(1, 40)
    results = await asyncio.gather(
        *(ipmi_client.async_get_zone_duty(number % 2) for number in range(40))
    )
    assert results == [100, 40] * 20
    assert ipmi.logins == 1


async def test_login_logout_login(ipmi_client: IpmiClient, ipmi: IpmiServer) -> None:
    """Use one session at a time, and none after the end."""
    for number in (1, 2, 3):
        await ipmi_client.async_connect()
        assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
        assert (ipmi.logins, ipmi.open_sessions) == (number, 1)
        await ipmi_client.async_close()
        assert ipmi.open_sessions == 0


async def test_two_clients_of_an_account_do_not_disturb_each_other(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Probe and log out while another client is in control."""
    control, probe = connect(), connect()
    await control.async_connect()
    await control.async_set_fan_mode(FanMode.FULL)
    await probe.async_connect()
    assert await probe.async_get_fan_mode() is FanMode.FULL
    assert ipmi.open_sessions == 2
    await probe.async_close()
    await control.async_set_zone_duty(0, 30)
    assert (ipmi.logins, ipmi.open_sessions) == (2, 1)
    assert ipmi.cooling.duties[0] == 30


@pytest.mark.usefixtures("open_files")
async def test_client_works_with_many_open_files(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Log in and send a command with a socket whose number is above 1,024."""
    await ipmi_client.async_connect()
    assert ipmi_client._endpoint
    assert ipmi_client._endpoint._transport
    number = ipmi_client._endpoint._transport.get_extra_info("socket").fileno()
    assert number > 1024
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL


async def test_expired_session_is_replaced_once(
    ipmi_client: IpmiClient, ipmi: IpmiServer, clock: Clock, hasten: None
) -> None:
    """Log in again after the BMC has closed an idle session."""
    await ipmi_client.async_connect()
    clock.tick(61)
    assert ipmi.open_sessions == 0
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    assert (ipmi.logins, ipmi.open_sessions) == (2, 1)


async def test_session_counts_as_idle_before_the_bmc_closes_it(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Expect that a session has ended only near the time-out of the BMC."""
    await ipmi_client.async_connect()
    session = ipmi_client._session
    assert session
    opened_at = session._time()
    for seconds, is_idle in ((40.0, False), (ipmi.session_timeout - 3, True)):
        session._time = lambda: opened_at + seconds  # noqa: B023 - called here
        assert session.is_idle is is_idle


async def test_idle_session_is_replaced_soon(
    ipmi_client: IpmiClient, ipmi: IpmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wait one second before an idle session is replaced."""
    await ipmi_client.async_connect()
    monkeypatch.setattr(session, "IPMI_IDLE_SECONDS", 0)
    ipmi.sessions.clear()
    began = monotonic()
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    assert 0.9 < monotonic() - began < 1.6


async def test_restarted_bmc_is_reached_again(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc, clock: Clock, hasten: None
) -> None:
    """Raise an error during a restart of the BMC, and log in after it."""
    await ipmi_client.async_connect()
    bmc.restart(30)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await ipmi_client.async_get_fan_mode()
    clock.tick(31)
    assert await ipmi_client.async_get_fan_mode() is FanMode.FULL
    assert (ipmi.logins, ipmi.open_sessions) == (2, 1)


@pytest.mark.long
async def test_silent_bmc_blocks_for_five_seconds_at_most(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """End a login and a command within five seconds, in real time."""
    fresh, connected = connect(), connect()
    await connected.async_connect()
    ipmi.is_silent = True
    began = monotonic()
    results = await asyncio.gather(
        fresh.async_connect(), connected.async_get_fan_mode(), return_exceptions=True
    )
    assert [type(item) for item in results] == [TimeoutError, TimeoutError]
    assert 4 < monotonic() - began < 5.5


async def test_session_without_responses_is_released_on_the_bmc(
    ipmi_client: IpmiClient, ipmi: IpmiServer, hasten: None
) -> None:
    """Close both sessions in which a command got no response; their number is small."""
    await ipmi_client.async_connect()
    reads = 0

    def drop(_packet: bytes, is_received: bool) -> bool:  # noqa: FBT001
        """Lose the responses to one command."""
        nonlocal reads
        before, reads = reads, len(ipmi.sent(*MODE_READ))
        return not is_received and reads > before

    ipmi.drop_packet = drop
    with pytest.raises(TimeoutError):
        await ipmi_client.async_get_fan_mode()
    assert ipmi.logins == 2
    await until(lambda: ipmi.open_sessions == 0)


async def test_close_is_brief_and_final(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Close within a second although a command runs and the BMC is silent."""
    await ipmi_client.async_connect()
    ipmi.is_silent = True
    command = asyncio.create_task(ipmi_client.async_get_fan_mode())
    await asyncio.sleep(0.1)
    began = monotonic()
    await ipmi_client.async_close()
    assert monotonic() - began < 1.5
    with pytest.raises(ConnectionError):
        await command
    await ipmi_client.async_close()
    ipmi.is_silent = False
    packets = ipmi.packets
    with pytest.raises(ConnectionError, match="closed"):
        await ipmi_client.async_get_fan_mode()
    assert ipmi.packets == packets


async def test_close_leaves_no_warning(
    ipmi_client: IpmiClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Keep no error that asyncio would log, as no command was running."""
    await ipmi_client.async_connect()
    await ipmi_client.async_close()
    await asyncio.sleep(0)
    gc.collect()
    assert [text for text in caplog.messages if "never retrieved" in text] == []


async def test_close_without_connection_sends_nothing(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Accept a client that was never connected."""
    await ipmi_client.async_close()
    assert ipmi.packets == 0


async def test_cancelled_command_leaves_a_usable_session(
    ipmi_client: IpmiClient, ipmi: IpmiServer
) -> None:
    """Ignore the late response of a cancelled command."""
    await ipmi_client.async_connect()
    ipmi.latency = 0.1
    command = asyncio.create_task(ipmi_client.async_get_zone_duty(0))
    await asyncio.sleep(0.05)
    command.cancel()
    assert await ipmi_client.async_get_fan_mode() is FanMode.OPTIMAL
    assert ipmi.logins == 1


@pytest.mark.parametrize("is_request", [True, False], ids=["request", "response"])
async def test_fan_mode_is_written_once_although_a_packet_is_lost(
    ipmi_client: IpmiClient, ipmi: IpmiServer, bmc: Bmc, *, is_request: bool
) -> None:
    """Read the mode before repeating the write."""
    await ipmi_client.async_connect()
    lost: list[bytes] = []

    def drop(packet: bytes, is_received: bool) -> bool:  # noqa: FBT001
        """Drop the first packet in one direction."""
        if is_received is not is_request or lost:
            return False
        lost.append(packet)
        return True

    ipmi.drop_packet = drop
    await ipmi_client.async_set_fan_mode(FanMode.FULL)
    assert bmc.fan_mode == "FullSpeed"
    assert len(lost) == len(ipmi.sent(*MODE_WRITE)) == 1


@pytest.mark.long
async def test_commands_at_ten_percent_loss_take_two_seconds_at_most(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Send 100 commands with ten clients, in real time."""
    ipmi.session_limit = 10
    clients = [connect() for _ in range(10)]
    for client in clients:
        await client.async_connect()
    ipmi.loss = 0.1

    async def run(client: IpmiClient) -> float:
        """Send ten commands, and return the longest duration."""
        durations = []
        for percent in range(20, 30):
            began = monotonic()
            await client.async_set_zone_duty(0, percent)
            durations.append(monotonic() - began)
        return max(durations)

    durations = await asyncio.gather(*map(run, clients))
    ipmi.loss = 0
    assert 0.25 < max(durations) < 2
    assert ipmi.logins == 10


@pytest.mark.long
async def test_commands_at_fifty_percent_loss_end_within_ten_seconds(
    connect: Connect, ipmi: IpmiServer
) -> None:
    """Succeed or raise TimeoutError, in real time; most of 20 commands succeed."""
    ipmi.session_limit = 40
    clients = [connect() for _ in range(20)]
    for client in clients:
        await client.async_connect()
    ipmi.loss = 0.5
    began = monotonic()
    results = await asyncio.gather(
        *(client.async_set_zone_duty(0, 30) for client in clients),
        return_exceptions=True,
    )
    assert monotonic() - began < 10.5
    ipmi.loss = 0
    assert {type(item) for item in results} <= {type(None), TimeoutError}
    assert results.count(None) >= 15
