"""Login: one session for all requests, renewed once, and always deleted."""

import asyncio

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004
    IndicatorLED,
    InvalidResponseError,
    LicenseError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.const import LOGIN_RETRY_SECONDS
from tests.conftest import Clock, until
from tests.library import (
    POWER,
    ROOT,
    SESSIONS,
    SYSTEM,
    THERMAL,
    get_all,
    requested_paths,
    resource_paths,
    statuses,
    take_calls,
)
from tests.simulator import Bmc, Board, Server


async def test_service_root_needs_no_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the service root without credentials."""
    root = await client.async_test_connection()
    assert root.redfish_version
    assert root.is_supermicro
    assert bmc.login_attempts == 0


async def test_failed_connect_does_not_close_the_client(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Log in with the next read when the BMC responds again."""
    bmc.drop("*")
    with pytest.raises(ConnectionError):
        await client.async_connect()
    bmc.heal()
    assert (await client.async_get_system()).is_on
    assert bmc.open_sessions == 1


async def test_disconnect_during_a_failing_connect_closes_the_client(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send nothing afterwards."""
    bmc.hang(ROOT, 0.3)
    connecting = asyncio.create_task(client.async_connect())
    await until(lambda: ROOT in requested_paths(bmc))
    await client.async_disconnect()
    with pytest.raises(ConnectionError):
        await connecting
    bmc.heal()
    with pytest.raises(ConnectionError, match="until async_connect"):
        await client.async_get_system()


@pytest.mark.parametrize("is_read_first", [True, False])
async def test_refused_password_is_only_tried_again_by_connect(
    server: Server, session: ClientSession, bmc: Bmc, *, is_read_first: bool
) -> None:
    """Send no login with the reads after a refusal, and one with each connect."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "later")
    with pytest.raises(AuthenticationError):
        await (client.async_get_system if is_read_first else client.async_connect)()
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await client.async_get_system()
    assert bmc.login_attempts == 1
    with pytest.raises(AuthenticationError):
        await client.async_connect()
    assert bmc.login_attempts == 2
    bmc.change_password("later")
    await client.async_connect()
    assert (await client.async_get_system()).is_on
    await client.async_disconnect()


async def test_concurrent_reads_share_one_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Log in once and read a resource once for fifty concurrent callers."""
    await asyncio.gather(*(client.async_get_system() for _ in range(50)))
    assert bmc.login_attempts == 1
    assert requested_paths(bmc).count(SYSTEM) == 1


async def test_dropped_session_is_renewed_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Share one new login among all requests that receive a 401."""
    await client.async_get_all_data()
    bmc.expire_sessions()
    data = await client.async_get_all_data()
    assert data.errors == {}
    assert bmc.logins == 2


async def test_waiting_reads_share_renewed_session(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """Send the dropped token with at most two of fifty reads, and fail none."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.expire_sessions()
    bmc.requests.clear()
    paths = resource_paths(board, 50)
    bodies = await get_all(client, paths)
    assert [body["@odata.id"].rstrip("/") for body in bodies] == paths
    assert bmc.logins == bmc.login_attempts == 2
    assert bmc.open_sessions == 1
    assert statuses(bmc, "GET").count(401) <= 2
    assert bmc.peak_parallel == 2


async def test_late_401_causes_no_second_login(
    client: SupermicroRedfishClient, bmc: Bmc, board: Board
) -> None:
    """Log in once for each dropped session, even if a response arrives late."""
    await client.async_connect()
    for logins in range(2, 12):
        bmc.expire_sessions()
        await get_all(client, resource_paths(board, 7))
        assert bmc.login_attempts == logins


async def test_rejected_new_session_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error instead of a third login, and log in again for the next read."""
    await client.async_get_system()
    bmc.fail(f"{ROOT}/*", status=401, method="GET")
    with pytest.raises(AuthenticationError) as caught:
        await client.async_get_system()
    assert caught.value.is_session_error
    assert bmc.logins == 2
    bmc.heal()
    assert (await client.async_get_system()).is_on


async def test_resource_that_rejects_every_session_is_refused(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Log in once for a 401 of one resource, which is an error of this resource."""
    bmc.fail(THERMAL, status=401)
    for _ in range(3):
        data = await client.async_get_dynamic_data()
        assert isinstance(data.errors["thermal"], AuthorizationError)
        assert data.system is not None
        assert data.power is not None
    assert bmc.logins == 2
    bmc.heal()
    assert (await client.async_get_dynamic_data()).thermal is not None
    assert bmc.logins == 2


async def test_lost_session_is_renewed_for_a_refused_resource(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Log in again if the session was lost, although the resource is refused."""
    bmc.fail(THERMAL, status=401)
    for logins in (2, 3):
        with pytest.raises(AuthorizationError):
            await client.async_get_thermal()
        assert bmc.logins == logins
        bmc.expire_sessions()
    bmc.heal()
    assert (await client.async_get_thermal()).temperatures
    assert bmc.logins == 4


async def test_refused_write_is_an_error_of_the_resource(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report a write with 401 as a missing privilege, and log in once for all."""
    await client.async_get_system()
    bmc.fail("*", status=401, method="PATCH")
    for mode in (IndicatorLED.BLINKING, IndicatorLED.LIT):
        with pytest.raises(AuthorizationError) as caught:
            await client.async_set_indicator_led(mode)
        assert caught.value.status == 401
    assert bmc.logins == 2


async def test_rejected_basic_authentication_is_no_session_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error of the account if the BMC opens no session for the second try."""
    await client.async_get_system()
    bmc.fail(SESSIONS, status=405, method="POST")
    bmc.fail(SYSTEM, status=401)
    with pytest.raises(AuthenticationError) as caught:
        await client.async_get_system()
    assert "authorization" in bmc.requests[-1].headers
    assert not caught.value.is_session_error


async def test_wrong_password_is_sent_once(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Send a rejected password once, as BMCs lock the account after three attempts."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    for _ in range(3):
        with pytest.raises(AuthenticationError) as caught:
            await client.async_get_dynamic_data()
        assert not caught.value.is_session_error
    assert bmc.login_attempts == 1
    await client.async_disconnect()


async def test_changed_password_is_sent_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send the old password once, however many requests have lost their session."""
    await client.async_get_all_data()
    bmc.change_password("other")
    bmc.expire_sessions()
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await client.async_get_all_data()
    assert bmc.login_attempts == 2


async def test_login_is_repeated_after_server_error(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock
) -> None:
    """Repeat the login some seconds after a 503, which a starting BMC sends."""
    bmc.fail(SESSIONS, status=503, times=1)
    for _ in range(3):
        with pytest.raises(ServiceUnavailableError):
            await client.async_get_system()
    assert bmc.login_attempts == 1
    library_clock.tick(LOGIN_RETRY_SECONDS)
    assert (await client.async_get_system()).is_on


async def test_failing_login_takes_one_request_per_poll(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock
) -> None:
    """Send neither a login for each resource nor a read without a login."""
    await client.async_test_connection()
    bmc.requests.clear()
    bmc.fail(SESSIONS, status=503)
    for _ in range(10):
        library_clock.tick(30)
        for read in (client.async_get_all_data, client.async_get_dynamic_data):
            with pytest.raises(ServiceUnavailableError):
                await read()
    assert take_calls(bmc) == [("POST", SESSIONS)] * 10


@pytest.mark.parametrize("status", [400, 429, 500, 503])
async def test_lost_session_takes_one_login_per_poll(
    client: SupermicroRedfishClient, bmc: Bmc, library_clock: Clock, status: int
) -> None:
    """Send one login, although the requests of a poll follow one another."""
    await client.async_get_dynamic_data()
    before = bmc.login_attempts
    bmc.fail(SESSIONS, status=status)
    bmc.expire_sessions()
    with pytest.raises(SupermicroRedfishError):
        await client.async_get_dynamic_data()
    assert bmc.login_attempts == before + 1
    bmc.heal()
    library_clock.tick(30)
    assert (await client.async_get_dynamic_data()).system
    assert bmc.login_attempts == before + 2


async def test_missing_license_causes_no_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Treat a 403 as a missing license, and remember it."""
    bmc.unlicensed = (POWER,)
    for _ in range(2):
        with pytest.raises(LicenseError) as caught:
            await client.async_get_power()
        assert caught.value.license == "DCMS"
    assert bmc.logins == 1
    assert requested_paths(bmc).count(POWER) == 1


async def test_canceled_login_leaves_no_session(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Delete a session that the BMC creates after the caller is canceled."""
    bmc.hang(SESSIONS, 0.2)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: bmc.login_attempts > 0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    bmc.heal()
    await client.async_disconnect()
    assert bmc.open_sessions == 0


async def test_failure_of_canceled_login_is_not_logged(
    client: SupermicroRedfishClient, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Log no warning for the failure of a login after its caller is canceled."""
    await client.async_test_connection()
    bmc.hang(SESSIONS, 0.1)
    reader = asyncio.create_task(client.async_connect())
    await until(lambda: bmc.login_attempts > 0)
    bmc.change_password("other")
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")] == []


async def test_canceled_logout_is_completed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Delete the session after the caller is canceled.

    Home Assistant cancels slow tasks when it stops.
    """
    await client.async_connect()
    bmc.hang(f"{SESSIONS}/*", 0.1)
    logout = asyncio.create_task(client.async_disconnect())
    await asyncio.sleep(0.05)
    logout.cancel()
    with pytest.raises(asyncio.CancelledError):
        await logout
    await until(lambda: bmc.open_sessions == 0)


async def test_login_response_without_token_is_rejected(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Reject a success without a token, as from a web server that is no BMC."""
    bmc.fail(SESSIONS, status=200, body={})
    with pytest.raises(InvalidResponseError):
        await client.async_connect()


LOCATIONS = {
    "relative": "{path}",
    "absolute": "{url}{path}",
    "by another name": "https://bmc.lan:8443{path}",
    "without TLS": "http://192.0.2.1{path}/",
    "missing": None,
    "nonsense": "http://[",
    "empty": "",
    "nowhere but by its Id": "",
    "beside another Id": "{path}",
}


@pytest.mark.parametrize("case", LOCATIONS)
async def test_session_is_deleted_wherever_bmc_locates_it(
    client: SupermicroRedfishClient, server: Server, bmc: Bmc, case: str
) -> None:
    """Delete the session by Location, body or Id, with any host name."""
    held = bmc.sessions.create("ADMIN")
    path = f"{SESSIONS}/{held.id}"
    headers = {"X-Auth-Token": held.token}
    if location := LOCATIONS[case]:
        headers["Location"] = location.format(url=server.url, path=path)
    ids = {"nowhere but by its Id": held.id, "beside another Id": "99"}
    body = {"Id": ids[case]} if case in ids else bmc.resource(path)
    bmc.fail(SESSIONS, status=201, body=body, headers=headers, method="POST", times=1)
    await client.async_connect()
    assert (await client.async_get_system()).is_on
    assert bmc.open_sessions == 1
    await client.async_disconnect()
    assert bmc.open_sessions == 0
    assert statuses(bmc, "DELETE", path) == [200]
