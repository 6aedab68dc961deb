"""Concurrent and canceled calls: one login for all, and no session left."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from itertools import count
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
)
from tests.conftest import until
from tests.library import CHASSIS, ROOT, get, resource_paths, statuses, wait_until_idle
from tests.simulator import Bmc, Board, Server, serve


async def _cancel_after(steps: int, work: Awaitable[Any]) -> bool:
    """Cancel work after some event loop iterations; return whether it had finished."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    is_done = task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await wait_until_idle()
    return is_done


async def test_clients_with_one_http_session_are_independent(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Keep the session of each client when the other one logs out."""
    one, two = (
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        for _ in range(2)
    )
    data = await asyncio.gather(one.async_get_all_data(), two.async_get_all_data())
    assert data[0] == data[1]
    assert bmc.logins == bmc.open_sessions == 2
    await one.async_disconnect()
    assert bmc.open_sessions == 1
    assert (await two.async_get_system()).is_on
    assert bmc.logins == 2
    await two.async_disconnect()
    assert bmc.open_sessions == 0
    assert not session.closed


async def test_credentials_are_sent_only_to_their_bmc(session: ClientSession) -> None:
    """Send neither token nor password to another BMC over the same HTTP session."""
    bmcs = [Bmc(Board.load("x12spi-tf"), password=word) for word in ("one", "two")]
    async with serve(bmcs[0]) as first, serve(bmcs[1]) as second:
        clients = [
            SupermicroRedfishClient(session, server.host, "ADMIN", server.bmc.password)
            for server in (first, second)
        ]
        await asyncio.gather(*(client.async_get_all_data() for client in clients))
        await asyncio.gather(*(client.async_disconnect() for client in clients))
    for bmc in bmcs:
        assert (bmc.login_attempts, bmc.logins, bmc.open_sessions) == (1, 1, 0)
        assert 401 not in statuses(bmc)


@pytest.mark.parametrize(("canceled", "sent"), [(0, 2), (1, 1), (2, 1)])
async def test_shared_read_continues_after_cancellation_of_one_caller(
    client: SupermicroRedfishClient, bmc: Bmc, canceled: int, sent: int
) -> None:
    """Return the resource to the other callers, with a new request."""
    await client.async_get_system()
    bmc.hang(CHASSIS, 0.05)
    bmc.requests.clear()
    reads = [asyncio.create_task(client.async_get_chassis()) for _ in range(3)]
    await until(lambda: bool(bmc.requests))
    reads.pop(canceled).cancel()
    one, two = await asyncio.gather(*reads)
    assert one is two
    assert one.model
    assert statuses(bmc) == [200] * sent


async def test_canceled_read_sends_no_further_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Discard queued requests, so that a slow BMC does not receive them."""
    await client.async_get_system()
    bmc.hang(f"{ROOT}/UpdateService/FirmwareInventory/*", 0.05)
    reader = asyncio.create_task(client.async_get_firmware_inventory())
    await until(lambda: any("Inventory/" in item.path for item in bmc.requests))
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    sent = len(bmc.requests)
    await asyncio.sleep(0.2)
    assert len(bmc.requests) == sent
    bmc.heal()
    assert len(await client.async_get_firmware_inventory()) > 5


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 5)])
async def test_login_canceled_at_any_step_leaves_no_session(
    session: ClientSession, bmc: Bmc, latency: float, stride: int
) -> None:
    """Delete a session that the BMC creates for a canceled caller."""
    async with serve(bmc, latency=latency) as server:
        for completed in range(1, 10):
            for steps in count(0, stride):
                client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
                is_done = await _cancel_after(steps, client.async_connect())
                assert bmc.open_sessions == is_done
                if is_done:
                    await client.async_disconnect()
                    break
            assert steps > 10
            # On a busy machine every stride may miss the creation of a session.
            if bmc.logins > completed:
                break
    assert bmc.logins > completed
    assert bmc.open_sessions == 0


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 5)])
async def test_logout_canceled_at_any_step_is_completed(
    session: ClientSession, bmc: Bmc, latency: float, stride: int
) -> None:
    """Complete a logout after a cancellation at any step."""
    async with serve(bmc, latency=latency) as server:
        for steps in count(1, stride):
            client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
            await client.async_connect()
            is_done = await _cancel_after(steps, client.async_disconnect())
            assert bmc.open_sessions == 0
            if is_done:
                break
    assert steps > 3


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 9)])
async def test_logout_during_reads_canceled_at_any_step_is_completed(
    session: ClientSession, bmc: Bmc, board: Board, latency: float, stride: int
) -> None:
    """End the reads and delete the session; let no read create a new one."""
    async with serve(bmc, latency=latency) as server:
        for steps in count(1, stride):
            client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
            await client.async_connect()
            reads = [
                asyncio.create_task(get(client, path))
                for path in resource_paths(board, 5)
            ]
            await asyncio.sleep(latency / 2)
            is_done = await _cancel_after(steps, client.async_disconnect())
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert isinstance(outcome, dict | ConnectionError)
            assert bmc.open_sessions == 0
            if is_done:
                break
    assert steps > 3


async def test_client_canceled_at_any_step_leaves_no_session(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Delete the session after a cancellation anywhere inside `async with`."""

    async def use_client() -> None:
        async with SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN"
        ) as client:
            await client.async_set_indicator_led("Lit")

    for steps in count():
        if await _cancel_after(steps, use_client()):
            break
        assert bmc.open_sessions == 0
    assert steps > 30
    assert bmc.open_sessions == 0


async def test_client_is_usable_after_cancellation(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Connect again after a canceled login or logout."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    for steps in range(1, 20, 3):
        await _cancel_after(steps, client.async_connect())
        await client.async_connect()
        assert (await client.async_get_system()).is_on
        logout = asyncio.create_task(client.async_disconnect())
        for _ in range(steps):
            await asyncio.sleep(0)
        logout.cancel()
        await client.async_connect()
        assert (await client.async_get_system()).is_on
        assert bmc.open_sessions == 1
        await client.async_disconnect()
        assert bmc.open_sessions == 0
