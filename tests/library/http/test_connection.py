"""Reads and writes of resources: repeated reads, unchanged values, and If-Match."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.const import LOGIN_RETRY_SECONDS
from tests.conftest import Clock
from tests.library import (
    PROTOCOLS,
    SESSIONS,
    SYSTEM,
    SYSTEM_RESET,
    connected_client,
    light_led,
    statuses,
    take_calls,
    take_requests,
)
from tests.simulator import Bmc, Board
from tests.simulator.testing import as_old


@pytest.mark.parametrize("idle", [0, 250, 1500])
@pytest.mark.parametrize("connections", [1, 2])
async def test_poll_succeeds_after_restart_of_bmc(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    library_clock: Clock,
    connections: int,
    idle: float,
) -> None:
    """Replace all connections that a restart between two polls has broken.

    A poll finds them, or the renewal of an idle session.
    """
    client.set_max_concurrent_requests(connections)
    await client.async_get_all_data()
    library_clock.tick(idle)
    await client.async_get_system()
    logins = bmc.logins
    bmc.hang("*", 0.02)
    await client.async_get_all_data()
    assert bmc.peak_parallel == connections
    bmc.heal()
    library_clock.tick(idle)
    bmc.restart(0)
    data = await client.async_get_dynamic_data()
    assert data.system
    assert not data.errors
    assert (bmc.logins, bmc.open_sessions) == (logins + 1, 1)


async def test_login_succeeds_after_restart_of_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock
) -> None:
    """Find broken connections before the login, which is sent once."""
    await client.async_get_system()
    bmc.expire_sessions()
    bmc.fail(SESSIONS, status=503, method="POST", times=1)
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_system()
    bmc.restart(0)
    library_clock.tick(LOGIN_RETRY_SECONDS)
    assert (await client.async_get_system()).is_on
    assert bmc.login_attempts == 3


async def test_reads_are_repeated_once_per_success(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Limit the repetition of reads while a BMC breaks every connection.

    aiohttp repeats a read once. The library repeats it once more, and reads the service
    root, until the next failure.
    """
    await client.async_get_system()
    bmc.drop("*")
    for expected in (6, 2, 2):
        bmc.requests.clear()
        with pytest.raises(ConnectionError) as caught:
            await client.async_get_system()
        assert caught.value.is_broken
        assert len(bmc.requests) == expected
    bmc.heal()


async def test_write_is_repeated_with_etag_after_428(session: ClientSession) -> None:
    """Read the resource after a 428, and send its ETag with the second write."""
    bmc = Bmc(Board.load("x12spi-tf"), if_match_required=True)
    async with connected_client(bmc, session) as client:
        await client.async_set_indicator_led("Lit")
    assert bmc.indicator_led == "Lit"
    first, second = (item for item in bmc.requests if item.method == "PATCH")
    assert "if-match" not in first.headers
    assert first.status == 428
    assert second.headers["if-match"].strip('"')
    assert second.status == 200


async def test_write_is_repeated_with_wildcard_without_etag(
    session: ClientSession,
) -> None:
    """Send If-Match: * for a resource without an ETag."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")))
    bmc.fail(SYSTEM, status=428, method="PATCH", times=1)
    async with connected_client(bmc, session) as client:
        await client.async_set_indicator_led("Lit")
    patches = [item for item in bmc.requests if item.method == "PATCH"]
    assert [item.headers.get("if-match") for item in patches] == [None, "*"]


async def test_write_has_no_if_match_by_default(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no ETag unless the BMC requires one, as no known Supermicro BMC does."""
    await client.async_set_indicator_led("Lit")
    assert [item.headers.get("if-match") for item in bmc.requests if item.body] == [
        None,
        None,
    ]


Write = Callable[[SupermicroRedfishClient], Awaitable[None]]


UNCHANGED: dict[str, Write] = {
    "led": lambda client: client.async_set_indicator_led("Off"),
    "fan": lambda client: client.async_set_fan_mode("Optimal"),
    "ntp": lambda client: client.async_set_ntp_enabled(enabled=True),
    "protocol": lambda client: client.async_set_protocol_enabled("SSH", enabled=True),
    "delay": lambda client: client.async_set_power_on_delay(3),
    "boot": lambda client: client.async_set_boot_source("None"),
    "intrusion": lambda client: client.async_reset_intrusion_sensor(),
    "lldp": lambda client: client.async_set_lldp_enabled(enabled=True),
}


@pytest.mark.parametrize("name", UNCHANGED)
async def test_write_of_current_value_is_not_sent(
    client: SupermicroRedfishClient, bmc: Bmc, name: str
) -> None:
    """Send no PATCH, as BMCs reject setting a protocol to its current state."""
    await UNCHANGED[name](client)
    await UNCHANGED[name](client)
    assert statuses(bmc, "PATCH") == []


async def test_write_and_read_back_are_two_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Detect a change by the cached resource, without another read."""
    await client.async_get_all_data()
    take_requests(bmc)
    await light_led(client)
    assert (await client.async_get_system()).indicator_led == "Lit"
    assert take_calls(bmc) == [("PATCH", SYSTEM), ("GET", SYSTEM)]


async def test_cached_value_does_not_prevent_write(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the resource before a write is skipped, as it may have changed."""
    bmc.change(SYSTEM, {"IndicatorLED": "Lit"})
    await client.async_get_all_data()
    take_requests(bmc)
    await light_led(client)
    assert take_calls(bmc) == [("GET", SYSTEM)]
    bmc.change(SYSTEM, {"IndicatorLED": "Off"})
    await light_led(client)
    assert take_calls(bmc) == [("GET", SYSTEM), ("PATCH", SYSTEM)]
    assert bmc.indicator_led == "Lit"


async def test_protocol_is_read_before_write(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Skip a write of the current state, which boards reject."""
    await client.async_get_network_protocol()
    take_requests(bmc)
    await client.async_set_protocol_enabled("SSH", enabled=False)
    assert take_calls(bmc)[:2] == [("GET", PROTOCOLS), ("PATCH", PROTOCOLS)]
    await client.async_get_network_protocol()
    bmc.change(PROTOCOLS, {"SSH": {"ProtocolEnabled": True}})
    take_requests(bmc)
    await client.async_set_protocol_enabled("SSH", enabled=True)
    assert take_calls(bmc) == [("GET", PROTOCOLS)]


async def test_rejected_write_succeeds_if_value_is_set(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Accept the rejection of a change that another client has made already."""
    for state, is_error in (("Lit", False), ("Off", True)):
        await client.async_get_system()
        bmc.change(SYSTEM, {"IndicatorLED": state})
        bmc.fail(SYSTEM, status=400, method="PATCH")
        error: Any = None
        try:
            await light_led(client)
        except InvalidRequestError as raised:
            error = raised
        assert bool(error) is is_error
        bmc.change(SYSTEM, {"IndicatorLED": "Off"})
        bmc.heal()


async def test_rejected_write_raises_its_own_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise the error of the write, not that of the read after it."""
    await client.async_get_system()
    bmc.fail(SYSTEM, status=503, method="GET")
    bmc.fail(SYSTEM, status=400, method="PATCH")
    with pytest.raises(InvalidRequestError):
        await light_led(client)
    bmc.heal()
    bmc.fail(SYSTEM, status=503, method="PATCH")
    await client.async_get_system()
    with pytest.raises(ServiceUnavailableError):
        await light_led(client)


@pytest.mark.parametrize(
    ("status", "expected"), [(429, RateLimitError), (503, ServiceUnavailableError)]
)
async def test_request_is_not_repeated_after_retry_after(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    library_clock: Clock,
    status: int,
    expected: type[SupermicroRedfishError],
) -> None:
    """Send a login, a read, a write and an action once each after a 429 or 503."""
    later = {"Retry-After": "42"}
    steps: list[tuple[str, str, Callable[[], Awaitable[Any]]]] = [
        ("POST", SESSIONS, client.async_get_system),
        ("GET", SYSTEM, client.async_get_system),
        ("PATCH", SYSTEM, lambda: client.async_set_indicator_led("Lit")),
        ("POST", SYSTEM_RESET, lambda: client.async_system_reset("ForceOff")),
    ]
    for method, path, step in steps:
        bmc.requests.clear()
        bmc.fail(path, status=status, headers=later, method=method)
        with pytest.raises(expected) as caught:
            await step()
        assert (caught.value.status, caught.value.retry_after) == (status, 42)
        assert statuses(bmc, method, path) == [status]
        bmc.heal()
        library_clock.tick(LOGIN_RETRY_SECONDS)
    assert bmc.power_state == "On"
