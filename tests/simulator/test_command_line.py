"""Serve a board from the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
import signal
import socket
import sys

import aiohttp
import pytest

from tests.simulator.resources import SESSIONS
from tests.simulator.testing import connected

pytestmark = pytest.mark.usefixtures("network")


async def start(*arguments: str) -> asyncio.subprocess.Process:
    """Start the simulator in a process."""
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
async def test_command_serves_until_signal(number: signal.Signals) -> None:
    """Print the address, ignore invalid HTTP, and end without output on a signal."""
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


async def test_command_serves_ipmi() -> None:
    """Print the UDP port of IPMI, which is then in use."""
    process = await start("x12spi-tf", "--http", "--ipmi-port", "0")
    assert process.stdout is not None
    port = json.loads(await process.stdout.readline())["ipmi_port"]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
        pytest.raises(OSError, match="in use"),
    ):
        other.bind(("127.0.0.1", port))
    process.send_signal(signal.SIGINT)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


@pytest.mark.long
async def test_command_reports_errors_in_one_line() -> None:
    """Exit with 2 for a missing board, and for a port in use."""
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
