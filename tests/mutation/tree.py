"""Copy the working tree, and run pytest in the copy."""

import asyncio
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CACHE: Final = ROOT / ".cache/mutation"
CODE: Final = "custom_components"
TESTS: Final = (
    "tests/library",
    "tests/integration",
    "tests/faults",
    "tests/security",
    "tests/repository",
)
"""The folders with tests that run the mutated code, and do not take long."""

TIMEOUT: Final = -1
"""The exit code of a run that took too long."""

LIBRARY: Final = f"{CODE}/supermicro_redfish/aiosupermicro"
_INTERRUPT_SECONDS = 15


def list_files() -> list[str]:
    """Return the files of the working tree that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - a constant
    names = filter(None, listed.stdout.decode().split("\0"))
    return sorted(name for name in {*names} if (ROOT / name).is_file())


def describe_commit() -> str:
    """Return the commit of the working tree, and whether the code differs from it."""
    command = ["git", "describe", "--always", "--abbrev=12", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - a constant
    return done.stdout.strip()


def is_library(test: str) -> bool:
    """Return whether a test is one of the library, and needs no Home Assistant."""
    return test.startswith("tests/library/")


@contextmanager
def exclusive_cache() -> Iterator[None]:
    """Lock the copies for this process.

    Raises:
        BlockingIOError: Another process uses them.

    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        flock(file, LOCK_EX | LOCK_NB)
        yield


class Tree:
    """A copy of the working tree, with the environment of the original."""

    def __init__(self, number: int) -> None:
        """Create the copy, and replace an older one."""
        self.folder = CACHE / f"tree-{number}"
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in list_files():
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
        self._link(".venv", ROOT / ".venv")
        # The library under its own name. The environment has the one of the original.
        self._link(".path/aiosupermicro", self.folder / LIBRARY)
        recorder = self.folder / "tests/mutation/lines.py"
        self._link(".path/sitecustomize.py", recorder)
        # The setup would install the copy into the environment.
        setup = self.folder / "script/setup"
        if setup.exists():
            setup.write_text("#!/bin/sh\n", "utf-8")
        self._link("../shared", ROOT.parent / "shared")

    def _link(self, name: str, target: Path) -> None:
        """Create a link in the copy, if its target exists."""
        link = self.folder / name
        link.parent.mkdir(exist_ok=True)
        if target.exists() and not link.is_symlink():
            with suppress(FileExistsError):  # another copy may be faster
                link.symlink_to(target)

    @contextmanager
    def record_lines(self) -> Iterator[None]:
        """Record the lines of all processes of Python in the copy."""
        lines = self.folder / ".path/lines"
        lines.mkdir()
        try:
            yield
        finally:
            shutil.rmtree(lines)

    async def run_pytest(
        self, *arguments: str, log: Path, seconds: float, **variables: str
    ) -> int:
        """Run pytest in the copy, write its output to a file, and return its exit code.

        Mutations may change a file twice in a second, so no bytecode is kept.
        """
        environment = os.environ | variables
        environment |= {
            "HYPOTHESIS_PROFILE": "brief",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.folder / ".path"),
        }
        command = (sys.executable, "-m", "pytest", "-p", "tests.mutation.plugin")
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(*command, *arguments),
                cwd=self.folder,
                env=environment,
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                start_new_session=True,
            )
            try:
                return await asyncio.wait_for(process.wait(), seconds)
            except TimeoutError:
                return TIMEOUT
            finally:
                await _stop(process)


async def _stop(process: Process) -> None:
    """Interrupt a running process, so that tests stop their own processes."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is None:
            os.killpg(process.pid, number)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _INTERRUPT_SECONDS)
