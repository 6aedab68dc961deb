"""Energy meter: power integrated over time, also over times without readings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
import time
from typing import Any, Final, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData
from homeassistant.util import dt as dt_util

from ..aiosupermicro import PowerAverage

LONGEST_GAP: Final = 600.0
"""Maximum seconds between two readings that are counted.

It is twice the longest interval that a user can choose.
"""
_SECONDS_PER_HOUR = 3600.0
_MARK = 300.0
"""Seconds between two marks of a meter."""
_MARKED = 4200.0
"""Seconds for which a meter keeps its marks, more than the BMC's averages span."""
_WATT_HOURS_PER_KILOWATT_HOUR = 1000.0


@dataclass(frozen=True, kw_only=True)
class EnergyGap:
    """Time without readings that is longer than `LONGEST_GAP`."""

    begin: float
    """Time of the last reading before it, in seconds of a monotonic clock."""
    end: float
    """Time of the first reading after it."""
    watts: float
    """Mean of both readings."""
    marks: tuple[tuple[float, float], ...] = ()
    """Times up to the begin, with the joules that were counted until then."""

    def get_overlap(self, average: PowerAverage) -> tuple[float, float]:
        """Return the seconds of the gap that an average covers, and their joules.

        A BMC that has measured nothing records zero.
        """
        to_monotonic = time.monotonic() - dt_util.utcnow().timestamp()
        begin = average.begin.timestamp() + to_monotonic
        end = average.end.timestamp() + to_monotonic
        seconds = min(end, self.end) - max(begin, self.begin)
        if seconds <= 0 or (average.watts == 0 and self.watts > 0):
            return 0.0, 0.0
        is_first = begin < self.begin and end <= self.end
        if is_first and (counted := self._joules_since(begin)) is not None:
            return seconds, max(average.joules - counted, 0.0)
        return seconds, average.watts * seconds

    def _joules_since(self, begin: float) -> float | None:
        """Return the joules counted from a time to the gap, None if too long ago."""
        for (at, joules), (later, more) in pairwise(self.marks):
            if at <= begin <= later:
                share = (begin - at) / (later - at)
                return self.marks[-1][1] - (joules + share * (more - joules))
        return None


@dataclass
class EnergyMeter(ExtraStoredData):
    """Integrate power over time.

    The power between two readings is the mean of both. If the BMC or Home Assistant was
    away in between, the power is unknown. Such a gap is counted later, with the BMC's
    power history. Of the time without a history, at most `LONGEST_GAP` is counted
    with the mean. The rest is added to the uncounted seconds.
    """

    watt_hours: float = 0.0
    uncounted_seconds: float = 0.0
    watts: float | None = None
    """Last reading, None before the first one."""
    read_at: float = 0.0
    """Time of the last reading, in seconds of a monotonic clock."""
    gap: EnergyGap | None = None
    """Gap that is not counted yet."""
    marks: tuple[tuple[float, float], ...] = ()
    """Times of the last hour, with the joules that were counted until then."""

    def count(self, watts: float, now: float) -> None:
        """Count a reading; a negative one counts as zero."""
        watts = max(watts, 0.0)
        if self.watts is not None:
            mean = (self.watts + watts) / 2
            elapsed = max(now - self.read_at, 0.0)
            if elapsed > LONGEST_GAP:
                self.count_gap()
                marks = (
                    *self.marks,
                    (self.read_at, self.watt_hours * _SECONDS_PER_HOUR),
                )
                self.gap = EnergyGap(
                    begin=self.read_at, end=now, watts=mean, marks=marks
                )
                self.marks = ()
            else:
                self.watt_hours += mean * elapsed / _SECONDS_PER_HOUR
        self.watts, self.read_at = watts, now
        self._mark(now)

    def count_gap(self, history: Iterable[PowerAverage] = ()) -> None:
        """Count the gap, if there is one, from the BMC's power history."""
        if (gap := self.gap) is None:
            return
        self.gap, self.marks = None, ()
        parts = [gap.get_overlap(average) for average in history]
        covered = sum(seconds for seconds, _ in parts)
        missing = max(gap.end - gap.begin - covered, 0.0)
        bridged = min(missing, LONGEST_GAP)
        joules = sum(joules for _, joules in parts) + gap.watts * bridged
        self.watt_hours += joules / _SECONDS_PER_HOUR
        self.uncounted_seconds += missing - bridged

    def _mark(self, now: float) -> None:
        """Add a mark of the counted energy if one is due and no gap is open."""
        if self.gap is None and (not self.marks or now >= self.marks[-1][0] + _MARK):
            recent = [mark for mark in self.marks if mark[0] >= now - _MARKED]
            self.marks = (*recent, (now, self.watt_hours * _SECONDS_PER_HOUR))

    @property
    def kilowatt_hours(self) -> float:
        """Energy in kWh, rounded to 1 Wh."""
        return round(self.watt_hours / _WATT_HOURS_PER_KILOWATT_HOUR, 3)

    @property
    def uncounted_hours(self) -> float:
        """Time with unknown power, in hours."""
        return round(self.uncounted_seconds / _SECONDS_PER_HOUR, 2)

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return the data to store; the time is that of the wall clock.

        A gap that is not counted yet is counted as one without a record.
        """
        stored = replace(self)
        stored.count_gap()
        age = time.monotonic() - self.read_at
        read_at = dt_util.utc_from_timestamp(dt_util.utcnow().timestamp() - age)
        return {
            "watt_hours": stored.watt_hours,
            "uncounted_seconds": stored.uncounted_seconds,
            "watts": stored.watts,
            "read_at": read_at.isoformat(),
            "marks": [[at - self.read_at, joules] for at, joules in stored.marks],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore a meter from stored data, or create one if the data is malformed."""
        try:
            stored_at = datetime.fromisoformat(stored["read_at"])
            age = max((dt_util.utcnow() - stored_at).total_seconds(), 0.0)
            watts, read_at = stored["watts"], time.monotonic() - age
            marks = [
                (read_at + float(seconds), float(joules))
                for seconds, joules in stored.get("marks", ())
            ]
            return cls(
                watt_hours=float(stored["watt_hours"]),
                uncounted_seconds=float(stored["uncounted_seconds"]),
                watts=None if watts is None else float(watts),
                read_at=read_at,
                marks=tuple(marks),
            )
        except KeyError, TypeError, ValueError:
            return cls()
