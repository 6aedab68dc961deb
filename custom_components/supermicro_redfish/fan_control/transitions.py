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
"""Time after a failed attempt to take control, and the restored mode, until the next.

Several zones and automations would otherwise change the mode back and forth.
"""


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
        """End of the pause after a failed attempt; endless until the mode is back."""

    @property
    def state(self) -> ControlState:
        """State of the control."""
        return self.record.state

    @property
    def is_paused(self) -> bool:
        """Whether control may not be taken yet.

        Another zone may give the fans back at the moment, or the last attempt to take
        control has failed.
        """
        is_restoring = self.state is ControlState.RESTORING
        return is_restoring or self._time_fn() < self._paused_until

    async def async_save(self, **changes: Any) -> None:
        """Change the record, and store it at once."""
        self.record = replace(self.record, **changes)
        if self.state in (ControlState.RELEASED, ControlState.IN_CONTROL):
            self._surroundings.report_held(is_held=False)
        await self._surroundings.async_save(self.record)

    async def async_take(self, thermal: Thermal, targets: Mapping[int, int]) -> None:
        """Go from released or restoring to in control: first the mode, then the duties.

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
            if not await self.async_restore():
                await asyncio.sleep(RETRY_SECONDS)

    async def async_trip(self, trip: Trip) -> None:
        """Change to restoring, and keep the control off afterwards."""
        LOGGER.warning("The fan control has ended: %s %s", trip.reason, trip.sensor)
        self._surroundings.report_trip(trip)
        await self.async_save(state=ControlState.RESTORING, trip=trip)
        await self.async_restore()
        await self._access.async_read()

    async def async_restore(self, *, is_forced: bool = False) -> bool:
        """Change from restoring to released: write the mode over IPMI or Redfish.

        Args:
            is_forced: Whether a mode other than Full is replaced as well.

        Returns:
            Whether it has been read back; otherwise the next poll tries again.

        """
        mode = self.record.restore_mode
        try:
            if is_forced or await self._access.async_is_full():
                await self._access.async_restore(mode)
        except (FanControlError, SupermicroRedfishError) as error:
            LOGGER.debug("The fan mode cannot be restored over IPMI: %s", error)
            if mode is None:
                return False
            try:
                await self._surroundings.async_set_mode(mode)
            except SupermicroRedfishError as failure:
                LOGGER.debug("The fan mode cannot be set over Redfish: %s", failure)
                return False
            self._access.mode = mode  # which IPMI cannot report now
        if self._paused_until == math.inf:
            self._paused_until = self._time_fn() + RETAKE_SECONDS
        await self.async_save(state=ControlState.RELEASED, targets={})
        return True

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
        """Let guard and watch compare the next polls with the current readings."""
        self._guard.forget()
        self._guard.check_presence(thermal)
