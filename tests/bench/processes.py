"""The processes of a run: simulated BMCs, and the clients that are measured."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import sys
from typing import Any, Final

from .errors import BenchError

ROOT: Final = Path(__file__).parents[2]
_LINE_LIMIT = 64 * 1024 * 1024
_SECONDS = 1200


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a simulated BMC is like."""

    board: str
    """A shipped board by name, or a folder."""
    latency: float = 0.0
    """Seconds for each request."""
    workers: int | None = 4
    """How many requests are worked on at once."""
    etags: bool = True
    moving: bool = True
    """Whether readings differ from one request to the next."""
    licences: bool = True
    """Whether the board lists its licences, in the manner of all recorded ones."""
    count: int = 1
    """How many BMCs there are."""


async def _start(python: Path | str, module: str, job: dict[str, Any]) -> Process:
    """Start a module of the bench with a job."""
    return await asyncio.create_subprocess_exec(
        *(python, "-P", "-m", f"tests.bench.{module}", json.dumps(job)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE if module != "bmc_process" else None,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        limit=_LINE_LIMIT,
    )


async def work(python: Path | str, module: str, job: dict[str, Any]) -> Any:
    """Let an interpreter do a job of the bench, and return what it found.

    Raises:
        BenchError: It ended with an error.

    """
    process = await _start(python, module, job)
    try:
        async with asyncio.timeout(_SECONDS):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise BenchError(f"{module}: {errors.decode()[-2000:]}")
    return json.loads(output.decode().splitlines()[-1])


@asynccontextmanager
async def simulated(conditions: Conditions) -> AsyncIterator[dict[str, Any]]:
    """Have simulated BMCs; yields how to reach them and their control."""
    process = await _start(sys.executable, "bmc_process", asdict(conditions))
    assert process.stdout
    try:
        line = await process.stdout.readline()
        if not line:
            raise BenchError("the simulated BMC did not start")
        yield json.loads(line)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
