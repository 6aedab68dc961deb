"""Write settings and invoke actions that take more than one step."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..exceptions import (
    ConnectionError,  # noqa: A004
    NotFoundError,
    SupermicroRedfishError,
)
from ..models import BootSource, BootSourceEnabled, IndicatorLED, LogEntry
from ..payload import JsonObject, find_link
from .endpoints import CHASSIS, MANAGER, ROOT, SYSTEM, SYSTEM_LOGS, Endpoint
from .logs import async_find_log
from .reader import ResourceReader

_LED = "IndicatorLED"
_LOCATION = "LocationIndicatorActive"


async def async_set_indicator_led(reader: ResourceReader, state: str) -> None:
    """Set the identify LED of the system, or of the chassis where it has none.

    Some boards have only the later LocationIndicatorActive, which is on or off.
    """
    endpoint, key = await _async_find_led(reader)
    value = state if key == _LED else state != IndicatorLED.OFF
    await reader.async_patch(endpoint, {key: value})


async def _async_find_led(reader: ResourceReader) -> tuple[Endpoint[Any], str]:
    """Return the resource that has the identify LED, and the LED's property."""
    owners: tuple[Endpoint[Any], ...] = (SYSTEM, CHASSIS)
    for endpoint in owners:
        with suppress(NotFoundError):
            owner = await reader.async_get(endpoint, cached=True)
            if owner.indicator_led is not None:
                return endpoint, _LED
            if owner.location_indicator_active is not None:
                return endpoint, _LOCATION
    return SYSTEM, _LED


async def async_set_boot_source(
    reader: ResourceReader, target: str, enabled: str, boot_next: str | None
) -> None:
    """Override the boot source, keeping the boot mode.

    A property that is left out falls back to a default. A property that the board does
    not have is rejected.
    """
    boot = (await reader.async_get(SYSTEM, cached=True)).boot
    if target == BootSource.NONE:
        enabled = BootSourceEnabled.DISABLED
    changes = {
        "BootSourceOverrideTarget": target,
        "BootSourceOverrideEnabled": enabled,
    }
    if boot_next is not None:
        changes["BootNext"] = boot_next
    if boot.boot_source_override_mode is not None:
        changes["BootSourceOverrideMode"] = boot.boot_source_override_mode
    await reader.async_patch(SYSTEM, {"Boot": changes})


async def async_reset_manager(reader: ResourceReader, reset_type: str) -> None:
    """Restart the BMC, which may close the connection before it responds.

    A lost connection counts as success if the BMC does not respond right after it.
    """
    try:
        await reader.async_invoke_action(
            MANAGER, "Manager.Reset", {"ResetType": reset_type}
        )
    except ConnectionError as error:
        was_sent = error.is_broken and "/Actions/" in (error.path or "")
        if not was_sent or await _async_is_responding(reader):
            raise


async def _async_is_responding(reader: ResourceReader) -> bool:
    """Return whether the BMC responds at all, even with an error."""
    try:
        await reader.async_get(ROOT)
    except (ConnectionError, TimeoutError):
        return False
    except SupermicroRedfishError:
        return True
    return True


async def async_clear_log(reader: ResourceReader, log_service: str | None) -> None:
    """Delete all entries of a log.

    Raises:
        NotFoundError: There is no such log, or it cannot be cleared.

    """
    log = await async_find_log(reader, SYSTEM_LOGS, log_service)
    target = find_link(log, "Actions/#LogService.ClearLog/target")
    if target is None:
        raise NotFoundError("This log cannot be cleared")
    await reader.async_post(target, {})


async def async_acknowledge(reader: ResourceReader, entry: LogEntry) -> None:
    """Acknowledge a log entry with the property that the entry offers.

    Raises:
        NotFoundError: The entry cannot be acknowledged.

    """
    if entry.path is None or entry.is_acknowledged is None:
        raise NotFoundError("This entry cannot be acknowledged")
    changes: JsonObject = {"Oem": {"Supermicro": {"MarkAsAcknowledged": True}}}
    if entry.oem.mark_as_acknowledged is None:
        changes = {"Resolved": True}
    await reader.async_patch_member(entry.path, {}, changes)
