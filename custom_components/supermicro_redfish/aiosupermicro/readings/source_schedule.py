"""Select the resources that a reading requests for the values of sensors.

Their number is limited. Of those that keep failing, a poll tries one, which leaves the
other requests to those that work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from time import monotonic

from ..const import (
    MAX_FALLBACK_REQUESTS,
    MAX_FIRST_SOURCES,
    MAX_UNEXPANDED_SOURCES,
    MAX_VALUE_SOURCES,
    SOURCE_RETRY_SECONDS,
    USUAL_SOURCES,
)
from ..exceptions import ResourceError
from .source import Reading, Scope, ValueSource

_MAX_TIMEOUTS = 2
"""Maximum number of sources in a reading that time out."""

_NEVER = (-inf, 0.0)
"""Priority of a source that shows no missing value, or is not to be retried yet."""


@dataclass(eq=False)
class ScheduledSource:
    """Source of values, with the result of its last read."""

    source: ValueSource
    is_new: bool
    """Whether its sensors are still unknown."""
    read_at: float = -inf
    error: ResourceError | None = None
    """The error of the last read."""
    has_values: bool = False
    """Whether the last read has shown any value."""

    @property
    def has_failed(self) -> bool:
        """Return whether the last read has shown no value."""
        return self.read_at > -inf and not self.has_values

    @property
    def is_retry_due(self) -> bool:
        """Return whether a new source that has failed may be read again."""
        return self.error is None or self.read_at < monotonic() - SOURCE_RETRY_SECONDS

    def get_priority(
        self, missing: Mapping[str, float], since: float
    ) -> tuple[float, float]:
        """Return the priority of a read; the source with the highest one is read first.

        A new source comes first, since it may show all values. Then come those with a
        value from before the last reading, the oldest first, then those with most
        values. A value that the last read of a source has left out counts as read then.

        Args:
            missing: The sensors without a new value, with the time of their value.
            since: The time of the start of the last reading.

        """
        if self.is_new:
            return (inf, inf) if self.is_retry_due else _NEVER
        shown = self.source.sensors & missing.keys()
        times = [max(missing[path], self.read_at) for path in shown]
        return (-min(since, *times), len(times)) if times else _NEVER


class SourceSchedule:
    """Select the sources of a reading, as few of them as possible."""

    def __init__(self) -> None:
        """Initialize without sources."""
        self.sources: dict[ValueSource, ScheduledSource] = {}
        self._first: Reading | None = None
        """First reading, which may read fewer sources."""
        self._started_at = self._last_started_at = -inf
        """The time of the start of this reading, and of the one before."""

    def start(self, reading: Reading) -> None:
        """Record the start of a reading."""
        if reading.started_at > self._started_at:
            self._last_started_at = self._started_at
            self._started_at = reading.started_at

    def get_next(
        self, missing: Mapping[str, float], reading: Reading, *, expands: bool
    ) -> ScheduledSource | None:
        """Return the source to read next, None if there is none.

        One source that has failed is tried first. If it succeeds, further ones may be
        tried. After two time-outs, the others are left to the next poll.

        Args:
            missing: The sensors whose value is not of this reading yet, with the time
                of the last request for it.
            reading: The reading.
            expands: Whether collections can be expanded.

        """
        read = self._get_read(reading)
        has_failed = any(item.has_failed for item in read)
        timeouts = sum(isinstance(item.error, TimeoutError) for item in read)
        limit = self._get_limit(reading, expands=expands) + has_failed
        if not missing or len(read) >= limit or timeouts >= _MAX_TIMEOUTS:
            return None
        since = self._last_started_at
        due = {
            item: priority
            for item in self.sources.values()
            if item not in read
            and (item.is_new or item.read_at < reading.since)
            and not (has_failed and item.has_failed)
            and (priority := item.get_priority(missing, since)) > _NEVER
        }
        failed = [item for item in due if item.has_failed]
        if failed and not read:
            return min(failed, key=lambda item: item.read_at)
        return max(due, key=lambda item: due[item], default=None)

    def count_extra(self, reading: Reading, *, fills: bool) -> int:
        """Return the number of requests that a reading takes more than usual.

        Args:
            reading: The reading.
            fills: Whether it takes a request for sensors that no source shows; it also
                takes one if a source has failed.

        """
        read = self._get_read(reading)
        fills |= any(item.has_failed for item in read)
        return max(len(read) + fills - USUAL_SOURCES, 0)

    def count_fills(self, reading: Reading, *, expands: bool) -> int:
        """Return the maximum number of requests for sensors that no source shows."""
        read = self._get_read(reading)
        if self._is_short(reading):
            return MAX_FIRST_SOURCES - len(read)
        if expands and any(item.has_failed for item in read):
            return MAX_FALLBACK_REQUESTS - len(read)
        return 1

    def _get_read(self, reading: Reading) -> list[ScheduledSource]:
        """Return the sources that were read in this reading."""
        since = reading.started_at
        return [item for item in self.sources.values() if item.read_at >= since]

    def _is_short(self, reading: Reading) -> bool:
        """Return whether a reading is the first poll after a restart."""
        if self._first is None:
            self._first = reading
        return self._first is reading and reading.scope is Scope.POLL

    def _get_limit(self, reading: Reading, *, expands: bool) -> int:
        """Return the maximum number of sources, without one that fails."""
        if self._is_short(reading):
            return MAX_FIRST_SOURCES
        return MAX_VALUE_SOURCES if expands else MAX_UNEXPANDED_SOURCES
