"""Many BMCs in one Home Assistant."""

import asyncio
from collections import Counter
import cProfile
import json
from pathlib import Path
import random
import sys
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

from tests.bench.home_assistant.hass_instance import add, house, set_up, settle
from tests.bench.stalls import Stalls, memory

_WITHIN = 0.45
_AT_A_TIME = 20


@callback
def every_one(_: object) -> bool:
    """Let every event pass; Home Assistant wants such a filter."""
    return True


class Writes:
    """Counts the states that are written."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Count from now on."""
        self.same: Counter[str] = Counter()
        self.other = 0
        hass.bus.async_listen(
            EVENT_STATE_REPORTED, self._report, event_filter=every_one
        )
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._change)

    @callback
    def _report(self, event: Event[EventStateReportedData]) -> None:
        """Count a write that changed nothing, by its entity."""
        self.same[event.data["entity_id"]] += 1

    @callback
    def _change(self, _: Event[Any]) -> None:
        """Count a write that changed something."""
        self.other += 1


async def begin(hass: HomeAssistant, entries: list[ConfigEntry]) -> None:
    """Set all entries up, a few at a time."""
    places = asyncio.Semaphore(_AT_A_TIME)

    async def one(entry: ConfigEntry) -> None:
        async with places:
            await set_up(hass, entry)

    await asyncio.gather(*map(one, entries))
    await settle(hass)


async def poll_all(entries: list[ConfigEntry]) -> None:
    """Read what moves of all BMCs, spread as Home Assistant spreads it."""

    async def one(entry: ConfigEntry) -> None:
        await asyncio.sleep(random.uniform(0, _WITHIN))  # noqa: S311 - no secret
        await entry.runtime_data.dynamic.async_refresh()

    await asyncio.gather(*map(one, entries))


async def rounds(entries: list[ConfigEntry], times: int) -> float:
    """Poll all several times; return the CPU seconds of one poll."""
    began = time.process_time()
    for _ in range(times):
        await poll_all(entries)
    return (time.process_time() - began) / times / len(entries)


async def profiled(entries: list[ConfigEntry], file: str | None) -> None:
    """Leave a profile of one round in a file, if one is wanted."""
    if file is None:
        return
    profile = cProfile.Profile()
    profile.enable()
    await poll_all(entries)
    profile.disable()
    profile.dump_stats(Path(file))


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Have all entries, and poll them several times."""
    async with house() as hass:
        # What is there once for all is no BMC's.
        await begin(hass, [add(hass, job["bmcs"][0])])
        one = memory()
        others = [add(hass, bmc) for bmc in job["bmcs"][1:]]
        with Stalls() as beginning:
            await begin(hass, others)
        entries = hass.config_entries.async_entries("supermicro_redfish")
        added = memory() - one
        await poll_all(entries)
        writes = Writes(hass)
        cpu = await rounds(entries, job["times"])
        with Stalls() as stalls:
            await rounds(entries, job["times"])
        await profiled(entries, job.get("profile"))
        return {
            "memory": added,
            "cpu": cpu,
            "same": writes.same.total() / job["times"] / 2,
            "same_of": dict(writes.same.most_common(30)),
            "other": writes.other / job["times"] / 2,
            "stall_set_up": beginning.cpu,
            "collection_set_up": beginning.collection,
            **stalls.as_dict(),
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
