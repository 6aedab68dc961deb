"""Find, start and stop the process of Home Assistant."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import sys

from .configuration import CONSOLE, ROOT
from .console import DemoError, print_progress

RESTART = 100
"""Exit code with which Home Assistant requests a restart."""

_STOP_SECONDS = 30
_LAUNCH = Path(__file__).with_name("launch.py")

# The first two concern this process alone. The others change where Home Assistant logs.
_NOT_INHERITED = (
    "PYTHONPATH",
    "SUPERMICRO_PASSWORD",
    "HA_DISABLE_LOG_FILE",
    "SUPERVISOR",
)


async def find_interpreter(release: str | None) -> str:
    """Return the Python interpreter with a release of Home Assistant.

    A release that is missing is installed; None is the release of this environment.

    Raises:
        DemoError: The release does not exist or cannot be installed.

    """
    if release is None:
        return sys.executable
    print_progress(f"Looking for Home Assistant {release} …")
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
    """Start Home Assistant and stop it at the end of the context.

    The process has a session of its own. Without it, Ctrl-C in the terminal would end
    Home Assistant before the demo stops it.
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
    """Terminate Home Assistant, and kill it if it does not stop in time."""
    if process.returncode is not None:
        return
    print_progress("Stopping Home Assistant …")
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


def exit_error(process: Process) -> DemoError:
    """Return the error for an unexpected exit of Home Assistant."""
    return DemoError(
        f"Home Assistant exited unexpectedly with code {process.returncode}; "
        "run again with --keep DIR to keep its logs"
    )
