"""The simulated BMC against hardware.md: reading, faults, the wire, the command."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
import signal
import ssl
import sys
import time

import aiohttp
import pytest

from tests.conftest import RECORDED, Clock
from tests.simulator import Bmc, Board
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.testing import (
    CHASSIS,
    MANAGER,
    SYSTEM,
    THERMAL,
    Client,
    as_old,
    connected,
    logged_in,
)

from .test_board import etag_of

pytestmark = pytest.mark.usefixtures("network")


# Reading


async def test_paths() -> None:
    """A slash at the end means nothing; what is absent is 404, as JSON or HTML."""
    async with logged_in() as client:
        assert (await client.get(f"{THERMAL}/")).body == (
            await client.get(THERMAL)
        ).body
        response = await client.get(f"{ROOT}/Nothing")
        assert (response.status, response.message_id) == (
            404,
            "Base.ResourceMissingAtURI",
        )
        client.bmc.html_404 = True
        response = await client.get(f"{ROOT}/Nothing")
        assert (response.status, response.headers["Content-Type"]) == (404, "text/html")
        assert b"404 Not Found" in response.body
        assert (await client.get(f"{ROOT}/Systems?$expand=.")).status == 400
        assert (await client.send("HEAD", SYSTEM)).status == 200


async def test_etags() -> None:
    """An ETag is of what is served; it spares the body as long as nothing changes."""
    async with logged_in() as client:
        first = await client.get(THERMAL)
        etag = first.headers["ETag"]
        assert etag == first.body["@odata.etag"] == etag_of(first.body)
        for condition in (etag, f'"x", W/{etag}', "*"):
            response = await client.get(THERMAL, headers={"If-None-Match": condition})
            assert (response.status, response.body) == (304, b"")
            assert response.headers["ETag"] == etag
        client.bmc.set_reading("CPU Temp", 71)
        response = await client.get(THERMAL, headers={"If-None-Match": etag})
        assert response.status == 200
        assert response.body["Temperatures"][0]["ReadingCelsius"] == 71
        assert response.headers["ETag"] == etag_of(response.body) != etag


@pytest.mark.parametrize(
    ("traits", "is_old", "header", "status"),
    [
        ({}, False, True, 304),
        ({"etag_header": False}, False, False, 304),
        ({"not_modified": False}, False, True, 200),
        ({}, True, False, 200),
    ],
)
async def test_etag_switches(
    traits: dict[str, bool],
    is_old: bool,  # noqa: FBT001
    header: bool,  # noqa: FBT001
    status: int,
) -> None:
    """Header and 304 are unknown on new boards; old ones have neither."""
    board = Board.load("x12spi-tf")
    async with logged_in(as_old(board) if is_old else board, **traits) as client:
        etag = board.resources[SYSTEM]["@odata.etag"]
        response = await client.get(SYSTEM, headers={"If-None-Match": etag})
        assert response.status == status
        assert ("ETag" in response.headers) is header


@pytest.mark.parametrize(
    ("is_old", "gated", "message_id", "licences", "file"),
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
async def test_licence(
    is_old: bool,  # noqa: FBT001
    gated: str,
    message_id: str,
    licences: str,
    file: str,
) -> None:
    """What a licence is missing for is refused as was recorded, and the rest is not."""
    board = Board.load("x12spi-tf")
    board = as_old(board) if is_old else board
    async with logged_in(board, unlicensed=(gated,)) as client:
        response = await client.get(gated)
        assert response.status == 403
        (info,) = response.body["error"]["@Message.ExtendedInfo"]
        assert info["MessageId"] == message_id
        assert info["Message"].endswith(f"The following licenses {licences}were needed")
        assert ((await client.get(SYSTEM)).status == 200) is (gated != ROOT)
    if (RECORDED / "errors").exists():
        recorded = json.loads((RECORDED / f"errors/{file}.json").read_text())["body"]
        # The second-hand record of the root's refusal has only half of the keys.
        (theirs,) = recorded["error"].pop("@Message.ExtendedInfo")
        (ours,) = response.body["error"].pop("@Message.ExtendedInfo")
        assert {key: ours[key] for key in theirs} == theirs
        assert response.body == recorded


# Faults


async def test_wrong_answers() -> None:
    """A path, the beginning of paths or everything can be answered wrongly."""
    async with logged_in() as client:
        client.bmc.fail(THERMAL, status=503, headers={"Retry-After": "5"}, times=1)
        response = await client.get(THERMAL)
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert response.body["error"]["code"] == "Base.v1_10_3.GeneralError"
        assert (await client.get(THERMAL)).status == 200
        client.bmc.fail("Managers*", body={"a": 1}, method="PATCH")
        assert (await client.get(MANAGER)).status == 200
        assert (await client.patch(MANAGER, {})).body == {"a": 1}
        client.bmc.fail("*", status=200, body="<p>", content_type="text/html")
        response = await client.get(SYSTEM)
        assert (response.status, response.body) == (200, b"<p>")
        assert (await client.get(ROOT)).body == b"<p>"
        client.bmc.fail("Systems/1", status=200, body=b'{"Id": ')
        with pytest.raises(json.JSONDecodeError):
            await client.get(SYSTEM)
        client.bmc.heal()
        assert (await client.get(SYSTEM)).body["Id"] == "1"


async def test_late_and_missing_answers() -> None:
    """An answer may come late or never; the log tells so."""
    async with logged_in() as client:
        client.bmc.hang(THERMAL, 0.1)
        began = time.perf_counter()
        assert (await client.get(THERMAL)).status == 200
        assert time.perf_counter() - began >= 0.1
        assert client.bmc.requests[-1].seconds >= 0.1
        client.bmc.drop(SYSTEM)
        with pytest.raises(aiohttp.ClientError):
            await client.get(SYSTEM)
        assert client.bmc.requests[-1].status == 0


async def test_bodies_that_do_not_come_at_once() -> None:
    """A body may be reset in the middle, come to a halt there, or trickle."""
    async with logged_in() as client:
        whole = (await client.get(THERMAL)).body
        client.bmc.cut(THERMAL, times=1)
        with pytest.raises(aiohttp.ClientError):
            await client.get(THERMAL)
        # The client asks once more where there is no answer at all.
        client.bmc.cut(THERMAL, times=2)
        with pytest.raises(aiohttp.ClientError):
            await client.get(THERMAL, headers={"If-None-Match": "*"})
        client.bmc.stall(THERMAL, times=1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get(THERMAL), 0.1)
        client.bmc.trickle(THERMAL, 0.1, times=1)
        began = time.perf_counter()
        assert (await client.get(THERMAL)).body == whole
        assert time.perf_counter() - began >= 0.08
        statuses = [item.status for item in client.bmc.requests[1:]]
        assert statuses == [200, 200, 304, 304, 200, 200]


async def test_no_connection() -> None:
    """A port may be closed, or speak no TLS, and be well again."""
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


async def test_nothing_outlives_the_server() -> None:
    """Work for a client that has gone ends with the server at the latest."""
    before = asyncio.all_tasks()
    async with logged_in() as client:
        client.bmc.hang("*", 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get(SYSTEM), 0.05)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("status", [None, 503])
async def test_restart(clock: Clock, status: int | None) -> None:
    """A restarting BMC is away for a while, and has forgotten who was logged in."""
    async with logged_in(clock=clock) as client:
        client.bmc.restart(60, status=status)
        if status is None:
            with pytest.raises(aiohttp.ClientError):
                await client.get(ROOT)
        else:
            assert (await client.get(ROOT)).status == status
        clock.tick(60)
        assert (await client.get(ROOT)).status == 200
        assert (await client.get(SYSTEM)).status == 401


# The wire


async def test_request_log() -> None:
    """Every request is kept, in order, with all that a client sent."""
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


async def get_many(client: Client, count: int) -> None:
    """Send so many requests at once."""
    await asyncio.gather(*(client.get(ROOT) for _ in range(count)))


@pytest.mark.parametrize(("workers", "peak"), [(None, 6), (2, 2)])
async def test_parallel_requests(workers: int | None, peak: int) -> None:
    """As many requests are worked on at once as there are workers for."""
    bmc = Bmc(Board.load("x12spi-tf"))
    async with connected(bmc, latency=0.02, workers=workers) as client:
        began = time.perf_counter()
        await get_many(client, 6)
        assert time.perf_counter() - began >= 0.02 * 6 / peak
    assert bmc.peak_parallel == peak


@pytest.mark.parametrize(
    ("wire", "handshakes", "connections"),
    [
        ({}, 1, 1),
        ({"keep_alive": False}, 3, 3),
        ({"tls": False}, 0, 1),
    ],
)
async def test_handshakes(
    wire: dict[str, bool], handshakes: int, connections: int
) -> None:
    """Connections are counted, and the handshakes of those with TLS."""
    async with connected(Bmc(Board.load("x12spi-tf")), **wire) as client:
        for _ in range(3):
            assert (await client.get(ROOT)).status == 200
        assert client.server.handshakes == handshakes
        assert client.server.connections == connections
        assert (client.server.certificate_sha256 is None) is ("tls" in wire)


async def test_certificate() -> None:
    """The certificate is self-signed, and another one after it was renewed."""
    bmc = Bmc(Board.load("x12spi-tf"))
    async with connected(bmc) as client:
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


# The command line


async def start(*arguments: str) -> asyncio.subprocess.Process:
    """Start the simulator as a command."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.simulator",
        *arguments,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_command(number: signal.Signals) -> None:
    """It says where it is, bears what is no HTTP, and ends when told to."""
    process = await start(
        *("x12spi-tf", "--http", "--password", "secret", "--sessions", "1")
    )
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert ready["username"] == "ADMIN"
    assert ready["password"] == "secret"
    assert ready["certificate_sha256"] is None
    url = ready["url"]
    assert url.startswith("http://127.0.0.1:")
    for garbage in (b"\x16\x03\x01\x02garbage\r\n\r\n", b"GET //[ HTTP/1.1\r\n\r\n"):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(url.rpartition(":")[2])
        )
        writer.write(garbage)
        await reader.read()
        writer.close()
        await writer.wait_closed()
    credentials = {"UserName": "ADMIN", "Password": "secret"}
    async with aiohttp.ClientSession() as session:
        for status in (201, 503):
            async with session.post(f"{url}{SESSIONS}", json=credentials) as response:
                assert response.status == status
    process.send_signal(number)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


async def test_command_refuses() -> None:
    """A board that is none and a port that is taken are told in one line."""
    async with connected() as client:
        port = client.server.host.partition(":")[2]
        for arguments, hint in (
            (["x9"], "x12spi-tf"),
            (["x12spi-tf", "--port", port], port),
        ):
            process = await start(*arguments)
            out, error = await process.communicate()
            assert (process.returncode, out) == (2, b"")
            assert hint in error.decode()
            assert error.count(b"\n") == 1
