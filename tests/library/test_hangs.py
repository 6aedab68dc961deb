"""What becomes of those who wait for a BMC that hangs."""

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
from aiosupermicro.http import authenticator, connection
from tests.conftest import Clock, until
from tests.simulator import Bmc

from . import CHASSIS, SESSIONS, SYSTEM, THERMAL

PATIENCE = 0.4
"""Seconds until a request is given up here."""

Read = Callable[[SupermicroRedfishClient], Awaitable[Any]]

BULK: dict[str, Read] = {
    "all": SupermicroRedfishClient.async_get_all_data,
    "static": SupermicroRedfishClient.async_get_static_data,
    "dynamic": SupermicroRedfishClient.async_get_dynamic_data,
}


@asynccontextmanager
async def _about(seconds: float) -> AsyncIterator[None]:
    """Check that something takes so long, and not as long as a request may."""
    began = monotonic()
    yield
    assert seconds * 0.9 <= monotonic() - began <= seconds * 3


@pytest.mark.parametrize("known", ["nothing", "login", "all"])
@pytest.mark.parametrize("name", BULK)
async def test_a_bmc_that_hangs_costs_one_time_out(
    client: SupermicroRedfishClient, bmc: Bmc, name: str, known: str
) -> None:
    """Wherever it begins to, and in every poll until it is over.

    What is under way at the same time is given up at the same time.
    """
    before: dict[str, Read] = {
        "login": SupermicroRedfishClient.async_connect,
        "all": SupermicroRedfishClient.async_get_all_data,
    }
    if known in before:
        await before[known](client)
    client._transport._timeout = PATIENCE
    bmc.hang("*", 3600)
    for _ in range(2):
        bmc.requests.clear()
        with pytest.raises(TimeoutError):
            await BULK[name](client)
        assert 1 <= len(bmc.requests) <= 2
    bmc.heal()
    client._transport._timeout = 2
    assert await BULK[name](client)
    assert bmc.logins == 1


async def test_what_was_not_sent_says_so(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A command that waits behind a BMC that hangs is not carried out later."""
    await client.async_get_all_data()
    client._transport._timeout = PATIENCE
    bmc.hang("*", 3600)
    poll = asyncio.create_task(client.async_get_dynamic_data())
    await until(lambda: bmc.peak_parallel == 2)
    with pytest.raises(TimeoutError, match="was not sent") as caught:
        await client.async_system_reset("ForceOff")
    assert caught.value.path == f"{SYSTEM}/Actions/ComputerSystem.Reset"
    with pytest.raises(TimeoutError):
        await poll
    bmc.heal()
    assert bmc.power_state == "On"


async def test_one_resource_that_hangs_costs_that_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """All others are answered meanwhile, so nobody gives them up."""
    await client.async_get_all_data()
    client._transport._timeout = PATIENCE
    bmc.hang(CHASSIS, 3600)
    for _ in range(2):
        data = await client.async_get_all_data()
        assert [*data.errors] == ["chassis"]
        assert isinstance(data.errors["chassis"], TimeoutError)


async def test_one_at_a_time_and_one_that_hangs(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """One request without an answer does not condemn those behind it."""
    client.set_max_concurrent_requests(1)
    await client.async_get_all_data()
    client._transport._timeout = PATIENCE
    bmc.hang(THERMAL, 3600)
    data = await client.async_get_dynamic_data()
    assert [*data.errors] == ["thermal"]
    assert data.power


@pytest.mark.parametrize("state", ["login", "read", "write", "idle", "renewal"])
async def test_closing_a_bmc_that_hangs_takes_no_longer_than_a_logout(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
) -> None:
    """The rest happens by itself, and the session is given back when it can be."""
    monkeypatch.setattr(authenticator, "LOGOUT_SECONDS", PATIENCE)
    monkeypatch.setattr(connection, "LOGOUT_SECONDS", PATIENCE)
    monkeypatch.setattr(authenticator, "monotonic", clock)
    if state != "login":
        await client.async_get_all_data()
    if state == "renewal":
        clock.tick(250)
    bmc.hang("*", PATIENCE * 3 if state in ("login", "write") else 3600)
    asked = len(bmc.requests)
    work = asyncio.create_task(
        client.async_system_reset("ForceOff")
        if state == "write"
        else client.async_get_all_data()
    )
    if state != "idle":
        wanted = SESSIONS if state == "login" else None
        if wanted:
            bmc.heal()
            bmc.hang(SESSIONS, PATIENCE * 3)
        await until(
            lambda: any(wanted in (None, item.path) for item in bmc.requests[asked:])
        )
    async with _about(PATIENCE):
        await client.async_disconnect()
    with suppress(SupermicroRedfishError):
        await work
    bmc.heal()
    ending = client._connection._closing
    assert ending
    await ending
    if state in ("login", "write"):
        assert bmc.open_sessions == 0
        assert bmc.requests[-1].method == "DELETE"
    bmc.expire_sessions()


async def test_closing_again_while_it_hangs_loses_no_session(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login that nobody waits for any more is followed by its logout."""
    monkeypatch.setattr(connection, "LOGOUT_SECONDS", 0.05)
    bmc.hang(SESSIONS, 0.5, times=1)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: bmc.login_attempts > 0)
    for _ in range(3):
        await client.async_disconnect()
        ending = client._connection._closing
        assert ending
        assert not ending.done()
    with pytest.raises(ConnectionError):
        await reader
    await client.async_connect()
    assert (bmc.logins, bmc.open_sessions) == (2, 1)
    methods = [item.method for item in bmc.requests if SESSIONS in item.path]
    assert methods == ["POST", "DELETE", "POST"]


async def test_a_session_that_cannot_be_made_leaves_no_wait(
    session: ClientSession, bmc: Bmc, client: SupermicroRedfishClient
) -> None:
    """A set-up that hangs takes one time-out, its cleaning up included."""
    client._transport._timeout = PATIENCE
    bmc.hang("*", 3600)
    async with _about(PATIENCE):
        with pytest.raises(TimeoutError):
            await client.async_connect()
    bmc.heal()
    assert not session.closed
