"""Measure the set-up of an entry until all its entities have a state."""

import time
from typing import Any

from tests.bench.home_assistant.hass_instance import (
    add_entry,
    enabled_entities,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)
from tests.bench.worker import BmcControl, difference, main


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Set up an entry several times.

    The first set-up is not counted: it also loads the integration.
    """
    control = BmcControl(job["control_port"])
    samples = []
    async with hass_instance() as hass:
        entry = add_entry(hass, job["bmcs"][0])
        for _ in range(job["times"] + 1):
            before = control.read_counts()
            start, cpu = time.perf_counter(), time.process_time()
            await set_up_entry(hass, entry)
            wall, cpu = time.perf_counter() - start, time.process_time() - cpu
            after = control.read_counts()
            sample = {"wall": wall, "cpu": cpu, "service_times": after["service_times"]}
            samples.append(sample | difference(before, after))
            await wait_until_idle(hass)
            await hass.config_entries.async_unload(entry.entry_id)
        return {
            "entities": len(enabled_entities(hass, entry)),
            "samples": samples[1:],
        }


if __name__ == "__main__":
    main(run)
