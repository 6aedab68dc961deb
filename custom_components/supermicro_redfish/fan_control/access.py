"""Read and write fan mode and duties, with the waits that a BMC needs."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
import logging
from typing import Final

from ..aiosupermicro import SupermicroRedfishError
from .interfaces import Device, Surroundings
from .models import FULL, MAX_DUTY, FanControlError

LOGGER: Final = logging.getLogger(__package__)

WRITE_SECONDS: Final = 2.0
"""Shortest time between two changes of a zone."""
MODE_SECONDS: Final = (2.0, 10.0)
"""Shortest and longest time until a mode is read back."""
SETTLE_SECONDS: Final = 10.0
"""Time after a command until the speeds of the fans follow it."""
RETRY_SECONDS: Final = 0.5
_SILENCE_SECONDS: Final = 40.0
"""Seconds without response after which a BMC is silent: more than one lost read."""

type OnChange = Callable[[int, int | None, int], None]
"""Function that is called with a zone, its old duty and the new one."""


class FanAccess:
    """Mode and duties of a BMC as they were last read."""

    def __init__(
        self,
        device: Device,
        surroundings: Surroundings,
        zones: tuple[int, ...],
        on_change: OnChange,
    ) -> None:
        """Initialize without any reading."""
        self._device = device
        self._surroundings = surroundings
        self._zones = zones
        self._on_change = on_change
        self._time_fn = asyncio.get_running_loop().time
        self._ending = asyncio.Event()
        self._written_at: dict[int, float] = {}
        self.mode: str | None = None
        """Fan mode, None if unknown."""
        self.duties: dict[int, int | None] = {}
        """Duty of each zone in percent, None if the BMC reports none."""
        self.is_responding = False
        """Whether the last read has succeeded."""
        self.answered_at = self.silent_at = self._time_fn()
        """Times of the last successful read, and of the last one without a response."""

    @property
    def is_settled(self) -> bool:
        """Return whether the fans had time to follow the last command."""
        last = max(self._written_at.values(), default=float("-inf"))
        return self._time_fn() - last >= SETTLE_SECONDS

    @property
    def is_ending(self) -> bool:
        """Return whether waits are cut short because the control ends."""
        return self._ending.is_set()

    @property
    def is_cooling(self) -> bool:
        """Return whether the fans are not held below 100 %.

        In any other mode than Full, also in an unknown one, the BMC regulates them.
        """
        duties = [self.duties.get(zone) for zone in self._zones]
        return self.mode != FULL or all(duty == MAX_DUTY for duty in duties)

    def is_overwritten(self, targets: Mapping[int, int]) -> bool:
        """Return whether a duty differs from its target and from the BMC's 100 %."""
        return any(
            duty not in (None, MAX_DUTY, targets.get(zone))
            for zone, duty in self.duties.items()
        )

    def find_lowered(self, targets: Mapping[int, int]) -> Mapping[int, int]:
        """Return the targets of the zones that the BMC reports at a lower duty."""
        return {
            zone: target
            for zone, target in targets.items()
            if (duty := self.duties.get(zone)) is not None and duty < target
        }

    def end(self) -> None:
        """End all waits early."""
        self._ending.set()

    async def async_close(self) -> None:
        """Close the session."""
        await self._device.async_close()

    async def async_read(self, *, is_required: bool = False) -> None:
        """Read mode and duties back; a failure is only recorded unless required."""
        try:
            self.mode = await self._device.async_get_mode()
            for zone in self._zones:
                self.duties[zone] = await self._device.async_get_duty(zone)
        except SupermicroRedfishError as error:
            if self.is_responding:
                LOGGER.warning("The fans cannot be read over IPMI: %s", error)
            self.is_responding, now = False, self._time_fn()
            if now - self.answered_at >= _SILENCE_SECONDS:
                self.silent_at = now
            if is_required:
                raise
        else:
            if not self.is_responding:
                LOGGER.info("The fans can be read over IPMI")
            self.is_responding, self.answered_at = True, self._time_fn()

    async def async_is_full(self) -> bool:
        """Return whether the mode is Full now."""
        return await self._device.async_get_mode() == FULL

    async def async_hold(self, targets: Mapping[int, int]) -> None:
        """Write the mode, unless it is Full already, and then the duties.

        Raises:
            FanControlError: The BMC does not report the mode, or the control ends.
            SupermicroRedfishError: The BMC cannot be reached.

        """
        if not await self.async_is_full():
            async with self._surroundings.exclusive():
                await self._device.async_set_mode(FULL)
            await self._wait_for_full()
        await self.async_write_duties(targets)

    async def async_write_duties(self, targets: Mapping[int, int]) -> None:
        """Write the duties of some zones, each zone at most every two seconds.

        Raises:
            FanControlError: The control ends.
            SupermicroRedfishError: The BMC cannot be reached.

        """
        for zone, percent in targets.items():
            written_at = self._written_at.get(zone, float("-inf"))
            await self._pause(written_at + WRITE_SECONDS - self._time_fn())
            async with self._surroundings.exclusive():
                await self._device.async_set_duty(zone, percent)
            self._written_at[zone] = self._time_fn()
            old, self.duties[zone] = self.duties.get(zone), percent
            self._on_change(zone, old, percent)

    async def async_restore(self, mode: str | None) -> None:
        """Write a mode and read it back; without a mode, drive all fans at 100 %.

        It does not wait for Redfish, whose requests may take minutes.

        Raises:
            FanControlError: The BMC stays in the mode Full.
            SupermicroRedfishError: The BMC cannot be reached.

        """
        if mode is None:
            if not await self.async_is_full():
                await self._device.async_set_mode(FULL)
                await self._wait_for_full()
            for zone in self._zones:
                await self._device.async_set_duty(zone, MAX_DUTY)
            return
        if self._device.supports(mode):
            await self._device.async_set_mode(mode)
        else:
            await self._surroundings.async_set_mode(mode)
        deadline = self._time_fn() + MODE_SECONDS[1]
        while await self.async_is_full():
            if self._time_fn() >= deadline:
                raise FanControlError("fan_mode_not_confirmed")
            await asyncio.sleep(RETRY_SECONDS)

    async def async_raise_all(self) -> None:
        """Drive all fans at 100 % in the mode Full, as far as the BMC accepts it."""
        try:
            zones = self._zones if await self.async_is_full() else ()
        except SupermicroRedfishError as error:
            LOGGER.debug("The fan mode cannot be read: %s", error)
            return
        for zone in zones:
            try:
                await self._device.async_set_duty(zone, MAX_DUTY)
            except SupermicroRedfishError as error:
                LOGGER.debug("Zone %s cannot be set to 100 %%: %s", zone, error)

    async def _wait_for_full(self) -> None:
        """Wait until the BMC reports the mode Full."""
        pause, longest = MODE_SECONDS
        deadline = self._time_fn() + longest
        while True:
            await self._pause(pause)
            if await self.async_is_full():
                return
            if self._time_fn() >= deadline:
                raise FanControlError("fan_mode_not_confirmed")

    async def _pause(self, seconds: float) -> None:
        """Wait; raise FanControlError if the control ends."""
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ending.wait()
        if self._ending.is_set():
            raise FanControlError("fan_control_stopped")
