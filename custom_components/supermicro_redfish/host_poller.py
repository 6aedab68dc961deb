"""How often the host is read: more often while its power state changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from .aiosupermicro import (
    DynamicData,
    PowerState,
    ResetType,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    System,
    Thermal,
)
from .aiosupermicro.exceptions import ENDS_ALL

QUICK_INTERVAL: Final = timedelta(seconds=5)
PATIENCE: Final = 120.0
"""Seconds for which a host that does not settle is read more often."""

_LEADS_TO: dict[str, PowerState] = {
    ResetType.ON: PowerState.ON,
    ResetType.FORCE_ON: PowerState.ON,
    ResetType.GRACEFUL_SHUTDOWN: PowerState.OFF,
    ResetType.FORCE_OFF: PowerState.OFF,
}
"""What the others lead to is a host that is on again."""

_ON_ITS_WAY: dict[str | None, PowerState] = {
    PowerState.POWERING_ON: PowerState.ON,
    PowerState.POWERING_OFF: PowerState.OFF,
}


@dataclass
class _Transition:
    """A host on its way from one power state to another."""

    to: PowerState
    ends: float
    """When to lose patience."""
    has_left: bool
    """Whether a host that restarts was seen in another state than before."""

    def has_arrived(self, state: str | None) -> bool:
        """Tell whether a host that is now in a state has arrived."""
        self.has_left = self.has_left or state != self.to
        return self.has_left and state == self.to


class PowerCadence:
    """Reads what moves often, and judges when to do so next.

    While the host is on its way, the system alone is read every few seconds, and the
    rest as often as ever. A host that was powered on has settled when its sensors can
    be read again, some time after its power state says that it is on.
    """

    def __init__(
        self,
        client: SupermicroRedfishClient,
        interval: timedelta,
        now: Callable[[], float],
    ) -> None:
        """Read at an interval as long as nothing happens, by a clock in seconds."""
        self._client = client
        self._interval = interval
        self._now = now
        self._transition: _Transition | None = None
        self._all_read_at = float("-inf")
        self._state: str | None = None
        self._sensors_on = self._sensors_off = -1
        self._is_booting = False
        self._post_code_came = 0.0
        self.has_read_all = True
        """Whether more than the system was read last."""

    @property
    def interval(self) -> timedelta:
        """The time until the next reading."""
        return min(QUICK_INTERVAL, self._interval) if self.is_quick else self._interval

    @property
    def is_all_due(self) -> bool:
        """Whether all was read so long ago that it is to be read again."""
        return self._now() - self._all_read_at >= self._interval.total_seconds()

    @property
    def is_quick(self) -> bool:
        """Whether the host is on its way to another power state."""
        return self._transition is not None

    @property
    def shows_post_codes(self) -> bool:
        """Whether the host is on and its BIOS may still be at work."""
        return self._is_booting and self._state == PowerState.ON

    def expect(self, reset_type: str, patience: float = PATIENCE) -> None:
        """Take note that the host was reset."""
        if reset_type == ResetType.NMI:
            return
        is_on = self._state == PowerState.ON
        to = _LEADS_TO.get(reset_type, PowerState.ON)
        if reset_type == ResetType.PUSH_POWER_BUTTON and is_on:
            to = PowerState.OFF
        is_restart = is_on and to == PowerState.ON and reset_type not in _LEADS_TO
        self._begin(to, patience, has_left=not is_restart)

    def see_post_code(self, *, is_new: bool) -> None:
        """Take note of a POST code: one that stays for long ends the boot."""
        if is_new:
            self._post_code_came = self._now()
        self._is_booting = self._now() < self._post_code_came + PATIENCE

    async def async_read(self, known: DynamicData | None) -> DynamicData:
        """Read what is due, and return it with what is known of the rest."""
        if known and (data := await self._async_read_system(known)):
            self.has_read_all = False
            return data
        self.has_read_all = True
        self._all_read_at = self._now()
        data = await self._client.async_get_dynamic_data()
        self._judge(data)
        return data

    def _begin(self, to: PowerState, patience: float, *, has_left: bool) -> None:
        """Follow the host to a power state."""
        self._transition = _Transition(to, self._now() + patience, has_left)
        self._is_booting = to == PowerState.ON
        self._post_code_came = self._now()

    async def _async_read_system(self, known: DynamicData) -> DynamicData | None:
        """Read the system alone; return None where that does not do."""
        transition, now = self._transition, self._now()
        if transition is None or self.is_all_due or now >= transition.ends:
            return None
        try:
            system = await self._client.async_get_system()
        except ENDS_ALL:
            raise
        except SupermicroRedfishError:
            return None
        self._state = system.power_state
        if transition.has_arrived(self._state):
            return None
        return replace(known, system=system)

    def _judge(self, data: DynamicData) -> None:
        """Take note of where the host is, and whether it has settled there."""
        before, self._state = self._state, (data.system or System()).power_state
        sensors = _count_sensors(data.thermal or Thermal())
        if transition := self._transition:
            is_there = transition.has_arrived(self._state)
            is_off = transition.to == PowerState.OFF
            if self._now() >= transition.ends or (
                is_there and (is_off or self._are_all_back(sensors))
            ):
                self._transition = None
        elif self._state != before and (to := _heads_for(before, self._state)):
            self._begin(to, PATIENCE, has_left=True)
        if self._transition is None:
            self._remember(sensors)

    def _remember(self, sensors: int) -> None:
        """Take note of how many sensors there are in this power state."""
        if self._state == PowerState.ON:
            self._sensors_on = sensors
        elif self._state == PowerState.OFF:
            self._sensors_off = sensors

    def _are_all_back(self, sensors: int) -> bool:
        """Tell whether sensors are what they were, or more than while it was off."""
        return sensors >= max(self._sensors_on, self._sensors_off + 1)


def _heads_for(before: str | None, state: str | None) -> PowerState | None:
    """Return where a host is going that nobody here has sent there.

    One that was off and is on may have to boot yet: old boards tell no state between.
    """
    if (before, state) == (PowerState.OFF, PowerState.ON):
        return PowerState.ON
    return _ON_ITS_WAY.get(state)


def _count_sensors(thermal: Thermal) -> int:
    """Return how many temperatures and fans can be read."""
    return len(thermal.available_temperatures) + len(thermal.available_fans)
