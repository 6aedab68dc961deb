"""Measure one hour of the integration at default settings, and one without it."""

from tests.bench.worker import BmcControl, FakeTime, main

FAKE_TIME = FakeTime()

import asyncio  # noqa: E402 - after the fake time
import time  # noqa: E402
from typing import Any  # noqa: E402

from homeassistant.core import HomeAssistant  # noqa: E402

from tests.bench.home_assistant.hass_instance import (  # noqa: E402
    add_entry,
    hass_instance,
    set_up_entry,
    wait_until_idle,
)

_STEP_SECONDS = 5


async def pass_time(hass: HomeAssistant, control: BmcControl, seconds: int) -> float:
    """Let some time pass in steps; return the CPU seconds of this process."""
    start = time.process_time()
    for _ in range(0, seconds, _STEP_SECONDS):
        FAKE_TIME.advance(_STEP_SECONDS)
        control.advance_time(_STEP_SECONDS)
        await asyncio.sleep(0.005)
        await wait_until_idle(hass)
    return time.process_time() - start


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Let an hour pass without an entry and with one; return counts and CPU seconds."""
    control, seconds = BmcControl(job["control_port"]), job["seconds"]
    async with hass_instance() as hass:
        without_entry = await pass_time(hass, control, seconds)
        before = control.read_counts()
        await set_up_entry(hass, add_entry(hass, job["bmcs"][0]))
        await wait_until_idle(hass)
        set_up = control.read_counts()
        cpu = await pass_time(hass, control, seconds) - without_entry
        after = control.read_counts()
    return {"before": before, "set_up": set_up, "after": after, "cpu": cpu}


if __name__ == "__main__":
    main(run)
