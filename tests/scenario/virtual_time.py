"""An event loop whose time passes as soon as nobody has anything to do.

All sockets, connections and timers are real; only the waiting is left out. The wall
clock and the clock of intervals go with the loop, and the former may be set.
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

START = datetime(2026, 11, 2, 6, tzinfo=UTC)

_PATIENCE = 0.5
"""Seconds of real time in which a thread is asked again whether it has finished."""


class Clock:
    """What time it is."""

    def __init__(self) -> None:
        """Start at a moment that is long after the machine's own start."""
        self.now = 100_000.0
        self._began = self.now
        self._offset = timedelta()
        self.frozen: Any = None

    def __call__(self) -> float:
        """Return the seconds that never run backwards."""
        return self.now

    @property
    def elapsed(self) -> float:
        """How many seconds have passed since the start."""
        return self.now - self._began

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self._show()

    def set_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, and no other."""
        self._offset += timedelta(seconds=seconds)
        self._show()

    def _show(self) -> None:
        """Let the wall clock show the time."""
        if self.frozen is not None:
            wall = START + timedelta(seconds=self.elapsed) + self._offset
            self.frozen.time_to_freeze = wall.replace(tzinfo=None)


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting for it."""

    def __init__(self, clock: Clock) -> None:
        """Turn a clock."""
        super().__init__()
        self._clock = clock
        self.is_at_work: Callable[[], bool] = lambda: False
        """Whether a thread is at work, which takes real time."""

    @override
    def select(self, timeout: float | None = None) -> list[Any]:
        """Return what is ready; if there is nothing, it is as late as it was to get."""
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.is_at_work():
            return super().select(_PATIENCE)
        self._clock.tick(timeout)
        return super().select(0)


class Timeline(asyncio.SelectorEventLoop):
    """An event loop that waits for nothing but threads."""

    def __init__(self, clock: Clock) -> None:
        """Go by a clock."""
        selector = _Selector(clock)
        super().__init__(selector)
        selector.is_at_work = lambda: self._at_work > 0
        self._clock = clock
        self._at_work = 0

    @override
    def time(self) -> float:
        """Return the time."""
        return self._clock.now

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Let a thread do something, while which time stands still."""
        future = super().run_in_executor(executor, func, *args)
        self._at_work += 1
        future.add_done_callback(self._rest)
        return future

    @override
    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads, however long that takes in real time."""
        self._at_work += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._at_work -= 1

    def _rest(self, _: asyncio.Future[Any]) -> None:
        """Take note that a thread has finished."""
        self._at_work -= 1

    @property
    def timers(self) -> list[asyncio.TimerHandle]:
        """What is to be called later."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return [timer for timer in scheduled if not timer.cancelled()]


@contextmanager
def going_by(clock: Clock) -> Iterator[None]:
    """Let everything in this process go by a clock."""
    with (
        patch.object(freezegun.api, "_get_fake_monotonic", clock),
        freezegun.freeze_time(START) as clock.frozen,
    ):
        yield
