"""Learn which fans follow a zone, from their speeds after a command."""

from typing import Final

from ..aiosupermicro import Thermal
from .fan_watch import fan_speeds

_MIN_CHANGE: Final = 10
"""Change of a duty, in percent points, that the speeds show clearly."""
_MIN_SHARE: Final = 0.3
"""Share of the relative change of the duty that a speed must follow."""
_MIN_RATIO: Final = 0.05


class ZoneFans:
    """Compare the speeds before and after the change of one zone.

    A change of several zones between two settled polls teaches nothing.
    """

    def __init__(self, zone_of: dict[str, int]) -> None:
        """Initialize with the zone of each known fan, which is updated in place."""
        self.zone_of = zone_of
        self._before: dict[str, float] = {}
        self._changes: dict[int, tuple[int | None, int]] = {}

    def fans_of(self, zone: int) -> tuple[str, ...]:
        """Return the names of the fans that follow a zone."""
        return tuple(sorted(name for name, of in self.zone_of.items() if of == zone))

    def note_change(self, zone: int, old: int | None, new: int) -> None:
        """Record the changed duty of a zone."""
        first = self._changes.get(zone, (old, new))
        self._changes[zone] = (first[0], new)

    def observe(self, thermal: Thermal) -> bool:
        """Record the speeds of a settled poll; return whether fans were learned."""
        speeds = {name: rpm for name, rpm, _ in fan_speeds(thermal) if rpm}
        learned = False
        if len(self._changes) == 1:
            ((zone, pair),) = self._changes.items()
            learned = _is_clear(pair) and self._learn(speeds, zone, pair)
        self._before, self._changes = speeds, {}
        return learned

    def _learn(
        self, speeds: dict[str, float], zone: int, pair: tuple[int | None, int]
    ) -> bool:
        """Assign the fans whose speed has followed the duty of a zone."""
        old, new = pair
        assert old  # noqa: S101 - a clear change
        expected = (new - old) / old
        known = dict(self.zone_of)
        for name, before in self._before.items():
            ratio = (speeds.get(name, before) - before) / before
            follows = ratio * expected > 0 and abs(ratio) >= max(
                _MIN_RATIO, _MIN_SHARE * abs(expected)
            )
            if follows:
                self.zone_of[name] = zone
            elif self.zone_of.get(name) == zone:
                del self.zone_of[name]
        return self.zone_of != known


def _is_clear(pair: tuple[int | None, int]) -> bool:
    """Return whether the old duty is known and the new one differs enough."""
    old, new = pair
    return bool(old) and abs(new - (old or 0)) >= _MIN_CHANGE
