"""Home Assistant's process."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import sys

from .configuration import CONSOLE, ROOT
from .console import say
from .errors import DemoError

RESTART = 100
"""The exit code by which Home Assistant asks to be started again."""

_STOP_SECONDS = 30
_LAUNCH = Path(__file__).with_name("launch.py")

# They are for this process; the last two would change where Home Assistant logs.
_NOT_INHERITED = (
    "PYTHONPATH",
    "SUPERMICRO_PASSWORD",
    "HA_DISABLE_LOG_FILE",
    "SUPERVISOR",
)


async def interpreter(release: str | None) -> str:
    """Return the Python that has a release of Home Assistant, installing it at first.

    Raises:
        DemoError: There is no such release, or it cannot be installed.

    """
    if release is None:
        return sys.executable
    say(f"Looking for Home Assistant {release} …")
    installer = await asyncio.create_subprocess_exec(
        ROOT / "script/home-assistant",
        release,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await installer.communicate()
    if installer.returncode:
        raise DemoError(f"Home Assistant {release} cannot be installed")
    return output.decode().strip()


@asynccontextmanager
async def home_assistant(config: Path, python: str) -> AsyncIterator[Process]:
    """Start Home Assistant, and stop it in the end.

    It has a session of its own, so that Ctrl-C does not reach it before its time.
    """
    environment = {
        name: value for name, value in os.environ.items() if name not in _NOT_INHERITED
    }
    with (config / CONSOLE).open("ab") as console:
        process = await asyncio.create_subprocess_exec(
            *(python, "-P", _LAUNCH, "--config", config, "--skip-pip"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            env=environment,
            start_new_session=True,
            cwd=config,
        )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    """End Home Assistant, gently at first."""
    if process.returncode is not None:
        return
    say("Stopping Home Assistant …")
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise DemoError(
            f"Home Assistant did not stop within {_STOP_SECONDS} seconds"
        ) from None


def ended(process: Process) -> DemoError:
    """Return the error that Home Assistant ended by itself."""
    return DemoError(
        f"Home Assistant ended by itself, with exit code {process.returncode}; "
        "--keep DIR leaves its logs"
    )
