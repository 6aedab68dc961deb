"""The library alone: who pretends to be the BMC is told nothing."""

from collections.abc import Callable
import ssl
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    CertificateError,
    SupermicroRedfishClient,
)
from tests.integration import SYSTEM
from tests.scenario.network import Proxy
from tests.simulator import Bmc, Server

from .secret_search import told_to


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


TRUSTED: dict[str, Callable[[Server, ssl.SSLContext], Any]] = {
    "verified": lambda _server, _context: True,
    "own_authority": lambda _server, context: context,
    "pinned": lambda server, _context: server.certificate_sha256,
}


@pytest.mark.parametrize("trust", TRUSTED)
@pytest.mark.parametrize("is_logged_in", [False, True], ids=["before", "after"])
async def test_the_library_tells_a_thief_nothing(
    proxy: Proxy,
    bmc: Bmc,
    server: Server,
    thief: Bmc,
    lair: Server,
    authority: ssl.SSLContext,
    trust: str,
    is_logged_in: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Before the login and after it, to a read, a write and a logout."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session,
            proxy.host,
            bmc.username,
            bmc.password,
            verify_ssl=TRUSTED[trust](server, authority),
        )
        if is_logged_in:
            await client.async_get_system()
        proxy.lead_to(lair.port)
        for work in (
            client.async_get_system,
            lambda: client.async_set_indicator_led("Lit"),
            client.async_get_all_data,
            client.async_test_connection,
        ):
            with pytest.raises(CertificateError):
                await work()
        assert thief.requests == []
        await client.async_disconnect()
    assert thief.requests == []
    assert bool(bmc.logins) is is_logged_in


async def test_the_library_goes_anywhere_if_it_is_told_to(
    proxy: Proxy, bmc: Bmc, thief: Bmc, lair: Server
) -> None:
    """With False any certificate will do, which is to be said by the caller."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, proxy.host, bmc.username, bmc.password, verify_ssl=False
        )
        await client.async_get_system()
        proxy.lead_to(lair.port)
        await client.async_get_system()
        await client.async_disconnect()
    assert told_to(thief)
    assert SYSTEM in {request.path for request in thief.requests}
