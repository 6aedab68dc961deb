"""Record the lines that each test runs, also in the processes that it starts.

`sys.monitoring` reports each line once for a test, which costs next to nothing.
Coverage reports it for the first test only, or makes all tests take twice as long.

Each copy of the working tree has a link to this file named `sitecustomize`, which
Python imports when it starts. A process records lines if the folder `lines` is beside
the link, and stores them there at its end.
"""

import atexit
from functools import cache
import json
import os
from pathlib import Path
import sys
from types import CodeType

_CODE = "custom_components/"
_LINK = "sitecustomize"
_TOOL = 2
"""Identifier of a profiler, which the tests do not use."""


class LineRecorder:
    """Record the lines of the mutated code that run."""

    def __init__(self, folder: Path) -> None:
        """Start to record; the lines of other processes are in a folder."""
        self._folder = folder
        self._lines: dict[str, int] = {}
        """The lines of each file, as the bits of a number."""
        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "mutation")
        monitoring.register_callback(_TOOL, monitoring.events.LINE, self._record)
        sys.addaudithook(self._watch)

    def take(self) -> dict[str, str]:
        """Return the lines since the last call in hexadecimal form.

        Those of the processes that this one has started are added at their end.
        """
        lines = self._lines
        self._lines = {}
        sys.monitoring.restart_events()
        for file in self._folder.glob(f"{os.getpid()}-*"):
            for path, text in json.loads(file.read_text("utf-8")).items():
                lines[path] = lines.get(path, 0) | int(text, 16)
            file.unlink()
        return {path: f"{bits:x}" for path, bits in lines.items()}

    def write(self, parent: int) -> None:
        """Write the lines for the process that has started this one."""
        file = self._folder / f"{parent}-{os.getpid()}"
        part = file.with_name(f".{file.name}")
        part.write_text(json.dumps(self.take()), "utf-8")
        part.rename(file)

    def _watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Observe a module that is about to run."""
        code = arguments[0] if event == "exec" else None
        if isinstance(code, CodeType) and _path(code.co_filename):
            self._observe(code)

    def _observe(self, code: CodeType) -> None:
        """Observe the lines of a module, and of all functions in it."""
        sys.monitoring.set_local_events(_TOOL, code, sys.monitoring.events.LINE)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._observe(constant)

    def _record(self, code: CodeType, line: int) -> object:
        """Record a line, which is not reported again for this test."""
        path = _path(code.co_filename)
        self._lines[path] = self._lines.get(path, 0) | 1 << line
        return sys.monitoring.DISABLE


@cache
def _path(name: str) -> str:
    """Return the path of a file of the mutated code, "" of any other."""
    _, folder, rest = os.path.realpath(name).partition(f"/{_CODE}")
    return f"{_CODE}{rest}" if folder else ""


def start(folder: Path) -> LineRecorder:
    """Record the lines of this process, and write them at its end."""
    recorder = LineRecorder(folder)
    atexit.register(recorder.write, os.getppid())
    return recorder


recorder: LineRecorder | None = None
"""The recorder of this process, None without one."""

if __name__ == _LINK:
    lines = Path(__file__).with_name("lines")
    if lines.is_dir() and sys.version_info >= (3, 12):
        recorder = start(lines)
