"""Tools of the measured processes: jobs, counts, fake time and stalls.

The module needs the standard library alone, since it is used in the environments of all
clients.
"""

import asyncio
from collections.abc import Awaitable, Callable
import gc
from http.client import HTTPConnection
import json
from pathlib import Path
import sys
import time
from types import TracebackType
from typing import Any, Self

_INTERVAL = 0.002

COUNTS = ("requests", "bytes", "handshakes", "logins")


def main(run: Callable[[dict[str, Any]], Awaitable[Any]]) -> None:
    """Run the job of the command line and print its result as JSON."""

    async def run_job() -> Any:
        return await run(json.loads(sys.argv[1]))

    print(json.dumps(asyncio.run(run_job())))  # noqa: T201 - for the parent process


class BmcControl:
    """Client of the control port of the simulated BMCs."""

    def __init__(self, port: int) -> None:
        """Initialize with the control port."""
        self._http = HTTPConnection("127.0.0.1", port)

    def read_counts(self) -> dict[str, Any]:
        """Return the counts since the start of the BMCs.

        `service_times` has only the requests since the last call.
        """
        return self._get("/counts")

    def advance_time(self, seconds: float) -> None:
        """Advance the clock of the BMCs."""
        self._get(f"/advance?seconds={seconds}")

    def move_readings(self) -> None:
        """Add one to each reading of the BMCs."""
        self._get("/move")

    def _get(self, path: str) -> dict[str, Any]:
        """Return the JSON of a GET request."""
        self._http.request("GET", path)
        body: dict[str, Any] = json.loads(self._http.getresponse().read())
        return body


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the counts between two readings."""
    return {key: after[key] - before[key] for key in COUNTS}


class FakeTime:
    """Replacement of `time.monotonic`, and so of every event loop's clock.

    Create it before the import of aiohttp and Home Assistant, which bind the function.
    """

    def __init__(self) -> None:
        """Replace the clock of this process."""
        self._ahead = 0.0
        real = time.monotonic
        time.monotonic = lambda: real() + self._ahead

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._ahead += seconds


class StallMonitor:
    """Monitor of the event loop: a timer that fires late when the loop is blocked."""

    def __init__(self) -> None:
        """Initialize without stalls."""
        self.wall = 0.0
        """Longest stall in seconds, including the time of other processes."""
        self.cpu = 0.0
        """Longest stall in seconds of this thread's CPU time."""
        self.garbage_collection = 0.0
        """Longest garbage collection in seconds, which is part of a stall."""
        self.without_collection = 0.0
        """Longest stall in seconds of this thread's CPU time, without collections."""
        self._collected = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self._collection_start = 0.0

    def __enter__(self) -> Self:
        """Start monitoring."""
        self._schedule()
        gc.callbacks.append(self._on_collection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop monitoring."""
        gc.callbacks.remove(self._on_collection)
        if self._handle:
            self._handle.cancel()

    def _schedule(self) -> None:
        """Schedule the timer."""
        self._due = time.perf_counter() + _INTERVAL
        self._cpu_start = time.thread_time()
        self._collected = 0.0
        self._handle = asyncio.get_running_loop().call_later(_INTERVAL, self._on_timer)

    def _on_timer(self) -> None:
        """Record the delay of the timer."""
        self.wall = max(self.wall, time.perf_counter() - self._due)
        cpu = time.thread_time() - self._cpu_start
        self.cpu = max(self.cpu, cpu)
        self.without_collection = max(self.without_collection, cpu - self._collected)
        self._schedule()

    def _on_collection(self, phase: str, _: object) -> None:
        """Record the duration of a garbage collection."""
        if phase == "start":
            self._collection_start = time.thread_time()
        else:
            seconds = time.thread_time() - self._collection_start
            self.garbage_collection = max(self.garbage_collection, seconds)
            self._collected += seconds

    def as_dict(self) -> dict[str, float]:
        """Return the longest stalls."""
        return {
            "stall_wall": self.wall,
            "stall_cpu": self.cpu,
            "garbage_collection": self.garbage_collection,
        }


def resident_memory() -> int:
    """Collect garbage and return the resident memory of this process in bytes."""
    gc.collect()
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
