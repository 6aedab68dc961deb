"""Lets a client do one thing again and again, and measures each time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import json
import sys
import time
from typing import Any, Protocol

from tests.bench.worker import Meter, difference

Way = Callable[[], Awaitable[None]]


class Client(Protocol):
    """A client of one BMC."""

    @property
    def ways(self) -> Mapping[str, Way]:
        """What it can do, by the names of the bench."""

    async def connect(self) -> None:
        """Log in."""

    async def close(self) -> None:
        """Log out."""


Make = Callable[[dict[str, Any]], Client]


async def _measure(way: Way, meter: Meter) -> dict[str, Any]:
    """Do something once, and return what it took."""
    before = meter.read()
    cpu, wall = time.process_time(), time.perf_counter()
    await way()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = meter.read()
    services = after["services"]
    return {"wall": wall, "cpu": cpu, "services": services} | difference(before, after)


async def warm(make: Make, job: dict[str, Any], meter: Meter) -> list[dict[str, Any]]:
    """Do it again and again, without the first time."""
    client = make(job)
    await client.connect()
    try:
        way = client.ways[job["way"]]
        await way()
        return [await _measure(way, meter) for _ in range(job["times"])]
    finally:
        await client.close()


async def cold(make: Make, job: dict[str, Any], meter: Meter) -> list[dict[str, Any]]:
    """Do it with a new client each time, which has logged in and no more."""
    found = []
    for _ in range(job["times"] + 1):
        client = make(job)
        await client.connect()
        try:
            found.append(await _measure(client.ways[job["way"]], meter))
        finally:
            await client.close()
    return found[1:]


def main(make: Make) -> None:
    """Do the job of the command line; print what each time took."""
    job = json.loads(sys.argv[1])
    run = cold if job["cold"] else warm
    found = asyncio.run(run(make, job, Meter(job["control"])))
    print(json.dumps(found))  # noqa: T201 - for who started this
