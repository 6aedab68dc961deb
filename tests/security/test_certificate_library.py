"""Verify that the library sends nothing to a server with an untrusted certificate."""

from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    CertificateError,
    SupermicroRedfishClient,
)
from tests.integration.paths import SYSTEM
from tests.simulator import Bmc, Server

from .impostor import Authority, Impostor


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Run these tests without Home Assistant."""


TRUST: dict[str, Callable[[Server, Authority], Any]] = {
    "verified": lambda _server, _authority: True,
    "own_authority": lambda _server, authority: authority.context,
    "pinned": lambda server, _authority: server.certificate_sha256,
}


@pytest.mark.parametrize("trust", TRUST)
@pytest.mark.parametrize("is_logged_in", [False, True], ids=["before", "after"])
async def test_client_sends_nothing_to_impostor(
    bmc: Bmc,
    server: Server,
    authority: Authority,
    impostor: Impostor,
    trust: str,
    is_logged_in: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Reject the impostor before and after the login, for reads, writes and logout."""
    verify_ssl = TRUST[trust](server, authority)
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session,
            impostor.proxy.host,
            bmc.username,
            bmc.password,
            verify_ssl=verify_ssl,
        )
        if is_logged_in:
            await client.async_get_system()
        impostor.take_over()
        for request in (
            client.async_get_system,
            lambda: client.async_set_indicator_led("Lit"),
            client.async_get_all_data,
            client.async_test_connection,
        ):
            with pytest.raises(CertificateError):
                await request()
        assert impostor.bmc.requests == []
        await client.async_disconnect()
    assert impostor.bmc.requests == []
    assert bool(bmc.logins) is is_logged_in


async def test_client_without_verification_accepts_impostor(
    bmc: Bmc, impostor: Impostor
) -> None:
    """Accept any certificate without verification."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, impostor.proxy.host, bmc.username, bmc.password, verify_ssl=False
        )
        await client.async_get_system()
        impostor.take_over()
        await client.async_get_system()
        await client.async_disconnect()
    assert impostor.received_credentials
    assert SYSTEM in {request.path for request in impostor.bmc.requests}
