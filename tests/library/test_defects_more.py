"""Defects that came to light when those of the list were tested."""

import json

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    SupermicroRedfishClient,
)
from aiosupermicro.http.transport import base_url
from tests.simulator import Bmc, Server, serve
from tests.simulator.changes import REMOVED
from tests.simulator.testing import changed_board

from . import CHASSIS, MANAGER, OEM, ROOT, THERMAL, link


async def test_the_callers_session_may_raise_by_itself(
    server: Server, bmc: Bmc
) -> None:
    """Statuses keep their exceptions, and a dropped token is renewed."""
    async with (
        ClientSession(raise_for_status=True) as session,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_system()
        bmc.expire_sessions()
        assert (await client.async_get_system()).is_on
        bmc.fail(THERMAL, status=404)
        with pytest.raises(NotFoundError):
            await client.async_get_thermal()


async def test_a_redirect_to_nonsense_is_no_answer(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Nothing but exceptions of this package comes from what a BMC sends."""
    for location in ("http://[bad", "https://[::1", "https://127.0.0.1:99999/", "a:b"):
        bmc.fail(THERMAL, status=302, headers={"Location": location})
        with pytest.raises(InvalidResponseError):
            await client.async_get_thermal()


NAMES = ["a b", "a\r\nX-Auth-Token: b", "a\x00b", "ü", "\ud800", "%zz", "[::", "a\\b"]


async def test_a_link_may_be_of_any_characters(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It is followed or found missing, and smuggles nothing into a request."""
    for name in NAMES:
        body = bmc.resource(MANAGER)
        body["Oem"] = {"Supermicro": {"FanMode": link(f"{OEM}/{name}")}}
        bmc.fail(MANAGER, status=200, body=json.dumps(body))
        with pytest.raises(NotFoundError):
            await client.async_get_fan_mode()
        asked = bmc.requests[-1]
        assert asked.path.startswith(f"{OEM}/")
        assert asked.token != "b"
        await client.async_disconnect()
        await client.async_connect()


@pytest.mark.parametrize(
    "host",
    [
        "1:2:3",
        "bmc\texample",
        "bmc\nexample",
        "bmc..example",
        ".",
        "-bmc",
        "a" * 64,
        "*",
        "a,b",
        "b%20c",
        "https://bmc/redfish/",
        "https://ADMIN:Secret-9@bmc",
        "ADMIN:Secret-9@[::1]",
    ],
)
def test_what_cannot_be_a_host_is_refused_at_once(host: str) -> None:
    """Not when a connection is made; and a password in it is not repeated."""
    with pytest.raises(ValueError, match="not a host name") as caught:
        base_url(host)
    assert "Secret-9" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("HTTPS://bmc:8443", "https://bmc:8443"),
        ("bmc_1.lan.", "https://bmc_1.lan."),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("fe80::1%eth0", "https://[fe80::1%eth0]"),
    ],
)
def test_what_can_be_a_host_is_taken(host: str, url: str) -> None:
    """Capitals, underscores, other alphabets and zones."""
    assert str(base_url(host)) == url


async def test_an_unlicensed_old_board_says_which_licence(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Old X11 boards refuse even the root, which is no bad password."""
    bmc.unlicensed = (ROOT,)
    with pytest.raises(LicenseError) as caught:
        await client.async_connect()
    assert caught.value.license == "SUM DCMS OOB"
    assert bmc.login_attempts == 0


async def test_discovery_takes_six_requests(session: ClientSession) -> None:
    """Root, login, and the way to the one system, chassis and manager."""
    board = changed_board({CHASSIS: {"Thermal": REMOVED, "Power": REMOVED}})
    bmc = Bmc(board)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_system()
        await client.async_get_chassis()
        await client.async_get_manager()
        assert len(bmc.requests) <= 6
