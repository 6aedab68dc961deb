"""Measure the published client up to the first reading of its integration.

The integration adds its entities after the dynamic and the static data were read.
"""

import time
from typing import Any

from aiohttp import ClientSession

from tests.bench.clients.supermicro import create_client, require_sensors
from tests.bench.worker import BmcControl, difference, main


async def start(job: dict[str, Any], control: BmcControl) -> dict[str, Any]:
    """Log in, read all data and return time and counts."""
    before, begin = control.read_counts(), time.perf_counter()
    async with ClientSession() as session:
        client = create_client(session, job["host"], "published")
        await client.async_connect()
        data = await client.async_get_dynamic_data()
        await client.async_get_static_data()
        require_sensors(data.thermal)
        wall = time.perf_counter() - begin
        counts = difference(before, control.read_counts())
        await client.async_disconnect()
    return {"wall": wall} | counts


async def run(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Start several times."""
    control = BmcControl(job["control_port"])
    return [await start(job, control) for _ in range(job["times"])]


if __name__ == "__main__":
    main(run)
