"""How long a session is kept, and what is done where there is none to have."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientSession, ClientTimeout
import pytest

from aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    InvalidRequestError,
    LicenseError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.auth import SessionAuth, SessionState
from aiosupermicro.http.limiter import Priority
from tests.conftest import Clock, until
from tests.simulator import Bmc, Board, Server, serve

from . import MINUTES, ROOT, SESSIONS, SYSTEM, answers, paths_of

SERVICE = f"{ROOT}/SessionService"

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def bmc(board: Board, clock: Clock) -> Bmc:
    """Return a BMC that keeps an idle session for half an hour, as OpenBMC does."""
    return Bmc(board, clock=clock, session_timeout=1800)


@pytest.fixture
async def brief(board: Board, clock: Clock) -> AsyncIterator[Server]:
    """Serve a BMC that keeps it for five minutes, as most do."""
    async with serve(Bmc(board, clock=clock, session_timeout=300)) as server:
        yield server


async def _polled(client: SupermicroRedfishClient, clock: Clock, minutes: int) -> None:
    """Read every five minutes for some time."""
    for _ in range(minutes // 5):
        await client.async_get_system()
        clock.tick(5 * MINUTES)


# How long it is kept


async def test_half_an_hour_is_found_out_before_the_first_renewal(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Polls five minutes apart are one login an hour, and one question."""
    await _polled(client, clock, 60)
    assert (bmc.login_attempts, bmc.open_sessions) == (1, 1)
    asked = answers(bmc)
    assert asked.count(("GET", SERVICE, 200)) == 1
    assert 401 not in [status for _, _, status in asked]
    clock.tick(1441)
    await client.async_get_system()
    methods = [method for method, _, _ in answers(bmc)]
    assert methods == ["DELETE", "GET", "POST", "GET"]


async def test_nobody_asks_before_that(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Neither at the first look nor while the session is in use."""
    for _ in range(30):
        await client.async_get_all_data()
        clock.tick(2 * MINUTES)
    assert SERVICE not in [path for _, path, _ in answers(bmc)]


async def test_each_connection_asks_for_itself(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Firmware may have been replaced in between."""
    await _polled(client, clock, 20)
    await client.async_disconnect()
    bmc.sessions.timeout = 300
    await client.async_connect()
    await _polled(client, clock, 20)
    assert [path for _, path, _ in answers(bmc)].count(SERVICE) == 2 + 1
    assert bmc.open_sessions <= 1


async def test_fifty_readers_ask_once(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """They wait for the answer, and all of them go on with the session that was."""
    await client.async_connect()
    clock.tick(1000)
    paths = paths_of(bmc.board, 50)
    answers(bmc)
    await asyncio.gather(*map(client._connection.async_get, paths))
    asked = answers(bmc)
    assert asked[0] == ("GET", SERVICE, 200)
    assert len(asked) == 50 + (SERVICE not in paths)
    assert bmc.login_attempts == 1
    assert bmc.peak_parallel <= 2


@pytest.mark.parametrize("idle", [299, 301])
async def test_a_session_that_ended_meanwhile_is_one_new_login(
    session: ClientSession, brief: Server, clock: Clock, idle: int
) -> None:
    """The question may be too late already; then the next session answers it."""
    bmc = brief.bmc
    async with SupermicroRedfishClient(session, brief.host, "ADMIN", "ADMIN") as client:
        paths = [path for path in bmc.board.resources if path.startswith(ROOT)][1:30]
        for turn in range(1, 4):
            bmc.requests.clear()
            await asyncio.gather(*map(client._connection.async_get, paths))
            assert bmc.logins == bmc.login_attempts == turn
            assert bmc.open_sessions == 1
            counts = Counter(path for _, path, _ in answers(bmc))
            assert counts[SERVICE] <= 2 + (SERVICE in paths)
            clock.tick(idle)
        await client.async_get_system()
        assert SERVICE not in [path for _, path, _ in answers(bmc)]
    assert bmc.open_sessions == 0


async def test_a_session_that_ends_earlier_than_assumed_is_renewed(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """A BMC of one minute answers 401: one new login, and no error."""
    bmc.sessions.timeout = 60
    for turn in range(1, 5):
        assert (await client.async_get_system()).is_on
        assert bmc.login_attempts == turn
        clock.tick(90)


@pytest.mark.parametrize("fault", ["404", "403", "page", "0", "-5", "null", "soon"])
async def test_what_cannot_be_known_is_five_minutes(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock, fault: str
) -> None:
    """It is asked for once, and the session is renewed as if nobody had asked."""
    if fault.isdecimal() and int(fault) >= 400:
        bmc.fail(SERVICE, status=int(fault))
    elif fault == "page":
        bmc.fail(SERVICE, status=200, body="<html>", content_type="text/html")
    else:
        body = {"null": None, "soon": "soon"}.get(fault, fault)
        value = body if fault in ("null", "soon") else int(fault)
        bmc.fail(SERVICE, status=200, body={"SessionTimeout": value})
    for turn in range(1, 4):
        await client.async_get_system()
        assert bmc.login_attempts == turn
        assert bmc.open_sessions == 1
        clock.tick(10)
        await client.async_get_system()
        assert bmc.login_attempts == turn
        clock.tick(250)
    assert [path for _, path, _ in answers(bmc)].count(SERVICE) == 1


async def test_a_question_that_fails_in_passing_is_asked_again(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Before the next renewal, and not at once."""
    bmc.fail(SERVICE, status=503, times=1)
    await _polled(client, clock, 60)
    assert bmc.login_attempts == 2
    asked = [status for _, path, status in answers(bmc) if path == SERVICE]
    assert asked == [503, 200]


async def test_a_question_without_an_answer_keeps_the_session(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """A BMC that hangs for a moment costs an error, and no login."""
    await client.async_connect()
    clock.tick(250)
    client._transport._timeout = 0.1
    bmc.hang("*", 1)
    with pytest.raises(TimeoutError):
        await client.async_get_system()
    bmc.heal()
    client._transport._timeout = 2
    assert (await client.async_get_system()).is_on
    assert (bmc.login_attempts, bmc.open_sessions) == (1, 1)


async def test_closing_amid_the_question_gives_the_session_back(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """It is known all the time which session that is."""
    await client.async_connect()
    clock.tick(250)
    bmc.hang(SERVICE, 0.2)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: SERVICE in [item.path for item in bmc.requests])
    await client.async_disconnect()
    assert bmc.open_sessions == 0
    await asyncio.gather(reader, return_exceptions=True)
    assert bmc.open_sessions == 0


async def test_a_session_is_new_when_it_was_opened(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock
) -> None:
    """Who asks for it before its first use makes no second login.

    A client may be made an hour before it is used, and the first request under a new
    session may have to wait for its turn.
    """
    clock.tick(60 * MINUTES)
    await client.async_test_connection()
    bmc.hang(SESSIONS, 0.05)
    reads: list[asyncio.Task[Any]] = [asyncio.create_task(client.async_get_system())]
    await until(lambda: bmc.login_attempts == 1)
    async with client._transport._limiter.slot(exclusive=True):
        reads.append(asyncio.create_task(client.async_get_update_service()))
        await until(
            lambda: len(client._transport._limiter._waiting[Priority.READ]) == 2
        )
        await client._connection.async_open()
    await asyncio.gather(*reads)
    assert bmc.login_attempts == 1


# Where there is none to have


def _refused(message_id: str) -> dict[str, Any]:
    """Return a refusal with a message."""
    notice = {"MessageId": f"Base.v1_10_3.{message_id}", "Message": "No."}
    return {"error": {"@Message.ExtendedInfo": [notice]}}


WITH_BASIC = [
    (403, "InsufficientPrivilege"),
    (403, "GeneralError"),
    (400, "ActionNotSupported"),
    (400, "OperationNotAllowed"),
    (400, "CreateLimitReachedForResource"),
    (503, "SessionLimitExceeded"),
]


@pytest.mark.parametrize(("status", "message_id"), WITH_BASIC)
async def test_a_bmc_that_gives_no_session_is_shown_the_password(
    client: SupermicroRedfishClient, bmc: Bmc, status: int, message_id: str
) -> None:
    """It says nothing against the password; one request finds out."""
    bmc.fail(SESSIONS, status=status, body=_refused(message_id), method="POST")
    assert (await client.async_get_dynamic_data()).system
    assert bmc.requests[-1].headers["authorization"].startswith("Basic ")
    assert bmc.login_attempts == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_who_may_not_list_sessions_may_read_all_the_same(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Only 401 is an answer to the password."""
    bmc.fail(SESSIONS, status=405, method="POST")
    bmc.fail(SESSIONS, status=status, method="GET")
    assert (await client.async_get_system()).is_on


WITHOUT = [
    (403, "OemLicenseNotPassed", LicenseError),
    (403, "AccountLockup", AuthorizationError),
    (400, "PropertyValueFormatError", InvalidRequestError),
    (500, "InternalError", ServiceUnavailableError),
    (401, "ResourceAtUriUnauthorized", AuthenticationError),
]


@pytest.mark.parametrize(("status", "message_id", "expected"), WITHOUT)
async def test_another_refusal_is_no_reason_to_show_the_password(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    message_id: str,
    expected: type[Exception],
) -> None:
    """A licence is missing, the account is locked, or the password is wrong."""
    bmc.fail(SESSIONS, status=status, body=_refused(message_id), method="POST")
    with pytest.raises(expected):
        await client.async_get_system()
    assert not [item for item in bmc.requests if "authorization" in item.headers]


async def test_a_password_that_is_refused_in_both_ways_is_not_shown_again(
    session: ClientSession, server: Server, bmc: Bmc, clock: Clock
) -> None:
    """After 403 and 401, whoever reads and however long."""
    bmc.fail(SESSIONS, status=403, method="POST")
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    for _ in range(4):
        with pytest.raises(AuthenticationError):
            await client.async_get_dynamic_data()
        clock.tick(11 * MINUTES)
    assert bmc.login_attempts == 1
    shown = [item for item in bmc.requests if "authorization" in item.headers]
    assert len(shown) == 1
    await client.async_disconnect()


# The published client's names


@pytest.fixture
def auth(session: ClientSession, server: Server) -> SessionAuth:
    """Return a login that was made as users of the published client make it."""
    return SessionAuth(
        session, server.url, "ADMIN", "ADMIN", timeout=ClientTimeout(total=2)
    )


async def test_a_login_of_the_callers_own(
    auth: SessionAuth, session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Its headers let the caller in, for as long as it is not given back."""
    assert not auth.has_valid_session()
    assert auth.state == SessionState()
    assert await auth.async_login()
    assert auth.has_valid_session()
    headers = await auth.async_get_headers()
    assert headers == {"X-Auth-Token": auth.state.token}
    async with session.get(server.url + SYSTEM, headers=headers, ssl=False) as reply:
        assert reply.status == 200
    assert bmc.logins == 1
    await auth.async_logout()
    assert not auth.has_valid_session()
    assert bmc.open_sessions == 0


async def test_headers_that_were_refused_are_not_given_again(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """The old session is given back for a new one."""
    before = await auth.async_get_headers()
    auth.invalidate()
    after = await auth.async_get_headers()
    assert before != after
    assert await auth.async_get_headers() == after
    assert (bmc.logins, bmc.open_sessions) == (2, 1)
    await auth.async_logout()


async def test_the_state_is_that_of_the_moment(
    auth: SessionAuth, bmc: Bmc, clock: Clock
) -> None:
    """It says where the session is and how long it idles, and hides the token."""
    await auth.async_login()
    state = auth.state
    assert state.session_uri == f"{SESSIONS}/1"
    assert (state.created_at, state.timeout_seconds) == (clock(), 300)
    assert state.token
    assert state.token not in repr(state)
    assert (state.is_valid, state.needs_refresh) == (True, False)
    clock.tick(250)
    assert (state.is_valid, state.needs_refresh) == (True, True)
    await auth.async_ensure_session()
    assert auth.state.timeout_seconds == 1800
    assert auth.state.used_at == clock()
    assert not auth.state.needs_refresh
    clock.tick(1800)
    assert not auth.state.is_valid
    await auth.async_logout()
    assert bmc.logins == 1


async def test_a_login_without_a_session(auth: SessionAuth, bmc: Bmc) -> None:
    """The headers show the password, which is not the state of a session."""
    bmc.fail(SESSIONS, status=405, method="POST")
    assert not await auth.async_login()
    assert auth.state.token is None
    headers = await auth.async_get_headers()
    assert headers["Authorization"].startswith("Basic ")
    auth.invalidate()
    with pytest.raises(AuthenticationError):
        await auth.async_get_headers()
    await auth.async_logout()
