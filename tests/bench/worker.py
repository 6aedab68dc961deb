"""The simulated BMCs as a client's process sees them, beside what it is measured for.

It needs the standard library only, for it is used in the environments of all clients.
"""

from http.client import HTTPConnection
import json
from typing import Any


class Meter:
    """Tells what the BMCs were asked, and moves their time."""

    def __init__(self, port: int) -> None:
        """Reach the process of the BMCs by a port that is none of theirs."""
        self._http = HTTPConnection("127.0.0.1", port)

    def read(self) -> dict[str, Any]:
        """Return all counts since the BMCs' start; `services` are since the last."""
        return self._ask("/meter")

    def tick(self, seconds: float) -> None:
        """Let time pass for the BMCs."""
        self._ask(f"/tick?seconds={seconds}")

    def _ask(self, path: str) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        self._http.request("GET", path)
        found: dict[str, Any] = json.loads(self._http.getresponse().read())
        return found


COUNTS = ("requests", "bytes", "handshakes", "logins")


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what came to the BMCs between two readings."""
    return {key: after[key] - before[key] for key in COUNTS}
