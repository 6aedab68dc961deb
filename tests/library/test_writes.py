"""What is sent with a change, when none is sent, and when it may be sent again."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.simulator import Bmc, Board, serve
from tests.simulator.testing import as_old

from . import CHASSIS, PROTOCOLS, SESSIONS, SYSTEM, statuses


async def test_if_match_is_sent_when_it_is_asked_for(session: ClientSession) -> None:
    """428 leads to one read and one more write, with the resource's ETag."""
    bmc = Bmc(Board.load("x12spi-tf"), if_match_required=True)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_set_indicator_led("Lit")
    assert bmc.indicator_led == "Lit"
    first, second = (item for item in bmc.requests if item.method == "PATCH")
    assert "if-match" not in first.headers
    assert first.status == 428
    assert second.headers["if-match"].strip('"')
    assert second.status == 200


@pytest.mark.parametrize("status", [412, 428])
async def test_if_match_is_sent_once(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """A BMC that refuses even then is not asked a third time."""
    bmc.fail(SYSTEM, status=status, method="PATCH")
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_indicator_led("Lit")
    assert caught.value.status == status
    assert statuses(bmc, "PATCH") == [status, status]


async def test_if_match_without_an_etag(session: ClientSession) -> None:
    """A resource that has no ETag is written whatever it is."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")))
    bmc.fail(SYSTEM, status=428, method="PATCH", times=1)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_set_indicator_led("Lit")
    patches = [item for item in bmc.requests if item.method == "PATCH"]
    assert [item.headers.get("if-match") for item in patches] == [None, "*"]


async def test_if_match_is_not_sent_unasked(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """No Supermicro BMC is known to want it."""
    await client.async_set_indicator_led("Lit")
    assert [item.headers.get("if-match") for item in bmc.requests if item.body] == [
        None,
        None,
    ]


Write = Callable[[SupermicroRedfishClient], Awaitable[None]]

NO_CHANGES: dict[str, Write] = {
    "led": lambda client: client.async_set_indicator_led("Off"),
    "fan": lambda client: client.async_set_fan_mode("Optimal"),
    "ntp": lambda client: client.async_set_ntp_enabled(enabled=True),
    "protocol": lambda client: client.async_set_protocol_enabled("SSH", enabled=True),
    "delay": lambda client: client.async_set_power_on_delay(3),
    "boot": lambda client: client.async_set_boot_source("None"),
    "intrusion": lambda client: client.async_reset_intrusion_sensor(),
    "lldp": lambda client: client.async_set_lldp_enabled(enabled=True),
}


@pytest.mark.parametrize("name", NO_CHANGES)
async def test_a_change_that_changes_nothing_is_not_sent(
    client: SupermicroRedfishClient, bmc: Bmc, name: str
) -> None:
    """Protocols refuse to be set to what they are."""
    await NO_CHANGES[name](client)
    await NO_CHANGES[name](client)
    assert statuses(bmc, "PATCH") == []


async def test_what_somebody_else_has_set_is_not_set_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What a protocol was an hour ago does not count, and what has no harm may be.

    Of what somebody has set back, and so is to be set again, the BMC's word counts.
    """
    await client.async_get_network_protocol()
    await client.async_get_system()
    bmc.change(PROTOCOLS, {"SSH": {"ProtocolEnabled": False}})
    await client.async_set_protocol_enabled("SSH", enabled=False)
    assert statuses(bmc, "PATCH") == []
    bmc.change(SYSTEM, {"IndicatorLED": "Blinking"})
    await client.async_set_indicator_led("Off")
    assert bmc.indicator_led == "Off"


@pytest.mark.parametrize(
    ("status", "expected"), [(429, RateLimitError), (503, ServiceUnavailableError)]
)
async def test_a_bmc_that_wants_to_be_left_alone_is(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    expected: type[SupermicroRedfishError],
) -> None:
    """A login, a read, a write and an action are each asked for once."""
    later = {"Retry-After": "42"}
    steps: list[tuple[str, str, Callable[[], Awaitable[Any]]]] = [
        ("POST", SESSIONS, client.async_get_system),
        ("GET", SYSTEM, client.async_get_system),
        ("PATCH", SYSTEM, lambda: client.async_set_indicator_led("Lit")),
        (
            "POST",
            f"{SYSTEM}/Actions/ComputerSystem.Reset",
            lambda: client.async_system_reset("ForceOff"),
        ),
    ]
    for method, path, step in steps:
        bmc.requests.clear()
        bmc.fail(path, status=status, headers=later, method=method)
        with pytest.raises(expected) as caught:
            await step()
        assert (caught.value.status, caught.value.retry_after) == (status, 42)
        assert statuses(bmc, method, path) == [status]
        bmc.heal()
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    "header", ["Wed, 21 Oct 2026 07:28:00 GMT", "soon", "-1", "", "9" * 400]
)
async def test_a_time_to_come_back_that_is_no_number(
    client: SupermicroRedfishClient, bmc: Bmc, header: str
) -> None:
    """What cannot be read is left out."""
    bmc.fail(CHASSIS, status=503, headers={"Retry-After": header})
    with pytest.raises(ServiceUnavailableError) as caught:
        await client.async_get_chassis()
    assert caught.value.retry_after is None
