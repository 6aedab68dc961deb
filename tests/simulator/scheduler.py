"""What happens by itself on a BMC after a while, on a clock that tests can turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

Clock = Callable[[], float]
"""Seconds from anywhere, never going back: `time.monotonic` or a test's own."""


@dataclass(frozen=True, order=True)
class _Event:
    """Something that is due at a time."""

    due: float
    number: int
    kind: str
    act: Callable[[], None]


class Agenda:
    """Events that wait for their time; they happen when somebody looks."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing to come."""
        self._clock = clock
        self._events: list[_Event] = []
        self._numbers = count()
        self._settling: float | None = None

    @property
    def now(self) -> float:
        """The time; while an event happens, the time at which it was due."""
        return self._clock() if self._settling is None else self._settling

    def after(self, seconds: float, act: Callable[[], None], kind: str = "") -> None:
        """Let something happen after some seconds."""
        self._events.append(_Event(self.now + seconds, next(self._numbers), kind, act))

    def cancel(self, kind: str) -> None:
        """Drop the events of a kind that have not happened yet."""
        self._events = [event for event in self._events if event.kind != kind]

    def settle(self) -> None:
        """Let everything happen that is due, in its order."""
        if self._settling is not None:
            return
        now = self._clock()
        try:
            while self._events and (event := min(self._events)).due <= now:
                self._events.remove(event)
                self._settling = event.due
                event.act()
        finally:
            self._settling = None
