"""Faults of a BMC as values: wrong, late, partial or missing responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .resources import normalize_path
from .responses import Delivery, Response


@dataclass
class Fault:
    """A fault of the requests for a path. `Bmc` has a method for each kind."""

    path: str
    """A path, a prefix of paths with a `*` at its end, or `*` for all paths."""
    method: str | None = None
    times: int | None = None
    """Number of affected requests; None for all requests until `Bmc.heal`."""
    response: Response | None = None
    """Response instead of the BMC's own."""
    seconds: float = 0.0
    """Delay of the response."""
    is_drop: bool = False
    """Whether the connection is closed without a response."""
    is_executed: bool = False
    """Whether the BMC executes the request before it closes the connection."""
    callback: Callable[[], None] = lambda: None
    """Called before the request is executed."""
    delivery: Delivery = "whole"
    delivery_seconds: float = 0.0
    """Duration of a trickled delivery."""

    def matches(self, method: str, path: str) -> bool:
        """Return whether the fault applies to a request."""
        if self.times == 0 or self.method not in (None, method):
            return False
        if self.path.endswith("*"):
            start = self.path[:-1]
            if not start.startswith("/"):
                start = normalize_path(start)
            return path.startswith(start)
        return path == normalize_path(self.path)


class Faults:
    """The active faults. If several match a request, the newest one applies."""

    def __init__(self) -> None:
        """Initialize without faults."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Activate a fault."""
        self._faults.insert(0, fault)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request, and count the request."""
        for fault in self._faults:
            if fault.matches(method, path):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
