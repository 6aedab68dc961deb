"""Transitions between the states of the control.

They store the state before the writes that matter, and are called one at a time.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
import logging
import math
from typing import Any, Final

from ..aiosupermicro import SupermicroRedfishError, Thermal
from .access import RETRY_SECONDS, FanAccess
from .fan_watch import FanWatch
from .guard import Guard
from .interfaces import Surroundings
from .models import (
    CONTROLLED,
    FULL,
    MAX_DUTY,
    ControlRecord,
    ControlState,
    FanControlError,
    Trip,
    choose_restore_mode,
)

LOGGER: Final = logging.getLogger(__package__)

RAISE_PERCENT: Final = 5
"""Percent points by which a duty is raised that is too low for the fans."""
RETAKE_SECONDS: Final = 60.0
"""Seconds without control after a failed attempt, from the restored mode on.

Several zones and automations would otherwise change the mode back and forth.
"""
REPORTED_FAILURES: Final = 2
"""Number of failed attempts in a row to restore the mode that is reported."""


class Transitions:
    """State of the control, with its transitions."""

    def __init__(
        self,
        access: FanAccess,
        surroundings: Surroundings,
        guard: Guard,
        watch: FanWatch,
        record: ControlRecord,
    ) -> None:
        """Initialize with the state of an earlier run."""
        if record.state in CONTROLLED:
            record = replace(record, state=ControlState.WAITING)
        self.record = record
        self._access = access
        self._surroundings = surroundings
        self._guard = guard
        self._watch = watch
        self._time_fn = asyncio.get_running_loop().time
        self._paused_until = -math.inf
        """End of the pause after a failed attempt.

        It is infinite until the mode is restored.
        """
        self._failures = int(record.state is ControlState.RESTORING)
        """Failed attempts in a row to restore the mode, with one of an earlier run."""

    @property
    def state(self) -> ControlState:
        """State of the control."""
        return self.record.state

    @property
    def obstacle(self) -> FanControlError | None:
        """Error for which control may not be taken, None if it may.

        While the fans are given back, another zone could otherwise take them again.
        """
        if self._access.is_ending:
            return FanControlError("fan_control_stopped")
        if self.state is ControlState.RESTORING:
            return FanControlError("fan_control_restoring")
        if self.record.trip is not None:
            return FanControlError("fan_control_tripped")
        if self._time_fn() < self._paused_until:
            return FanControlError("fan_control_paused")
        return None

    def require_allowed(self) -> None:
        """Raise FanControlError if control may not be taken."""
        if (obstacle := self.obstacle) is not None:
            raise obstacle

    async def async_save(self, **changes: Any) -> None:
        """Change the record, and store it at once."""
        self.record = replace(self.record, **changes)
        if self.state in (ControlState.RELEASED, ControlState.IN_CONTROL):
            self._surroundings.report_held(is_held=False)
        await self._surroundings.async_save(self.record)

    async def async_take(self, thermal: Thermal, targets: Mapping[int, int]) -> None:
        """Change to taking, and with mode and duties written to in control.

        The mode to restore is the current one. If the control was interrupted, it may
        be Full; the mode before that is kept.

        Raises:
            FanControlError: The BMC has not confirmed the mode, or the control ends.
            SupermicroRedfishError: The BMC cannot be reached. The fans are given back.

        """
        previous = self._access.mode
        if previous == FULL and self.state is not ControlState.RELEASED:
            previous = self.record.restore_mode
        await self.async_save(
            state=ControlState.TAKING,
            restore_mode=choose_restore_mode(previous, self._surroundings.modes),
            targets=targets,
        )
        self._start_guard(thermal)
        self._watch.start(thermal)
        try:
            await self._access.async_hold(targets)
        except FanControlError, SupermicroRedfishError:
            self._paused_until = math.inf
            await self.async_save(state=ControlState.RESTORING)
            await self.async_restore(is_forced=True)
            raise
        await self.async_save(state=ControlState.IN_CONTROL)

    def wait(self) -> None:
        """Change to waiting; nothing is written.

        It need not be stored, as a start after a crash waits as well.
        """
        self._guard.forget()
        if self.state is not ControlState.WAITING:
            LOGGER.info("The fan control waits for the BMC and its fans")
            self.record = replace(self.record, state=ControlState.WAITING)

    async def async_resume(self, thermal: Thermal) -> bool:
        """Change from waiting to in control; return the success."""
        self._start_guard(thermal)
        self._watch.start()
        try:
            await self._access.async_hold(self.record.targets)
        except (FanControlError, SupermicroRedfishError) as error:
            LOGGER.debug("The fan control cannot continue yet: %s", error)
            return False
        LOGGER.info("The fan control continues")
        await self.async_save(state=ControlState.IN_CONTROL)
        await self._access.async_read()
        return True

    async def async_end(self) -> None:
        """Change from any state to released, with as many attempts as necessary."""
        if self.state in CONTROLLED:
            await self.async_save(state=ControlState.RESTORING)
        while self.state is ControlState.RESTORING:
            if not await self._restore():
                await asyncio.sleep(RETRY_SECONDS)

    async def async_trip(self, trip: Trip) -> None:
        """Change to restoring, and keep the control off afterwards."""
        LOGGER.warning("The fan control has ended: %s %s", trip.reason, trip.sensor)
        self._surroundings.report_trip(trip)
        await self.async_save(state=ControlState.RESTORING, trip=trip)
        await self.async_restore()

    async def async_restore(self, *, is_forced: bool = False) -> bool:
        """Change from restoring to released, then read mode and duties.

        Args:
            is_forced: Whether a mode other than Full is replaced as well.

        Returns:
            Whether the mode has been restored; otherwise the next poll tries again.

        """
        is_done = await self._restore(is_forced=is_forced)
        await self._access.async_read()
        return is_done

    async def _restore(self, *, is_forced: bool = False) -> bool:
        """Restore the mode over IPMI or Redfish and return the success.

        A BMC that stays in the mode Full does not regulate its fans. If IPMI fails,
        they are therefore driven at 100 %, without waiting for Redfish.
        """
        mode = self.record.restore_mode
        try:
            if is_forced or await self._access.async_is_full():
                await self._access.async_restore(mode)
        except (FanControlError, SupermicroRedfishError) as error:
            LOGGER.debug("The fan mode cannot be restored over IPMI: %s", error)
            is_set, _ = await asyncio.gather(
                self._set_mode_over_redfish(mode), self._access.async_raise_all()
            )
            if not is_set:
                self._report_failure()
                return False
            self._access.mode = mode  # which IPMI cannot report now
        self._failures = 0
        if self._paused_until == math.inf:
            self._paused_until = self._time_fn() + RETAKE_SECONDS
        await self.async_save(state=ControlState.RELEASED, targets={})
        return True

    async def _set_mode_over_redfish(self, mode: str | None) -> bool:
        """Set a mode, if there is one, and return the success."""
        if mode is None:
            return False
        try:
            await self._surroundings.async_set_mode(mode)
        except SupermicroRedfishError as error:
            LOGGER.debug("The fan mode cannot be set over Redfish: %s", error)
            return False
        return True

    def _report_failure(self) -> None:
        """Count a failed attempt to restore the mode; report it if it is not the first.

        The issue is deleted when the state changes to released.
        """
        self._failures += 1
        if self._failures == REPORTED_FAILURES:
            LOGGER.warning(
                "The fans could not be given back to the BMC yet: it does not restore "
                "its fan mode; all fans are driven at 100 % if it accepts that"
            )
        if self._failures >= REPORTED_FAILURES:
            self._surroundings.report_held(is_held=True)

    async def async_raise(self, zones: Iterable[int]) -> None:
        """Raise duties that are too low for the fans, and learn them as floors."""
        targets = self.record.targets
        raised = {zone: min(targets[zone] + RAISE_PERCENT, MAX_DUTY) for zone in zones}
        floors = {**self.record.floors, **raised}
        await self.async_save(floors=floors, targets={**targets, **raised})
        LOGGER.warning("Fans were too slow; the lowest duties are now %s", floors)
        self._surroundings.report_floors(floors)
        await self.async_rewrite(raised)

    async def async_rewrite(self, targets: Mapping[int, int]) -> None:
        """Write duties again; a failure shows when they are read back."""
        try:
            await self._access.async_write_duties(targets)
        except (FanControlError, SupermicroRedfishError) as error:
            LOGGER.warning("A duty cannot be written: %s", error)
        await self._access.async_read()

    def _start_guard(self, thermal: Thermal) -> None:
        """Restart the guard with the temperatures of the current readings."""
        self._guard.forget()
        self._guard.check_presence(thermal)
