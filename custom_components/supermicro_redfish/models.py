"""Models: static data, items of lists, privileges, headroom and energy of a server."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
import time
from typing import Any, Final, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData
from homeassistant.util import dt as dt_util

from .aiosupermicro import (
    BulkData,
    Certificate,
    Drive,
    FirmwareInventory,
    LogEntry,
    PowerAverage,
    Privilege,
    StaticData,
    Thermal,
    VirtualMedia,
)
from .aiosupermicro.models import Sensor

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
class ServerData(StaticData):
    """Static data of a server; a resource is None if it is missing or failed."""

    drives: tuple[Drive, ...] | None = None
    log_entries: tuple[LogEntry, ...] | None = None
    """Health event log, oldest entry first."""
    virtual_media: tuple[VirtualMedia, ...] | None = None
    """Slots for virtual media."""
    firmware: tuple[FirmwareInventory, ...] | None = None
    """Stored images of the BMC and the BIOS beside the running ones."""
    certificate: Certificate | None = None
    """Certificate of the BMC's web server."""


class AccessLevel(StrEnum):
    """Extent of the privileges of the BMC account."""

    FULL = "full"
    HOST_ONLY = "host_only"
    BMC_ONLY = "bmc_only"
    READ_ONLY = "read_only"
    RESTRICTED = "restricted"
    """Unknown privileges of an account that lacks one for a command."""


_ACCESS_LEVELS = {
    (True, True): AccessLevel.FULL,
    (True, False): AccessLevel.HOST_ONLY,
    (False, True): AccessLevel.BMC_ONLY,
    (False, False): AccessLevel.READ_ONLY,
}
"""Access level by ConfigureComponents and ConfigureManager."""


@dataclass(frozen=True, kw_only=True)
class Privileges(BulkData):
    """Privileges of the BMC account."""

    assigned: frozenset[str] | None = None
    """None if the BMC does not list them, as for an account of a directory."""
    was_refused: bool = False
    """Whether the BMC has rejected a command for a missing privilege."""

    def allow(self, privilege: Privilege | None) -> bool:
        """Return whether the account has a privilege, if any is needed.

        An account whose privileges are unknown is assumed to have all of them.
        """
        if privilege is None or self.assigned is None:
            return True
        return privilege in self.assigned

    @property
    def are_limited(self) -> bool:
        """Return whether the account is known to lack a privilege."""
        return self.assigned is not None and self.access_level is not AccessLevel.FULL

    @property
    def access_level(self) -> AccessLevel | None:
        """Access level of the account, None if unknown."""
        if self.assigned is None:
            return AccessLevel.RESTRICTED if self.was_refused else None
        return _ACCESS_LEVELS[
            Privilege.CONFIGURE_COMPONENTS in self.assigned,
            Privilege.CONFIGURE_MANAGER in self.assigned,
        ]


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Smallest distance of a temperature to its critical threshold."""

    degrees: float | None = None
    """None if no sensor has both a reading and a threshold."""
    sensor: Sensor | None = None
    """The sensor that is closest to its threshold."""

    @classmethod
    def from_thermal(cls, thermal: Thermal) -> Self:
        """Return the smallest distance to an upper critical threshold.

        Old boards report a threshold of zero if a sensor has none.
        """
        distances = [
            (limit - reading, sensor)
            for sensor in thermal.temperatures
            if (limit := sensor.upper_threshold_critical) and limit > 0
            if (reading := sensor.reading) is not None
        ]
        if not distances:
            return cls()
        degrees, nearest = min(distances, key=lambda distance: distance[0])
        return cls(degrees=degrees, sensor=nearest)


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

    def get_joules(self, average: PowerAverage) -> tuple[float, float]:
        """Return the seconds and the energy of the gap that an average has.

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
        parts = [gap.get_joules(average) for average in history]
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


class ItemsByName[ItemT](dict[str, ItemT]):
    """Entries of a list by a key that does not depend on their position."""

    def __init__(
        self,
        items: Iterable[tuple[str, ItemT]] = (),
        *,
        long_keys: Mapping[str, str],
        former_keys: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Initialize the mapping.

        Args:
            items: The entries with their keys.
            long_keys: Name and Id of each entry, which is its key where the name is
                repeated.
            former_keys: Keys that an entry may have had before, by the present key.

        """
        super().__init__(items)
        self.long_keys = long_keys
        self.former_keys = former_keys

    def select(self, is_wanted: Callable[[ItemT], bool]) -> ItemsByName[ItemT]:
        """Return some of the items, with their keys."""
        return ItemsByName(
            ((key, item) for key, item in self.items() if is_wanted(item)),
            long_keys=self.long_keys,
            former_keys=self.former_keys,
        )


class KeyMemory:
    """Keep the key of an item whose name is no longer, or not yet, unique.

    Of two supplies with the same name, one may be missing for a while, or a second one
    may be added. The key of the other one does not change.
    """

    def __init__(self, unique_ids_fn: Callable[[], Iterable[str]]) -> None:
        """Initialize without keys.

        Args:
            unique_ids_fn: Return the registered unique ids, which end in the keys of an
                earlier run.

        """
        self._unique_ids_fn = unique_ids_fn
        self._keys: dict[Any, dict[str, str]] = {}

    def keep[ItemT](
        self, source: Any, items: Mapping[str, ItemT]
    ) -> Mapping[str, ItemT]:
        """Return the items of a source with the keys that they had before."""
        if not isinstance(items, ItemsByName) or not items:
            return items
        known = self._keys.get(source)
        if known is None:
            known = self._find_registered(items)
        keys: dict[str, str] = {}
        used: set[str] = set()
        for key in items:
            long_key = items.long_keys[key]
            kept = known.get(long_key, key)
            is_free = kept not in used and (kept == key or kept not in items)
            keys[long_key] = kept if is_free else key
            used.add(keys[long_key])
        others = {long: key for long, key in known.items() if key not in used}
        self._keys[source] = others | keys
        return items if used == items.keys() else _rename(items, keys)

    def _find_registered(self, items: ItemsByName[Any]) -> dict[str, str]:
        """Return the long keys of items with a unique name that are registered."""
        unique_ids = tuple(self._unique_ids_fn())

        def is_registered(key: str) -> bool:
            return any(unique_id.endswith(f"_{key}") for unique_id in unique_ids)

        return {
            long_key: long_key
            for key, long_key in items.long_keys.items()
            if key != long_key and is_registered(long_key) and not is_registered(key)
        }


def _rename[ItemT](
    items: ItemsByName[ItemT], keys: Mapping[str, str]
) -> ItemsByName[ItemT]:
    """Return items with other keys, given by their long keys."""
    renamed = {old: keys[items.long_keys[old]] for old in items}
    return ItemsByName(
        ((renamed[old], item) for old, item in items.items()),
        long_keys={key: items.long_keys[old] for old, key in renamed.items()},
        former_keys={
            key: former
            for key, former in items.former_keys.items()
            if renamed.get(key) == key
        },
    )
