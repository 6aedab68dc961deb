"""Changing what a BMC does."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .endpoints import (
    CHASSIS,
    FAN_MODE,
    LLDP_SERVICE,
    MANAGER,
    NETWORK_PROTOCOL,
    NTP_SERVICE,
    ROOT,
    SYSTEM,
    SYSTEM_LOGS,
    Endpoint,
)
from .exceptions import (
    ConnectionError,  # noqa: A004
    NotFoundError,
    SupermicroRedfishError,
)
from .links import follow
from .logbook import async_find_log
from .models import (
    BootSource,
    BootSourceEnabled,
    IndicatorLED,
    IntrusionSensor,
    ResetType,
)
from .resources import Resources

_LED = "IndicatorLED"


class Writes:
    """What can be changed on a BMC.

    A change that changes nothing is not sent. Each method returns when the BMC has
    done what was asked, and raises InvalidRequestError where it refuses.
    """

    _resources: Resources

    async def async_set_indicator_led(self, state: str) -> None:
        """Set the identify LED to one of `IndicatorLED`.

        Where a board has the later LocationIndicatorActive only, it is on or off; where
        its system has neither, it is the chassis'.
        """
        endpoint, key = await self._async_find_led()
        value = state if key == _LED else state != IndicatorLED.OFF
        await self._resources.async_patch(endpoint, {key: value})

    async def async_set_fan_mode(self, mode: str) -> None:
        """Set the fan mode to one of `FanMode.available_modes`."""
        await self._resources.async_patch(FAN_MODE, {"Mode": mode})

    async def async_set_ntp_enabled(self, enabled: bool) -> None:  # noqa: FBT001
        """Turn the BMC's time service on or off; returns when that is done."""
        await self._resources.async_patch(NTP_SERVICE, {"NTPEnable": enabled})

    async def async_system_reset(self, reset_type: str) -> None:
        """Reset, start or stop the host in one of the advertised ways."""
        await self._resources.async_act(
            SYSTEM, "ComputerSystem.Reset", {"ResetType": reset_type}
        )

    async def async_manager_reset(
        self, reset_type: str = ResetType.GRACEFUL_RESTART
    ) -> None:
        """Restart the BMC; it is away for minutes, and its sessions are gone.

        A BMC may restart before it answers. So one that breaks the connection off when
        it was told to, and does not answer to anything right after, is taken to do it.

        Raises:
            ConnectionError: There was none, or it broke and the BMC still answers:
                nobody knows whether it has heard.

        """
        try:
            await self._resources.async_act(
                MANAGER, "Manager.Reset", {"ResetType": reset_type}
            )
        except ConnectionError as error:
            was_sent = error.is_broken and "/Actions/" in (error.path or "")
            if not was_sent or await self._async_answers():
                raise

    async def _async_answers(self) -> bool:
        """Tell whether the BMC answers to anything, if only that it cannot serve."""
        try:
            await self._resources.async_get(ROOT)
        except (ConnectionError, TimeoutError):
            return False
        except SupermicroRedfishError:
            return True
        return True

    async def async_set_boot_source(
        self,
        target: str,
        enabled: str = BootSourceEnabled.ONCE,
        *,
        boot_next: str | None = None,
    ) -> None:
        """Let the host boot from somewhere else, once or from now on.

        Args:
            target: One of `Boot.boot_source_options`; "None" ends an override.
            enabled: One of `BootSourceEnabled`.
            boot_next: For "UefiBootNext", which of `async_get_boot_options` it is, by
                its reference.

        """
        boot = (await self._resources.async_known(SYSTEM)).boot
        if target == BootSource.NONE:
            enabled = BootSourceEnabled.DISABLED
        changes = {
            "BootSourceOverrideTarget": target,
            "BootSourceOverrideEnabled": enabled,
        }
        if boot_next is not None:
            changes["BootNext"] = boot_next
        # What is left out falls back to a default, what a board lacks it refuses.
        if boot.boot_source_override_mode is not None:
            changes["BootSourceOverrideMode"] = boot.boot_source_override_mode
        await self._resources.async_patch(SYSTEM, {"Boot": changes})

    async def async_set_ntp_servers(self, primary: str, secondary: str = "") -> None:
        """Set the BMC's time servers and turn its time service on.

        The BMC takes servers only together with the service being on.
        """
        servers = {"PrimaryNTPServer": primary}
        if secondary:
            servers["SecondaryNTPServer"] = secondary
        await self._resources.async_patch(NTP_SERVICE, {"NTPEnable": True, **servers})

    async def async_set_lldp_enabled(self, enabled: bool) -> None:  # noqa: FBT001
        """Let the BMC's port tell its neighbour of itself, or not."""
        await self._resources.async_patch(LLDP_SERVICE, {"LLDPEnabled": enabled})

    async def async_set_protocol_enabled(
        self,
        protocol: str,
        enabled: bool,  # noqa: FBT001
    ) -> None:
        """Turn a protocol of the BMC on or off.

        Args:
            protocol: Its name in Redfish, such as "SSH" or "IPMI".
            enabled: Whether the BMC is to speak it.

        """
        await self._resources.async_patch(
            NETWORK_PROTOCOL, {protocol: {"ProtocolEnabled": enabled}}
        )

    async def async_set_power_on_delay(self, seconds: int) -> None:
        """Set how many seconds the host waits before it powers on."""
        await self._resources.async_patch(SYSTEM, {"PowerOnDelaySeconds": seconds})

    async def async_set_power_off_delay(self, seconds: int) -> None:
        """Set how many seconds the host waits before it powers off."""
        await self._resources.async_patch(SYSTEM, {"PowerOffDelaySeconds": seconds})

    async def async_set_power_cycle_delay(self, seconds: int) -> None:
        """Set how many seconds the host stays off in a power cycle."""
        await self._resources.async_patch(SYSTEM, {"PowerCycleDelaySeconds": seconds})

    async def async_reset_intrusion_sensor(self) -> None:
        """Re-arm the chassis' intrusion sensor; some boards refuse it."""
        security = {"IntrusionSensor": IntrusionSensor.NORMAL}
        await self._resources.async_patch(CHASSIS, {"PhysicalSecurity": security})

    async def async_clear_log(self, log_service: str | None = None) -> None:
        """Delete all health events; Id as for `async_get_log_entries`.

        Raises:
            NotFoundError: There is no such log, or it cannot be cleared.

        """
        log = await async_find_log(self._resources, SYSTEM_LOGS, log_service)
        target = follow(log, "Actions/#LogService.ClearLog/target")
        if target is None:
            raise NotFoundError("This log cannot be cleared")
        await self._resources.async_post(target, {})

    async def _async_find_led(self) -> tuple[Endpoint[Any], str]:
        """Return whose the identify LED is, and what sets it."""
        owners: tuple[Endpoint[Any], ...] = (SYSTEM, CHASSIS)
        for endpoint in owners:
            with suppress(NotFoundError):
                owner = await self._resources.async_known(endpoint)
                if owner.indicator_led is not None:
                    return endpoint, _LED
                if owner.location_indicator_active is not None:
                    return endpoint, "LocationIndicatorActive"
        return SYSTEM, _LED
