"""A client on the simulated BMC."""

from collections.abc import AsyncIterator
import os

from aiohttp import ClientSession
from hypothesis import settings
import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.http import authenticator
from tests.conftest import Clock
from tests.simulator import Bmc, Server

# Four tests take documents at random: 2,000 each time, 100,000 at night; and 200 more
# on the second Python that script/test has.
settings.register_profile("default", max_examples=500, deadline=None)
settings.register_profile("nightly", max_examples=25_000, deadline=None)
settings.register_profile("brief", max_examples=50, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


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


@pytest.fixture
def library_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the library go by the BMC's clock."""
    monkeypatch.setattr(authenticator, "monotonic", clock)
    return clock
