"""The programs of a user, run against the simulated BMC."""

import asyncio
from pathlib import Path
import sys

from tests.simulator import Bmc, Server
from tests.simulator.ipmi import serve_ipmi

_PROGRAMS = Path(__file__).with_name("programs")


async def _run(name: str, *arguments: str) -> tuple[int | None, list[str]]:
    """Run a program, and return its exit code and the printed lines."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_PROGRAMS / name), *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode().splitlines()


async def test_program_prints_temperatures(server: Server, bmc: Bmc) -> None:
    """Print the readings, the power state and the state of the drives."""
    arguments = (server.host, bmc.username, bmc.password)
    code, lines = await _run("temperatures.py", *arguments)
    assert code == 0
    assert lines[0] == "CPU Temp 44 °C"
    assert lines[-2:] == ["host on: True", "bad drives: 0"]
    assert bmc.open_sessions == 0


async def test_program_distinguishes_wrong_password(server: Server, bmc: Bmc) -> None:
    """Catch the exception of a rejected login."""
    outcome = await _run("temperatures.py", server.host, bmc.username, "wrong")
    assert outcome == (2, ["wrong password"])


async def test_program_reports_missing_bmc(server: Server, bmc: Bmc) -> None:
    """Catch the base class of all exceptions."""
    code, lines = await _run("temperatures.py", "127.0.0.1:1", "ADMIN", "ADMIN")
    assert code == 1
    assert lines[0].startswith("failed: ")


async def test_program_prints_fan_mode_over_ipmi(network: None, bmc: Bmc) -> None:
    """Log in over IPMI, and print the mode and the duty of the first zone."""
    async with serve_ipmi(bmc) as ipmi:
        arguments = ("127.0.0.1", str(ipmi.port), bmc.username, bmc.password)
        code, (line,) = await _run("fans.py", *arguments)
    assert code == 0
    assert line.startswith("mode OPTIMAL, duty ")
