"""The password itself goes along where there is no session to be had."""

import asyncio
from collections import Counter
from contextlib import suppress

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    AuthenticationError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.testing import changed_board

from . import MINUTES, ROOT, SESSIONS, paths_of, statuses


def _odd_boards() -> dict[str, Board]:
    """Return boards of the old family, on some of which no session can be opened."""
    old = changed_board({ROOT: {"RedfishVersion": "1.0.1"}})
    recorded = {
        name: Board.load(RECORDED / name) for name in RECORDINGS if name == "x11dpu"
    }
    return {"shipped": old, **recorded}


ODD_BOARDS = _odd_boards()


@pytest.fixture(params=ODD_BOARDS)
def odd(request: pytest.FixtureRequest, clock: Clock) -> Bmc:
    """Return a BMC that refuses every session with 401, as some X11 do."""
    return Bmc(ODD_BOARDS[request.param], clock=clock, sessions_enabled=False)


async def test_a_board_that_refuses_sessions_takes_the_password(
    session: ClientSession, odd: Bmc, library_clock: Clock
) -> None:
    """It is asked for a session again after ten minutes, and then has it."""
    async with (
        serve(odd) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for _ in range(9):
            assert (await client.async_get_system()).manufacturer
            library_clock.tick(MINUTES)
        assert odd.login_attempts == 1
        odd.sessions_enabled = True
        library_clock.tick(2 * MINUTES)
        await client.async_get_system()
        assert (odd.login_attempts, odd.open_sessions) == (2, 1)
        assert "authorization" not in odd.requests[-1].headers
    assert odd.open_sessions == 0


async def test_a_wrong_password_there_is_tried_once_in_each_way(
    session: ClientSession, odd: Bmc, library_clock: Clock
) -> None:
    """One login, one Basic, and never again, whoever reads and however long."""
    async with serve(odd) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
        for _ in range(4):
            reads = (client.async_get_system(), client.async_get_all_data())
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert isinstance(outcome, AuthenticationError)
            library_clock.tick(11 * MINUTES)
        await client.async_disconnect()
    assert Counter(item.method for item in odd.requests if item.status == 401) == {
        "POST": 1,
        "GET": 1,
    }


async def test_a_password_that_is_changed_there_locks_no_account(
    session: ClientSession, odd: Bmc, library_clock: Clock
) -> None:
    """Fifty readers wait for their turn: two show the old password, nobody after."""
    async with serve(odd) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await client.async_get_all_data()
        odd.change_password("another")
        odd.requests.clear()
        for _ in range(4):
            paths = paths_of(odd.board, 50)
            reads = map(client._connection.async_get, paths)
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert paths
                assert isinstance(outcome, AuthenticationError | dict)
            library_clock.tick(11 * MINUTES)
        assert 1 <= statuses(odd).count(401) <= 2
        odd.change_password("ADMIN")
        await client.async_disconnect()
        await client.async_connect()
        assert (await client.async_get_system()).manufacturer
        await client.async_disconnect()


async def test_a_wrong_password_on_a_later_board_is_no_reason_for_basic(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Only the old family refuses sessions for no reason."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    with pytest.raises(AuthenticationError):
        await client.async_connect()
    assert statuses(bmc, "GET") == [200]
    assert statuses(bmc, "POST") == [401]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_board_without_sessions_takes_the_password(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """What can be logged in to nowhere is read with the password."""
    bmc.fail(SESSIONS, status=status, method="POST")
    if status == 404:
        bmc.remove(SESSIONS)
    data = await client.async_get_dynamic_data()
    assert data.system
    assert data.errors == {}
    assert bmc.requests[-1].headers["authorization"].startswith("Basic ")


async def test_a_login_that_is_not_there_yet_is_no_missing_resource(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that starts answers 404 to everything: it is read when it has started."""
    bmc.fail(f"{ROOT}/S*", status=404)
    with suppress(SupermicroRedfishError):
        await client.async_connect()
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_dynamic_data()
    bmc.heal()
    await client.async_disconnect()
    await client.async_connect()
    assert (await client.async_get_dynamic_data()).system


@pytest.fixture
def full(clock: Clock) -> Bmc:
    """Return a BMC whose table of sessions has one row."""
    return Bmc(Board.load("x12spi-tf"), clock=clock, session_limit=1)


async def test_a_full_table_of_sessions(
    session: ClientSession, full: Bmc, library_clock: Clock
) -> None:
    """The password does for ten minutes; an hour is six logins, not hundreds."""
    async with serve(full) as server:
        other = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await other.async_connect()
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        for _ in range(30):
            assert (await client.async_get_system()).is_on
            await other.async_get_system()
            library_clock.tick(2 * MINUTES)
        assert full.login_attempts - full.logins <= 6
        await other.async_disconnect()
        library_clock.tick(11 * MINUTES)
        await client.async_get_system()
        assert full.open_sessions == 1
        await client.async_disconnect()
    assert full.open_sessions == 0


async def test_a_full_table_of_a_board_that_takes_sessions_only(
    session: ClientSession, full: Bmc, library_clock: Clock
) -> None:
    """Nobody said that the password is wrong, and nobody asks all the time."""
    full.basic_auth = False
    async with serve(full) as server:
        other = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await other.async_connect()
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        asked = len(full.requests)
        for _ in range(18):
            with pytest.raises(ServiceUnavailableError):
                await client.async_get_dynamic_data()
            await other.async_get_system()
            library_clock.tick(30)
        assert full.login_attempts == 2
        assert statuses(full)[asked:].count(401) == 1
        await other.async_disconnect()
        library_clock.tick(2 * MINUTES)
        assert (await client.async_get_dynamic_data()).system
        await client.async_disconnect()
    assert full.open_sessions == 0


async def test_a_user_name_with_a_colon(session: ClientSession, odd: Bmc) -> None:
    """Basic authentication cannot tell it, which is no fault of the caller's code."""
    async with serve(odd) as server:
        client = SupermicroRedfishClient(session, server.host, "a:b", "c")
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await client.async_connect()
        await client.async_disconnect()
