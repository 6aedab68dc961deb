"""Fixtures of the library's tests: a client of the simulated BMC, and its clock."""

from collections.abc import AsyncIterator, Callable
import os

from aiohttp import ClientSession
from hypothesis import settings
import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.http import authenticator, connection, credentials, sessions
from tests.conftest import Clock
from tests.simulator import Bmc, Server

# Four tests generate documents at random: 2,000 for each change, 100,000 each night,
# and 200 more on the second Python version of script/test.
settings.register_profile("default", max_examples=500, deadline=None)
settings.register_profile("nightly", max_examples=25_000, deadline=None)
settings.register_profile("brief", max_examples=50, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
async def session(network: None) -> AsyncIterator[ClientSession]:
    """Return the HTTP session of the caller."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def client(
    session: ClientSession, server: Server, bmc: Bmc
) -> AsyncIterator[SupermicroRedfishClient]:
    """Return a client that is not logged in yet; log it out at the end."""
    client = SupermicroRedfishClient(
        session, server.host, bmc.username, bmc.password, timeout=2
    )
    yield client
    await client.async_disconnect()
    assert bmc.open_sessions == 0


@pytest.fixture
def library_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Make the library use the clock of the BMC."""
    for module in (authenticator, credentials):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


@pytest.fixture
def limit_logout(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that limits a logout, in seconds.

    The request to delete the session and the wait of the caller have limits of their
    own.
    """

    def limit(*, request: float | None = None, wait: float | None = None) -> None:
        for module, seconds in ((sessions, request), (connection, wait)):
            if seconds is not None:
                monkeypatch.setattr(module, "LOGOUT_SECONDS", seconds)

    return limit
