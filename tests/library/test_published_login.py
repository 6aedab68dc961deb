"""Logins that the published client accepts: without a path, or without a token."""

from aiohttp import ClientSession, ClientTimeout
import pytest

from aiosupermicro import InvalidResponseError, SupermicroRedfishClient
from aiosupermicro.auth import SessionAuth
from aiosupermicro.http.sessions import newest_session
from aiosupermicro.models import Session
from tests.simulator import Bmc, Server

from . import SESSIONS, SYSTEM


@pytest.fixture
def auth(session: ClientSession, server: Server) -> SessionAuth:
    """Return a login made with the arguments of the published client."""
    return SessionAuth(
        session, server.url, "ADMIN", "ADMIN", ssl=False, timeout=ClientTimeout(total=2)
    )


async def test_session_without_location_is_deleted(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Find the session in the collection of the BMC, and delete only this one."""
    bmc.login_response = "token only"
    before = bmc.sessions.create("ADMIN").id
    bmc.sessions.create("guest")
    await client.async_get_system()
    after = bmc.sessions.create("ADMIN").id
    await client.async_disconnect()
    assert sorted(bmc.sessions.ids) == [before, "2", after]
    assert bmc.logins == 1
    bmc.sessions.clear()


async def test_session_without_location_is_renewed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Leave no session open after the renewal of a dropped one."""
    bmc.login_response = "token only"
    await client.async_get_system()
    bmc.expire_sessions()
    other = bmc.sessions.create("ADMIN").id
    await client.async_get_system()
    assert bmc.logins == 2
    await client.async_disconnect()
    assert bmc.sessions.ids == [other]
    bmc.sessions.clear()


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_session_is_looked_for_again_at_logout(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Search a session again before the logout if it was not found."""
    bmc.login_response = "token only"
    bmc.fail(SESSIONS, status=status, method="GET")
    assert (await client.async_get_system()).is_on
    bmc.heal()
    await client.async_disconnect()
    assert bmc.open_sessions == 0


async def test_session_with_failing_resource_is_not_deleted(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Keep a session that may belong to another client."""
    bmc.login_response = "token only"
    bmc.fail(f"{SESSIONS}/1", status=500)
    await client.async_get_system()
    await client.async_disconnect()
    assert bmc.open_sessions == 1
    bmc.sessions.clear()


_DATES = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


@pytest.mark.parametrize(
    ("sessions", "known", "newest"),
    [
        ({}, (), None),
        ({"a": Session(id="x")}, (), "a"),
        ({"b": Session(id="2"), "a": Session(id="1")}, (), "b"),
        ({"a": Session(id="1"), "b": Session(id="2")}, (), "b"),
        ({"a": Session(id="9"), "b": Session(id="10")}, (), "b"),
        ({"c": Session(id="1"), "b": Session(id="3"), "a": Session(id="2")}, (), "c"),
        ({"a": Session(id="x"), "b": Session(id="y")}, (), "a"),
        ({"a": Session(id="1"), "b": Session(id="2")}, ("b",), "a"),
        ({"a": Session(id="1")}, ("a",), "a"),
        (
            {
                "b": Session(id="1", created_time=_DATES[1]),
                "a": Session(id="2", created_time=_DATES[0]),
            },
            (),
            "b",
        ),
        (
            {
                "a": Session(id="1", created_time=_DATES[1]),
                "b": Session(id="2"),
            },
            (),
            "b",
        ),
    ],
)
def test_newest_session_is_selected(
    sessions: dict[str, Session], known: tuple[str, ...], newest: str | None
) -> None:
    """Prefer unknown sessions, then dates, then the order of the collection."""
    assert newest_session(sessions, known) == newest


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_login_without_token_uses_basic_authentication(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Send the password with each request if a login returns no token."""
    bmc.fail(SESSIONS, status=status, method="POST", body={})
    assert (await client.async_get_system()).is_on
    request = bmc.requests[-1]
    assert (request.path, request.token) == (SYSTEM, None)
    assert request.headers["authorization"].startswith("Basic ")
    assert [item.method for item in bmc.requests].count("POST") == 1


async def test_login_without_token_is_rejected_by_web_server(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Reject a server whose list of sessions is no collection."""
    bmc.fail(SESSIONS, status=200, body={})
    with pytest.raises(InvalidResponseError):
        await client.async_connect()


@pytest.mark.parametrize("status", [403, 404])
async def test_login_without_token_does_not_need_the_sessions(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Use basic authentication where the account may not read the sessions."""
    bmc.fail(SESSIONS, status=200, method="POST", body={})
    bmc.fail(SESSIONS, status=status, method="GET")
    assert (await client.async_get_system()).is_on


async def test_session_auth_logs_in_without_location(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Report the session as valid, with the path that was found."""
    bmc.login_response = "token only"
    assert await auth.async_login()
    assert auth.has_valid_session()
    assert auth.state.session_uri == f"{SESSIONS}/1"
    await auth.async_logout()
    assert bmc.open_sessions == 0


async def test_session_auth_reports_login_without_token(
    auth: SessionAuth, bmc: Bmc
) -> None:
    """Return False where there is no session, as the published client does."""
    bmc.fail(SESSIONS, status=200, method="POST", body={})
    assert not await auth.async_login()
    assert not auth.has_valid_session()
    await auth.async_logout()


@pytest.mark.filterwarnings("ignore:The 'auth' parameter:DeprecationWarning")
async def test_basic_auth_authenticates_a_request(
    auth: SessionAuth, session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Return a value that aiohttp accepts as `auth`, before and after a login."""
    for _ in range(2):
        basic = auth.get_basic_auth()
        assert (basic.login, basic.password) == ("ADMIN", "ADMIN")
        async with session.get(server.url + SYSTEM, auth=basic, ssl=False) as response:
            assert response.status == 200
        await auth.async_login()
    await auth.async_logout()
    assert bmc.open_sessions == 0


async def test_basic_auth_encodes_any_password(
    session: ClientSession, server: Server
) -> None:
    """Encode the password as the library does in its own requests."""
    auth = SessionAuth(session, server.url, "ADMIN", "Grüße-€")
    assert auth.get_basic_auth().encode() == "Basic QURNSU46R3LDvMOfZS3igqw="
