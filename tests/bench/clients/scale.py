"""Many BMCs in one event loop, each with a client."""

import asyncio
import json
import random
import sys
import time
from typing import Any

from aiohttp import ClientSession, TCPConnector

from tests.bench.clients.supermicro import create
from tests.bench.stalls import Stalls, memory

_WITHIN = 0.45
"""Seconds over which Home Assistant spreads polls that are due together."""
_AT_A_TIME = 20


def sessions(job: dict[str, Any]) -> list[ClientSession]:
    """Return a session for each client: the published integration has a shared one."""
    count = len(job["hosts"])
    if job["client"] == "published":
        return [ClientSession(connector=TCPConnector(limit=0))] * count
    return [
        ClientSession(connector=TCPConnector(limit=2, keepalive_timeout=600))
        for _ in range(count)
    ]


async def each(things: list[Any], do: Any) -> None:
    """Do something with each, a few at a time."""
    places = asyncio.Semaphore(_AT_A_TIME)

    async def one(thing: Any) -> None:
        async with places:
            await do(thing)

    await asyncio.gather(*map(one, things))


async def poll_all(clients: list[Any]) -> None:
    """Read what moves of all BMCs, within half a second as in Home Assistant."""

    async def one(client: Any) -> None:
        await asyncio.sleep(random.uniform(0, _WITHIN))  # noqa: S311 - no secret
        await client.async_get_dynamic_data()

    await asyncio.gather(*map(one, clients))


async def begin(client: Any) -> None:
    """Log in and read everything once."""
    await client.async_connect()
    await client.async_get_static_data()
    await client.async_get_dynamic_data()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Have all clients, and poll them several times."""
    empty = memory()
    opened = sessions(job)
    clients = [
        create(session, host, job["client"])
        for session, host in zip(opened, job["hosts"], strict=True)
    ]
    await each(clients, begin)
    full = memory()
    began = time.process_time()
    for _ in range(job["times"]):
        await poll_all(clients)
    cpu = (time.process_time() - began) / job["times"] / len(clients)
    with Stalls() as stalls:
        for _ in range(job["times"]):
            await poll_all(clients)
    await each(clients, lambda client: client.async_disconnect())
    for session in opened:
        await session.close()
    return {"memory": full - empty, "cpu": cpu, **stalls.as_dict()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))  # noqa: T201
