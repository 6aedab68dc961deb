"""Refresh static and account data early, after changes in the dynamic data."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from . import sources
from .aiosupermicro import (
    DynamicData,
    Status,
    SupermicroRedfishError,
    background,
)
from .const import LOGGER, MAX_ENTITIES
from .coordinator import SupermicroConfigEntry
from .models import ServerData
from .util import is_host_off

_COOLDOWN = 60.0
"""Minimum seconds between two early refreshes: a log may have megabytes."""

_HEALTH_SOURCES: Final = (sources.CHASSIS, sources.LOG)
"""Sources that may explain a change of health."""


_COMPONENT_SOURCES: Final[tuple[sources.EntitySource[Any], ...]] = (
    sources.MAIN_TEMPERATURES,
    sources.OTHER_TEMPERATURES,
    sources.FANS,
    sources.FAN_DUTIES,
    sources.VOLTAGES,
    sources.SUPPLIES,
)
"""Sources of the dynamic data whose items have a health."""


@callback
def async_link_coordinators(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Let the static and account coordinators follow the dynamic one.

    Their entities become unavailable with the BMC, and readings that require host power
    become unknown with the host. A poll that was skipped is made up for as soon as the
    BMC is back.
    """
    data = entry.runtime_data
    static, dynamic, account = data.static, data.dynamic, data.account
    start = partial(entry.async_create_background_task, hass)
    was_reachable, was_off = True, is_host_off(dynamic.data)

    @callback
    def follow_dynamic() -> None:
        """Update the entities when the BMC or the host comes or goes."""
        nonlocal was_reachable, was_off
        is_reachable, is_off = dynamic.last_update_success, is_host_off(dynamic.data)
        if (is_reachable, is_off) == (was_reachable, was_off):
            return
        was_reachable, was_off = is_reachable, is_off
        static.async_update_listeners()
        account.async_update_listeners()
        if is_reachable and static.is_stale:
            start(static.async_request_refresh(), "Read the skipped static data")

    entry.async_on_unload(dynamic.async_add_listener(follow_dynamic))


@callback
def async_start_static(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Read the account and the static data in the background, each at its own pace.

    Each later poll of the static data reads a limited account's privileges again.
    """
    data = entry.runtime_data
    start = partial(entry.async_create_background_task, hass)

    @callback
    def refresh_account(_: ServerData) -> None:
        """Read the privileges of a limited account, or unread ones, again."""
        if data.privileges.are_limited or data.account.has_failed:
            start(data.account.async_refresh(), "Read the privileges of the account")

    async def read() -> None:
        """Read both, unless a migration has needed them already."""
        if not data.static.is_read:
            with background():
                await asyncio.gather(
                    data.account.async_refresh(), data.static.async_refresh()
                )
        entry.async_on_unload(data.static.async_add_poll_listener(refresh_account))

    start(read(), "Read the account and the static data")


@callback
def async_watch_health(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Refresh log and chassis as soon as a poll shows a change of health.

    The chassis reports whether it was opened. A resource that the board lacks is not
    read.
    """
    dynamic = entry.runtime_data.dynamic
    known_health = health_by_component(dynamic.data)
    debouncer = Debouncer(
        hass,
        LOGGER,
        cooldown=_COOLDOWN,
        immediate=True,
        function=partial(_async_refresh_early, entry),
        background=True,
    )

    @callback
    def compare_health() -> None:
        """Compare each component with its last known health."""
        health = health_by_component(dynamic.data)
        if any(known_health.get(name, health[name]) != health[name] for name in health):
            debouncer.async_schedule_call()
        known_health.update(health)
        if len(known_health) > MAX_ENTITIES:  # the BMC renames its components
            for name in known_health.keys() - health.keys():
                del known_health[name]

    entry.async_on_unload(dynamic.async_add_listener(compare_health))
    entry.async_on_unload(debouncer.async_shutdown)


async def _async_refresh_early(entry: SupermicroConfigEntry) -> None:
    """Read the health sources; after a failure the next poll reads them anyway."""
    for source in _HEALTH_SOURCES:
        if not source.get_items(entry.runtime_data):
            continue
        try:
            with background():
                await source.async_read(entry.runtime_data)
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: early refresh of %s failed: %s", entry.title, source.name, error
            )


def health_by_component(data: DynamicData) -> dict[str, str]:
    """Return the health of all components that report it, by name."""
    return {
        name: status.health
        for name, status in _statuses(data)
        if status.health is not None
    } | {
        f"leak {key}": str(detector.detector_state)
        for key, detector in sources.LEAK_DETECTORS.items_fn(data).items()
        if detector.detector_state is not None
    }


def _statuses(data: DynamicData) -> Iterator[tuple[str, Status]]:
    """Return all components with their status."""
    if system := data.system:
        yield "system", system.status
        yield "processors", system.processor_summary.status
        yield "memory", system.memory_summary.status
    for kind, source in enumerate(_COMPONENT_SOURCES):
        for key, component in source.items_fn(data).items():
            yield f"{kind} {key}", component.status
    if data.power and data.power.battery:
        yield "battery", data.power.battery.status
