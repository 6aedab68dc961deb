"""Published module `auth`, with a login for requests that the caller sends."""

from aiohttp import ClientSession, ClientTimeout
import pytest

from aiosupermicro import AuthenticationError
from aiosupermicro.auth import SessionAuth, SessionState
from tests.conftest import Clock
from tests.library import ROOT, SESSIONS, SYSTEM
from tests.simulator import Bmc, Board, Server

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def bmc(board: Board, clock: Clock) -> Bmc:
    """Return a BMC with a session timeout of half an hour, as OpenBMC has."""
    return Bmc(board, clock=clock, session_timeout=1800)


@pytest.fixture
def auth(session: ClientSession, server: Server) -> SessionAuth:
    """Return a login created as users of the published client create it."""
    return SessionAuth(
        session, server.url, "ADMIN", "ADMIN", timeout=ClientTimeout(total=2)
    )


async def test_auth_headers_are_accepted_until_logout(
    auth: SessionAuth, session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Return headers that authenticate the requests of the caller."""
    assert not auth.has_valid_session()
    assert auth.state == SessionState()
    assert await auth.async_login()
    assert auth.has_valid_session()
    headers = await auth.async_get_headers()
    assert headers == {"X-Auth-Token": auth.state.token}
    async with session.get(server.url + SYSTEM, headers=headers, ssl=False) as response:
        assert response.status == 200
    assert bmc.logins == 1
    await auth.async_logout()
    assert not auth.has_valid_session()
    assert bmc.open_sessions == 0


async def test_auth_logs_in_where_the_service_root_links_to(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Read the service root once, for the path of the sessions, which is wrong here."""
    path = f"{ROOT}/Elsewhere/Sessions"
    bmc.change(ROOT, {"Links": {"Sessions": {"@odata.id": path}}})
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await auth.async_ensure_session()
    sent = [(request.method, request.path.rstrip("/")) for request in bmc.requests]
    assert sent == [("GET", ROOT), ("POST", path)]


async def test_auth_returns_new_headers_after_invalidate(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Delete the rejected session, and create another one."""
    before = await auth.async_get_headers()
    auth.invalidate()
    after = await auth.async_get_headers()
    assert before != after
    assert await auth.async_get_headers() == after
    assert (bmc.logins, bmc.open_sessions) == (2, 1)
    await auth.async_logout()


async def test_auth_sends_a_refused_password_again_after_logout(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Send it once for any number of requests, so that no account is locked."""
    bmc.change_password("other")
    for attempts in (1, 2):
        for _ in range(3):
            with pytest.raises(AuthenticationError):
                await auth.async_get_headers()
        assert bmc.login_attempts == attempts
        await auth.async_logout()


async def test_auth_state_has_session_and_idle_time(
    auth: SessionAuth, bmc: Bmc, clock: Clock
) -> None:
    """Return path, age and timeout of the session, with the token hidden."""
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


async def test_auth_returns_basic_headers_without_session(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Use basic authentication where the BMC has no sessions; the state stays empty."""
    bmc.fail(SESSIONS, status=405, method="POST")
    assert not await auth.async_login()
    assert auth.state.token is None
    headers = await auth.async_get_headers()
    assert headers["Authorization"].startswith("Basic ")
    auth.invalidate()
    with pytest.raises(AuthenticationError):
        await auth.async_get_headers()
    await auth.async_logout()
