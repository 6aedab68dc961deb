"""Requests over HTTP: hosts, timeouts, redirects and responses."""

import asyncio

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    InvalidResponseError,
    NotFoundError,
    ResourceError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.http.urls import base_url
from tests.library import (
    ROOT,
    SESSIONS,
    SYSTEM,
    THERMAL,
    inject_fault,
    requested_paths,
    set_timeout,
)
from tests.simulator import Bmc, Server, serve


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("bmc.example", "https://bmc.example"),
        ("192.0.2.1", "https://192.0.2.1"),
        ("192.0.2.1:8443", "https://192.0.2.1:8443"),
        ("2001:db8::1", "https://[2001:db8::1]"),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://bmc.example", "https://bmc.example"),
        (" https://bmc.example:8443/ ", "https://bmc.example:8443"),
        ("HTTPS://bmc:8443", "https://bmc:8443"),
        ("bmc_1.lan.", "https://bmc_1.lan."),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("fe80::1%eth0", "https://[fe80::1%eth0]"),
    ],
)
def test_base_url_accepts_host(host: str, url: str) -> None:
    """Accept a name, an IPv4 or IPv6 address, with or without port, or an https URL."""
    assert str(base_url(host)) == url


@pytest.mark.parametrize(
    "host",
    [
        *("", "a host", "1:2:3", ".", "-bmc", "*", "a,b", "b%20c", "a" * 64),
        *("bmc.example:port", "bmc.example:99999", "bmc.example:0"),
        *("bmc\texample", "bmc\nexample", "bmc..example", "bmc.example/?a=b"),
        *("http://bmc.example", "ftp://bmc.example", "https://"),
        *("https://bmc.example/redfish", "https://bmc/redfish/"),
        "https://user@bmc.example",
        "https://ADMIN:Secret-9@bmc",
        "ADMIN:Secret-9@[::1]",
    ],
)
def test_base_url_rejects_invalid_host(host: str) -> None:
    """Raise ValueError without repeating a password in the host."""
    with pytest.raises(ValueError, match="not a host name") as caught:
        base_url(host)
    assert "Secret-9" not in str(caught.value)


@pytest.mark.parametrize("status", [304, 302, 307, 399])
async def test_transport_rejects_unexpected_status(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Reject an unconditional 304, a redirect without a target, and an unknown 3xx."""
    body = None if status == 304 else {"PowerState": "Off"}
    bmc.fail(SYSTEM, status=status, body=b"" if body is None else body)
    with pytest.raises(InvalidResponseError):
        await client.async_get_system()
    bmc.heal()
    assert (await client.async_get_system()).is_on
    if body is not None:
        bmc.fail(SYSTEM, status=status, body=body, method="PATCH")
        with pytest.raises(InvalidResponseError):
            await client.async_set_indicator_led("Lit")


@pytest.mark.parametrize(
    ("fault", "expected", "builtin"),
    [("hang", TimeoutError, asyncio.TimeoutError), ("drop", ConnectionError, OSError)],
)
async def test_transport_error_derives_from_builtin(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    fault: str,
    expected: type[SupermicroRedfishError],
    builtin: type[Exception],
) -> None:
    """Raise an error that is also the builtin one for the same failure."""
    await client.async_get_chassis()
    inject_fault(bmc, "*", fault)
    with pytest.raises(expected) as caught:
        await client.async_get_thermal()
    assert isinstance(caught.value, builtin)
    bmc.heal()


async def test_transport_reports_refused_connection(session: ClientSession) -> None:
    """Raise ConnectionError, which is also the builtin one."""
    client = SupermicroRedfishClient(session, "127.0.0.1:1", "ADMIN", "ADMIN")
    for request in (client.async_test_connection, client.async_connect):
        with pytest.raises(ConnectionError) as caught:
            await request()
        assert isinstance(caught.value, SupermicroRedfishError)
        assert isinstance(caught.value, OSError)
        assert "could not connect: Connect call failed" in str(caught.value)


@pytest.mark.parametrize("tls", [True, False])
async def test_connect_reports_silent_or_unencrypted_host(
    session: ClientSession, bmc: Bmc, *, tls: bool
) -> None:
    """Raise an error for a host that does not respond, or does not support TLS."""
    if tls:
        bmc.hang("*", 1)
    async with serve(bmc, tls=tls) as server:
        client = SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN", timeout=0.2 if tls else 5
        )
        with pytest.raises(TimeoutError if tls else ConnectionError) as caught:
            await client.async_connect()
        assert isinstance(caught.value, OSError)
    assert bmc.login_attempts == 0


async def test_transport_reports_truncated_response_to_read(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error of the resource for a body that ends early."""
    await client.async_get_system()
    bmc.cut(SYSTEM)
    with pytest.raises(ResourceError):
        await client.async_get_system()


async def test_lost_connection_of_one_resource_is_its_own_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all other resources of a BMC that closes the connection for one of them."""
    before = await client.async_get_dynamic_data()
    bmc.drop(THERMAL)
    for _ in range(3):
        data = await client.async_get_dynamic_data()
        assert isinstance(data.errors["thermal"], InvalidResponseError)
        assert (data.system, data.power) == (before.system, before.power)
    bmc.heal()
    assert await client.async_get_dynamic_data() == before


async def test_resource_that_closes_the_connection_is_retried_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send a read twice at first, then once until it succeeds; aiohttp doubles each."""
    await client.async_get_system()
    bmc.drop(THERMAL)
    for expected in (4, 2, 2):
        bmc.requests.clear()
        with pytest.raises(InvalidResponseError):
            await client.async_get_thermal()
        paths = requested_paths(bmc)
        assert (paths.count(THERMAL), paths.count(ROOT)) == (expected, 1)
    bmc.heal()
    assert (await client.async_get_thermal()).temperatures
    bmc.drop(THERMAL, times=2)
    assert (await client.async_get_thermal()).temperatures


async def test_resource_of_a_bmc_that_is_lost_is_not_retried(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise ConnectionError for a resource that failed alone before."""
    await client.async_get_system()
    bmc.drop(THERMAL)
    with pytest.raises(InvalidResponseError):
        await client.async_get_thermal()
    bmc.drop("*")
    bmc.requests.clear()
    with pytest.raises(ConnectionError):
        await client.async_get_thermal()
    assert requested_paths(bmc).count(THERMAL) == 2  # aiohttp has doubled the read
    bmc.heal()
    assert (await client.async_get_thermal()).temperatures


async def test_statistics_count_requests_and_errors(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Count an error response and a missing response as one error each."""
    assert client.stats.total_requests == len(bmc.requests)
    assert (client.stats.errors, client.stats.cache_hits) == (0, 0)
    bmc.fail(THERMAL, status=500, times=1)
    with pytest.raises(ResourceError):
        await client.async_get_thermal()
    assert client.stats.errors == 1
    set_timeout(client, 0.1)
    bmc.hang(THERMAL, 1)
    with pytest.raises(TimeoutError):
        await client.async_get_thermal()
    set_timeout(client, 2)
    assert client.stats.errors == 2
    assert client.stats.total_requests == len(bmc.requests)


async def test_closed_session_of_the_caller_is_an_error(server: Server) -> None:
    """Raise ConnectionError if nothing can be sent."""
    async with ClientSession() as session:
        client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    with pytest.raises(ConnectionError, match="closed the HTTP session"):
        await client.async_test_connection()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_transport_follows_redirect_of_read_on_same_host(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Follow the redirect with which some web servers add or remove a final slash."""
    headers = {"Location": f"{THERMAL}/"}
    bmc.fail(THERMAL, status=status, headers=headers, times=1)
    assert (await client.async_get_thermal()).temperatures


@pytest.mark.parametrize(
    "location",
    [
        *("https://192.0.2.66/", "//192.0.2.66/x", "http://127.0.0.1/x"),
        *("http://[bad", "https://[::1", "https://127.0.0.1:99999/", "a:b"),
    ],
)
async def test_transport_rejects_redirect_to_other_host(
    client: SupermicroRedfishClient, bmc: Bmc, location: str
) -> None:
    """Send the token only to the BMC's own address."""
    bmc.fail(THERMAL, status=302, headers={"Location": location})
    with pytest.raises(InvalidResponseError, match="leads away"):
        await client.async_get_thermal()


async def test_transport_stops_after_three_redirects(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Give up on a web server that too many redirects."""
    bmc.fail(THERMAL, status=302, headers={"Location": THERMAL})
    with pytest.raises(InvalidResponseError, match="too many redirects"):
        await client.async_get_thermal()
    assert requested_paths(bmc).count(THERMAL) == 3


@pytest.mark.parametrize("login", [201, 405], ids=["session", "basic"])
async def test_transport_ignores_user_name_in_redirect(
    client: SupermicroRedfishClient, server: Server, bmc: Bmc, login: int
) -> None:
    """Send the same credentials after a redirect to a URL with a user name.

    The HTTP client would otherwise log in with that name, or fail.
    """
    if login != 201:
        bmc.fail(SESSIONS, status=login, method="POST")
    location = f"https://a:b@{server.host}{THERMAL}/"
    bmc.fail(THERMAL, status=302, headers={"Location": location}, times=1)
    assert (await client.async_get_thermal()).temperatures
    first, second = (r.headers.get("authorization") for r in bmc.requests[-2:])
    assert first == second


async def test_transport_overrides_raise_for_status_of_session(
    server: Server, bmc: Bmc
) -> None:
    """Map statuses and renew sessions although the HTTP session raises by itself."""
    async with (
        ClientSession(raise_for_status=True) as session,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_system()
        bmc.expire_sessions()
        assert (await client.async_get_system()).is_on
        bmc.fail(THERMAL, status=404)
        with pytest.raises(NotFoundError):
            await client.async_get_thermal()
