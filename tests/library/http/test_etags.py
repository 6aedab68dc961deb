"""Writes with required ETags in different spellings, and default headers."""

from itertools import product
from typing import Any, get_args

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidRequestError,
    ResetType,
    SupermicroRedfishClient,
)
from tests.library import (
    SYSTEM,
    SYSTEM_RESET,
    THERMAL,
    connected_client,
    light_led,
)
from tests.simulator import Bmc, Board
from tests.simulator.etags import EtagSpelling, IfMatch

MAX_TAGS = 3

SPELLINGS = [*product(get_args(EtagSpelling), get_args(IfMatch))]


def tags(bmc: Bmc, method: str = "PATCH") -> list[str | None]:
    """Return the If-Match of each write."""
    sent = [item for item in bmc.requests if item.method == method]
    return [item.headers.get("if-match") for item in sent]


@pytest.mark.parametrize(("spelling", "accepted"), SPELLINGS)
async def test_write_is_repeated_with_the_tag_that_the_bmc_accepts(
    session: ClientSession, spelling: EtagSpelling, accepted: IfMatch
) -> None:
    """Send the ETag of the header, that of the body, and the wildcard, each once."""
    bmc = Bmc(
        Board.load("x12spi-tf"),
        etags=spelling,
        if_match=accepted,
        if_match_required=True,
    )
    async with connected_client(bmc, session) as client:
        for _ in range(2):
            bmc.change(SYSTEM, {"IndicatorLED": "Off"})
            bmc.requests.clear()
            await light_led(client)
            assert bmc.indicator_led == "Lit"
            sent = tags(bmc)
            assert sent[0] is None
            assert 1 <= len(sent) - 1 <= MAX_TAGS
            assert len(set(sent)) == len(sent)
        await client.async_system_reset(ResetType.FORCE_OFF)
        assert bmc.power_state == "PoweringOff"


@pytest.mark.parametrize("status", [412, 428])
async def test_write_that_no_tag_satisfies_ends(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Raise the rejection after at most three ETags, for a setting and an action."""
    bmc.etags = "quoted twice"
    await client.async_get_system()
    bmc.fail(SYSTEM, status=status, method="PATCH")
    bmc.fail(SYSTEM_RESET, status=status)
    for write in (light_led(client), client.async_system_reset(ResetType.FORCE_OFF)):
        with pytest.raises(InvalidRequestError) as caught:
            await write
        assert caught.value.status == status
    etag = bmc.resource(SYSTEM)["@odata.etag"]
    assert tags(bmc) == [None, f'"{etag}"', etag, "*"]
    assert tags(bmc, "POST")[-4:] == [None, f'"{etag}"', etag, "*"]


async def test_tag_is_read_again_after_another_client_has_written(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the resource before each ETag is sent."""
    bmc.if_match_required = True
    await client.async_get_system()
    bmc.change(SYSTEM, {"AssetTag": "changed by another client"})
    await light_led(client)
    assert tags(bmc) == [None, bmc_etag_before_write(bmc)]


def bmc_etag_before_write(bmc: Bmc) -> str:
    """Return the ETag that the last successful write has sent."""
    return next(
        item.headers["if-match"]
        for item in reversed(bmc.requests)
        if item.method == "PATCH" and item.status == 200
    )


async def test_refusal_for_another_reason_ends_the_attempts(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise the error of the second attempt if it is not about the tag."""
    await client.async_get_system()
    bmc.fail(SYSTEM, status=400, method="PATCH")
    bmc.fail(SYSTEM, status=412, method="PATCH", times=1)
    with pytest.raises(InvalidRequestError) as caught:
        await light_led(client)
    assert caught.value.status == 400
    assert len(tags(bmc)) == 2


@pytest.mark.parametrize(
    "header", [("odata-version", "4.0"), ("accept", "application/json")], ids=str
)
@pytest.mark.parametrize("login_response", ["session", "no token"])
async def test_service_that_needs_a_header_returns_no_page(
    session: ClientSession, header: tuple[str, str], login_response: Any
) -> None:
    """Send the required header with all requests, with and without a session."""
    bmc = Bmc(
        Board.load("x12spi-tf"),
        required_headers=dict([header]),
        login_response=login_response,
    )
    async with connected_client(bmc, session) as client:
        assert (await client.async_get_all_data()).errors == {}
        await light_led(client)
        assert bmc.indicator_led == "Lit"
        await client.async_system_reset(ResetType.FORCE_OFF)
        assert bmc.power_state == "PoweringOff"
    assert bmc.open_sessions == 0


async def test_every_request_asks_for_json_and_odata(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send both headers with the login, reads, writes, actions and the logout."""
    await client.async_test_connection()
    await client.async_get_all_data()
    await client.async_get_dynamic_data()
    await light_led(client)
    await client.async_system_reset(ResetType.FORCE_OFF)
    bmc.expire_sessions()
    bmc.fail(THERMAL, status=307, headers={"Location": f"{THERMAL}/"}, times=1)
    await client.async_get_thermal()
    await client.async_disconnect()
    assert {item.method for item in bmc.requests} == {"GET", "POST", "PATCH", "DELETE"}
    for item in bmc.requests:
        assert item.headers["odata-version"] == "4.0"
        assert item.headers["accept"] == "application/json"
