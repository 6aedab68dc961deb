"""The states that the latest reports of the BMC allow."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import math
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN

from tests.conftest import Clock

from .entity_values import SHIPPED_TABLE, ValueTable, as_state, find_copies

_POLL_SECONDS = 30.0
"""The maximum duration of the last failed poll and the first successful one.

The latter may have to log in, and Home Assistant delays each poll a little.
"""
_STATIC_POLL_SECONDS = 90.0
"""Maximum duration of the same for static data, which takes longer."""
_FIRST_STATIC_POLL_SECONDS = 60.0 + _STATIC_POLL_SECONDS
"""Maximum time until the first static data after a fault; it is tried each minute."""
_NEED_STATIC_DATA = frozenset({"switch.host_power"})
"""Entities with dynamic values that wait for the first static data after a setup."""
_TIMEOUT_SECONDS = 30.0
"""The timeout of a request; two requests may time out one after the other."""
_SLOW_POLL_TIMEOUTS = 6
"""The same for responses of up to 20 s, of which nine may follow one another.

After the value, the poll reads another resource. In the next poll, a command may be
sent before the last resource is read. The session has expired: 401, at most 5 s for its
deletion, the service root, the login, the command, which the BMC rejects without an
ETag, a read for the ETag, and the command again.
"""


@dataclass(eq=False)
class Disturbance:
    """A fault, during and after which values may be missing."""

    kind: str
    is_slow: bool = False
    """Whether requests may outlast the fault."""
    extra_seconds: float = 0.0
    """Seconds after the fault in which the integration does not poll."""
    ended: float = math.inf

    def explains_until(self, seconds: float) -> float:
        """Return the time until which the fault explains a wrong state.

        Args:
            seconds: Time that the integration needs to recover.

        """
        return self.ended + seconds + 2 * _TIMEOUT_SECONDS * self.is_slow


@dataclass(frozen=True)
class Intervals:
    """The polling intervals of dynamic and static data, in seconds."""

    dynamic: float = 30.0
    static: float = 900.0


class ExpectedState:
    """Record the values that the BMC reports and check states against them."""

    def __init__(self, clock: Clock, table: ValueTable = SHIPPED_TABLE) -> None:
        """Initialize without any values."""
        self._clock = clock
        self.table = table
        self._values: dict[str, dict[str, float]] = defaultdict(dict)
        self._is_dynamic: dict[str, bool] = {}
        self._by_path: dict[str, set[str]] = defaultdict(set)
        self._disturbances: list[Disturbance] = []
        self._intervals = self._former_intervals = Intervals()
        self._intervals_changed = -math.inf

    @property
    def entities(self) -> set[str]:
        """The entities for which a value was recorded."""
        return set(self._values)

    def record(self, path: str, body: Mapping[str, Any]) -> None:
        """Record the values in a resource that the BMC sent."""
        if self.table.has_copies:
            for other, copied in find_copies(body):
                if other != path:
                    self._record(other, copied)
        self._record(path, body)

    def _record(self, path: str, body: Mapping[str, Any]) -> None:
        """Record the values in a resource, or in a copy of it."""
        table = self.table
        if path not in table.values:
            return
        now, values = self._clock.now, table.values[path](body)
        for entity in self._by_path[path] - values.keys():
            self._values[entity][STATE_UNAVAILABLE] = now
        self._by_path[path] |= values.keys()
        for entity, value in values.items():
            self._is_dynamic[entity] = path in table.dynamic
            self._values[entity][as_state(value)] = now
        if path == table.system and body.get("PowerState") in ("Off", None):
            for entity in table.host_powered:
                self._values[entity][STATE_UNKNOWN] = now

    def suspend(self, seconds: float) -> None:
        """Extend all limits by a time in which Home Assistant could not run."""
        for values in self._values.values():
            for state in values:
                values[state] += seconds

    def change_intervals(self, intervals: Intervals) -> None:
        """Use new polling intervals from now on."""
        self._former_intervals, self._intervals = self._intervals, intervals
        self._intervals_changed = self._clock.now

    @contextmanager
    def disturbance(self, disturbance: Disturbance) -> Iterator[None]:
        """Accept missing values during a fault and its recovery."""
        self._disturbances.append(disturbance)
        try:
            yield
        finally:
            disturbance.ended = self._clock.now

    def is_undisturbed_for(self, seconds: float) -> bool:
        """Return whether there was no fault for some seconds."""
        return not any(
            self._clock.now < item.ended + item.extra_seconds + seconds
            for item in self._disturbances
        )

    def recovery_seconds(self, *, is_dynamic: bool) -> float:
        """Return the seconds after a fault in which all states have to recover."""
        both = (self._intervals, self._former_intervals)
        new, former = (item.dynamic if is_dynamic else item.static for item in both)
        # New intervals take effect with a reload.
        changed = self._clock.now - self._intervals_changed
        is_recent = changed < former + _STATIC_POLL_SECONDS
        interval = max(new, former) if is_recent else new
        return interval + (_POLL_SECONDS if is_dynamic else _STATIC_POLL_SECONDS)

    def forget(self, seconds: float) -> None:
        """Drop the values and faults that are older than some seconds."""
        since = self._clock.now - seconds
        for values in self._values.values():
            for state in [state for state, at in values.items() if at < since]:
                del values[state]
        self._disturbances = [
            item for item in self._disturbances if item.ended >= since
        ]

    def violation(self, entity: str, state: str) -> str | None:
        """Return the violation of a state, None if it is right."""
        is_known = state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        state = as_state(state) if is_known else state
        is_dynamic = self._is_dynamic.get(entity, True)
        age = self._clock.now - self._values[entity].get(state, -math.inf)
        if age <= self._max_age(is_dynamic=is_dynamic):
            return None
        if state in self._missing:
            seconds = self.recovery_seconds(is_dynamic=is_dynamic)
            if entity in _NEED_STATIC_DATA:
                seconds = max(seconds, _FIRST_STATIC_POLL_SECONDS)
            if any(
                self._clock.now <= item.explains_until(seconds) + item.extra_seconds
                for item in self._disturbances
            ):
                return None
            return f"{entity} is {state} long after the last fault"
        if age < math.inf:
            return f"{entity} is {state}, last reported {age:.0f} s ago"
        return f"{entity} is {state}, which was never reported"

    @property
    def _missing(self) -> tuple[str, ...]:
        """The states without a value during a fault and its recovery.

        A sensor that waits for its turn to be read is unknown until then.
        """
        has_turns = self.table.has_copies
        return (STATE_UNAVAILABLE, STATE_UNKNOWN) if has_turns else (STATE_UNAVAILABLE,)

    def _max_age(self, *, is_dynamic: bool) -> float:
        """Return the maximum age of a value now."""
        age = self.recovery_seconds(is_dynamic=is_dynamic)
        recent = [
            item
            for item in self._disturbances
            if self._clock.now < item.explains_until(age)
        ]
        if not recent:
            return age
        timeouts = 2
        if any(item.is_slow for item in recent):
            has_many_requests = not is_dynamic or self.table.has_copies
            timeouts = 20 if has_many_requests else _SLOW_POLL_TIMEOUTS
        return age + timeouts * _TIMEOUT_SECONDS
