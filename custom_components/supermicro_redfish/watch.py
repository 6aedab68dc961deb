"""What is read rarely is read early when something happens."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from .aiosupermicro import (
    DynamicData,
    Power,
    Status,
    SupermicroRedfishError,
    Thermal,
    background,
)
from .const import LOGGER
from .coordinator import SupermicroConfigEntry
from .data import LOG_ENTRIES, async_get_log_entries

_SECONDS = 60.0
"""How long to wait at least between two early looks: a log may be of megabytes."""


@callback
def async_watch_health(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Read log and chassis as soon as a poll shows that anything fares better or worse.

    The chassis tells whether it was opened. A board that lacks them is not asked.
    """
    client, dynamic = entry.runtime_data.client, entry.runtime_data.dynamic
    static = entry.runtime_data.static
    known = healths(dynamic.data)

    early: dict[str, Callable[[], Awaitable[Any]]] = {
        "chassis": client.async_get_chassis,
        LOG_ENTRIES: lambda: async_get_log_entries(client),
    }

    async def read() -> None:
        """Read what may tell more; if that fails, its turn comes anyway."""
        for name, read_part in early.items():
            if getattr(static.data, name) is None:
                continue
            try:
                with background():
                    static.async_show(name, await read_part())
            except SupermicroRedfishError as error:
                LOGGER.debug("%s: no early look at %s: %s", static.name, name, error)

    debouncer = Debouncer(
        hass,
        LOGGER,
        cooldown=_SECONDS,
        immediate=True,
        function=read,
        background=True,
    )

    @callback
    def look() -> None:
        """Compare with what was known; what says nothing now is no change."""
        found = healths(dynamic.data)
        if any(known.get(name, found[name]) != found[name] for name in found):
            debouncer.async_schedule_call()
        known.update(found)

    entry.async_on_unload(dynamic.async_add_listener(look))
    entry.async_on_unload(debouncer.async_shutdown)


def healths(data: DynamicData) -> dict[str, str]:
    """Return how everything fares that says so, by its name."""
    return {
        name: status.health
        for name, status in _statuses(data)
        if status.health is not None
    }


def _statuses(data: DynamicData) -> Iterator[tuple[str, Status]]:
    """Return all parts with their status."""
    if system := data.system:
        yield "system", system.status
        yield "processors", system.processor_summary.status
        yield "memory", system.memory_summary.status
    thermal, power = data.thermal or Thermal(), data.power or Power()
    for kind, parts in (
        ("temperature", thermal.temperatures),
        ("fan", thermal.fans),
        ("voltage", power.voltages),
        ("supply", power.power_supplies),
    ):
        for part in parts:
            yield f"{kind} {part.name}", part.status
    if power.battery:
        yield "battery", power.battery.status
