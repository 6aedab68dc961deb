"""What the BMC has told, when it did, and what may therefore be shown."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any

from .entity_values import (
    FED_BY_HOST,
    OFTEN,
    SYSTEM,
    TELLS,
    UNAVAILABLE,
    UNKNOWN,
    as_state,
)
from .virtual_time import Clock

POLL_SECONDS = 30.0
"""What the poll that failed last and the one that finds all well may take together.

The latter may have to log in, and Home Assistant adds a moment of its own to each.
"""
READ_SECONDS = 90.0
"""The same for what is read rarely, which is much more, and gives way to all else."""
TIMEOUT_SECONDS = 30.0
"""How long a BMC that hangs is waited for; two such requests may be in a row."""


@dataclass(eq=False)
class Excuse:
    """Something that goes wrong, and why values may be missing for a while."""

    kind: str
    is_slow: bool = False
    """Whether requests that have begun may last on when it has ended."""
    also: float = 0.0
    """Seconds for which the BMC is left alone after that, as it has asked for."""
    ended: float = math.inf

    @property
    def lasts(self) -> float:
        """For how many seconds it may be felt when it has ended."""
        return 2 * TIMEOUT_SECONDS if self.is_slow else 0.0


@dataclass
class Intervals:
    """How often what is read, in seconds."""

    often: float = 30.0
    rarely: float = 900.0


class Told:
    """Remembers what was told, and judges what is shown by that alone."""

    def __init__(self, clock: Clock) -> None:
        """Begin with a BMC that has told nothing."""
        self._clock = clock
        self._values: dict[str, dict[str, float]] = defaultdict(dict)
        self._is_often: dict[str, bool] = {}
        self._of_path: dict[str, set[str]] = defaultdict(set)
        self._excuses: list[Excuse] = []
        self.intervals = self._former = Intervals()
        self._changed = -math.inf

    @property
    def entities(self) -> set[str]:
        """The entities of which something was told."""
        return set(self._values)

    def hear(self, path: str, body: Mapping[str, Any]) -> None:
        """Take note that the BMC has told what a resource is."""
        if path not in TELLS:
            return
        shown = TELLS[path](body)
        for entity in self._of_path[path] - shown.keys():
            self._values[entity][UNAVAILABLE] = self._clock.now
        self._of_path[path] |= shown.keys()
        for entity, value in shown.items():
            self._is_often[entity] = path in OFTEN
            self._values[entity][as_state(value)] = self._clock.now
        if path == SYSTEM and body.get("PowerState") in ("Off", None):
            for entity in FED_BY_HOST:
                self._values[entity][UNKNOWN] = self._clock.now

    def pause(self, seconds: float) -> None:
        """Take note that nobody could do anything for some seconds."""
        for values in self._values.values():
            for state in values:
                values[state] += seconds

    def change_intervals(self, often: float, rarely: float) -> None:
        """Take note that the user has other intervals from now on."""
        self._former, self.intervals = self.intervals, Intervals(often, rarely)
        self._changed = self._clock.now

    def excuse(self, excuse: Excuse) -> None:
        """Take note that something begins to go wrong."""
        self._excuses.append(excuse)

    def end(self, excuse: Excuse) -> None:
        """Take note that it has ended."""
        excuse.ended = self._clock.now

    def is_calm_since(self, seconds: float) -> bool:
        """Tell whether nothing has been wrong for some seconds."""
        return not any(
            self._clock.now < excuse.ended + excuse.also + seconds
            for excuse in self._excuses
        )

    def recovery(self, *, is_often: bool) -> float:
        """Return the seconds after a fault in which all has to be right again."""
        poll = self._interval(is_often=is_often)
        return poll + (POLL_SECONDS if is_often else READ_SECONDS)

    def forget(self, seconds: float) -> None:
        """Forget what was told so long ago, and excuses nobody needs any more."""
        since = self._clock.now - seconds
        for values in self._values.values():
            for state in [state for state, at in values.items() if at < since]:
                del values[state]
        self._excuses = [item for item in self._excuses if item.ended >= since]

    def complaint(self, entity: str, state: str) -> str | None:
        """Return what is wrong with what an entity shows; None if nothing is."""
        state = state if state in (UNAVAILABLE, UNKNOWN) else as_state(state)
        is_often = self._is_often.get(entity, True)
        values = self._values[entity]
        age = self._clock.now - values.get(state, -math.inf)
        if age <= self._longest(is_often=is_often):
            return None
        if state == UNAVAILABLE:
            return self._complaint_of_absence(entity, is_often=is_often)
        if age < math.inf:
            return f"{entity} shows {state}, which was told {age:.0f} s ago last"
        return f"{entity} shows {state}, which was never told"

    def _complaint_of_absence(self, entity: str, *, is_often: bool) -> str | None:
        """Return why an entity that shows nothing should show something."""
        for excuse in self._excuses:
            window = self.recovery(is_often=is_often) + excuse.also
            if self._clock.now <= excuse.ended + excuse.lasts + window:
                return None
        return f"{entity} shows nothing, though all has been well for long enough"

    def _interval(self, *, is_often: bool) -> float:
        """Return how often something is read; a change takes effect with a reload."""
        both = (self.intervals, self._former)
        seconds = [item.often if is_often else item.rarely for item in both]
        is_new = self._clock.now - self._changed < seconds[1] + READ_SECONDS
        return max(seconds) if is_new else seconds[0]

    def _longest(self, *, is_often: bool) -> float:
        """Return how old what is shown may be now."""
        age = self.recovery(is_often=is_often)
        troubled = [
            excuse
            for excuse in self._excuses
            if self._clock.now < excuse.ended + excuse.lasts + age
        ]
        if not troubled:
            return age
        is_slow = any(excuse.is_slow for excuse in troubled)
        if is_often or not is_slow:
            return age + 2 * TIMEOUT_SECONDS
        return age + 20 * TIMEOUT_SECONDS
