"""Basic authentication, for BMCs that give no session."""

import asyncio
from collections import Counter
from contextlib import suppress
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    InvalidRequestError,
    LicenseError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.const import MAX_ANONYMOUS_BODY_BYTES
from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.library import (
    MINUTES,
    ROOT,
    SESSIONS,
    SYSTEM,
    connected_client,
    get,
    resource_paths,
    statuses,
)
from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.testing import changed_board


def _old_boards() -> dict[str, Board]:
    """Return boards of the old family, some of which reject every session with 401."""
    old = changed_board({ROOT: {"RedfishVersion": "1.0.1"}})
    recorded = {
        name: Board.load(RECORDED / name) for name in RECORDINGS if name == "x11dpu"
    }
    return {"shipped": old, **recorded}


OLD_BOARDS = _old_boards()


@pytest.fixture(params=OLD_BOARDS)
def old_bmc(request: pytest.FixtureRequest, clock: Clock) -> Bmc:
    """Return a BMC that rejects every session with 401, as some X11 boards do."""
    return Bmc(OLD_BOARDS[request.param], clock=clock, sessions_enabled=False)


async def test_basic_auth_is_used_where_sessions_are_rejected(
    session: ClientSession, old_bmc: Bmc, library_clock: Clock
) -> None:
    """Try to create a session again after a day, and use it if that succeeds."""
    async with connected_client(old_bmc, session) as client:
        for _ in range(23):
            assert (await client.async_get_system()).manufacturer
            library_clock.tick(60 * MINUTES)
        assert old_bmc.login_attempts == 1
        old_bmc.sessions_enabled = True
        library_clock.tick(61 * MINUTES)
        await client.async_get_system()
        assert (old_bmc.login_attempts, old_bmc.open_sessions) == (2, 1)
        assert "authorization" not in old_bmc.requests[-1].headers
    assert old_bmc.open_sessions == 0


async def test_large_resource_is_read_with_basic_auth(
    session: ClientSession, old_bmc: Bmc
) -> None:
    """Limit the size of a body as with a session, not as without credentials."""
    padding = {"Padding": "x" * MAX_ANONYMOUS_BODY_BYTES}
    async with connected_client(old_bmc, session) as client:
        body = old_bmc.resource(SYSTEM) | {"Oem": padding, "Model": "large"}
        old_bmc.fail(SYSTEM, status=200, body=json.dumps(body), method="GET")
        assert (await client.async_get_system()).model == "large"
        assert "authorization" in old_bmc.requests[-1].headers


async def test_wrong_password_is_sent_once_per_method(
    session: ClientSession, old_bmc: Bmc, library_clock: Clock
) -> None:
    """Send the password once for a session and once by basic authentication."""
    async with serve(old_bmc) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
        for _ in range(4):
            reads = (client.async_get_system(), client.async_get_all_data())
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert isinstance(outcome, AuthenticationError)
            library_clock.tick(11 * MINUTES)
        await client.async_disconnect()
    assert Counter(item.method for item in old_bmc.requests if item.status == 401) == {
        "POST": 1,
        "GET": 1,
    }


async def test_changed_password_is_sent_at_most_twice(
    session: ClientSession, old_bmc: Bmc, library_clock: Clock
) -> None:
    """Send the old password with at most two of fifty reads, and with none later."""
    async with serve(old_bmc) as server:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await client.async_get_all_data()
        old_bmc.change_password("another")
        old_bmc.requests.clear()
        for _ in range(4):
            paths = resource_paths(old_bmc.board, 50)
            reads = [get(client, path) for path in paths]
            for outcome in await asyncio.gather(*reads, return_exceptions=True):
                assert paths
                assert isinstance(outcome, AuthenticationError | dict)
            library_clock.tick(11 * MINUTES)
        assert 1 <= statuses(old_bmc).count(401) <= 2
        old_bmc.change_password("ADMIN")
        await client.async_disconnect()
        await client.async_connect()
        assert (await client.async_get_system()).manufacturer
        await client.async_disconnect()


async def test_basic_auth_is_not_used_after_401_of_newer_board(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Treat a 401 as a wrong password; only old boards send it for other reasons."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    with pytest.raises(AuthenticationError):
        await client.async_connect()
    assert statuses(bmc, "GET") == [200]
    assert statuses(bmc, "POST") == [401]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_basic_auth_is_used_without_session_service(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Use basic authentication on a board without sessions."""
    bmc.fail(SESSIONS, status=status, method="POST")
    if status == 404:
        bmc.remove(SESSIONS)
    data = await client.async_get_dynamic_data()
    assert data.system
    assert data.errors == {}
    assert bmc.requests[-1].headers["authorization"].startswith("Basic ")


async def test_error_does_not_repeat_basic_credentials(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Redact a header that the BMC repeats in its error message."""
    bmc.fail(SESSIONS, status=405, method="POST")
    await client.async_get_system()
    secret = bmc.requests[-1].headers["authorization"].removeprefix("Basic ")
    bmc.fail(SYSTEM, status=500, body={"error": {"message": f"Refused: {secret}"}})
    with pytest.raises(SupermicroRedfishError, match="Refused") as caught:
        await client.async_get_system()
    assert secret not in f"{caught.value!r} {vars(caught.value)}"


async def test_starting_bmc_without_session_service_is_read_later(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a BMC that returned 404 for every resource during its start."""
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
def full_bmc(clock: Clock) -> Bmc:
    """Return a BMC that allows one session."""
    return Bmc(Board.load("x12spi-tf"), clock=clock, session_limit=1)


async def test_basic_auth_is_used_while_sessions_are_full(
    session: ClientSession, full_bmc: Bmc, library_clock: Clock
) -> None:
    """Try to create a session six times an hour, not for each poll."""
    async with serve(full_bmc) as server:
        other = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await other.async_connect()
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        for _ in range(30):
            assert (await client.async_get_system()).is_on
            await other.async_get_system()
            library_clock.tick(2 * MINUTES)
        assert full_bmc.login_attempts - full_bmc.logins <= 6
        await other.async_disconnect()
        library_clock.tick(11 * MINUTES)
        await client.async_get_system()
        assert full_bmc.open_sessions == 1
        await client.async_disconnect()
    assert full_bmc.open_sessions == 0


async def test_full_session_table_without_basic_auth_is_unavailable(
    session: ClientSession, full_bmc: Bmc, library_clock: Clock
) -> None:
    """Report a full table, not a wrong password, and limit further attempts."""
    full_bmc.basic_auth = False
    async with serve(full_bmc) as server:
        other = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        await other.async_connect()
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
        sent = len(full_bmc.requests)
        for _ in range(18):
            with pytest.raises(ServiceUnavailableError):
                await client.async_get_dynamic_data()
            await other.async_get_system()
            library_clock.tick(30)
        assert full_bmc.login_attempts == 2
        assert statuses(full_bmc)[sent:].count(401) == 1
        await other.async_disconnect()
        library_clock.tick(2 * MINUTES)
        assert (await client.async_get_dynamic_data()).system
        await client.async_disconnect()
    assert full_bmc.open_sessions == 0


async def test_user_name_with_colon_is_an_authentication_error(
    session: ClientSession, old_bmc: Bmc
) -> None:
    """Raise AuthenticationError, as basic authentication allows no such name."""
    async with serve(old_bmc) as server:
        client = SupermicroRedfishClient(session, server.host, "a:b", "c")
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await client.async_connect()
        await client.async_disconnect()


def _error(message_id: str) -> dict[str, Any]:
    """Return an error response with a message id."""
    notice = {"MessageId": f"Base.v1_10_3.{message_id}", "Message": "No."}
    return {"error": {"@Message.ExtendedInfo": [notice]}}


@pytest.mark.parametrize(
    ("status", "message_id"),
    [
        (403, "InsufficientPrivilege"),
        (403, "GeneralError"),
        (400, "ActionNotSupported"),
        (400, "OperationNotAllowed"),
        (400, "CreateLimitReachedForResource"),
        (503, "SessionLimitExceeded"),
    ],
)
async def test_basic_auth_is_used_after_message(
    client: SupermicroRedfishClient, bmc: Bmc, status: int, message_id: str
) -> None:
    """Use basic authentication if the error does not concern the password."""
    bmc.fail(SESSIONS, status=status, body=_error(message_id), method="POST")
    assert (await client.async_get_dynamic_data()).system
    assert bmc.requests[-1].headers["authorization"].startswith("Basic ")
    assert bmc.login_attempts == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_basic_auth_is_used_by_account_that_must_not_list_sessions(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Treat only a 401 as a rejected password."""
    bmc.fail(SESSIONS, status=405, method="POST")
    bmc.fail(SESSIONS, status=status, method="GET")
    assert (await client.async_get_system()).is_on


@pytest.mark.parametrize(
    ("status", "message_id", "expected"),
    [
        (403, "OemLicenseNotPassed", LicenseError),
        (403, "AccountLockup", AuthorizationError),
        (400, "PropertyValueFormatError", InvalidRequestError),
        (500, "InternalError", ServiceUnavailableError),
        (401, "ResourceAtUriUnauthorized", AuthenticationError),
    ],
)
async def test_basic_auth_is_not_used_after_message(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    message_id: str,
    expected: type[Exception],
) -> None:
    """Do not send the password if a license is missing or the account is locked."""
    bmc.fail(SESSIONS, status=status, body=_error(message_id), method="POST")
    with pytest.raises(expected):
        await client.async_get_system()
    assert not [item for item in bmc.requests if "authorization" in item.headers]


async def test_password_rejected_by_both_methods_is_not_sent_again(
    session: ClientSession, server: Server, bmc: Bmc, library_clock: Clock
) -> None:
    """Send the password once for a session and once by basic authentication."""
    bmc.fail(SESSIONS, status=403, method="POST")
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    for _ in range(4):
        with pytest.raises(AuthenticationError):
            await client.async_get_dynamic_data()
        library_clock.tick(11 * MINUTES)
    assert bmc.login_attempts == 1
    shown = [item for item in bmc.requests if "authorization" in item.headers]
    assert len(shown) == 1
    await client.async_disconnect()
