"""One funnel: what a request may do, and what an answer must be."""

import asyncio
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    AuthorizationError,
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.http.transport import base_url
from tests.simulator import Bmc, Server

from . import CHASSIS, MANAGER, SESSIONS, SYSTEM, THERMAL


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
    ],
)
def test_hosts_may_be_given_in_many_ways(host: str, url: str) -> None:
    """Name, IPv4, IPv6, with or without a port, or as https URL."""
    assert str(base_url(host)) == url


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a host",
        "http://bmc.example",
        "https://bmc.example/redfish",
        "https://user@bmc.example",
        "bmc.example:port",
        "bmc.example:99999",
        "bmc.example:0",
        "bmc.example/?a=b",
        "ftp://bmc.example",
        "https://",
    ],
)
def test_anything_else_is_refused_at_once(host: str) -> None:
    """A host that cannot be one is the caller's mistake."""
    with pytest.raises(ValueError, match="not a host name"):
        base_url(host)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, InvalidRequestError),
        (403, AuthorizationError),
        (404, NotFoundError),
        (405, InvalidRequestError),
        (412, InvalidRequestError),
        (429, RateLimitError),
        (500, ServiceUnavailableError),
        (503, ServiceUnavailableError),
    ],
)
async def test_each_status_has_its_exception(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    status: int,
    expected: type[SupermicroRedfishError],
) -> None:
    """The exception says what happened, where, and when to come back."""
    bmc.fail(THERMAL, status=status, headers={"Retry-After": "7"})
    with pytest.raises(expected) as caught:
        await client.async_get_thermal()
    error = caught.value
    assert (error.status, error.path, error.retry_after) == (status, THERMAL, 7)
    assert str(error).startswith(f"GET {THERMAL} failed with status {status}")


@pytest.mark.parametrize("spelling", ["Message", "message"])
async def test_both_spellings_of_a_message_are_read(
    client: SupermicroRedfishClient, bmc: Bmc, spelling: str
) -> None:
    """Half of the firmwares write Message, the others message."""
    body = {"error": {"code": "Base.1.0.GeneralError", spelling: "Too hot."}}
    bmc.fail(THERMAL, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_get_thermal()
    assert caught.value.bmc_message == "Too hot."


async def test_the_worst_notice_counts(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Of several notices the most severe one tells what failed."""
    notices = [
        {"MessageId": "Base.1.0.Success", "Severity": "OK", "Message": "Fine."},
        {"MessageId": "Base.1.0.Worse", "Severity": "Critical", "Message": "Bad."},
        {"MessageId": "Base.1.0.Odd", "Severity": "Warning", "Message": "Odd."},
    ]
    body = {"error": {"@Message.ExtendedInfo": notices}}
    bmc.fail(THERMAL, status=400, body=body)
    with pytest.raises(InvalidRequestError) as caught:
        await client.async_get_thermal()
    assert caught.value.message_id == "Base.1.0.Worse"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Sign in</html>", "text/html"),
        (b"", "application/json"),
        (b'{"Temperatures": [{"Na', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "application/json"),
        (b" " * (9 * 1024 * 1024) + b"{}", "application/json"),
        (b"\xff\xfe\x00", "application/json"),
    ],
    ids=[
        *("html", "empty", "cut", "list", "null", "bottomless", "deep", "huge"),
        "binary",
    ],
)
async def test_what_is_no_json_object_is_no_answer(
    client: SupermicroRedfishClient, bmc: Bmc, body: bytes, content_type: str
) -> None:
    """Success alone makes no Redfish resource."""
    bmc.fail(THERMAL, status=200, body=body, content_type=content_type)
    with pytest.raises(InvalidResponseError) as caught:
        await client.async_get_thermal()
    assert caught.value.path == THERMAL
    assert THERMAL in str(caught.value)


async def test_the_content_type_does_not_matter(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """JSON is JSON, whatever the web server calls it."""
    bmc.fail(THERMAL, status=200, body='{"Name": "T"}', content_type="text/plain")
    assert (await client.async_get_thermal()).name == "T"


async def test_an_html_error_keeps_its_status(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Some BMCs answer 404 with a page."""
    bmc.fail(THERMAL, status=404, body="<html>404</html>", content_type="text/html")
    with pytest.raises(NotFoundError):
        await client.async_get_thermal()


async def test_no_answer_in_time(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """A request that takes too long is given up, and is the builtin error too."""
    bmc.hang(THERMAL, 5)
    with pytest.raises(TimeoutError) as caught:
        await client.async_get_thermal()
    assert isinstance(caught.value, asyncio.TimeoutError)


async def test_a_broken_connection(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """A connection that breaks is the builtin error too."""
    await client.async_get_chassis()
    bmc.drop(THERMAL)
    with pytest.raises(ConnectionError) as caught:
        await client.async_get_thermal()
    assert isinstance(caught.value, OSError)


async def test_a_redirect_within_the_host_is_followed(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Some web servers add or take the closing slash by a redirect."""
    headers = {"Location": f"{THERMAL}/"}
    bmc.fail(THERMAL, status=301, headers=headers, times=1)
    assert (await client.async_get_thermal()).temperatures


@pytest.mark.parametrize(
    "location", ["https://192.0.2.66/", "//192.0.2.66/x", "http://127.0.0.1/x"]
)
async def test_a_redirect_elsewhere_is_refused(
    client: SupermicroRedfishClient, bmc: Bmc, location: str
) -> None:
    """The token goes to the BMC's own address and to no other."""
    bmc.fail(THERMAL, status=302, headers={"Location": location})
    with pytest.raises(InvalidResponseError, match="leads away"):
        await client.async_get_thermal()


@pytest.mark.parametrize("link", ["https://192.0.2.66/x", "//192.0.2.66/x", "#Type", 7])
async def test_a_link_elsewhere_is_no_link(
    client: SupermicroRedfishClient, bmc: Bmc, link: Any
) -> None:
    """Only a path on the BMC itself is followed."""
    fan_mode = {"FanMode": {"@odata.id": link}}
    bmc.change("/redfish/v1/Managers/1", {"Oem": {"Supermicro": fan_mode}})
    with pytest.raises(NotFoundError):
        await client.async_get_fan_mode()


@pytest.mark.parametrize("status", [301, 302, 304])
async def test_a_write_that_was_not_done_is_no_success(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Neither where it was sent elsewhere nor where nothing was changed."""
    headers = {"Location": f"{SYSTEM}/"}
    bmc.fail(SYSTEM, status=status, method="PATCH", headers=headers)
    with pytest.raises(InvalidResponseError, match=str(status)):
        await client.async_set_indicator_led("Lit")
    assert [r.method for r in bmc.requests].count("PATCH") == 1


async def test_an_endless_redirect_ends(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A web server that too many redirects is left after three rounds."""
    bmc.fail(THERMAL, status=302, headers={"Location": THERMAL})
    with pytest.raises(InvalidResponseError, match="too many redirects"):
        await client.async_get_thermal()
    assert [r.path for r in bmc.requests].count(THERMAL) == 3


@pytest.mark.parametrize("login", [201, 405], ids=["session", "basic"])
async def test_a_redirect_logs_in_as_nobody_else(
    client: SupermicroRedfishClient, server: Server, bmc: Bmc, login: int
) -> None:
    """A name in a Location neither goes to the BMC nor upsets the HTTP client."""
    if login != 201:
        bmc.fail(SESSIONS, status=login, method="POST")
    location = f"https://a:b@{server.host}{THERMAL}/"
    bmc.fail(THERMAL, status=302, headers={"Location": location}, times=1)
    assert (await client.async_get_thermal()).temperatures
    first, second = (r.headers.get("authorization") for r in bmc.requests[-2:])
    assert first == second


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', '"a\x00"', '"\ud800"'])
async def test_an_etag_that_fits_in_no_header_is_none(
    client: SupermicroRedfishClient, bmc: Bmc, etag: str
) -> None:
    """The resource is read all the same, and nothing is smuggled into a request."""
    body = json.dumps({"@odata.etag": etag, "Name": "T"})
    bmc.fail(THERMAL, status=200, body=body)
    for _ in range(2):
        assert (await client.async_get_thermal()).name == "T"
        assert "if-none-match" not in bmc.requests[-1].headers


def _told(error: BaseException | None) -> str:
    """Return all that an exception shows, with those that led to it."""
    if error is None:
        return ""
    own = f"{error!r} {error} {vars(error)} {error.args}"
    return own + _told(error.__cause__) + _told(error.__context__)


async def test_no_exception_shows_the_token(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Neither where the BMC repeats it nor where aiohttp keeps what was sent."""
    await client.async_get_chassis()
    token = bmc.requests[-1].headers["x-auth-token"]
    notice = {"Message": f"Token {token}", "MessageId": token, "MessageArgs": [token]}
    body = json.dumps({"error": {"@Message.ExtendedInfo": [notice]}})
    bmc.fail(THERMAL, status=400, body=body, times=1)
    bmc.fail(CHASSIS, status=200, body=f"<p>X-Auth-Token: {token}", times=1)
    bmc.fail(MANAGER, status=200, body="{}", headers={"X": "a" * 20_000}, times=1)
    for read in (
        client.async_get_thermal,
        client.async_get_chassis,
        client.async_get_manager,
    ):
        with pytest.raises(SupermicroRedfishError) as caught:
            await read()
        assert token not in _told(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_a_secret_is_hidden_however_it_is_spelt() -> None:
    """As it is, as JSON has it, and as Python shows the bytes of either."""
    secret = 'a"\\é'
    texts = [secret, json.dumps(secret), json.dumps(secret, ensure_ascii=False)]
    texts += [repr(text.encode()) for text in texts]
    error = LicenseError(" ".join(texts), bmc_message=secret, message_id=secret)
    error.license = secret
    error.redact(secret)
    assert str(error) == """*** "***" "***" b'***' b'"***"' b'"***"'"""
    assert (error.bmc_message, error.message_id, error.license) == ("***",) * 3


async def test_two_at_a_time_and_a_writer_alone(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC is mostly serial, and a command never overlaps a poll."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.hang("*", 0.05)
    reads = asyncio.create_task(client.async_get_all_data())
    await asyncio.sleep(0.01)
    await client.async_set_indicator_led("Lit")
    await reads
    assert bmc.peak_parallel == 2
    patch = next(r for r in bmc.requests if r.method == "PATCH")
    assert patch.status == 200


async def test_a_refused_connection(session: ClientSession) -> None:
    """Where nobody listens there is no connection."""
    client = SupermicroRedfishClient(session, "127.0.0.1:1", "ADMIN", "ADMIN")
    with pytest.raises(ConnectionError):
        await client.async_test_connection()
