"""Run callbacks after a delay, on a clock that tests control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

Clock = Callable[[], float]
"""Monotonic time in seconds: `time.monotonic` or the clock of a test."""


@dataclass(frozen=True, order=True)
class _Event:
    """A callback and its due time."""

    due: float
    number: int
    kind: str
    callback: Callable[[], None]


class Scheduler:
    """Pending callbacks.

    There is no background task. `run_due` runs all overdue callbacks whenever the
    state of the BMC is read.
    """

    def __init__(self, clock: Clock) -> None:
        """Initialize without callbacks."""
        self._clock = clock
        self._events: list[_Event] = []
        self._numbers = count()
        self._callback_due: float | None = None

    @property
    def now(self) -> float:
        """The current time; inside a callback, its due time."""
        return self._clock() if self._callback_due is None else self._callback_due

    def call_later(
        self, seconds: float, callback: Callable[[], None], kind: str = ""
    ) -> None:
        """Schedule a callback."""
        event = _Event(self.now + seconds, next(self._numbers), kind, callback)
        self._events.append(event)

    def cancel(self, kind: str) -> None:
        """Cancel the pending callbacks of a kind."""
        self._events = [event for event in self._events if event.kind != kind]

    def run_due(self) -> None:
        """Run all overdue callbacks, in the order of their due times."""
        if self._callback_due is not None:
            return
        now = self._clock()
        try:
            while self._events and (event := min(self._events)).due <= now:
                self._events.remove(event)
                self._callback_due = event.due
                event.callback()
        finally:
            self._callback_due = None
