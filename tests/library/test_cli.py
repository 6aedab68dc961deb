"""The command line, run in its own process."""

import asyncio
from functools import partial
import json
from pathlib import Path
import signal
import sys

import pytest

from tests.library import ENTRIES
from tests.simulator import Bmc, Server

from .command_line import COVERAGE, ENVIRONMENT, PASSWORD, run


@pytest.fixture
def bmc(bmc: Bmc) -> Bmc:
    """Return a BMC with a password that occurs in no other text."""
    bmc.change_password(PASSWORD)
    return bmc


async def test_status_prints_table(server: Server, bmc: Bmc) -> None:
    """Print names and values with units, and delete the session."""
    bmc.set_reading("CPU Temp", 47)
    done = await run(server, "status")
    assert done.code == 0, done.err
    lines = [line.split("  ") for line in done.out.splitlines()]
    values = {line[0]: line[-1].strip() for line in lines}
    assert values["Power"] == "On"
    assert values["CPU Temp"] == "47 °C"
    assert values["Fan mode"] == "Optimal"
    assert bmc.open_sessions == 0


async def test_status_is_default_command(server: Server) -> None:
    """Print the status if only a host is given."""
    assert (await run(server)).out == (await run(server, "status")).out


async def test_status_prints_json(server: Server) -> None:
    """Print all data as one JSON document."""
    done = await run(server, "status", "--json")
    data = json.loads(done.out)
    assert data["system"]["power_state"] == "On"
    assert data["fan_mode"]["available_modes"]
    assert data["errors"] == {}


async def test_watch_prints_one_line_per_poll(server: Server) -> None:
    """Print two lines for two polls."""
    done = await run(server, "watch", "--interval", "0.01", "--count", "2")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    assert "On" in done.out


async def test_logs_prints_events_oldest_first(server: Server, bmc: Bmc) -> None:
    """Print every health event in the order of the log."""
    log = bmc.resource(ENTRIES)
    done = await run(server, "logs")
    messages = [entry["Message"] for entry in log["Members"]]
    assert messages
    assert [line.split(" ", 2)[2] for line in done.out.splitlines()] == messages


@pytest.mark.parametrize(
    ("password", "words"), [("wrong", "401"), (PASSWORD, "lost the connection")]
)
async def test_failure_prints_one_line(
    server: Server, bmc: Bmc, password: str, words: str
) -> None:
    """Print no traceback and no password, return 1, and log in at most once."""
    if words != "401":
        bmc.drop("*")
    done = await run(server, "status", password=password)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert words in done.err
    assert bmc.login_attempts <= 1
    assert password not in done.err


async def test_missing_password_prints_one_line(server: Server, bmc: Bmc) -> None:
    """Send no request without a password and without a terminal to ask for it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosupermicro", server.host),
        env=COVERAGE,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"No password given" in err
    assert b"Traceback" not in err
    assert bmc.requests == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_signal_deletes_session(server: Server, bmc: Bmc, name: str) -> None:
    """Log out on Ctrl-C, on a kill and when the terminal closes, even if sent twice."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosupermicro", server.host),
        *("watch", "--interval", "60"),
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # A shell lets processes in the background ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    await process.stdout.readline()
    assert bmc.open_sessions == 1
    process.send_signal(signal.Signals[name])
    if name != "SIGINT":
        process.send_signal(signal.Signals[name])
    _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"")
    assert bmc.open_sessions == 0


async def test_dump_refuses_folder_that_is_not_empty(
    server: Server, tmp_path: Path
) -> None:
    """Overwrite no file."""
    (tmp_path / "file").touch()
    done = await run(server, "dump", str(tmp_path))
    assert done.code == 1
    assert "not empty" in done.err
