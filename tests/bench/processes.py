"""Start the processes of a run: simulated BMCs, and clients in their environments."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
import json
import os
from pathlib import Path
import sys
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]

CLIENTS = {
    "ours": ("--editable", str(ROOT)),
    "published": ("supermicro-redfish-client==1.1.0",),
    "sushy": ("sushy==5.14.0",),
    "dmtf": ("redfish==3.4.2", "redfish_utilities==3.5.2"),
}
"""The packages of each client."""

_ENVIRONMENTS = ROOT / ".cache" / "bench-environments"
_UV = ROOT / ".venv/bin/uv"
_LINE_LIMIT = 64 * 1024 * 1024
_TIMEOUT_SECONDS = 1200


class BenchError(Exception):
    """A measurement failed."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Properties of the simulated BMCs."""

    board: str
    """A shipped board by name, or a folder."""
    latency: float = 0.0
    """Seconds per request."""
    workers: int | None = 4
    """Number of requests that a BMC processes concurrently."""
    etags: bool = True
    changing: bool = True
    """Whether the first reading of a resource changes with every request for it."""
    all_changing: bool = False
    """Whether all other readings change as well."""
    licenses: bool = True
    """Whether the board lists its licenses, in the format of all recorded boards."""
    count: int = 1
    """Number of BMCs."""
    expand: bool = True
    """Whether a BMC without Thermal can return the members of a collection at once."""
    slow: float = 0.0
    """Seconds that licenses, drives, logs and certificates take."""


async def _start(python: Path | str, module: str, job: dict[str, Any]) -> Process:
    """Start a module of the benchmark with a job."""
    return await asyncio.create_subprocess_exec(
        *(python, "-P", "-m", f"tests.bench.{module}", json.dumps(job)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE if module != "bmc_process" else None,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        limit=_LINE_LIMIT,
    )


async def run_job(python: Path | str, module: str, job: dict[str, Any]) -> Any:
    """Run a job in a process and return its result.

    Raises:
        BenchError: The process failed.

    """
    process = await _start(python, module, job)
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise BenchError(f"{module}: {errors.decode()[-2000:]}")
    return json.loads(output.decode().splitlines()[-1])


@asynccontextmanager
async def simulated_bmcs(conditions: Conditions) -> AsyncIterator[dict[str, Any]]:
    """Serve simulated BMCs; yield their addresses and the control port."""
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


async def create_environments() -> dict[str, Path]:
    """Create an environment for each client and return the interpreters.

    The clients that use aiohttp get the release that Home Assistant uses. None of them
    gets orjson, although Home Assistant brings it along for both.
    """
    aiohttp = f"aiohttp=={version('aiohttp')}"
    interpreters = {}
    for name, packages in CLIENTS.items():
        uses_aiohttp = name in ("ours", "published")
        required = (*packages, aiohttp) if uses_aiohttp else packages
        interpreters[name] = await _create_environment(name, required)
    return interpreters


async def _create_environment(name: str, packages: tuple[str, ...]) -> Path:
    """Create an environment unless it is up to date, and return its interpreter."""
    folder = _ENVIRONMENTS / name
    stamp, expected = folder / ".stamp", "\n".join((sys.version, *packages))
    python = folder / "bin/python"
    if not stamp.exists() or stamp.read_text() != expected:
        await _run_uv(
            "venv", "-q", "--clear", "--no-project", "--python", sys.executable, folder
        )
        await _run_uv("pip", "install", "-q", "--python", python, *packages)
        stamp.write_text(expected)
    return python


async def _run_uv(*arguments: str | Path) -> None:
    """Run uv."""
    cache = os.environ.get("UV_CACHE_DIR", str(ROOT / ".cache/uv"))
    process = await asyncio.create_subprocess_exec(
        _UV, *arguments, env=os.environ | {"UV_CACHE_DIR": cache}
    )
    if await process.wait():
        raise BenchError(f"uv {arguments[0]} failed")
