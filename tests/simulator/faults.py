"""Faults that a test asks for: wrong answers, late answers, none at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .board import normalise
from .messages import Answer, Delivery


@dataclass
class Fault:
    """What goes wrong with the requests for a path."""

    path: str
    """A path, the beginning of paths with a `*` at its end, or `*` for all."""
    method: str | None = None
    times: int | None = None
    """How often it goes wrong; None is until it is healed."""
    answer: Answer | None = None
    seconds: float = 0.0
    is_drop: bool = False
    is_done: bool = False
    """Whether the BMC does what it was asked before it drops the connection."""
    act: Callable[[], None] = lambda: None
    """What else happens just then."""
    delivery: Delivery = "whole"
    delivery_seconds: float = 0.0

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is hit."""
        if self.times == 0 or self.method not in (None, method):
            return False
        if self.path.endswith("*"):
            start = self.path[:-1]
            return path.startswith(start if start.startswith("/") else normalise(start))
        return path == normalise(self.path)


class Faults:
    """The faults at work; the newest wins."""

    def __init__(self) -> None:
        """Start without any."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self._faults.insert(0, fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def hit(self, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, and count it."""
        for fault in self._faults:
            if fault.concerns(method, path):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
