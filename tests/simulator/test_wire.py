"""Read resources over HTTP: paths, ETags, licenses, connections, certificates."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import time
from typing import Any

import aiohttp
import pytest

from tests.conftest import RECORDED
from tests.simulator import Board
from tests.simulator.etags import EtagSpelling
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    SYSTEM,
    THERMAL,
    Client,
    as_old,
    connected,
    expected_etag,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")


async def test_get_ignores_trailing_slash_and_rejects_missing_path() -> None:
    """Respond with 404 as JSON or HTML."""
    async with logged_in() as client:
        body = (await client.get(THERMAL)).body
        assert (await client.get(f"{THERMAL}/")).body == body
        response = await client.get(f"{ROOT}/Nothing")
        assert response.rejection == (404, "Base.ResourceMissingAtURI")
        client.bmc.html_404 = True
        response = await client.get(f"{ROOT}/Nothing")
        assert response.status == 404
        assert response.headers["Content-Type"] == "text/html"
        assert b"404 Not Found" in response.body
        assert (await client.send("HEAD", SYSTEM)).status == 200


async def test_etag_matches_until_resource_changes() -> None:
    """Respond with 304 to the current ETag, and with a new ETag after a change."""
    async with logged_in() as client:
        first = await client.get(THERMAL)
        etag = first.headers["ETag"]
        assert etag == first.body["@odata.etag"] == expected_etag(first.body)
        for condition in (etag, f'"x", W/{etag}', "*"):
            response = await client.get(THERMAL, headers={"If-None-Match": condition})
            assert (response.status, response.body) == (304, b"")
            assert response.headers["ETag"] == etag
        client.bmc.set_reading("CPU Temp", 71)
        response = await client.get(THERMAL, headers={"If-None-Match": etag})
        assert response.status == 200
        assert response.body["Temperatures"][0]["ReadingCelsius"] == 71
        assert response.headers["ETag"] == expected_etag(response.body) != etag


@pytest.mark.parametrize(
    ("options", "is_old", "header", "status"),
    [
        ({}, False, True, 304),
        ({"etag_header": False}, False, False, 304),
        ({"not_modified": False}, False, True, 200),
        ({}, True, False, 200),
    ],
)
async def test_etag_support_is_configurable(
    options: dict[str, Any], *, is_old: bool, header: bool, status: int
) -> None:
    """Send header and 304 as configured; the old family has neither."""
    board = Board.load("x12spi-tf")
    async with logged_in(as_old(board) if is_old else board, **options) as client:
        etag = board.resources[SYSTEM]["@odata.etag"]
        response = await client.get(SYSTEM, headers={"If-None-Match": etag})
        assert response.status == status
        assert ("ETag" in response.headers) is header


@pytest.mark.parametrize(
    ("etags", "header", "body"),
    [
        ("equal", '"{}"', '"{}"'),
        ("quoted twice", '""{}""', '"{}"'),
        ("weak", 'W/"{}"', 'W/"{}"'),
        ("header only", '"{}"', None),
        ("body only", None, '"{}"'),
    ],
)
async def test_etag_is_spelled_as_configured(
    etags: EtagSpelling, header: str | None, body: str | None
) -> None:
    """Send the ETag in header, body or both, in the configured spelling."""
    board = Board.load("x12spi-tf")
    etag = board.resources[SYSTEM]["@odata.etag"].strip('"')
    async with logged_in(board, etags=etags) as client:
        response = await client.get(SYSTEM)
        assert response.headers.get("ETag") == (header and header.format(etag))
        assert response.body.get("@odata.etag") == (body and body.format(etag))
        response = await client.get(SYSTEM, headers={"If-None-Match": f'W/"{etag}"'})
        assert response.status == 304


@pytest.mark.parametrize(
    ("is_old", "unlicensed", "message_id", "licenses", "file"),
    [
        (
            False,
            f"{SYSTEM}/SecureBoot",
            "SMC.1.0.OemLicenseNotPassed",
            "DCMS ",
            "403-license-x12-x13",
        ),
        (
            True,
            f"{CHASSIS}/PCIeDevices",
            "SMC.1.0.OemLicenseNotPassed",
            "DCMS  ",
            "403-license-x11-new",
        ),
        (
            True,
            ROOT,
            "Base.v1_4_0.OemLicenseNotPassed",
            "SUM DCMS OOB  ",
            "403-license-x11-old-serviceroot",
        ),
    ],
)
async def test_unlicensed_path_is_rejected_as_recorded(
    *, is_old: bool, unlicensed: str, message_id: str, licenses: str, file: str
) -> None:
    """Respond with the recorded 403 for the unlicensed path only."""
    board = Board.load("x12spi-tf")
    board = as_old(board) if is_old else board
    async with logged_in(board, unlicensed=(unlicensed,)) as client:
        response = await client.get(unlicensed)
        assert response.status == 403
        (info,) = response.body["error"]["@Message.ExtendedInfo"]
        assert info["MessageId"] == message_id
        assert info["Message"].endswith(f"The following licenses {licenses}were needed")
        assert ((await client.get(SYSTEM)).status == 200) is (unlicensed != ROOT)
    if (RECORDED / "errors").exists():
        recorded = json.loads((RECORDED / f"errors/{file}.json").read_text())["body"]
        # The record of the root's rejection is second-hand, and has half of the keys.
        (theirs,) = recorded["error"].pop("@Message.ExtendedInfo")
        (ours,) = response.body["error"].pop("@Message.ExtendedInfo")
        assert {key: ours[key] for key in theirs} == theirs
        assert response.body == recorded


async def test_bmc_records_all_requests() -> None:
    """Keep method, path, query, headers, body and status in order of arrival."""
    async with logged_in() as client:
        await client.get(f"{SYSTEM}/?$select=Id")
        await client.patch(SYSTEM, {"AssetTag": "one"})
        await client.send("POST", SYSTEM, data=b"\xff")
    login, get, patch, post = client.bmc.requests
    assert (login.method, login.path, login.status) == ("POST", SESSIONS, 201)
    assert login.body == {"UserName": "ADMIN", "Password": "ADMIN"}
    assert login.token is None
    assert (get.path, get.query, get.body) == (SYSTEM, "$select=Id", None)
    assert get.token == get.headers["x-auth-token"] == client.headers["X-Auth-Token"]
    assert (patch.body, patch.status) == ({"AssetTag": "one"}, 200)
    assert (post.body, post.status) == (None, 405)


async def get_root(client: Client, count: int) -> None:
    """Send concurrent requests."""
    await asyncio.gather(*(client.get(ROOT) for _ in range(count)))


@pytest.mark.parametrize(("workers", "peak"), [(None, 6), (2, 2)])
async def test_workers_limit_parallel_requests(workers: int | None, peak: int) -> None:
    """Process at most as many requests at once as there are workers."""
    async with connected(latency=0.02, workers=workers) as client:
        began = time.perf_counter()
        await get_root(client, 6)
        assert time.perf_counter() - began >= 0.02 * 6 / peak
    assert client.bmc.peak_parallel == peak


@pytest.mark.parametrize(
    ("options", "handshakes", "connections"),
    [
        ({}, 1, 1),
        ({"keep_alive": False}, 3, 3),
        ({"tls": False}, 0, 1),
    ],
)
async def test_server_counts_connections_and_handshakes(
    options: dict[str, Any], handshakes: int, connections: int
) -> None:
    """Count connections, and the TLS handshakes among them."""
    async with connected(**options) as client:
        for _ in range(3):
            assert (await client.get(ROOT)).status == 200
        assert client.server.handshakes == handshakes
        assert client.server.connections == connections
        assert (client.server.certificate_sha256 is None) is ("tls" in options)


async def test_server_refuses_connections_and_recovers() -> None:
    """Close the port, speak no TLS, and accept connections again."""
    async with logged_in() as client:
        await client.server.refuse()
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await client.get(ROOT)
        assert isinstance(refused.value.os_error, ConnectionRefusedError)
        await client.server.listen()
        assert (await client.get(SYSTEM)).status == 200
        await client.server.refuse()
        await client.server.listen(plain=True)
        with pytest.raises(aiohttp.ClientConnectorSSLError):
            await client.get(ROOT)
        await client.server.refuse()
        await client.server.listen()
        assert (await client.get(ROOT)).status == 200
        handshakes = client.server.handshakes
        client.server.close_connections()
        assert (await client.get(ROOT)).status == 200
        assert client.server.handshakes == handshakes + 1


async def test_server_renews_self_signed_certificate() -> None:
    """Show another certificate after a renewal; accept its fingerprint only."""
    async with connected() as client:
        shown = []
        for _ in range(2):
            pem = await asyncio.to_thread(
                ssl.get_server_certificate, ("127.0.0.1", client.server.port)
            )
            digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
            assert digest == client.server.certificate_sha256
            shown.append(digest)
            client.server.renew_certificate()
        assert shown[0] != shown[1]
        fingerprint = aiohttp.Fingerprint(
            bytes.fromhex(client.server.certificate_sha256 or "")
        )
        async with aiohttp.ClientSession() as session:
            url = f"{client.server.url}{ROOT}"
            async with session.get(url, ssl=fingerprint) as response:
                assert response.status == 200
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(url)
