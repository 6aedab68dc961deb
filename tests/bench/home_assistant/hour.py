"""An hour of the integration at its default settings."""

from tests.bench.moved import Moved

MOVED = Moved()

import asyncio  # noqa: E402 - time has to be moved first
import json  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

from tests.bench.home_assistant.hass_instance import add, house, set_up, settle  # noqa: E402
from tests.bench.worker import Meter  # noqa: E402

_STEP = 5


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Live through an hour, set-up included."""
    meter = Meter(job["control"])
    before = meter.read()
    async with house() as hass:
        await set_up(hass, add(hass, job["bmcs"][0]))
        await settle(hass)
        ready = meter.read()
        for _ in range(0, job["seconds"], _STEP):
            MOVED.seconds += _STEP
            meter.tick(_STEP)
            await asyncio.sleep(0.005)
            await settle(hass)
        after = meter.read()
    return {"before": before, "set_up": ready, "after": after}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
