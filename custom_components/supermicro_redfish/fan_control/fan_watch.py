"""Recognize fans that fail, and fans that pump because their duty is too low.

A fan that falls below its lower critical limit makes the BMC drive all fans to 100 %
for a while, and then back to the duty: the fans pump, about every 35 seconds. A poll
may see the slow fan, the fast fans, or neither. The event log has them all, as pairs of
an assertion and a deassertion a few seconds apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..aiosupermicro import LogEntry, Thermal
from ..aiosupermicro.models import Fan
from .models import MAX_DUTY

_PROOF_POLLS: Final = 10
"""Settled polls without pumping after which a duty is known to be high enough."""
_MAX_RAISES: Final = 3
"""Polls in a row in which a slow fan is the fault of its duty."""
_SURGE_RATIO: Final = 1.8
"""Ratio to earlier speeds, above which the BMC itself drives a fan faster."""
_SURGE_RPM: Final = 200
_PAIR_SECONDS: Final = 10
"""Longest time between an assertion and its deassertion while the fans pump."""
_PAIRS_WITHIN_SECONDS: Final = 90
"""Longest time between two such pairs of events; 35 seconds were recorded."""
_MIN_PAIRS: Final = 2


@dataclass(frozen=True, kw_only=True)
class FanFindings:
    """Fans that need a reaction."""

    failed: str = ""
    """Name of a fan that is too slow for another reason than its duty."""
    slow_zones: frozenset[int] = frozenset()
    """Zones whose duty is too low."""
    is_doubtful: bool = False
    """Whether fans pump at duties that were high enough until now."""


class FanWatch:
    """Compare the speeds of the fans with their limits and with earlier polls."""

    def __init__(self, zone_of: Mapping[str, int]) -> None:
        """Initialize the watch.

        Args:
            zone_of: The zone of each fan, as far as known. It may change later.

        """
        self._zone_of = zone_of
        self._proofs: Counter[tuple[int, int]] = Counter()
        """Settled polls without pumping, by zone and duty."""
        self._baseline: dict[str, float] = {}
        """Lowest speed of each fan at the current or a higher duty."""
        self._raises = 0
        self._is_doubtful = False

    def start(self, thermal: Thermal | None = None) -> None:
        """Start with the speeds before control was taken, if they are settled."""
        self._raises = 0
        self._proofs.clear()
        speeds = fan_speeds(thermal or Thermal())
        self._baseline = {name: rpm for name, rpm, _ in speeds}

    def note_change(self, zone: int, old: int | None, new: int) -> None:
        """Forget the speeds of a zone whose duty has risen."""
        if old is not None and new <= old:
            return
        for name in [*self._baseline]:
            if self._zone_of.get(name, zone) == zone:
                del self._baseline[name]

    def assess(
        self,
        thermal: Thermal,
        targets: Mapping[int, int],
        duties: Mapping[int, int | None],
        *,
        is_settled: bool,
    ) -> FanFindings:
        """Return failed fans, and zones whose duty is too low.

        Args:
            thermal: The speeds and their limits.
            targets: The duties that were written, by zone.
            duties: The duties that the BMC reports.
            is_settled: Whether the fans had time to follow.

        """
        slow: set[int] = set()
        has_surge = is_settled and any(
            duty == MAX_DUTY > targets.get(zone, MAX_DUTY)
            for zone, duty in duties.items()
        )
        for name, rpm, limit in fan_speeds(thermal):
            if rpm < limit:
                zones = self._zones(name, targets)
                if not self._is_explained(rpm, limit, zones, targets):
                    return FanFindings(failed=name)
                slow |= zones
            elif is_settled:
                has_surge = has_surge or self._is_surge(name, rpm)
        is_surge_only = has_surge and not slow
        self._is_doubtful = is_surge_only and self._should_doubt(targets)
        if is_surge_only and not self._is_doubtful and self._raises < _MAX_RAISES:
            slow = self._suspects(targets)
        if slow:
            self._raises += 1
        elif is_settled and not has_surge:
            self._record_proof(thermal, targets)
        return FanFindings(slow_zones=frozenset(slow), is_doubtful=self._is_doubtful)

    def _zones(self, name: str, targets: Mapping[int, int]) -> set[int]:
        """Return the zone of a fan, or all zones if it is unknown."""
        zone = self._zone_of.get(name)
        return {*targets} if zone is None or zone not in targets else {zone}

    def _is_explained(
        self, rpm: float, limit: float, zones: set[int], targets: Mapping[int, int]
    ) -> bool:
        """Return whether a low duty explains a slow fan.

        It does not if the fan is far below its limit, or has been fast enough at the
        same duty for some minutes.
        """
        return (
            rpm >= limit / 2
            and self._raises < _MAX_RAISES
            and any(not self._is_proven(zone, targets[zone]) for zone in zones)
        )

    def _is_proven(self, zone: int, duty: int) -> bool:
        """Return whether a duty, or a lower one, was high enough for some minutes."""
        return any(
            number == zone and proven <= duty and polls >= _PROOF_POLLS
            for (number, proven), polls in self._proofs.items()
        )

    def _is_surge(self, name: str, rpm: float) -> bool:
        """Return whether a fan is much faster than at the same or a higher duty."""
        before = self._baseline.get(name)
        return before is not None and (
            rpm > before * _SURGE_RATIO and rpm > before + _SURGE_RPM
        )

    def _should_doubt(self, targets: Mapping[int, int]) -> bool:
        """Return whether something else may have written a duty that was too low.

        It returns True once, if all duties have been high enough for some minutes.
        """
        return not self._is_doubtful and all(
            self._is_proven(zone, duty) for zone, duty in targets.items()
        )

    def _suspects(self, targets: Mapping[int, int]) -> set[int]:
        """Return the zones that may pump: those with an unproven duty, or the lowest.

        The BMC drives the fans of all zones.
        """
        unproven = {
            zone for zone, duty in targets.items() if not self._is_proven(zone, duty)
        }
        lowest = min(targets.values(), default=0)
        return unproven or {zone for zone, duty in targets.items() if duty == lowest}

    def _record_proof(self, thermal: Thermal, targets: Mapping[int, int]) -> None:
        """Record the speeds and duties of a poll without findings."""
        self._raises = 0
        for name, rpm, _ in fan_speeds(thermal):
            self._baseline[name] = min(rpm, self._baseline.get(name, rpm))
        self._proofs.update(targets.items())


def find_critical_fan(thermal: Thermal) -> str | None:
    """Return the name of a fan below its lower critical limit, None if all are fine."""
    return next((name for name, rpm, limit in fan_speeds(thermal) if rpm < limit), None)


def has_fan_reading(thermal: Thermal) -> bool:
    """Return whether a fan has a reading: neither 0 on all nor none at all."""
    return any(rpm > 0 for _, rpm, _ in fan_speeds(thermal))


def fan_speeds(thermal: Thermal) -> Iterable[tuple[str, float, float]]:
    """Return name, speed and lower critical limit of each fan with a reading.

    The limit is 0 if the BMC reports none.
    """
    for fan in thermal.available_fans:
        if not fan.is_duty and fan.reading is not None:
            yield fan.name or "", fan.reading, _limit(fan)


def _limit(fan: Fan) -> float:
    """Return the lower critical limit of a fan, 0 for none."""
    return max(fan.lower_threshold_critical or 0.0, 0.0)


def find_pumping_fans(entries: Iterable[LogEntry]) -> set[str]:
    """Return the sensors with repeated short lower-critical events in a log."""
    asserted: dict[str, float] = {}
    pairs: dict[str, list[float]] = {}
    for entry in entries:
        at, sensor = entry.created_at, entry.oem.sensor_name or _sensor_in(entry)
        is_slow = "lower critical" in (entry.text or "").lower()
        if at is None or not sensor or not is_slow:
            continue
        if not entry.is_deassertion:
            asserted[sensor] = at.timestamp()
        elif sensor in asserted:
            began = asserted.pop(sensor)
            if at.timestamp() - began <= _PAIR_SECONDS:
                pairs.setdefault(sensor, []).append(began)
    return {sensor for sensor, times in pairs.items() if _is_dense(times)}


def _sensor_in(entry: LogEntry) -> str:
    """Return the word of a message that names a fan, empty for none."""
    words = (entry.text or "").replace(",", " ").split()
    return next((word for word in words if word.upper().startswith("FAN")), "")


def _is_dense(times: list[float]) -> bool:
    """Return whether enough events follow each other closely."""
    close = sum(
        later - earlier <= _PAIRS_WITHIN_SECONDS for earlier, later in pairwise(times)
    )
    return close >= _MIN_PAIRS - 1
