"""Run selected tests in a given order, and record their results (pytest plugin).

`MUTATION_TESTS` names a file with the tests, one in each line. `MUTATION_RECORD` names
the file for the results. A process that records lines adds those of each test.
"""

from collections.abc import Generator, Iterable
import json
import os
from pathlib import Path
import resource
import signal
import sys
from typing import Any, NotRequired, TypedDict

import pytest

TESTS = "MUTATION_TESTS"
RECORD = "MUTATION_RECORD"

_SLOWEST = 15.0
"""The duration of a test that is too slow for a mutation, in seconds."""

_MEMORY = 8 * 1024**3
"""The most memory that a mutated process may reserve, in bytes."""


class Result(TypedDict):
    """The result of a test."""

    seconds: float
    passed: bool
    lines: NotRequired[dict[str, str]]
    """The lines that it runs by file, as the bits of a hexadecimal number."""


def is_usable(result: Result | None) -> bool:
    """Return whether a test passed without a mutation, and fast enough for many."""
    return bool(result and result["passed"] and result["seconds"] < _SLOWEST)


def read_results(file: Path) -> dict[str, Result]:
    """Return the recorded results by test, or none if pytest did not end."""
    if not file.exists():
        return {}
    results: dict[str, Result] = json.loads(file.read_text("utf-8"))
    return results


class Recorder:
    """Record the duration of each test and whether it passed."""

    def __init__(self, file: Path) -> None:
        """Initialize without results."""
        self._file = file
        self._results: dict[str, Result] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase of a test. A skipped test counts as failed."""
        result = self._results.setdefault(report.nodeid, Result(seconds=0, passed=True))
        result["seconds"] += report.duration
        result["passed"] &= report.passed
        if lines := getattr(report, "lines", None):
            result["lines"] = lines

    def pytest_sessionfinish(self) -> None:
        """Write the results."""
        self._file.write_text(json.dumps(self._results), "utf-8")


class Selector:
    """Run only the selected tests, in their order."""

    def __init__(self, tests: Iterable[str]) -> None:
        """Initialize with the names of the tests."""
        self._order = {test: number for number, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Omit all other tests. A mutation may have renamed some."""
        selected = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(selected, key=lambda item: self._order[item.nodeid])


class LineReporter:
    """Add the lines that a test runs to the report of its last phase."""

    def __init__(self, recorder: Any) -> None:
        """Initialize with the recorder of this process."""
        self._recorder = recorder

    def pytest_runtest_logstart(self) -> None:
        """Discard the lines that ran before a test."""
        self._recorder.take()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the lines; pytest sends them from a worker with the report."""
        report = yield
        if call.when == "teardown":
            report.lines = self._recorder.take()  # type: ignore[attr-defined]
        return report


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugins that the environment selects, but no recorder in workers.

    A shell starts processes in the background without a handler of interrupts.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if (file := os.environ.get(RECORD)) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(file)))
    if recorder := getattr(sys.modules.get("sitecustomize"), "recorder", None):
        config.pluginmanager.register(LineReporter(recorder))
    if file := os.environ.get(TESTS):
        tests = Path(file).read_text("utf-8").splitlines()
        config.pluginmanager.register(Selector(tests))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
