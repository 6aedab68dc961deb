"""Whatever happens at once, is broken off or runs late: one login, and none left."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
import pytest

import aiosupermicro
from aiosupermicro import (
    AuthenticationError,
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    login,
    tasks,
)
from tests.conftest import RECORDED, RECORDINGS, Clock, until
from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.testing import as_old, changed

from . import CHASSIS, MINUTES, NTP, PROTOCOLS, ROOT, SESSIONS, SYSTEM, statuses

LIBRARY = str(Path(aiosupermicro.__file__).parent)


def _paths(board: Board, number: int) -> list[str]:
    """Return the paths of as many resources that can be read."""
    return [path for path in board.resources if path.startswith(f"{ROOT}/")][:number]


async def _settled() -> None:
    """Wait until the library does nothing any more, which it must soon."""

    def own() -> list[asyncio.Task[Any]]:
        return [
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "cr_code", None)
            and LIBRARY in task.get_coro().cr_code.co_filename  # type: ignore[union-attr]  # as was just asked
        ]

    await until(lambda: not own())


async def _cancelled_after(steps: int, work: Awaitable[Any]) -> bool:
    """Cancel something after so many rounds of the event loop; tell if it had ended."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    is_over = task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await _settled()
    return is_over


@pytest.fixture
def library_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the library go by the BMC's clock."""
    monkeypatch.setattr(login, "monotonic", clock)
    return clock


# Many at once


async def test_fifty_reads_with_a_dropped_token_log_in_once(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """Two at most find out by themselves; the others wait, and none fails."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.expire_sessions()
    bmc.requests.clear()
    paths = _paths(board, 50)
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
        await asyncio.gather(*map(client._connection.async_get, _paths(board, 7)))
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


# Broken off


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
                for path in _paths(board, 5)
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


# Closed


async def test_closing_ends_fifty_reads(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """The last request is the logout, and every reader learns of it."""
    await client.async_connect()
    bmc.hang("*", 0.02)
    reads = [
        asyncio.create_task(client._connection.async_get(path))
        for path in _paths(board, 50)
    ]
    await until(lambda: len(bmc.requests) > 6)
    await client.async_disconnect()
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert sum(isinstance(outcome, ConnectionError) for outcome in outcomes) > 40
    await _settled()
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
    monkeypatch.setattr(login, "LOGOUT_SECONDS", 0.5)
    if hanging == SYSTEM:
        await client.async_get_system()
    bmc.hang(hanging, 0.7)
    asked = len(bmc.requests)
    writing = asyncio.create_task(client.async_set_indicator_led("Lit"))
    await until(lambda: any(item.path == hanging for item in bmc.requests[asked:]))
    await client.async_disconnect()
    with suppress(ConnectionError):
        await writing
    await _settled()
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
        client._transport._seconds = 0.1
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


# Sessions that idle


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
    paths = _paths(bmc.board, 50)
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


# The password itself, where there is no session to be had


def _odd_boards() -> dict[str, Board]:
    """Return boards of the old family, on some of which no session can be opened."""
    old = changed({ROOT: {"RedfishVersion": "1.0.1"}})
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
            paths = _paths(odd.board, 50)
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


# Writes


async def test_if_match_is_sent_when_it_is_asked_for(session: ClientSession) -> None:
    """428 leads to one read and one more write, with the resource's ETag."""
    bmc = Bmc(Board.load("x12spi-tf"), if_match_demanded=True)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_set_indicator_led("Lit")
    assert bmc.indicator_led == "Lit"
    first, second = (item for item in bmc.requests if item.method == "PATCH")
    assert "if-match" not in first.headers
    assert first.status == 428
    assert second.headers["if-match"].strip('"')
    assert second.status == 200


@pytest.mark.parametrize("status", [412, 428])
async def test_if_match_is_sent_once(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """A BMC that refuses even then is not asked a third time."""
    bmc.fail(SYSTEM, status=status, method="PATCH")
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_indicator_led("Lit")
    assert caught.value.status == status
    assert statuses(bmc, "PATCH") == [status, status]


async def test_if_match_without_an_etag(session: ClientSession) -> None:
    """A resource that has no ETag is written whatever it is."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")))
    bmc.fail(SYSTEM, status=428, method="PATCH", times=1)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_set_indicator_led("Lit")
    patches = [item for item in bmc.requests if item.method == "PATCH"]
    assert [item.headers.get("if-match") for item in patches] == [None, "*"]


async def test_if_match_is_not_sent_unasked(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """No Supermicro BMC is known to want it."""
    await client.async_set_indicator_led("Lit")
    assert [item.headers.get("if-match") for item in bmc.requests if item.body] == [
        None,
        None,
    ]


Write = Callable[[SupermicroRedfishClient], Awaitable[None]]

NO_CHANGES: dict[str, Write] = {
    "led": lambda client: client.async_set_indicator_led("Off"),
    "fan": lambda client: client.async_set_fan_mode("Optimal"),
    "ntp": lambda client: client.async_set_ntp_enabled(enabled=True),
    "protocol": lambda client: client.async_set_protocol_enabled("SSH", enabled=True),
    "delay": lambda client: client.async_set_power_on_delay(3),
    "boot": lambda client: client.async_set_boot_source("None"),
    "intrusion": lambda client: client.async_reset_intrusion_sensor(),
    "lldp": lambda client: client.async_set_lldp_enabled(enabled=True),
}


@pytest.mark.parametrize("name", NO_CHANGES)
async def test_a_change_that_changes_nothing_is_not_sent(
    client: SupermicroRedfishClient, bmc: Bmc, name: str
) -> None:
    """Protocols refuse to be set to what they are."""
    await NO_CHANGES[name](client)
    await NO_CHANGES[name](client)
    assert statuses(bmc, "PATCH") == []


async def test_what_somebody_else_has_set_is_not_set_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What a protocol was an hour ago does not count, and what has no harm may be.

    Of what somebody has set back, and so is to be set again, the BMC's word counts.
    """
    await client.async_get_network_protocol()
    await client.async_get_system()
    bmc.change(PROTOCOLS, {"SSH": {"ProtocolEnabled": False}})
    await client.async_set_protocol_enabled("SSH", enabled=False)
    assert statuses(bmc, "PATCH") == []
    bmc.change(SYSTEM, {"IndicatorLED": "Blinking"})
    await client.async_set_indicator_led("Off")
    assert bmc.indicator_led == "Off"


@pytest.mark.parametrize(
    ("status", "expected"), [(429, RateLimitError), (503, ServiceUnavailableError)]
)
async def test_a_bmc_that_wants_to_be_left_alone_is(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    expected: type[SupermicroRedfishError],
) -> None:
    """A login, a read, a write and an action are each asked for once."""
    later = {"Retry-After": "42"}
    steps: list[tuple[str, str, Callable[[], Awaitable[Any]]]] = [
        ("POST", SESSIONS, client.async_get_system),
        ("GET", SYSTEM, client.async_get_system),
        ("PATCH", SYSTEM, lambda: client.async_set_indicator_led("Lit")),
        (
            "POST",
            f"{SYSTEM}/Actions/ComputerSystem.Reset",
            lambda: client.async_system_reset("ForceOff"),
        ),
    ]
    for method, path, step in steps:
        bmc.requests.clear()
        bmc.fail(path, status=status, headers=later, method=method)
        with pytest.raises(expected) as caught:
            await step()
        assert (caught.value.status, caught.value.retry_after) == (status, 42)
        assert statuses(bmc, method, path) == [status]
        bmc.heal()
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    "header", ["Wed, 21 Oct 2026 07:28:00 GMT", "soon", "-1", "", "9" * 400]
)
async def test_a_time_to_come_back_that_is_no_number(
    client: SupermicroRedfishClient, bmc: Bmc, header: str
) -> None:
    """What cannot be read is left out."""
    bmc.fail(CHASSIS, status=503, headers={"Retry-After": header})
    with pytest.raises(ServiceUnavailableError) as caught:
        await client.async_get_chassis()
    assert caught.value.retry_after is None


# Tasks


async def test_a_task_that_never_ends_is_left(
    session: ClientSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is followed for half a minute, however slowly the BMC answers."""
    now = Clock()
    monkeypatch.setattr(tasks, "monotonic", now)
    monkeypatch.setattr(tasks, "TASK_POLL_SECONDS", 0)
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, task_seconds=1e6)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_ntp()
        send = client._transport.send

        async def slow(*args: Any, **content: Any) -> Any:
            now.tick(6)
            return await send(*args, **content)

        monkeypatch.setattr(client._transport, "send", slow)
        await client.async_set_ntp_enabled(enabled=False)
    asked = [item for item in bmc.requests if "/TaskService/" in item.path]
    assert 4 <= len(asked) <= 6


@pytest.mark.parametrize(
    "location",
    [
        "https://bmc.lan/redfish/v1/TaskService/Tasks/7",
        "/redfish/v1/TaskService/Tasks/7",
    ],
)
@pytest.mark.parametrize("state", ["Exception", "Killed", "Cancelled", "Interrupted"])
async def test_a_task_that_fails_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc, location: str, state: str
) -> None:
    """It says why, wherever it says that it is."""
    message = {"Message": "No server.", "MessageId": "SMC.1.0.OemNtpMissingItem"}
    task = f"{ROOT}/TaskService/Tasks/7"
    bmc.put(task, {"@odata.id": task, "TaskState": state, "Messages": [message]})
    headers = {"Location": location}
    bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH")
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_set_ntp_enabled(enabled=False)
    assert caught.value.bmc_message == "No server."
    assert caught.value.message_id == "SMC.1.0.OemNtpMissingItem"


async def test_a_task_that_is_forgotten_has_ended(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC keeps no task for ever, and some name none."""
    for headers in ({"Location": f"{ROOT}/TaskService/Tasks/99"}, {}):
        bmc.fail(NTP, status=202, body={}, headers=headers, method="PATCH", times=1)
        await client.async_set_ntp_enabled(enabled=False)


async def test_a_password_that_the_bmc_repeats_is_in_no_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Neither in the words of the BMC nor in the first characters of its answer."""
    bmc.change_password("Secret-9")
    own = SupermicroRedfishClient(
        client._transport._session, client._transport.url.authority, "ADMIN", "Secret-9"
    )
    notice = {
        "Message": "Secret-9 is no value for Password.",
        "MessageId": "Base.1.0.X",
    }
    body = {"error": {"@Message.ExtendedInfo": [notice]}}
    bmc.fail(SESSIONS, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await own.async_connect()
    assert "Secret-9" not in f"{caught.value!r} {vars(caught.value)}"
    assert "no value for Password" in str(caught.value)
    bmc.fail(SESSIONS, status=200, body='"Secret-9"')
    with pytest.raises(SupermicroRedfishError) as broken:
        await own.async_connect()
    assert "Secret-9" not in f"{broken.value!r} {vars(broken.value)}"
