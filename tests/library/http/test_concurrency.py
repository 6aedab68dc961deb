"""Whatever happens at once or is broken off: one login, and none left."""

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
from tests.library import CHASSIS, ROOT, paths_of, settled, statuses
from tests.simulator import Bmc, Board, Server, serve


async def _cancelled_after(steps: int, work: Awaitable[Any]) -> bool:
    """Cancel something after so many rounds of the event loop; tell if it had ended."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    is_over = task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await settled()
    return is_over


async def test_fifty_reads_with_a_dropped_token_log_in_once(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """Two at most find out by themselves; the others wait, and none fails."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.expire_sessions()
    bmc.requests.clear()
    paths = paths_of(board, 50)
    read = await asyncio.gather(*map(client._connection.async_get, paths))
    assert [body["@odata.id"].rstrip("/") for body in read] == paths
    assert bmc.logins == bmc.login_attempts == 2
    assert bmc.open_sessions == 1
    assert len([status for status in statuses(bmc, "GET") if status == 401]) <= 2
    assert bmc.peak_parallel == 2


async def test_a_token_that_is_dropped_again_and_again(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """However late an answer comes, it makes nobody log in who need not."""
    await client.async_connect()
    for turn in range(2, 12):
        bmc.expire_sessions()
        await asyncio.gather(*map(client._connection.async_get, paths_of(board, 7)))
        assert bmc.login_attempts == turn


async def test_two_clients_with_one_http_session(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Each has its own login, and the end of one is not that of the other."""
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


async def test_two_bmcs_with_one_http_session(session: ClientSession) -> None:
    """No token and no password gets to the other BMC."""
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


async def test_a_read_that_two_wait_for_outlives_one_of_them(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Who is cancelled takes nothing from the other."""
    await client.async_get_system()
    bmc.hang(CHASSIS, 0.05)
    bmc.requests.clear()
    one, two = (asyncio.create_task(client.async_get_chassis()) for _ in range(2))
    await until(lambda: bool(bmc.requests))
    one.cancel()
    assert (await two).model
    assert one.cancelled()
    assert statuses(bmc) == [200]


async def test_what_nobody_waits_for_is_not_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A caller who gives up leaves no queue of requests to a slow BMC."""
    await client.async_get_system()
    bmc.hang(f"{ROOT}/UpdateService/FirmwareInventory/*", 0.05)
    reader = asyncio.create_task(client.async_get_firmware_inventory())
    await until(lambda: any("Inventory/" in item.path for item in bmc.requests))
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    asked = len(bmc.requests)
    await asyncio.sleep(0.2)
    assert len(bmc.requests) == asked
    bmc.heal()
    assert len(await client.async_get_firmware_inventory()) > 5


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 5)])
async def test_a_login_may_be_cancelled_anywhere(
    session: ClientSession, bmc: Bmc, latency: float, stride: int
) -> None:
    """A session that the BMC makes for a caller who is gone is given back."""
    async with serve(bmc, latency=latency) as server:
        for uncancelled in range(1, 10):
            for steps in count(0, stride):
                client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
                is_over = await _cancelled_after(steps, client.async_connect())
                assert bmc.open_sessions == is_over
                if is_over:
                    await client.async_disconnect()
                    break
            assert steps > 10
            # On a busy machine the strides may all miss the BMC's making a session.
            if bmc.logins > uncancelled:
                break
    assert bmc.logins > uncancelled
    assert bmc.open_sessions == 0


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 5)])
async def test_a_logout_may_be_cancelled_anywhere(
    session: ClientSession, bmc: Bmc, latency: float, stride: int
) -> None:
    """Once it has begun, it is carried out."""
    async with serve(bmc, latency=latency) as server:
        for steps in count(1, stride):
            client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
            await client.async_connect()
            is_over = await _cancelled_after(steps, client.async_disconnect())
            assert bmc.open_sessions == 0
            if is_over:
                break
    assert steps > 3


@pytest.mark.parametrize(("latency", "stride"), [(0.0, 1), (0.002, 9)])
async def test_a_logout_amid_reads_may_be_cancelled_anywhere(
    session: ClientSession, bmc: Bmc, board: Board, latency: float, stride: int
) -> None:
    """The reads end, the session is given back, and no read makes a new one."""
    async with serve(bmc, latency=latency) as server:
        for steps in count(1, stride):
            client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
            await client.async_connect()
            reads = [
                asyncio.create_task(client._connection.async_get(path))
                for path in paths_of(board, 5)
            ]
            await asyncio.sleep(latency / 2)
            is_over = await _cancelled_after(steps, client.async_disconnect())
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert isinstance(outcome, dict | ConnectionError)
            assert bmc.open_sessions == 0
            if is_over:
                break
    assert steps > 3


async def test_a_whole_visit_may_be_cancelled_anywhere(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """From the first step to the last, `async with` leaves nothing behind."""

    async def visit() -> None:
        async with SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN"
        ) as client:
            await client.async_set_indicator_led("Lit")

    for steps in count():
        if await _cancelled_after(steps, visit()):
            break
        assert bmc.open_sessions == 0
    assert steps > 30
    assert bmc.open_sessions == 0


async def test_a_client_that_was_cancelled_can_be_used_again(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Neither a login nor a logout that was broken off leaves it unusable."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    for steps in range(1, 20, 3):
        await _cancelled_after(steps, client.async_connect())
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
