"""Remember missing and unlicensed resources for an hour."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from ..const import MAX_REMEMBERED_ERRORS, RETRY_UNAVAILABLE_SECONDS
from ..exceptions import LicenseError, NotFoundError, ResourceError
from ..http.cache import NewestItems
from ..http.connection import Connection
from .endpoints import (
    ALL_CHASSIS,
    CHASSIS,
    MANAGER,
    MANAGERS,
    SYSTEM,
    SYSTEMS,
    Cadence,
    Endpoint,
    Source,
)
from .path_finder import PathFinder

_KeyT = TypeVar("_KeyT", bound=Hashable)

_IN_EVERY_MACHINE = frozenset(
    (SYSTEMS, SYSTEM, ALL_CHASSIS, CHASSIS, MANAGERS, MANAGER)
)


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

    def get_missing(self) -> set[_KeyT]:
        """Return the resources that were missing when they were last requested."""
        return {
            key
            for key, failure in self._failures.items()
            if isinstance(failure.error, NotFoundError)
        }

    def discard(self, key: _KeyT) -> bool:
        """Discard the error of a resource, and return whether there was one."""
        return self._failures.pop(key, None) is not None

    def clear(self) -> None:
        """Discard all errors."""
        self._failures.clear()


class Availability(RecentErrors[Source]):
    """The resources that were read, and the errors of those that are unavailable.

    A resource that is missing, or needs a license, is not requested for an hour.
    Neither is a series of requests, which has a name.
    """

    def __init__(self, connection: Connection, finder: PathFinder) -> None:
        """Initialize without any resource."""
        super().__init__()
        self._connection = connection
        self._finder = finder
        self._seen: set[Source] = set()
        self._expected: set[Source] = set()
        """Rows that an earlier run has read."""

    def reset(self) -> None:
        """Discard all errors, and which rows were read."""
        self.clear()
        self._seen.clear()
        self._expected.clear()

    def mark_seen(self, endpoint: Endpoint[Any]) -> None:
        """Record that a row was read."""
        self._seen.add(endpoint)

    def was_seen(self, source: Source) -> bool:
        """Return whether a row was ever read, or replaced by others.

        If such a row is missing now, the BMC is starting.
        """
        return source in self._seen

    def get_seen_ancestors(self, endpoint: Endpoint[Any]) -> set[Endpoint[Any]]:
        """Return the nearest rows that lead to a row and were read in this run."""
        found: set[Endpoint[Any]] = set()
        left = visited = {endpoint}
        while left:
            parents = {link.parent for row in left for link in row.links} - visited
            seen = set(filter(self.was_seen, parents))
            found |= seen
            visited = visited | parents
            left = parents - seen
        return found

    def expect(self, rows: Iterable[Source]) -> None:
        """Record the rows that an earlier run has read."""
        self._expected.update(rows)

    def expect_no_more(self, row: Source) -> None:
        """Record that a row is missing which an earlier run has read."""
        self._expected.discard(row)

    def record_new(self, endpoint: Endpoint[Any], error: ResourceError) -> None:
        """Record the error of a row that was not read yet.

        If an earlier run has read it, or every machine has it, a response with 404 may
        come from a BMC that is starting, and so may a list without the system. The next
        read then requests the row again.
        """
        is_response = isinstance(error, NotFoundError) and error.status is not None
        is_certain = endpoint in _IN_EVERY_MACHINE or endpoint in self._expected
        if endpoint in (SYSTEMS, SYSTEM) and isinstance(error, NotFoundError):
            self._invalidate_parents(endpoint)
        elif not (is_response and is_certain):
            self.record(endpoint, error)

    def mark_replaced(self, endpoint: Endpoint[Any], error: ResourceError) -> None:
        """Suspend the requests for a replaced resource for an hour.

        The hour begins with its last request, not with each read of the others.
        """
        if self.get(endpoint) is None:
            self.record(endpoint, error)
        self.mark_seen(endpoint)

    def require(self, source: Source) -> None:
        """Raise the error of a resource that was unavailable less than an hour ago."""
        if error := self.get(source):
            raise error.with_traceback(None)
        if self.discard(source):
            self._finder.retry_dead_links()
            self._invalidate_parents(source)

    @contextmanager
    def remember_license(self, name: str) -> Iterator[None]:
        """Raise the LicenseError of a series again for an hour, without requests.

        Without it, the resources that lead to the unlicensed ones would be read again.
        """
        self.require(name)
        try:
            yield
        except LicenseError as error:
            self.record(name, error)
            raise

    def _invalidate_parents(self, source: Source) -> None:
        """Discard cached parents of a row that would not be read again.

        The response of a BMC that is starting may lack links.
        """
        for link in source.links if isinstance(source, Endpoint) else ():
            path = self._finder.paths.get(link.parent)
            if path and link.parent.cadence is Cadence.ONCE:
                self._connection.invalidate(path)
