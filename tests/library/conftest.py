"""A client on the simulated BMC."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest

from aiosupermicro import SupermicroRedfishClient
from tests.simulator import Bmc, Server


@pytest.fixture
async def session(network: None) -> AsyncIterator[ClientSession]:
    """Return the caller's own HTTP session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def client(
    session: ClientSession, server: Server, bmc: Bmc
) -> AsyncIterator[SupermicroRedfishClient]:
    """Return a client that has yet to log in, and logs out at the end."""
    client = SupermicroRedfishClient(
        session, server.host, bmc.username, bmc.password, timeout=2
    )
    yield client
    await client.async_disconnect()
    assert bmc.open_sessions == 0
