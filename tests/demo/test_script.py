"""Test the command `script/demo` with the options that the README documents."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import signal

from aiohttp import ClientSession
import pytest

from tests.simulator import Bmc, Board, Server

ROOT = Path(__file__).parents[2]
BOARD = ROOT / "tests/simulator/boards/x12spi-tf"

LAST_LINE = "Press Ctrl-C to stop."
"""The last line that the command prints when its page is ready."""


@asynccontextmanager
async def demo(*arguments: str, password: str = "") -> AsyncIterator[Process]:
    """Run the command and stop it at the end of the context."""
    process = await asyncio.create_subprocess_exec(
        ROOT / "script/demo",
        *arguments,
        stdout=PIPE,
        env={**os.environ, "SUPERMICRO_PASSWORD": password},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.communicate()


@pytest.mark.long
async def test_demo_adds_a_bmc_by_host_and_changes_nothing_on_it(
    server: Server, bmc: Bmc
) -> None:
    """Run `script/demo --host HOST --username NAME` against a BMC in this process."""
    bmc.change_password("Secret-9")
    arguments = ("--host", server.host, "--username", bmc.username, "--check")
    trust = ("--fingerprint", str(server.certificate_sha256))
    async with demo(*arguments, *trust, password="Secret-9") as process:
        output, _ = await process.communicate()
    document = json.loads(output)
    assert process.returncode == 0
    assert (document["entry_state"], document["title"]) == ("loaded", "X12SPI-TF")
    assert bmc.open_sessions == 0
    assert {request.method for request in bmc.requests} <= {"GET", "POST", "DELETE"}


@pytest.mark.long
async def test_demo_sends_no_password_to_an_unknown_certificate(
    server: Server, bmc: Bmc
) -> None:
    """Require the fingerprint if there is no terminal; send no login."""
    arguments = ("--host", server.host, "--check")
    async with demo(*arguments, password=bmc.password) as process:
        output, _ = await process.communicate()
    assert process.returncode == 1
    assert str(server.certificate_sha256) in json.loads(output)["error"]
    assert {(item.method, item.body) for item in bmc.requests} <= {("GET", None)}
    assert not any("authorization" in item.headers for item in bmc.requests)


@pytest.mark.long
async def test_demo_protects_a_real_bmc_from_other_users(
    server: Server, bmc: Bmc, unused_tcp_port_factory: Callable[[], int], tmp_path: Path
) -> None:
    """Print a random password once, and listen on 127.0.0.1 only."""
    bmc.change_password("Secret-9")
    port = unused_tcp_port_factory()
    arguments = ("--host", server.host, "--port", str(port), "--keep", str(tmp_path))
    trust = ("--fingerprint", str(server.certificate_sha256))
    async with demo(*arguments, *trust, password=bmc.password) as process:
        lines = await _read_overview(process)
        (sign_in,) = [line for line in lines if line.startswith("Sign in")]
        password = sign_in.rpartition(" / ")[2]
        assert "\n".join(lines).count(password) == 1
        assert not await _can_sign_in(port, "demo")
        assert await _can_sign_in(port, password)
        assert _listening_addresses(port) == ["0100007F"]
    logs = _read_logs(tmp_path)
    assert logs
    assert not [log for log in logs if password in log or bmc.password in log]


async def _read_overview(process: Process) -> list[str]:
    """Return the lines that the command prints before its page is ready."""
    assert process.stdout
    lines = []
    while (line := (await process.stdout.readline()).decode().strip()) != LAST_LINE:
        assert line or not process.stdout.at_eof()
        lines.append(line)
    return lines


def _read_logs(folder: Path) -> list[str]:
    """Return the contents of the logs that were kept."""
    return [file.read_text("utf-8") for file in folder.iterdir()]


def _listening_addresses(port: int) -> list[str]:
    """Return the addresses at which a port is open, as Linux writes them."""
    tables = [Path(f"/proc/net/{name}").read_text("ascii") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    listening = "0A"
    return [
        row[1].partition(":")[0]
        for row in rows
        if row[3] == listening and row[1].endswith(f":{port:04X}")
    ]


async def _can_sign_in(port: int, password: str) -> bool:
    """Return whether Home Assistant accepts a password."""
    url = f"http://127.0.0.1:{port}"
    client = {"client_id": f"{url}/"}
    start = {"handler": ["homeassistant", None], "redirect_uri": f"{url}/"}
    account = {"username": "demo", "password": password}
    async with ClientSession() as session:
        async with session.post(f"{url}/auth/login_flow", json=start | client) as flow:
            step = await flow.json()
        address = f"{url}/auth/login_flow/{step['flow_id']}"
        async with session.post(address, json=account | client) as result:
            return bool((await result.json())["type"] == "create_entry")


@pytest.mark.long
@pytest.mark.usefixtures("network")
async def test_demo_serves_a_page_until_interrupted(
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    """Run `script/demo --board FOLDER` and stop it as Ctrl-C does."""
    port = unused_tcp_port_factory()
    async with demo("--board", str(BOARD), "--port", str(port)) as process:
        lines = await _read_overview(process)
        async with (
            ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/") as page,
        ):
            assert "Home Assistant" in await page.text()
        process.send_signal(signal.SIGINT)
        await process.communicate()
        assert process.returncode == 0
    assert any("CPU temperature" in line for line in lines)


def test_board_option_accepts_name_and_folder() -> None:
    """Load the same resources in both cases."""
    assert Board.load(str(BOARD)).resources == Board.load("x12spi-tf").resources
