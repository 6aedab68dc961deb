"""Runs of the command line in a process of its own."""

import asyncio
import os
import sys
from typing import NamedTuple

from tests.simulator import Server

PASSWORD = "Secret-Password-9"

COVERAGE = {name: value for name, value in os.environ.items() if "COVERAGE" in name}
"""Variables by which the process is measured for coverage, if the tests are."""

ENVIRONMENT = {"SUPERMICRO_PASSWORD": PASSWORD, "PYTHONWARNINGS": "error", **COVERAGE}


class Outcome(NamedTuple):
    """The result of a command."""

    code: int | None
    out: str
    err: str


async def run(server: Server, *arguments: str, password: str = PASSWORD) -> Outcome:
    """Run a command against a BMC."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiosupermicro", server.host, *arguments),
        env=ENVIRONMENT | {"SUPERMICRO_PASSWORD": password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())
