"""One login, kept, renewed once when it is lost, always given back."""

import asyncio

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    AuthenticationError,
    InvalidResponseError,
    LicenseError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from tests.conftest import until
from tests.simulator import Bmc, Server

from . import SESSIONS, SYSTEM


async def test_the_root_needs_no_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Who is asked who he is sees no password."""
    root = await client.async_test_connection()
    assert root.redfish_version
    assert root.is_supermicro
    assert bmc.login_attempts == 0


async def test_many_readers_share_one_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """However many begin at once, there is one login and no request twice."""
    await asyncio.gather(*(client.async_get_system() for _ in range(50)))
    assert bmc.login_attempts == 1
    assert [r.path for r in bmc.requests].count(SYSTEM) == 1


async def test_a_dropped_token_is_renewed_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """All who meet a 401 at the same time share the new login."""
    await client.async_get_all_data()
    bmc.expire_sessions()
    data = await client.async_get_all_data()
    assert data.errors == {}
    assert bmc.logins == 2


async def test_a_second_refusal_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A fresh token that is refused too leads to no third login."""
    await client.async_get_system()
    bmc.fail(SYSTEM, status=401)
    with pytest.raises(AuthenticationError):
        await client.async_get_system()
    assert bmc.logins == 2


async def test_a_refused_password_is_not_tried_again(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """The BMC would lock the account after three attempts."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "wrong")
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await client.async_get_dynamic_data()
    assert bmc.login_attempts == 1
    await client.async_disconnect()


async def test_a_changed_password_is_tried_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Of many readers who lose their session, one finds out."""
    await client.async_get_all_data()
    bmc.change_password("other")
    bmc.expire_sessions()
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await client.async_get_all_data()
    assert bmc.login_attempts == 2


async def test_a_login_that_fails_otherwise_is_tried_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that is starting says nothing about the password."""
    bmc.fail(SESSIONS, status=503, times=1)
    with pytest.raises(ServiceUnavailableError):
        await client.async_get_system()
    assert (await client.async_get_system()).is_on


async def test_a_missing_licence_is_no_bad_password(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """403 leads to no login, is remembered, and names the licence."""
    bmc.unlicensed = ("/redfish/v1/Chassis/1/Power",)
    for _ in range(2):
        with pytest.raises(LicenseError) as caught:
            await client.async_get_power()
        assert caught.value.license == "DCMS"
    assert bmc.logins == 1
    assert [r.path for r in bmc.requests].count("/redfish/v1/Chassis/1/Power") == 1


async def test_a_cancelled_login_leaves_no_session(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The BMC may have made the session that nobody waited for."""
    bmc.hang(SESSIONS, 0.2)
    reader = asyncio.create_task(client.async_get_system())
    await until(lambda: bmc.login_attempts > 0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    bmc.heal()
    await client.async_disconnect()
    assert bmc.open_sessions == 0


async def test_a_login_that_fails_for_nobody_is_no_noise(
    client: SupermicroRedfishClient, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Python would log the failure of what a caller who is gone had waited for."""
    await client.async_test_connection()
    bmc.hang(SESSIONS, 0.1)
    reader = asyncio.create_task(client.async_connect())
    await until(lambda: bmc.login_attempts > 0)
    bmc.change_password("other")
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")] == []


async def test_a_cancelled_logout_is_carried_out(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Home Assistant cancels what takes long when it stops."""
    await client.async_connect()
    bmc.hang(f"{SESSIONS}/*", 0.1)
    logout = asyncio.create_task(client.async_disconnect())
    await asyncio.sleep(0.05)
    logout.cancel()
    with pytest.raises(asyncio.CancelledError):
        await logout
    await until(lambda: bmc.open_sessions == 0)


@pytest.mark.parametrize("location", ["relative", "absolute"])
async def test_where_the_session_lives_may_be_told_in_full(
    client: SupermicroRedfishClient, bmc: Bmc, location: str
) -> None:
    """Some BMCs send an absolute Location, which must not hide the session."""
    bmc.location = location  # type: ignore[assignment]  # the two are its literals
    await client.async_connect()
    await client.async_disconnect()
    assert bmc.open_sessions == 0


async def test_a_login_without_a_token_is_no_login(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A web server that answers anything with success is no BMC."""
    bmc.fail(SESSIONS, status=200, body={})
    with pytest.raises(InvalidResponseError):
        await client.async_connect()


async def test_the_token_is_in_no_repr(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither token nor password gets into a log."""
    caplog.set_level("DEBUG")
    await client.async_get_all_data()
    token = bmc.requests[-1].token
    assert token
    opening = client._connection._authenticator._login_task
    assert opening
    assert token not in repr(await opening)
    own = [r.getMessage() for r in caplog.records if r.name.startswith("aiosuper")]
    assert own
    assert not [line for line in own if token in line or bmc.password in line]
