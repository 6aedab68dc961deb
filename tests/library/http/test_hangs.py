"""Hangs of a BMC: the wait of callers, and the requests that are still sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from tests.conftest import Clock, until
from tests.library import CHASSIS, SESSIONS, SYSTEM_RESET, THERMAL, set_timeout
from tests.simulator import Bmc

TIMEOUT = 0.4
"""Time limit of a request in these tests, in seconds."""


Read = Callable[[SupermicroRedfishClient], Awaitable[Any]]


BULK: dict[str, Read] = {
    "all": SupermicroRedfishClient.async_get_all_data,
    "static": SupermicroRedfishClient.async_get_static_data,
    "dynamic": SupermicroRedfishClient.async_get_dynamic_data,
}


@asynccontextmanager
async def _takes_about(seconds: float) -> AsyncIterator[None]:
    """Verify that a block takes this time, and less than the timeout of a request."""
    began = monotonic()
    yield
    assert seconds * 0.9 <= monotonic() - began <= seconds * 3


def _closing(client: SupermicroRedfishClient) -> asyncio.Task[None]:
    """Return the task that closes the connection of a client."""
    closing = client._connection._closing
    assert closing
    return closing


@pytest.mark.parametrize("before", ["nothing", "login", "all"])
@pytest.mark.parametrize("name", BULK)
async def test_hang_takes_one_timeout_per_poll(
    client: SupermicroRedfishClient, bmc: Bmc, name: str, before: str
) -> None:
    """Raise the error after one timeout, in each poll during the hang.

    Concurrent requests time out together.
    """
    steps: dict[str, Read] = {
        "login": SupermicroRedfishClient.async_connect,
        "all": SupermicroRedfishClient.async_get_all_data,
    }
    if before in steps:
        await steps[before](client)
    set_timeout(client, TIMEOUT)
    bmc.hang("*", 3600)
    for _ in range(2):
        bmc.requests.clear()
        with pytest.raises(TimeoutError):
            await BULK[name](client)
        assert 1 <= len(bmc.requests) <= 2
    bmc.heal()
    set_timeout(client, 2)
    assert await BULK[name](client)
    assert bmc.logins == 1


async def test_hang_ends_poll_with_short_timeout(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no further request after a hang, even where the timeout is very short."""
    await client.async_get_dynamic_data()
    set_timeout(client, 0.1)
    bmc.hang("*", 3600)
    bmc.requests.clear()
    with pytest.raises(TimeoutError):
        await client.async_get_dynamic_data()
    assert len(bmc.requests) <= 2
    bmc.heal()
    set_timeout(client, 2)


async def test_command_that_waits_during_hang_is_not_sent(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report that the command was not sent, and do not send it later."""
    await client.async_get_all_data()
    set_timeout(client, TIMEOUT)
    bmc.hang("*", 3600)
    poll = asyncio.create_task(client.async_get_dynamic_data())
    await until(lambda: bmc.peak_parallel == 2)
    with pytest.raises(TimeoutError, match="was not sent") as caught:
        await client.async_system_reset("ForceOff")
    assert caught.value.path == SYSTEM_RESET
    with pytest.raises(TimeoutError):
        await poll
    bmc.heal()
    assert bmc.power_state == "On"


async def test_hanging_resource_does_not_affect_others(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report a timeout for one resource while the BMC responds to other requests."""
    await client.async_get_all_data()
    set_timeout(client, TIMEOUT)
    bmc.hang(CHASSIS, 3600)
    for _ in range(2):
        data = await client.async_get_all_data()
        assert [*data.errors] == ["chassis"]
        assert isinstance(data.errors["chassis"], TimeoutError)


async def test_hanging_resource_does_not_affect_others_one_by_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send the waiting requests after one request has timed out."""
    client.set_max_concurrent_requests(1)
    await client.async_get_all_data()
    set_timeout(client, TIMEOUT)
    bmc.hang(THERMAL, 3600)
    data = await client.async_get_dynamic_data()
    assert [*data.errors] == ["thermal"]
    assert data.power


@pytest.mark.long
@pytest.mark.parametrize("state", ["login", "read", "write", "idle", "renewal"])
async def test_closing_during_hang_takes_one_logout(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    library_clock: Clock,
    limit_logout: Callable[..., None],
    state: str,
) -> None:
    """Return after the limit of a logout, and delete the session later if possible."""
    limit_logout(request=TIMEOUT, wait=TIMEOUT)
    if state != "login":
        await client.async_get_all_data()
    if state == "renewal":
        library_clock.tick(250)
    bmc.hang("*", TIMEOUT * 3 if state in ("login", "write") else 3600)
    sent = len(bmc.requests)
    work = asyncio.create_task(
        client.async_system_reset("ForceOff")
        if state == "write"
        else client.async_get_all_data()
    )
    if state != "idle":
        wanted = SESSIONS if state == "login" else None
        if wanted:
            bmc.heal()
            bmc.hang(SESSIONS, TIMEOUT * 3)
        await until(
            lambda: any(wanted in (None, item.path) for item in bmc.requests[sent:])
        )
    async with _takes_about(TIMEOUT):
        await client.async_disconnect()
    with suppress(SupermicroRedfishError):
        await work
    bmc.heal()
    await _closing(client)
    if state in ("login", "write"):
        assert bmc.open_sessions == 0
        assert bmc.requests[-1].method == "DELETE"
    bmc.expire_sessions()


async def test_closing_again_during_hang_deletes_session(
    client: SupermicroRedfishClient, bmc: Bmc, limit_logout: Callable[..., None]
) -> None:
    """Delete the session of a login that has no caller any more."""
    limit_logout(wait=0.05)
    bmc.hang(SESSIONS, 0.5, times=1)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: bmc.login_attempts > 0)
    for _ in range(3):
        await client.async_disconnect()
        assert not _closing(client).done()
    with pytest.raises(ConnectionError):
        await reader
    await client.async_connect()
    assert (bmc.logins, bmc.open_sessions) == (2, 1)
    methods = [item.method for item in bmc.requests if SESSIONS in item.path]
    assert methods == ["POST", "DELETE", "POST"]


async def test_connect_during_hang_takes_one_timeout(
    session: ClientSession, bmc: Bmc, client: SupermicroRedfishClient
) -> None:
    """Clean up after the failed login without a further wait."""
    set_timeout(client, TIMEOUT)
    bmc.hang("*", 3600)
    async with _takes_about(TIMEOUT):
        with pytest.raises(TimeoutError):
            await client.async_connect()
    bmc.heal()
    assert not session.closed
