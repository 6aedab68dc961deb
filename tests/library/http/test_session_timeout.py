"""Timeout of idle sessions: its reading, and the renewal of sessions."""

import asyncio
from collections import Counter
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    SupermicroRedfishClient,
    TimeoutError,  # noqa: A004
)
from tests.conftest import Clock, until
from tests.library import (
    MINUTES,
    ROOT,
    SESSION_SERVICE,
    SESSIONS,
    SYSTEM,
    connected_client,
    get_all,
    inject_fault,
    limiter_of,
    link,
    requested_paths,
    resource_paths,
    set_timeout,
    statuses,
    take_calls,
    take_requests,
)
from tests.simulator import Bmc, Board

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def bmc(board: Board, clock: Clock) -> Bmc:
    """Return a BMC with a session timeout of half an hour, as OpenBMC has."""
    return Bmc(board, clock=clock, session_timeout=1800)


async def _poll_for(
    client: SupermicroRedfishClient, clock: Clock, minutes: int
) -> None:
    """Read every five minutes for some time."""
    for _ in range(minutes // 5):
        await client.async_get_system()
        clock.tick(5 * MINUTES)


@pytest.mark.parametrize(("seconds", "polls"), [(30, 120), (180, 60)])
async def test_session_in_use_is_kept(
    session: ClientSession, board: Board, clock: Clock, seconds: float, polls: int
) -> None:
    """Log in once for hours, as only idle time counts."""
    bmc = Bmc(board, clock=clock, session_expiry="idle")
    async with connected_client(bmc, session) as client:
        for poll in range(polls):
            if poll % 30 == 0:
                assert (await client.async_get_all_data()).errors == {}
            assert (await client.async_get_thermal()).temperatures
            clock.tick(seconds)
    assert bmc.login_attempts == bmc.logins == 1
    assert 401 not in statuses(bmc)
    assert statuses(bmc, "DELETE") == [200]
    assert bmc.open_sessions == 0


async def test_idle_session_is_renewed_in_advance(
    session: ClientSession, board: Board, clock: Clock
) -> None:
    """Renew the session after 80 % of its timeout, and delete the old one."""
    bmc = Bmc(board, clock=clock, session_timeout=300)
    async with connected_client(bmc, session) as client:
        await client.async_get_system()
        clock.tick(239)
        await client.async_get_system()
        assert bmc.logins == 1
        clock.tick(241)
        bmc.requests.clear()
        await get_all(client, resource_paths(board, 50))
        sent = [(item.method, item.status) for item in bmc.requests]
        assert [item for item in sent if item[0] != "GET"] == [
            ("DELETE", 200),
            ("POST", 201),
        ]
        assert 401 not in statuses(bmc)
        assert bmc.logins == 2
        assert bmc.open_sessions == 1


async def test_timeout_of_session_service_applies(
    session: ClientSession, clock: Clock
) -> None:
    """Keep a session with a timeout of half an hour after five minutes."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, session_timeout=1800)
    async with connected_client(bmc, session) as client:
        assert (await client.async_get_session_service()).session_timeout == 1800
        for idle, logins in ((1430, 1), (1450, 2)):
            clock.tick(idle)
            await client.async_get_system()
            assert bmc.logins == logins
    assert bmc.open_sessions == 0


async def test_timeout_is_read_before_first_renewal(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Log in once an hour for polls five minutes apart, and read the timeout once."""
    await _poll_for(client, clock, 60)
    assert (bmc.login_attempts, bmc.open_sessions) == (1, 1)
    sent = take_requests(bmc)
    assert sent.count(("GET", SESSION_SERVICE, 200)) == 1
    assert 401 not in [status for _, _, status in sent]
    clock.tick(1441)
    await client.async_get_system()
    methods = [method for method, _, _ in take_requests(bmc)]
    assert methods == ["DELETE", "GET", "POST", "GET"]


async def test_timeout_is_read_where_the_service_root_links_to(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Keep the session, whose service has another path than on other boards."""
    path = f"{ROOT}/Elsewhere/SessionService"
    bmc.put(path, bmc.resource(SESSION_SERVICE) | link(path))
    bmc.change(ROOT, {"SessionService": link(path)})
    bmc.remove(SESSION_SERVICE)
    await _poll_for(client, clock, 60)
    assert ("GET", path, 200) in take_requests(bmc)
    assert bmc.login_attempts == 1


async def test_timeout_is_not_read_while_session_is_in_use(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Do not read the timeout in the polls of a used session."""
    for _ in range(30):
        await client.async_get_all_data()
        clock.tick(2 * MINUTES)
    assert SESSION_SERVICE not in [path for _, path in take_calls(bmc)]


async def test_timeout_is_read_again_after_reconnect(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Read the timeout for each connection, as the firmware may have changed."""
    await _poll_for(client, clock, 20)
    await client.async_disconnect()
    bmc.sessions.timeout = 300
    await client.async_connect()
    await _poll_for(client, clock, 20)
    assert [path for _, path in take_calls(bmc)].count(SESSION_SERVICE) == 2 + 1
    assert bmc.open_sessions <= 1


async def test_concurrent_reads_read_timeout_once(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Wait for the timeout, then continue with the existing session."""
    await client.async_connect()
    clock.tick(1000)
    paths = resource_paths(bmc.board, 50)
    take_requests(bmc)
    await get_all(client, paths)
    sent = take_requests(bmc)
    assert sent[0] == ("GET", SESSION_SERVICE, 200)
    assert len(sent) == 50 + (SESSION_SERVICE not in paths)
    assert bmc.login_attempts == 1
    assert bmc.peak_parallel <= 2


@pytest.mark.parametrize("idle", [299, 301])
async def test_session_that_expired_before_timeout_was_read_is_renewed(
    session: ClientSession, board: Board, clock: Clock, idle: int
) -> None:
    """Log in once if the timeout is read too late, and read it again then."""
    bmc = Bmc(board, clock=clock, session_timeout=300)
    async with connected_client(bmc, session) as client:
        paths = [path for path in bmc.board.resources if path.startswith(ROOT)][1:30]
        for logins in range(1, 4):
            bmc.requests.clear()
            await get_all(client, paths)
            assert bmc.logins == bmc.login_attempts == logins
            assert bmc.open_sessions == 1
            counts = Counter(path for _, path, _ in take_requests(bmc))
            assert counts[SESSION_SERVICE] <= 2 + (SESSION_SERVICE in paths)
            clock.tick(idle)
        await client.async_get_system()
        assert SESSION_SERVICE not in [path for _, path in take_calls(bmc)]
    assert bmc.open_sessions == 0


async def test_session_with_short_timeout_is_renewed_after_401(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Log in again without an error on a BMC with a timeout of one minute."""
    bmc.sessions.timeout = 60
    for logins in range(1, 5):
        assert (await client.async_get_system()).is_on
        assert bmc.login_attempts == logins
        clock.tick(90)


async def test_session_that_expires_by_age_is_renewed_after_401(
    session: ClientSession, clock: Clock
) -> None:
    """Log in again without an error on a BMC that ends sessions in use."""
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, session_expiry="login")
    async with connected_client(bmc, session) as client:
        for _ in range(60):
            assert (await client.async_get_system()).is_on
            assert bmc.open_sessions == 1
            clock.tick(MINUTES)
    assert bmc.logins == 12
    assert bmc.open_sessions == 0


@pytest.mark.parametrize("value", [404, 403, "page", 0, -5, None, "soon"])
async def test_unknown_timeout_is_five_minutes(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock, value: Any
) -> None:
    """Read an unavailable or invalid timeout once, and assume the default."""
    if value in (403, 404, "page"):
        inject_fault(bmc, SESSION_SERVICE, value)
    else:
        bmc.fail(SESSION_SERVICE, status=200, body={"SessionTimeout": value})
    for logins in range(1, 4):
        await client.async_get_system()
        assert bmc.login_attempts == logins
        assert bmc.open_sessions == 1
        clock.tick(10)
        await client.async_get_system()
        assert bmc.login_attempts == logins
        clock.tick(250)
    assert requested_paths(bmc).count(SESSION_SERVICE) == 1


async def test_timeout_is_read_again_after_server_error(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Read the timeout again before the next renewal, not at once."""
    bmc.fail(SESSION_SERVICE, status=503, times=1)
    await _poll_for(client, clock, 60)
    assert bmc.login_attempts == 2
    sent = [status for _, path, status in take_requests(bmc) if path == SESSION_SERVICE]
    assert sent == [503, 200]


async def test_session_is_kept_if_read_of_timeout_hangs(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Raise the timeout error, and keep the session without a new login."""
    await client.async_connect()
    clock.tick(250)
    set_timeout(client, 0.1)
    bmc.hang("*", 1)
    with pytest.raises(TimeoutError):
        await client.async_get_system()
    bmc.heal()
    set_timeout(client, 2)
    assert (await client.async_get_system()).is_on
    assert (bmc.login_attempts, bmc.open_sessions) == (1, 1)


async def test_session_is_deleted_during_read_of_timeout(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Delete the session if the client closes during the read."""
    await client.async_connect()
    clock.tick(250)
    bmc.hang(SESSION_SERVICE, 0.2)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: SESSION_SERVICE in requested_paths(bmc))
    await client.async_disconnect()
    assert bmc.open_sessions == 0
    await asyncio.gather(reader, return_exceptions=True)
    assert bmc.open_sessions == 0


async def test_new_session_is_not_renewed_before_first_use(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Log in once if the first request of a session has to wait.

    The same applies to a client that is created an hour before its first use.
    """
    clock.tick(60 * MINUTES)
    await client.async_test_connection()
    bmc.hang(SESSIONS, 0.05)
    reads: list[asyncio.Task[Any]] = [asyncio.create_task(client.async_get_system())]
    await until(lambda: bmc.login_attempts == 1)
    limiter = limiter_of(client)
    async with limiter.slot(exclusive=True):
        reads.append(asyncio.create_task(client.async_get_update_service()))
        await until(lambda: sum(map(len, limiter._waiting.values())) == 2)
        await client.async_connect()
    await asyncio.gather(*reads)
    assert bmc.login_attempts == 1


async def test_login_after_rejected_token_needs_no_probe(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no read before the login on a connection that has just responded."""
    await client.async_get_system()
    bmc.expire_sessions()
    take_calls(bmc)
    await client.async_get_system()
    assert [call for call in take_calls(bmc) if call[0] != "DELETE"] == [
        ("GET", SYSTEM),
        ("POST", SESSIONS),
        ("GET", SYSTEM),
    ]
