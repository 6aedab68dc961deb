"""Measure one hour of the published client with the polls of its integration."""

from tests.bench.worker import BmcControl, FakeTime, main

FAKE_TIME = FakeTime()

import asyncio  # noqa: E402 - after the fake time
import time  # noqa: E402
from typing import Any  # noqa: E402

from aiohttp import ClientSession  # noqa: E402

from tests.bench.clients.supermicro import create_client  # noqa: E402

_DYNAMIC_SECONDS, _STATIC_SECONDS, _STEP_SECONDS = 30, 300, 5


async def poll(client: Any | None, second: int) -> None:
    """Read the data that is due: dynamic data first, as in the coordinator."""
    if client is None:
        return
    if second % _DYNAMIC_SECONDS == 0:
        await client.async_get_dynamic_data()
    if second % _STATIC_SECONDS == 0:
        await client.async_get_static_data()


async def pass_time(client: Any | None, control: BmcControl, seconds: int) -> float:
    """Let some time pass in steps; return the CPU seconds of this process."""
    start = time.process_time()
    for second in range(0, seconds, _STEP_SECONDS):
        await poll(client, second)
        FAKE_TIME.advance(_STEP_SECONDS)
        control.advance_time(_STEP_SECONDS)
        await asyncio.sleep(0.005)
    return time.process_time() - start


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Let an hour pass without polls and with them; return counts and CPU seconds.

    As in Home Assistant's shared session, idle connections are kept for 15 seconds.
    """
    control, seconds = BmcControl(job["control_port"]), job["seconds"]
    without_polls = await pass_time(None, control, seconds)
    before = control.read_counts()
    async with ClientSession() as session:
        client = create_client(session, job["host"], "published")
        await client.async_connect()
        cpu = await pass_time(client, control, seconds) - without_polls
        after = control.read_counts()
    return {"before": before, "set_up": after, "after": after, "cpu": cpu}


if __name__ == "__main__":
    main(run)
