"""From the set-up of an entry to the states of all its entities."""

import asyncio
import json
import sys
import time
from typing import Any

from tests.bench.home_assistant.hass_instance import add, enabled, house, set_up, settle
from tests.bench.worker import Meter, difference


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Set an entry up several times; the first does what is done once for all."""
    meter = Meter(job["control"])
    found = []
    async with house() as hass:
        entry = add(hass, job["bmcs"][0])
        for _ in range(job["times"] + 1):
            before = meter.read()
            began, cpu = time.perf_counter(), time.process_time()
            await set_up(hass, entry)
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            after = meter.read()
            times = {"wall": wall, "cpu": cpu, "services": after["services"]}
            found.append(times | difference(before, after))
            await settle(hass)
            await hass.config_entries.async_unload(entry.entry_id)
        return {"entities": len(enabled(hass, entry)), "times": found[1:]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
