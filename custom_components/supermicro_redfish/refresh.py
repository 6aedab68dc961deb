"""What is read rarely follows what is read often: it comes, goes and is read early."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from . import sources
from .aiosupermicro import (
    DynamicData,
    Power,
    Status,
    SupermicroRedfishError,
    Thermal,
    background,
)
from .const import LOGGER
from .coordinator import SupermicroConfigEntry, is_host_off
from .models import ServerData

_SECONDS = 60.0
"""How long to wait at least between two early looks: a log may be of megabytes."""

_TELLING: Final = (sources.CHASSIS, sources.LOG)
"""What may tell more of a change of health."""


@callback
def async_couple(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Let what is read rarely follow whether BMC and host are there at all.

    Its entities come and go with the BMC, and it is read anew as soon as the BMC is
    back, not when its turn comes. What the host feeds is unknown while it is off. An
    account that may not do everything is looked at again each time.

    What was read first may have waited for minutes for the rest, on a BMC that is slow.
    """
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    account = entry.runtime_data.account
    start = partial(entry.async_create_background_task, hass)
    was_reached = True
    was_off = is_host_off(dynamic.data)

    @callback
    def follow() -> None:
        nonlocal was_reached, was_off
        is_reached, is_off = dynamic.last_update_success, is_host_off(dynamic.data)
        if (is_reached, is_off) == (was_reached, was_off):
            return
        was_reached, was_off = is_reached, is_off
        static.async_update_listeners()
        account.async_update_listeners()
        if is_reached and static.has_missed:
            start(static.async_request_refresh(), "Read what was missed")

    @callback
    def look_again(_: ServerData) -> None:
        if entry.runtime_data.privileges.are_limited:
            start(account.async_refresh(), "Read what the account may do now")

    entry.async_on_unload(dynamic.async_add_listener(follow))
    entry.async_on_unload(static.async_add_read_listener(look_again))
    if dynamic.is_due:
        start(dynamic.async_refresh(), "Read anew what has waited for the rest")


@callback
def async_watch_health(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Read log and chassis as soon as a poll shows that anything fares better or worse.

    The chassis tells whether it was opened. A board that lacks them is not asked.
    """
    dynamic = entry.runtime_data.dynamic
    known = healths(dynamic.data)
    debouncer = Debouncer(
        hass,
        LOGGER,
        cooldown=_SECONDS,
        immediate=True,
        function=partial(_async_look_early, entry),
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


async def _async_look_early(entry: SupermicroConfigEntry) -> None:
    """Read what may tell more; if that fails, its turn comes anyway."""
    for kind in _TELLING:
        if not kind.items(entry.runtime_data):
            continue
        try:
            with background():
                await kind.async_read(entry.runtime_data)
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: no early look at %s: %s", entry.title, kind.name, error)


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
