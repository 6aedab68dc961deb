"""Control the fans, and give them back: the states that the package describes."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
import logging
from typing import Final

from ..aiosupermicro import LogEntry, SupermicroRedfishError, Thermal
from .access import FanAccess
from .fan_watch import FanWatch, find_pumping_fans, has_fan_reading
from .guard import Guard
from .interfaces import Device, Surroundings
from .models import (
    CONTROLLED,
    FULL,
    MAX_DUTY,
    ControlRecord,
    ControlState,
    FanControlData,
    FanControlError,
    FanSettings,
    FanZone,
    Trip,
    TripReason,
    choose_restore_mode,
)
from .transitions import Transitions
from .zone_fans import ZoneFans

LOGGER: Final = logging.getLogger(__package__)

BLIND_SECONDS: Final = 90.0
"""Longest time without temperatures, or without IPMI."""
RESET_SECONDS: Final = 300.0
"""Longest time without temperatures after a reset, while the BMC cools."""
POLL_MARGIN: Final = 5.0
"""Seconds by which a poll may be late."""
STOP_SECONDS: Final = 12.0
"""Longest time for giving the fans back when the control ends."""
LOG_SECONDS: Final = 120.0
"""Seconds from a written duty to the check of the event log for pumping."""


class FanController:
    """Hold the fans of a BMC at chosen duties while that is safe."""

    def __init__(
        self,
        device: Device,
        settings: FanSettings,
        surroundings: Surroundings,
        record: ControlRecord,
    ) -> None:
        """Initialize the controller in the state of an earlier run."""
        self._settings = settings
        self._surroundings = surroundings
        self._access = FanAccess(
            device, surroundings, settings.zones, self._note_change
        )
        self._guard = Guard(settings.headroom)
        self._zone_fans = ZoneFans(dict(record.fans))
        self._watch = FanWatch(self._zone_fans.zone_of)
        self._control = Transitions(
            self._access, surroundings, self._guard, self._watch, record
        )
        self._lock, self._stop_lock = asyncio.Lock(), asyncio.Lock()
        self._is_stopped = False
        self._wanted: dict[int, int] = {}
        """Percentages of commands that wait for their turn, by zone."""
        self._thermal: Thermal | None = None
        self._time_fn = asyncio.get_running_loop().time
        self._polled_at = self._time_fn()
        self._waiting_since: float | None = None
        """Time of the first poll after which the control could not continue."""
        self._log_due_at: float | None = None
        self._log: tuple[LogEntry, ...] = ()
        self._log_before: frozenset[LogEntry] | None = None
        """Entries from before the last command.

        None after a raised duty, until the log is read again.
        """

    # State

    @property
    def state(self) -> ControlState:
        """State of the control."""
        return self._control.record.state

    @property
    def trip(self) -> Trip | None:
        """Trip that keeps the control off, None if it may be taken."""
        return self._control.record.trip

    @property
    def is_responding(self) -> bool:
        """Return whether the last read over IPMI has succeeded."""
        return self._access.is_responding

    @property
    def data(self) -> FanControlData:
        """Mode and zones as they were last read."""
        return FanControlData(
            mode=self._access.mode,
            in_control=self.state in CONTROLLED,
            is_allowed=self._control.obstacle is None,
            zones={
                str(number + 1): FanZone(
                    number=number,
                    duty=self._access.duties.get(number),
                    minimum=self._minimum(number),
                    fans=self._zone_fans.fans_of(number),
                )
                for number in self._settings.zones
            },
        )

    def _minimum(self, zone: int) -> int:
        """Return the lowest duty of a zone."""
        return max(self._settings.floor, self._control.record.floors.get(zone, 0))

    def _publish(self) -> None:
        """Publish the fan mode and the zones."""
        self._surroundings.publish(self.data)

    def _note_change(self, zone: int, old: int | None, new: int) -> None:
        """Record a written duty."""
        self._watch.note_change(zone, old, new)
        self._zone_fans.note_change(zone, old, new)
        is_raised = old is not None and new > old
        self._log_before = None if is_raised else frozenset(self._log)
        self._log_due_at = self._time_fn() + LOG_SECONDS

    # Commands

    async def async_set_percentage(self, zone: int, percentage: int) -> None:
        """Hold a zone at a percentage, but not below its lowest duty.

        The other zones hold the duty that they have. Of commands that come faster than
        the BMC may be written, the last one counts.

        Raises:
            FanControlError: Control cannot be taken now.
            SupermicroRedfishError: The BMC did not carry out the command.

        """
        self._control.require_allowed()
        self._wanted[zone] = percentage
        async with self._lock:
            self._control.require_allowed()
            if (wanted := self._wanted.pop(zone, None)) is None:
                return
            changes = {zone: max(wanted, self._minimum(zone))}
            targets = {**self._control.record.targets, **changes}
            if self.state is ControlState.WAITING:
                await self._control.async_save(targets=targets)
            elif (
                self.state is ControlState.IN_CONTROL
                and await self._access.async_is_full()
            ):
                await self._control.async_save(targets=targets)
                await self._access.async_write_duties(changes)
            else:
                await self._take(changes)
            await self._access.async_read()
            self._publish()

    async def async_set_mode(self, mode: str | None = None) -> None:
        """Give the fans back in a mode, or else in the one before.

        In the mode Full a BMC keeps the last duty; all zones are then set to 100 %.

        Raises:
            FanControlError: The BMC has not confirmed the mode.

        """
        self._wanted.clear()
        async with self._lock:
            if self._access.is_ending:
                raise FanControlError("fan_control_stopped")
            if mode is None:
                mode = self._control.record.restore_mode
            restore_mode = None if mode == FULL else mode
            state = ControlState.RESTORING
            await self._control.async_save(state=state, restore_mode=restore_mode)
            is_done = await self._control.async_restore(is_forced=True)
            self._publish()
            if not is_done:
                raise FanControlError("fan_mode_not_confirmed")

    async def async_release(self) -> None:
        """Give the fans back in the mode before control was taken, if it was."""
        if self.state is not ControlState.RELEASED:
            await self.async_set_mode()
        elif self._access.mode == FULL:
            modes = self._surroundings.modes
            await self.async_set_mode(choose_restore_mode(None, modes) or FULL)

    async def async_clear_trip(self) -> None:
        """Allow control again after a trip."""
        await self._control.async_save(trip=None)
        self._surroundings.report_trip(None)
        self._publish()

    async def _take(self, changes: Mapping[int, int]) -> None:
        """Take control; the other zones keep their current duty."""
        is_old = self._time_fn() - self._polled_at >= BLIND_SECONDS
        thermal = self._guard.require_safe(None if is_old else self._thermal)
        await self._access.async_read(is_required=True)
        held = {
            zone: max(self._access.duties.get(zone) or MAX_DUTY, self._minimum(zone))
            for zone in self._settings.zones
        }
        try:
            await self._control.async_take(thermal, {**held, **changes})
        except FanControlError, SupermicroRedfishError:
            self._publish()
            raise

    # Polls

    async def async_handle_poll(
        self, thermal: Thermal | None, *, is_host_on: bool
    ) -> None:
        """React to a poll of the temperatures, None if they could not be read."""
        async with self._lock:
            if self._access.is_ending:
                return
            await self._access.async_read()
            if thermal is not None:
                self._thermal, self._polled_at = thermal, self._time_fn()
                await self._react(thermal, is_host_on=is_host_on)
            self._publish()
        await self._check_log()

    async def async_check_blindness(self) -> None:
        """React to missing polls; call this every few seconds."""
        age = self._time_fn() - self._polled_at
        is_polled = age < self._settings.interval + POLL_MARGIN
        if self.state is ControlState.RELEASED or is_polled or self._lock.locked():
            return
        async with self._lock:
            if self._access.is_ending:
                return
            await self._access.async_read()
            if self.state in (ControlState.TAKING, ControlState.RESTORING):
                await self._control.async_restore()
            elif not self.is_responding:
                self._control.wait()
            else:
                blind_since = max(self._polled_at, self._access.silent_at)
                if self._time_fn() - blind_since >= self._blind_limit:
                    await self._control.async_trip(Trip(reason=TripReason.NO_READINGS))
            self._publish()

    @property
    def _blind_limit(self) -> float:
        """Longest time without temperatures.

        A BMC that was reset drives its fans at 100 % until it can be polled again.
        """
        lowest = min(self._control.record.targets.values(), default=0)
        may_be_reset = self.state is ControlState.WAITING or lowest < MAX_DUTY
        is_reset = may_be_reset and self._access.is_cooling
        return RESET_SECONDS if is_reset else BLIND_SECONDS

    async def _react(self, thermal: Thermal, *, is_host_on: bool) -> None:
        """Continue to give the fans back, or check the readings."""
        if self.state is not ControlState.WAITING:
            self._waiting_since = None
        if self.state in (ControlState.TAKING, ControlState.RESTORING):
            await self._control.async_restore()
        elif self.state is not ControlState.RELEASED:
            await self._guard_fans(thermal, is_host_on=is_host_on)

    async def _guard_fans(self, thermal: Thermal, *, is_host_on: bool) -> None:
        """Change the state if the readings require it while the fans are held."""
        if trip := self._guard.check_headroom(thermal):
            await self._control.async_trip(trip)
        elif not is_host_on or not has_fan_reading(thermal):
            await self._wait_for_fans(is_host_on=is_host_on)
        elif not self.is_responding:
            if self._time_fn() - self._access.answered_at >= BLIND_SECONDS:
                await self._control.async_trip(Trip(reason=TripReason.NO_IPMI))
        elif self.state is ControlState.WAITING:
            if not await self._control.async_resume(thermal):
                await self._limit_wait(TripReason.NO_IPMI)
        elif self._access.mode != FULL:
            LOGGER.info("The fan mode was changed elsewhere; the fans are released")
            await self._control.async_save(state=ControlState.RELEASED)
        elif trip := self._guard.check_presence(thermal):
            await self._confirm_presence(trip)
        else:
            await self._watch_fans(thermal)

    async def _wait_for_fans(self, *, is_host_on: bool) -> None:
        """Wait for readings of fans, without a limit only while the host is off."""
        self._control.wait()
        if is_host_on:
            await self._limit_wait(TripReason.NO_READINGS)
        else:
            self._waiting_since = None

    async def _limit_wait(self, reason: TripReason) -> None:
        """Give the fans back if the control has not continued for too long."""
        now = self._time_fn()
        self._waiting_since = self._waiting_since or now
        if now - self._waiting_since >= RESET_SECONDS:
            await self._control.async_trip(Trip(reason=reason))

    async def _confirm_presence(self, trip: Trip) -> None:
        """Trip for lost temperatures, unless the host is just being switched off."""
        try:
            is_host_on = await self._surroundings.async_is_host_on()
        except SupermicroRedfishError:
            is_host_on = True
        if is_host_on:
            await self._control.async_trip(trip)
        else:
            self._control.wait()

    # Fans

    async def _watch_fans(self, thermal: Thermal) -> None:
        """React to slow fans and to duties that something else has lowered.

        While another program sets duties, slow fans do not raise the lowest duty.
        """
        is_settled, targets = self._access.is_settled, self._control.record.targets
        duties = self._access.duties
        findings = self._watch.assess(thermal, targets, duties, is_settled=is_settled)
        if findings.failed:
            reason = TripReason.FAN_CRITICAL
            await self._control.async_trip(Trip(reason=reason, sensor=findings.failed))
            return
        if findings.slow_zones and not self._access.is_overwritten(targets):
            await self._control.async_raise(findings.slow_zones)
            return
        if is_settled and self._zone_fans.observe(thermal):
            await self._control.async_save(fans=dict(self._zone_fans.zone_of))
        lowered = self._access.find_lowered(targets)
        if findings.is_doubtful:
            await self._control.async_rewrite(targets)
        elif findings.slow_zones or any(
            (duties[zone] or 0) < self._minimum(zone) for zone in lowered
        ):
            await self._control.async_rewrite(lowered)

    async def _check_log(self) -> None:
        """Look for pumping in the event log, some time after a written duty."""
        if self._log_due_at is None or self._time_fn() < self._log_due_at:
            return
        self._log_due_at = None
        try:
            entries = await self._surroundings.async_get_log()
        except SupermicroRedfishError as error:
            LOGGER.debug("The event log cannot be checked for pumping: %s", error)
            return
        await self.async_handle_log(entries)

    async def async_handle_log(self, entries: Iterable[LogEntry]) -> None:
        """React to fans that pump according to entries since the last command."""
        async with self._lock:
            self._log, before = tuple(entries), self._log_before
            if before is None:
                self._log_before = frozenset(self._log)
                return
            new = [entry for entry in self._log if entry not in before]
            fans = find_pumping_fans(new)
            if not fans or self.state is not ControlState.IN_CONTROL:
                return
            targets, zone_of = self._control.record.targets, self._zone_fans.zone_of
            zones = {zone_of[fan] for fan in fans if zone_of.get(fan) in targets}
            await self._control.async_raise(zones or targets)
            self._publish()

    # End

    async def async_stop(self) -> None:
        """Give the fans back and end the control, within some seconds.

        A second call waits for the first one, and continues it if it was cancelled.
        """
        self._access.end()
        async with self._stop_lock:
            if self._is_stopped:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS), self._lock:
                    await self._control.async_end()
            if self.state is not ControlState.RELEASED:
                self._surroundings.report_held(is_held=True)
                LOGGER.error(
                    "The fans could not be given back to the BMC, which does not "
                    "regulate them now: set the fan mode on its web page"
                )
            await self._access.async_close()
            self._is_stopped = True
