"""Poll the dynamic data, more often while the host changes its power state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from homeassistant.exceptions import ServiceValidationError

from .aiosupermicro import (
    DynamicData,
    PowerState,
    ResetType,
    ResourceError,
    SupermicroRedfishClient,
    System,
    Thermal,
)
from .const import DOMAIN

QUICK_INTERVAL: Final = timedelta(seconds=5)
TRANSITION_SECONDS: Final = 120.0
"""Maximum seconds of quick polls for a host that does not settle."""

_SWITCH_ON: Final = frozenset({ResetType.ON, ResetType.FORCE_ON})
_SWITCH_OFF: Final = frozenset({ResetType.GRACEFUL_SHUTDOWN, ResetType.FORCE_OFF})
_NEED_POWER: Final = frozenset(
    {ResetType.GRACEFUL_RESTART, ResetType.FORCE_RESTART, ResetType.NMI}
)
"""Reset types that only make sense while the host is on.

A power cycle is not among them: it also removes the standby power of some machines.
"""

_TARGET_STATES: dict[str, PowerState] = {
    **dict.fromkeys(_SWITCH_ON, PowerState.ON),
    **dict.fromkeys(_SWITCH_OFF, PowerState.OFF),
}
"""Power state that a reset leads to; all other resets are restarts."""

_INTERMEDIATE_STATES: dict[str | None, PowerState] = {
    PowerState.POWERING_ON: PowerState.ON,
    PowerState.POWERING_OFF: PowerState.OFF,
}
"""Power state that follows an intermediate one."""


def validate_reset(reset_type: str, state: str | None) -> None:
    """Verify that a reset does not contradict the power state of the host.

    Raises:
        ServiceValidationError: It contradicts the power state.

    """
    if state == PowerState.ON and reset_type in _SWITCH_ON:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="already_on"
        )
    if state == PowerState.OFF and reset_type in _SWITCH_OFF:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="already_off"
        )
    if state == PowerState.OFF and reset_type in _NEED_POWER:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="host_off"
        )


@dataclass
class _Transition:
    """Change of the host's power state that is under way."""

    target: PowerState
    ends_at: float
    """Time at which quick polls end, even if the host has not settled."""
    has_left: bool
    """Whether the host has left its old state; a restart begins and ends with On."""

    def is_complete(self, state: str | None) -> bool:
        """Return whether the host has reached the target state."""
        self.has_left = self.has_left or state != self.target
        return self.has_left and state == self.target


class HostPoller:
    """Poll the dynamic data and choose the interval to the next poll.

    During a transition, quick polls read only the system, and full polls keep their
    interval. A host that was powered on has settled once its sensors have readings
    again, which is some time after its power state changes to On.
    """

    def __init__(
        self,
        client: SupermicroRedfishClient,
        interval: timedelta,
        time_fn: Callable[[], float],
    ) -> None:
        """Initialize the poller.

        Args:
            client: The client of the BMC.
            interval: The time between two full polls.
            time_fn: A monotonic clock in seconds.

        """
        self._client = client
        self._interval = interval
        self._time_fn = time_fn
        self._transition: _Transition | None = None
        self._full_poll_at = float("-inf")
        self._state: str | None = None
        self._sensors_on = self._sensors_off = -1
        self._commanded_until = float("-inf")
        self._has_recent_post_code = False
        self._post_code_changed_at = 0.0
        self._was_complete = True
        """Whether the first poll has read all items."""
        self.was_full_poll = True
        """Whether the last poll read more than the system."""

    @property
    def interval(self) -> timedelta:
        """Time until the next poll; the first one may not have read everything."""
        if self._transition is None and self._was_complete:
            return self._interval
        return min(QUICK_INTERVAL, self._interval)

    @property
    def is_full_poll_due(self) -> bool:
        """Return whether the last full poll is at least one interval old."""
        return self._time_fn() - self._full_poll_at >= self._interval.total_seconds()

    @property
    def is_commanded(self) -> bool:
        """Return whether a command may be the reason why the power state changes."""
        return self._time_fn() < self._commanded_until

    @property
    def is_booting(self) -> bool:
        """Return whether the host is on and its firmware may still be running."""
        return self._has_recent_post_code and self._state == PowerState.ON

    def expect_reset(
        self, reset_type: str, settle_seconds: float = TRANSITION_SECONDS
    ) -> None:
        """Start quick polls after a reset of the host."""
        if reset_type == ResetType.NMI:
            return
        seconds = settle_seconds + self._interval.total_seconds()
        self._commanded_until = self._time_fn() + seconds
        is_on = self._state == PowerState.ON
        target = _TARGET_STATES.get(reset_type, PowerState.ON)
        if reset_type == ResetType.PUSH_POWER_BUTTON and is_on:
            target = PowerState.OFF
        is_restart = (
            is_on and target == PowerState.ON and reset_type not in _TARGET_STATES
        )
        self._start_transition(target, settle_seconds, has_left=not is_restart)

    def record_post_code(self, *, has_changed: bool) -> None:
        """Record a POST code; one that stays the same for long ends the boot."""
        if has_changed:
            self._post_code_changed_at = self._time_fn()
        self._has_recent_post_code = (
            self._time_fn() < self._post_code_changed_at + TRANSITION_SECONDS
        )

    async def async_read(self, cached: DynamicData | None) -> DynamicData:
        """Read the data that is due, and merge it with the cached data."""
        if cached and (system := await self._async_read_system()):
            self.was_full_poll = False
            return replace(cached, system=system)
        self.was_full_poll = True
        self._full_poll_at = self._time_fn()
        may_be_partial = cached is not None or (
            await self._client.async_is_same_bmc() and self._client.reads_in_bulk
        )
        data = await self._client.async_get_dynamic_data(
            with_settings=False, complete=not may_be_partial
        )
        self._was_complete = data.is_complete or cached is not None
        self._update_transition(data)
        return data

    def _start_transition(
        self, target: PowerState, settle_seconds: float, *, has_left: bool
    ) -> None:
        """Start quick polls until the host reaches a power state."""
        now = self._time_fn()
        self._transition = _Transition(target, now + settle_seconds, has_left)
        self._has_recent_post_code = target == PowerState.ON
        self._post_code_changed_at = now

    async def _async_read_system(self) -> System | None:
        """Read only the system, or return None if a full poll is needed."""
        transition = self._transition
        if (
            transition is None
            or self.is_full_poll_due
            or self._time_fn() >= transition.ends_at
        ):
            return None
        try:
            system = await self._client.async_get_system()
        except ResourceError:
            return None
        self._state = system.power_state
        return None if transition.is_complete(self._state) else system

    def _update_transition(self, data: DynamicData) -> None:
        """Start or end a transition by the result of a full poll."""
        previous, self._state = self._state, (data.system or System()).power_state
        sensors = _count_sensors(data.thermal or Thermal())
        if transition := self._transition:
            is_complete = transition.is_complete(self._state)
            is_off = transition.target == PowerState.OFF
            if self._time_fn() >= transition.ends_at or (
                is_complete and (is_off or self._has_all_sensors(sensors))
            ):
                self._transition = None
        elif self._state != previous and (
            target := _target_state(previous, self._state)
        ):
            self._start_transition(target, TRANSITION_SECONDS, has_left=True)
        if self._transition is None:
            self._record_sensors(sensors)

    def _record_sensors(self, sensors: int) -> None:
        """Record the number of sensors with a reading in the current power state."""
        if self._state == PowerState.ON:
            self._sensors_on = sensors
        elif self._state == PowerState.OFF:
            self._sensors_off = sensors

    def _has_all_sensors(self, sensors: int) -> bool:
        """Return whether the usual number of sensors has a reading with the host on."""
        return sensors >= max(self._sensors_on, self._sensors_off + 1)


def _target_state(previous: str | None, state: str | None) -> PowerState | None:
    """Return the target of a transition that this client did not command.

    A host that was off and is on may still boot: old boards report no state between.
    """
    if (previous, state) == (PowerState.OFF, PowerState.ON):
        return PowerState.ON
    return _INTERMEDIATE_STATES.get(state)


def _count_sensors(thermal: Thermal) -> int:
    """Return the number of temperatures and fans with a reading."""
    return len(thermal.available_temperatures) + len(thermal.available_fans)
