"""Faults of a BMC as values: wrong, late, partial or missing responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .delivery import NEVER
from .resources import JsonObject, normalize_path
from .responses import (
    HTML_TYPE,
    JSON_TYPE,
    WELCOME_PAGE,
    Delivery,
    RedfishError,
    Response,
    ResponseBuilder,
    license_error,
)

BROKEN_BODIES: Mapping[str, Delivery] = {
    "chunked that never ends": "chunked_endless",
    "chunked cut by closing": "chunked_closed",
    "shorter than its Content-Length": "short",
    "connection reset": "cut",
    "garbage in the content coding": "bad_gzip",
    "stalls while the body is read": "stalled",
}
"""Broken deliveries of a body after its status line and headers, by name."""

_BROKEN_RESOURCES: Mapping[str, Callable[[str, ResponseBuilder], Response]] = {
    "404": lambda path, build: build.from_error(
        RedfishError("Base.ResourceMissingAtURI", path)
    ),
    "403": lambda _, build: build.from_error(license_error()),
    "500": lambda _, build: build.error(500),
    "HTML": lambda *_: Response(200, WELCOME_PAGE, content_type=HTML_TYPE),
    "null": lambda *_: Response(200, "null"),
    "empty object": lambda *_: Response(200, {}),
    "list": lambda *_: Response(200, '[{"Id":"1"}]'),
    "redirect loop": lambda path, _: Response(307, headers={"Location": path}),
}

BROKEN_RESOURCES = (*_BROKEN_RESOURCES, "half a body", "timeout")
"""Failures of a single resource, such as a member of a collection, by name."""


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

    def find(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request without counting the request."""
        return next((f for f in self._faults if f.matches(method, path)), None)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request, and count the request."""
        fault = self.find(method, path)
        if fault and fault.times is not None:
            fault.times -= 1
        return fault


class FaultControls:
    """The methods of `Bmc` that activate faults.

    If several faults match a request, the newest one applies. Every path may be a
    prefix that ends in `*`. `times` limits the number of affected requests; without it,
    a fault lasts until `heal`.
    """

    faults: Faults
    response_builder: ResponseBuilder

    def fail(
        self,
        path: str,
        *,
        status: int = 500,
        body: JsonObject | bytes | str | RedfishError | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str = JSON_TYPE,
        method: str | None = None,
        times: int | None = None,
        delivery: Delivery = "whole",
    ) -> None:
        """Respond with a status and a body; without one, with a Redfish error.

        A body may be the error of a message, such as `license_error()`. It is delivered
        in one of the ways of `BROKEN_BODIES`, or whole.
        """
        if body is None:
            body = self.response_builder.error(status).body
        elif isinstance(body, RedfishError):
            body = self.response_builder.from_error(body).body
        response = Response(status, body, dict(headers or {}), content_type, delivery)
        self.faults.add(Fault(path, method, times, response))

    def break_resource(self, path: str, kind: str, *, times: int | None = None) -> None:
        """Let reads of a resource fail in one of the ways of `BROKEN_RESOURCES`."""
        fault = Fault(path, "GET", times)
        if kind == "half a body":
            fault.delivery = "half"
        elif kind == "timeout":
            fault.seconds = NEVER
        else:
            build = _BROKEN_RESOURCES[kind]
            fault.response = build(normalize_path(path), self.response_builder)
        self.faults.add(fault)

    def deliver(
        self, path: str, delivery: Delivery, *, times: int | None = None
    ) -> None:
        """Deliver the bodies of the BMC's own responses in a broken way."""
        self.faults.add(Fault(path, times=times, delivery=delivery))

    def cut(self, path: str, *, times: int | None = None) -> None:
        """Reset the connection in the middle of the body."""
        self.deliver(path, "cut", times=times)

    def stall(self, path: str, *, times: int | None = None) -> None:
        """Send half of the body, and keep the connection open."""
        self.deliver(path, "stalled", times=times)

    def trickle(self, path: str, seconds: float, *, times: int | None = None) -> None:
        """Send the body in small pieces over some seconds."""
        self.faults.add(
            Fault(path, times=times, delivery="trickled", delivery_seconds=seconds)
        )

    def hang(self, path: str, seconds: float, *, times: int | None = None) -> None:
        """Delay responses by some seconds."""
        self.faults.add(Fault(path, times=times, seconds=seconds))

    def drop(
        self, path: str, *, times: int | None = None, is_executed: bool = False
    ) -> None:
        """Close the connection without a response, before or after execution."""
        self.faults.add(Fault(path, times=times, is_drop=True, is_executed=is_executed))

    def on_request(self, path: str, callback: Callable[[], None]) -> None:
        """Call back just before the next request for a path is executed."""
        self.faults.add(Fault(path, times=1, callback=callback))

    def heal(self) -> None:
        """Remove all faults."""
        self.faults.clear()
