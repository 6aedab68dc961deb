"""Measure one hour of the integration at default settings."""

from tests.bench.worker import BmcControl, FakeTime, main

FAKE_TIME = FakeTime()

import asyncio  # noqa: E402 - after the fake time
from typing import Any  # noqa: E402

from tests.bench.home_assistant.hass_instance import (  # noqa: E402
    add_entry,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)

_STEP_SECONDS = 5


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Set up an entry, let an hour pass and return the counts."""
    control = BmcControl(job["control_port"])
    before = control.read_counts()
    async with hass_instance() as hass:
        await set_up_entry(hass, add_entry(hass, job["bmcs"][0]))
        await wait_until_idle(hass)
        set_up = control.read_counts()
        for _ in range(0, job["seconds"], _STEP_SECONDS):
            FAKE_TIME.advance(_STEP_SECONDS)
            control.advance_time(_STEP_SECONDS)
            await asyncio.sleep(0.005)
            await wait_until_idle(hass)
        after = control.read_counts()
    return {"before": before, "set_up": set_up, "after": after}


if __name__ == "__main__":
    main(run)
