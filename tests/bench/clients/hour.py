"""An hour of the published client, polled as its integration polls it."""

from tests.bench.moved import Moved

MOVED = Moved()

import asyncio  # noqa: E402 - time has to be moved first
import json  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

from aiohttp import ClientSession  # noqa: E402

from tests.bench.clients.supermicro import create  # noqa: E402
from tests.bench.worker import Meter  # noqa: E402

_DYNAMIC, _STATIC, _STEP = 30, 300, 5


async def poll(client: Any, second: int) -> None:
    """Read what is due: what moves first, then the rest, as the coordinator does."""
    if second % _DYNAMIC == 0:
        await client.async_get_dynamic_data()
    if second % _STATIC == 0:
        await client.async_get_static_data()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Live through an hour; what Home Assistant shares keeps connections for 15 s."""
    meter = Meter(job["control"])
    before = meter.read()
    async with ClientSession() as session:
        client = create(session, job["host"], "published")
        await client.async_connect()
        for second in range(0, job["seconds"], _STEP):
            await poll(client, second)
            MOVED.seconds += _STEP
            meter.tick(_STEP)
            await asyncio.sleep(0.005)
        after = meter.read()
    return {"before": before, "set_up": after, "after": after}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
