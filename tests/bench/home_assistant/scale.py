"""Measure many BMCs in one Home Assistant."""

import asyncio
from collections import Counter
import cProfile
import gc
from pathlib import Path
import random
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateReportedData,
    HomeAssistant,
    callback,
)

from tests.bench.home_assistant.hass_instance import (
    add_entry,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)
from tests.bench.worker import StallMonitor, main, resident_memory

_SPREAD_SECONDS = 0.45
"""Time over which Home Assistant spreads polls that are due together."""
_CONCURRENT_SET_UPS = 20


@callback
def accept_event(_: object) -> bool:
    """Accept every event; Home Assistant requires a filter for EVENT_STATE_REPORTED."""
    return True


class StateWriteCounter:
    """Counter of written states."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start counting."""
        self.unchanged: Counter[str] = Counter()
        """Writes without a change, by entity."""
        self.changed = 0
        hass.bus.async_listen(
            EVENT_STATE_REPORTED, self._count_unchanged, event_filter=accept_event
        )
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._count_changed)

    @callback
    def _count_unchanged(self, event: Event[EventStateReportedData]) -> None:
        """Count a write without a change."""
        self.unchanged[event.data["entity_id"]] += 1

    @callback
    def _count_changed(self, _: Event[Any]) -> None:
        """Count a write with a change."""
        self.changed += 1


async def set_up_entries(hass: HomeAssistant, entries: list[ConfigEntry]) -> None:
    """Set up all entries with limited concurrency."""
    semaphore = asyncio.Semaphore(_CONCURRENT_SET_UPS)

    async def set_up(entry: ConfigEntry) -> None:
        async with semaphore:
            await set_up_entry(hass, entry)

    await asyncio.gather(*map(set_up, entries))
    await wait_until_idle(hass)


async def poll_all(entries: list[ConfigEntry]) -> None:
    """Poll the dynamic data of all BMCs, spread over time as in Home Assistant."""

    async def poll(entry: ConfigEntry) -> None:
        await asyncio.sleep(random.uniform(0, _SPREAD_SECONDS))  # noqa: S311 - no secret
        await entry.runtime_data.dynamic.async_refresh()

    await asyncio.gather(*map(poll, entries))


async def poll_rounds(entries: list[ConfigEntry], times: int) -> float:
    """Poll all BMCs several times and return the CPU seconds per poll."""
    start = time.process_time()
    for _ in range(times):
        await poll_all(entries)
    return (time.process_time() - start) / times / len(entries)


async def write_profile(entries: list[ConfigEntry], file: str | None) -> None:
    """Write a profile of one round if a file is given."""
    if file is None:
        return
    profile = cProfile.Profile()
    profile.enable()
    await poll_all(entries)
    profile.disable()
    profile.dump_stats(Path(file))


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Set up all entries and poll them several times."""
    async with hass_instance() as hass:
        with StallMonitor() as empty:
            gc.collect()
        # The first entry also loads the integration, so it is not part of the memory.
        await set_up_entries(hass, [add_entry(hass, job["bmcs"][0])])
        memory = resident_memory()
        others = [add_entry(hass, bmc) for bmc in job["bmcs"][1:]]
        with StallMonitor() as set_up_stalls:
            await set_up_entries(hass, others)
        entries = hass.config_entries.async_entries("supermicro_redfish")
        added_memory = resident_memory() - memory
        await poll_all(entries)
        writes = StateWriteCounter(hass)
        cpu = await poll_rounds(entries, job["times"])
        with StallMonitor() as stalls:
            await poll_rounds(entries, job["times"])
        await write_profile(entries, job.get("profile"))
        return {
            "memory": added_memory,
            "cpu": cpu,
            "unchanged_writes": writes.unchanged.total() / job["times"] / 2,
            "unchanged_writes_by_entity": dict(writes.unchanged.most_common(30)),
            "changed_writes": writes.changed / job["times"] / 2,
            "stall_set_up": set_up_stalls.cpu,
            "stall_set_up_without_collection": set_up_stalls.without_collection,
            "garbage_collection_set_up": set_up_stalls.garbage_collection,
            "garbage_collection_empty": empty.garbage_collection,
            **stalls.as_dict(),
        }


if __name__ == "__main__":
    main(run)
