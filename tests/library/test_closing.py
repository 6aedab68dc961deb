"""Whenever a client is closed: nothing goes on, and no session is left."""

import asyncio
from contextlib import suppress

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.http import authenticator
from tests.conftest import until
from tests.simulator import Bmc, Board, Server

from . import ROOT, SESSIONS, SYSTEM, paths_of, settled, statuses


async def test_closing_ends_fifty_reads(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """The last request is the logout, and every reader learns of it."""
    await client.async_connect()
    bmc.hang("*", 0.02)
    reads = [
        asyncio.create_task(client._connection.async_get(path))
        for path in paths_of(board, 50)
    ]
    await until(lambda: len(bmc.requests) > 6)
    await client.async_disconnect()
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert sum(isinstance(outcome, ConnectionError) for outcome in outcomes) > 40
    await settled()
    assert bmc.requests[-1].method == "DELETE"
    assert bmc.open_sessions == 0


@pytest.mark.parametrize("hanging", [SESSIONS, SYSTEM])
async def test_closing_during_a_login_or_a_write(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    hanging: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was under way is waited for, however long, and its session given back."""
    monkeypatch.setattr(authenticator, "LOGOUT_SECONDS", 0.5)
    if hanging == SYSTEM:
        await client.async_get_system()
    bmc.hang(hanging, 0.7)
    asked = len(bmc.requests)
    writing = asyncio.create_task(client.async_set_indicator_led("Lit"))
    await until(lambda: any(item.path == hanging for item in bmc.requests[asked:]))
    await client.async_disconnect()
    with suppress(ConnectionError):
        await writing
    await settled()
    assert bmc.open_sessions == 0
    assert bmc.logins <= 1


async def test_closing_twice_at_once(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """The session is given back once, and neither waits for ever."""
    await client.async_connect()
    await asyncio.gather(client.async_disconnect(), client.async_disconnect())
    assert statuses(bmc, "DELETE") == [200]


async def test_closing_without_having_opened(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Nothing is sent."""
    await client.async_disconnect()
    assert bmc.requests == []


@pytest.mark.parametrize("fault", ["drop", "503", "401", "404", "html", "hang"])
async def test_closing_raises_nothing_for_the_bmc(
    session: ClientSession, server: Server, bmc: Bmc, fault: str
) -> None:
    """A BMC that fails at the logout is no reason not to unload."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    await client.async_connect()
    path = f"{SESSIONS}/*"
    if fault == "drop":
        bmc.drop(path)
    elif fault == "hang":
        client._transport._timeout = 0.1
        bmc.hang(path, 1)
    elif fault == "html":
        bmc.fail(path, status=200, body="<html>", content_type="text/html")
    else:
        bmc.fail(path, status=int(fault))
    await client.async_disconnect()
    with pytest.raises(ConnectionError):
        await client.async_get_system()


async def test_closing_after_the_caller_closed_the_http_session(
    server: Server, bmc: Bmc
) -> None:
    """The session cannot be given back any more, and that is all."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await client.async_connect()
    await client.async_disconnect()
    await client.async_disconnect()
    bmc.expire_sessions()


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_a_set_up_that_fails_after_the_login(
    session: ClientSession, server: Server, bmc: Bmc, status: int
) -> None:
    """Every retry of a set-up gives its session back."""
    bmc.fail(f"{ROOT}/Systems*", status=status)
    for _ in range(3):
        with pytest.raises(SupermicroRedfishError):
            async with SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN"
            ) as client:
                await client.async_get_all_data()
        assert bmc.open_sessions == 0
    assert bmc.logins == 3
