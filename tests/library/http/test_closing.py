"""Closing: no request afterwards, and no session left."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.conftest import until
from tests.library import (
    ROOT,
    SESSIONS,
    SYSTEM,
    get,
    inject_fault,
    light_led,
    resource_paths,
    set_timeout,
    statuses,
    wait_until_idle,
)
from tests.simulator import Bmc, Board, Server


async def test_closing_cancels_running_reads(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """Raise an error for fifty reads, and send the logout as the last request."""
    await client.async_connect()
    bmc.hang("*", 0.02)
    reads = [
        asyncio.create_task(get(client, path)) for path in resource_paths(board, 50)
    ]
    await until(lambda: len(bmc.requests) > 6)
    await client.async_disconnect()
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert sum(isinstance(outcome, ConnectionError) for outcome in outcomes) > 40
    await wait_until_idle()
    assert bmc.requests[-1].method == "DELETE"
    assert bmc.open_sessions == 0


@pytest.mark.parametrize("hanging", [SESSIONS, SYSTEM])
async def test_closing_waits_for_login_or_write(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    hanging: str,
    limit_logout: Callable[..., None],
) -> None:
    """Wait for a running request, however long it takes, then delete the session."""
    limit_logout(request=0.5)
    if hanging == SYSTEM:
        await client.async_get_system()
    bmc.hang(hanging, 0.7)
    sent = len(bmc.requests)
    writing = asyncio.ensure_future(light_led(client))
    await until(lambda: any(item.path == hanging for item in bmc.requests[sent:]))
    await client.async_disconnect()
    with suppress(ConnectionError):
        await writing
    await wait_until_idle()
    assert bmc.open_sessions == 0
    assert bmc.logins <= 1


async def test_no_read_is_sent_while_closing(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error for a read that begins after the call, with a valid session."""
    await get(client, SYSTEM)
    bmc.requests.clear()
    closing = asyncio.create_task(client.async_disconnect())
    await asyncio.sleep(0)
    with pytest.raises(ConnectionError):
        await get(client, SYSTEM)
    await closing
    assert [request.method for request in bmc.requests] == ["DELETE"]


async def test_closing_twice_deletes_session_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Delete the session once for two concurrent calls."""
    await client.async_connect()
    await asyncio.gather(client.async_disconnect(), client.async_disconnect())
    assert statuses(bmc, "DELETE") == [200]


async def test_closing_unused_client_sends_nothing(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no request if there is no session."""
    await client.async_disconnect()
    assert bmc.requests == []


@pytest.mark.parametrize("fault", ["drop", 503, 401, 404, "page", "hang"])
async def test_closing_ignores_failure_of_bmc(
    session: ClientSession, server: Server, bmc: Bmc, fault: str | int
) -> None:
    """Raise no error for a failed logout."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    await client.async_connect()
    if fault == "hang":
        set_timeout(client, 0.1)
    inject_fault(bmc, f"{SESSIONS}/*", fault)
    await client.async_disconnect()
    with pytest.raises(ConnectionError):
        await client.async_get_system()


async def test_closing_after_http_session_was_closed(server: Server, bmc: Bmc) -> None:
    """Raise no error although the session can no longer be deleted."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await client.async_connect()
    await client.async_disconnect()
    await client.async_disconnect()
    bmc.expire_sessions()


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_failed_setup_deletes_its_session(
    session: ClientSession, server: Server, bmc: Bmc, status: int
) -> None:
    """Delete the session of each attempt that fails after the login."""
    bmc.fail(f"{ROOT}/Systems*", status=status)
    for _ in range(3):
        with pytest.raises(SupermicroRedfishError):
            async with SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN"
            ) as client:
                await client.async_get_all_data()
        assert bmc.open_sessions == 0
    assert bmc.logins == 3
