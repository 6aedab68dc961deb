"""Sessions that idle are renewed before the BMC ends them."""

import asyncio

from aiohttp import ClientSession

from aiosupermicro import SupermicroRedfishClient
from tests.conftest import Clock
from tests.simulator import Bmc, Board, serve

from . import MINUTES, paths_of, statuses


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
