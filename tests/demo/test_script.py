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


async def test_demo_adds_a_bmc_by_host_and_changes_nothing_on_it(
    server: Server, bmc: Bmc
) -> None:
    """Run `script/demo --host HOST --username NAME` against a BMC in this process."""
    bmc.change_password("Secret-9")
    arguments = ("--host", server.host, "--username", bmc.username, "--check")
    async with demo(*arguments, password="Secret-9") as process:
        output, _ = await process.communicate()
    document = json.loads(output)
    assert process.returncode == 0
    assert (document["entry_state"], document["title"]) == ("loaded", "X12SPI-TF")
    assert bmc.open_sessions == 0
    assert {request.method for request in bmc.requests} <= {"GET", "POST", "DELETE"}


@pytest.mark.usefixtures("network")
async def test_demo_serves_a_page_until_interrupted(
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    """Run `script/demo --board FOLDER` and stop it as Ctrl-C does."""
    port = unused_tcp_port_factory()
    async with demo("--board", str(BOARD), "--port", str(port)) as process:
        assert process.stdout
        lines = []
        while (line := (await process.stdout.readline()).decode().strip()) != LAST_LINE:
            assert line or not process.stdout.at_eof()
            lines.append(line)
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
