"""How long an event loop serves nobody else, and what a process takes."""

import asyncio
import gc
from pathlib import Path
import time
from types import TracebackType
from typing import Self

_INTERVAL = 0.002


class Stalls:
    """Watches the event loop, by a timer that is late when the loop is stalled."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.wall = 0.0
        """The longest stall in seconds, with what other processes had meanwhile."""
        self.cpu = 0.0
        """The longest stall in seconds of this thread's own work."""
        self.collection = 0.0
        """The longest collection of garbage, which is part of some stall."""
        self._handle: asyncio.TimerHandle | None = None
        self._collecting = 0.0

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._set()
        gc.callbacks.append(self._collect)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        gc.callbacks.remove(self._collect)
        if self._handle:
            self._handle.cancel()

    def _set(self) -> None:
        """Have the timer run once more."""
        self._due = time.perf_counter() + _INTERVAL
        self._worked = time.thread_time()
        self._handle = asyncio.get_running_loop().call_later(_INTERVAL, self._tick)

    def _tick(self) -> None:
        """See how late it is."""
        self.wall = max(self.wall, time.perf_counter() - self._due)
        self.cpu = max(self.cpu, time.thread_time() - self._worked)
        self._set()

    def _collect(self, phase: str, _: object) -> None:
        """See how long a collection takes."""
        if phase == "start":
            self._collecting = time.thread_time()
        else:
            took = time.thread_time() - self._collecting
            self.collection = max(self.collection, took)

    def as_dict(self) -> dict[str, float]:
        """Return the longest stalls."""
        return {
            "stall_wall": self.wall,
            "stall_cpu": self.cpu,
            "collection": self.collection,
        }


def memory() -> int:
    """Return the bytes that this process has in memory, without its garbage."""
    gc.collect()
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
