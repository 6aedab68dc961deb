"""Keep the verdicts on the expansion of collections ($expand)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from math import inf, isfinite
from time import monotonic, time
from typing import Any

from ..const import EXPAND_BUSY_SECONDS, EXPAND_RETRY_SECONDS

_ANY = "*"
"""Key of the verdict on all collections while none could be expanded."""
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class ExpandVerdicts:
    """Remember which kinds of collections can be expanded, and when to try others.

    Collections with the same last segment of their path are of one kind.
    """

    def __init__(self) -> None:
        """Initialize without verdicts."""
        self.verified: set[str] = set()
        """Kinds whose expanded members were equal to their single reads."""
        self._retry_at: dict[str, float] = {}
        """The time to try again, by kind or path; infinite until new firmware."""
        self._busy_seconds: dict[str, float] = {}
        """The last pause for a busy BMC since a success, by kind or path."""

    @property
    def is_empty(self) -> bool:
        """Return whether no collection was tried."""
        return not (self.verified or self._retry_at)

    def reset(self) -> None:
        """Discard all verdicts, as after an update of the firmware."""
        self.verified.clear()
        self._retry_at.clear()
        self._busy_seconds.clear()

    def is_verified(self, collection: str) -> bool:
        """Return whether the kind of a collection can be expanded."""
        return kind_of(collection) in self.verified

    def accept(self, collection: str) -> None:
        """Record that a collection, and so its kind, was expanded."""
        self.verified.add(kind_of(collection))
        for name in (collection, kind_of(collection), _ANY):
            self._busy_seconds.pop(name, None)

    def is_due(self, collection: str) -> bool:
        """Return whether a collection may be expanded now."""
        names = (collection, kind_of(collection), _ANY)
        return all(monotonic() >= self._retry_at.get(name, 0.0) for name in names)

    def reject(self, collection: str, status: int | None = None) -> None:
        """Suspend the expansion of a collection, of its kind, or of all collections.

        All of them are suspended only while no kind could be expanded yet.
        """
        if self.is_verified(collection):
            self._suspend(collection, status)
        else:
            self._suspend(kind_of(collection) if self.verified else _ANY, status)

    def reject_tree(self, path: str, status: int | None = None) -> None:
        """Suspend the expansion of the kind of a resource that contains collections."""
        self._suspend(kind_of(path), status)

    def _suspend(self, name: str, status: int | None) -> None:
        """Suspend the expansion of a path or kind.

        A busy BMC is asked again soon at first, one without support only after an
        update.
        """
        seconds: float = EXPAND_RETRY_SECONDS
        if status == HTTPStatus.NOT_IMPLEMENTED:
            seconds = inf
        elif status in _BUSY:
            last = self._busy_seconds.get(name, EXPAND_BUSY_SECONDS / 2)
            seconds = min(2 * last, EXPAND_RETRY_SECONDS)
            self._busy_seconds[name] = seconds
        self._retry_at[name] = monotonic() + seconds

    def export(self) -> dict[str, Any]:
        """Return the verdicts as JSON: verified kinds, and times of the next trial.

        The times are seconds since 1970, None where only new firmware is tried again.
        """
        left = {name: at - monotonic() for name, at in self._retry_at.items()}
        return {
            "verified": sorted(self.verified),
            "retry_at": {
                name: None if seconds == inf else round(time() + seconds)
                for name, seconds in left.items()
                if seconds > 0
            },
        }

    def restore(self, exported: Any) -> None:
        """Restore exported verdicts; malformed ones are ignored."""
        if not isinstance(exported, Mapping):
            return
        verified, retry_at = exported.get("verified"), exported.get("retry_at")
        if isinstance(verified, list):
            self.verified |= {kind for kind in verified if isinstance(kind, str)}
        for name, at in retry_at.items() if isinstance(retry_at, Mapping) else ():
            if at is None:
                self._retry_at[name] = inf
            elif isinstance(at, (int, float)) and isfinite(at):
                seconds = min(at - time(), EXPAND_RETRY_SECONDS)
                self._retry_at[name] = monotonic() + seconds


def kind_of(collection: str) -> str:
    """Return the kind of a collection, the last segment of its path."""
    return collection.rpartition("/")[2]
