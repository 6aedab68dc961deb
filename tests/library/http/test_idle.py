"""Sessions that idle are renewed before the BMC ends them."""

import asyncio

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.conftest import Clock
from tests.library import MINUTES, SESSIONS, paths_of, statuses
from tests.simulator import Bmc, Board, serve


async def test_a_session_in_use_is_kept(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock
) -> None:
    """Idle time counts, not age: for three hours there is one login."""
    for _ in range(60):
        await client.async_get_system()
        library_clock.tick(3 * MINUTES)
    assert bmc.login_attempts == 1
    assert 401 not in statuses(bmc)


async def test_a_session_that_idled_is_renewed_in_advance(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock
) -> None:
    """After 80 % of its time, by fifty readers once, and the old one is deleted."""
    await client.async_get_system()
    library_clock.tick(239)
    await client.async_get_system()
    assert bmc.logins == 1
    library_clock.tick(241)
    bmc.requests.clear()
    paths = paths_of(bmc.board, 50)
    await asyncio.gather(*map(client._connection.async_get, paths))
    asked = [(item.method, item.status) for item in bmc.requests]
    assert [item for item in asked if item[0] != "GET"] == [
        ("DELETE", 200),
        ("POST", 201),
    ]
    assert 401 not in statuses(bmc)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


async def test_the_time_that_the_bmc_tells_counts(
    session: ClientSession, clock: Clock, library_clock: Clock
) -> None:
    """OpenBMC keeps a session for half an hour: the library does not renew it."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, session_timeout=1800)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        assert (await client.async_get_session_service()).session_timeout == 1800
        for idle, logins in ((1430, 1), (1450, 2)):
            library_clock.tick(idle)
            await client.async_get_system()
            assert bmc.logins == logins
    assert bmc.open_sessions == 0


async def test_a_session_that_counts_from_the_login(
    session: ClientSession, clock: Clock, library_clock: Clock
) -> None:
    """A BMC that ends sessions in use costs a login each time, and no error."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, session_expiry="login")
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for _ in range(60):
            assert (await client.async_get_system()).is_on
            assert bmc.open_sessions == 1
            library_clock.tick(MINUTES)
    assert bmc.logins == 12
    assert bmc.open_sessions == 0


@pytest.mark.parametrize("idle", [0, 250, 1500])
@pytest.mark.parametrize("connections", [1, 2])
async def test_dead_connections_cost_no_poll(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    library_clock: Clock,
    connections: int,
    idle: float,
) -> None:
    """A BMC that has restarted between two polls leaves as many as there were.

    Whether it is the read that finds them, or a session that is to be renewed first.
    """
    client.set_max_concurrent_requests(connections)
    await client.async_get_all_data()
    library_clock.tick(idle)
    await client.async_get_system()
    logins = bmc.logins
    bmc.hang("*", 0.02)
    await client.async_get_all_data()
    assert bmc.peak_parallel == connections
    bmc.heal()
    library_clock.tick(idle)
    bmc.restart(0)
    data = await client.async_get_dynamic_data()
    assert data.system
    assert not data.errors
    assert (bmc.logins, bmc.open_sessions) == (logins + 1, 1)


async def test_a_login_is_not_lost_on_a_dead_connection(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that could not log anybody in, and then restarted, is found at once."""
    await client.async_get_system()
    bmc.expire_sessions()
    bmc.fail(SESSIONS, status=503, method="POST", times=1)
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_system()
    bmc.restart(0)
    assert (await client.async_get_system()).is_on
    assert bmc.login_attempts == 3


async def test_a_bmc_that_breaks_every_connection_is_not_pressed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A read is repeated by aiohttp, and by us until it has been answered again."""
    await client.async_get_system()
    bmc.drop("*")
    for expected in (4, 2, 2):
        bmc.requests.clear()
        with pytest.raises(ConnectionError):
            await client.async_get_system()
        assert len(bmc.requests) == expected
    bmc.heal()
