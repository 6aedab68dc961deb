"""Measure one hour of the published client with the polls of its integration."""

from tests.bench.worker import BmcControl, FakeTime, main

FAKE_TIME = FakeTime()

import asyncio  # noqa: E402 - after the fake time
from typing import Any  # noqa: E402

from aiohttp import ClientSession  # noqa: E402

from tests.bench.clients.supermicro import create_client  # noqa: E402

_DYNAMIC_SECONDS, _STATIC_SECONDS, _STEP_SECONDS = 30, 300, 5


async def poll(client: Any, second: int) -> None:
    """Read the data that is due: dynamic data first, as in the coordinator."""
    if second % _DYNAMIC_SECONDS == 0:
        await client.async_get_dynamic_data()
    if second % _STATIC_SECONDS == 0:
        await client.async_get_static_data()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Poll for an hour and return the counts.

    As in Home Assistant's shared session, idle connections are kept for 15 seconds.
    """
    control = BmcControl(job["control_port"])
    before = control.read_counts()
    async with ClientSession() as session:
        client = create_client(session, job["host"], "published")
        await client.async_connect()
        for second in range(0, job["seconds"], _STEP_SECONDS):
            await poll(client, second)
            FAKE_TIME.advance(_STEP_SECONDS)
            control.advance_time(_STEP_SECONDS)
            await asyncio.sleep(0.005)
        after = control.read_counts()
    return {"before": before, "set_up": after, "after": after}


if __name__ == "__main__":
    main(run)
