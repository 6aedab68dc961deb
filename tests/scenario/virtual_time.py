"""Run an event loop in virtual time.

Sockets, connections and timers are real. When nothing is left to do, time advances to
the next timer instead of being waited for. The wall clock and the monotonic clock
follow the loop, and the wall clock may also be set.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import selectors
from typing import Any, override
from unittest.mock import patch

import freezegun
import freezegun.api

from custom_components.supermicro_redfish.aiosupermicro import Certificate as Model
from tests.conftest import Clock
from tests.simulator.certificate import process_certificate

START = datetime(2026, 11, 2, 6, tzinfo=UTC)

_THREAD_POLL_SECONDS = 0.5
"""Seconds of real time between two checks of a running thread."""


class VirtualClock(Clock):
    """The monotonic time, and the wall clock that follows it."""

    def __init__(self) -> None:
        """Initialize with a time long after the boot of the machine."""
        self.now = 100_000.0
        self._began = self.now
        self._offset = timedelta()
        self.frozen: Any = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self.now - self._began

    @override
    def tick(self, seconds: float) -> None:
        """Advance both clocks."""
        super().tick(seconds)
        self._update_wall()

    def shift_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, but not the monotonic time."""
        self._offset += timedelta(seconds=seconds)
        self._update_wall()

    def _update_wall(self) -> None:
        """Set the wall clock."""
        if self.frozen is not None:
            wall = START + timedelta(seconds=self.elapsed) + self._offset
            self.frozen.time_to_freeze = wall.replace(tzinfo=None)


class _Selector(selectors.DefaultSelector):
    """A selector that advances the clock instead of waiting."""

    def __init__(self, clock: VirtualClock) -> None:
        """Initialize with the clock to advance."""
        super().__init__()
        self._clock = clock
        self.has_busy_threads: Callable[[], bool] = lambda: False

    @override
    def select(self, timeout: float | None = None) -> list[Any]:
        """Return the ready events, after advancing the clock if there are none."""
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.has_busy_threads():
            return super().select(_THREAD_POLL_SECONDS)
        self._clock.tick(timeout)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that waits for threads only."""

    def __init__(self, clock: VirtualClock) -> None:
        """Initialize with a virtual clock."""
        selector = _Selector(clock)
        super().__init__(selector)
        selector.has_busy_threads = lambda: self._busy_threads > 0
        self._clock = clock
        self._busy_threads = 0

    @override
    def time(self) -> float:
        """Return the virtual time."""
        return self._clock.now

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run a function in a thread, during which time stands still."""
        future = super().run_in_executor(executor, func, *args)
        self._busy_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    @override
    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads without a limit, since they take real time."""
        self._busy_threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._busy_threads -= 1

    def _thread_done(self, _: asyncio.Future[Any]) -> None:
        """Count a thread that has finished."""
        self._busy_threads -= 1

    @property
    def timers(self) -> list[asyncio.TimerHandle]:
        """The pending timers."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return [timer for timer in scheduled if not timer.cancelled()]


@contextmanager
def run_in_virtual_time(clock: VirtualClock) -> Iterator[asyncio.Runner]:
    """Replace the clock of this process, and provide a runner that advances it."""
    # Before freezegun replaces the datetime class that models and certificates use.
    Model.from_dict({})
    process_certificate()
    with (
        patch.object(freezegun.api, "_get_fake_monotonic", clock),
        freezegun.freeze_time(START) as clock.frozen,
        asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(clock)) as runner,
    ):
        yield runner
