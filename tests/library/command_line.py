"""Runs of the command line in a process of its own."""

import asyncio
from contextlib import suppress
import os
import pty
import subprocess
import sys
from typing import NamedTuple

from tests.simulator import Server

PASSWORD = "Secret-Password-9"

INHERITED = {
    name: value
    for name, value in os.environ.items()
    if "COVERAGE" in name or name == "PYTHONPATH"
}
"""Variables by which the process finds the library and is measured for coverage."""

ENVIRONMENT = {"SUPERMICRO_PASSWORD": PASSWORD, "PYTHONWARNINGS": "error", **INHERITED}


class Outcome(NamedTuple):
    """The result of a command."""

    code: int | None
    out: str
    err: str


async def run(
    server: Server,
    *arguments: str,
    password: str = PASSWORD,
    trust: tuple[str, ...] | None = None,
) -> Outcome:
    """Run a command against a BMC.

    By default, it accepts the certificate of the BMC.
    """
    process = await asyncio.create_subprocess_exec(
        *command(server, *arguments, trust=trust),
        env=ENVIRONMENT | {"SUPERMICRO_PASSWORD": password},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


def command(
    server: Server, *arguments: str, trust: tuple[str, ...] | None = None
) -> list[str]:
    """Return the command that `run` runs."""
    if trust is None:
        trust = ("--fingerprint", str(server.certificate_sha256))
    program = (sys.executable, "-m", "aiosupermicro")
    return [*program, *trust, server.host, *arguments]


class Terminal:
    """A command with a terminal as its input and output of errors."""

    def __init__(self, arguments: list[str], password: str = PASSWORD) -> None:
        """Start the command."""
        self._keyboard, terminal = pty.openpty()
        self.process = subprocess.Popen(  # noqa: S603 - ours
            arguments,
            env=ENVIRONMENT | {"SUPERMICRO_PASSWORD": password, "COLUMNS": "60"},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._keyboard, f"{text}\n".encode())

    async def read(self, until: str = "\0") -> str:
        """Return the output until it contains a text, or until the command ends."""
        return await asyncio.to_thread(self._read, until)

    def _read(self, until: str) -> str:
        """Return the output until it contains a text, or until the command ends."""
        text = ""
        # Linux reports an error when the other end of the terminal is closed.
        with suppress(OSError):
            while until not in text and (block := os.read(self._keyboard, 65536)):
                text += block.decode()
        return text

    async def finish(self) -> Outcome:
        """Wait for the end of the command."""
        err = await self.read()
        out, _ = await asyncio.to_thread(self.process.communicate)
        os.close(self._keyboard)
        return Outcome(self.process.returncode, out.decode(), err)
