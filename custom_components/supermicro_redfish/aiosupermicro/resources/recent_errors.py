"""Remember the errors of resources for an hour, to avoid repeated requests."""

from __future__ import annotations

from collections.abc import Hashable
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from ..const import MAX_REMEMBERED_ERRORS, RETRY_UNAVAILABLE_SECONDS
from ..exceptions import ResourceError
from ..http.cache import NewestItems

_KeyT = TypeVar("_KeyT", bound=Hashable)


class _Failure(NamedTuple):
    """A request that has failed."""

    error: ResourceError
    requested_at: float
    """The time of the request, by `time.monotonic`."""

    @property
    def is_recent(self) -> bool:
        """Return whether it is too early to send the request again."""
        return monotonic() - self.requested_at < RETRY_UNAVAILABLE_SECONDS


class RecentErrors(Generic[_KeyT]):
    """The errors of resources, each for an hour from its request."""

    def __init__(self) -> None:
        """Initialize without errors."""
        self._failures: NewestItems[_KeyT, _Failure] = NewestItems(
            MAX_REMEMBERED_ERRORS
        )

    def record(self, key: _KeyT, error: ResourceError) -> None:
        """Record the error of a request that was sent now."""
        self._failures[key] = _Failure(error, monotonic())

    def get(self, key: _KeyT) -> ResourceError | None:
        """Return the error of a resource, None an hour later."""
        failure = self._failures.get(key)
        return failure.error if failure and failure.is_recent else None

    def get_all(self) -> dict[_KeyT, ResourceError]:
        """Return the errors of the last hour."""
        return {
            key: failure.error
            for key, failure in self._failures.items()
            if failure.is_recent
        }

    def discard(self, key: _KeyT) -> bool:
        """Discard the error of a resource, and return whether there was one."""
        return self._failures.pop(key, None) is not None

    def clear(self) -> None:
        """Discard all errors."""
        self._failures.clear()
