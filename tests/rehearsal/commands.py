"""Run commands, and create environments with a Python and the packages of a user."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
import os
from pathlib import Path
import sys
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
UV: Final = str(ROOT / ".venv/bin/uv")

_SECONDS = 600.0
_NOT_INHERITED = ("PYTHONPATH", "MYPYPATH", "VIRTUAL_ENV")


class RehearsalError(Exception):
    """Failure of a step of the rehearsal."""


async def run(*command: Any, cwd: Path, **variables: str) -> str:
    """Run a command and return its output.

    Raises:
        RehearsalError: It failed or took too long.

    """
    inherited = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        env=inherited | variables,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise RehearsalError(f"{command} took longer than {_SECONDS} s") from None
    if process.returncode:
        texts = output.decode(), errors.decode()
        raise RehearsalError("\n".join([" ".join(map(str, command)), *texts]))
    return output.decode()


async def create_environment(folder: Path, python: Path, requirement: str) -> Path:
    """Create an environment with only a package, and return its Python."""
    await run(UV, "venv", "-q", "--clear", "--python", python, folder, cwd=ROOT)
    created = folder / "bin/python"
    await run(UV, "pip", "install", "-q", "--python", created, requirement, cwd=ROOT)
    return created


def tool(requirement: str) -> tuple[str, ...]:
    """Return the start of a command that runs a tool from PyPI."""
    return (UV, "tool", "run", "-q", "--python", sys.executable, requirement)
