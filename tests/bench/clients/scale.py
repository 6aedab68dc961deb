"""Measure many BMCs in one event loop, each with a client."""

import asyncio
from collections.abc import Awaitable, Callable
import random
import time
from typing import Any

from aiohttp import ClientSession, TCPConnector

from tests.bench.clients.supermicro import create_client
from tests.bench.worker import StallMonitor, main, resident_memory

_SPREAD_SECONDS = 0.45
"""Time over which Home Assistant spreads polls that are due together."""
_CONCURRENCY = 20


def create_sessions(job: dict[str, Any]) -> list[ClientSession]:
    """Return a session per client; the published integration shares one."""
    count = len(job["hosts"])
    if job["client"] == "published":
        return [ClientSession(connector=TCPConnector(limit=0))] * count
    return [
        ClientSession(connector=TCPConnector(limit=2, keepalive_timeout=600))
        for _ in range(count)
    ]


async def for_each(
    clients: list[Any], action: Callable[[Any], Awaitable[None]]
) -> None:
    """Perform an action with each client, with limited concurrency."""
    semaphore = asyncio.Semaphore(_CONCURRENCY)

    async def perform(client: Any) -> None:
        async with semaphore:
            await action(client)

    await asyncio.gather(*map(perform, clients))


async def poll_all(clients: list[Any]) -> None:
    """Poll the dynamic data of all BMCs, spread over time as in Home Assistant."""

    async def poll(client: Any) -> None:
        await asyncio.sleep(random.uniform(0, _SPREAD_SECONDS))  # noqa: S311 - no secret
        await client.async_get_dynamic_data()

    await asyncio.gather(*map(poll, clients))


async def start(client: Any) -> None:
    """Log in and read everything once."""
    await client.async_connect()
    await client.async_get_static_data()
    await client.async_get_dynamic_data()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Start all clients and poll them several times."""
    memory = resident_memory()
    sessions = create_sessions(job)
    clients = [
        create_client(session, host, job["client"])
        for session, host in zip(sessions, job["hosts"], strict=True)
    ]
    await for_each(clients, start)
    added_memory = resident_memory() - memory
    cpu_start = time.process_time()
    for _ in range(job["times"]):
        await poll_all(clients)
    cpu = (time.process_time() - cpu_start) / job["times"] / len(clients)
    with StallMonitor() as stalls:
        for _ in range(job["times"]):
            await poll_all(clients)
    await for_each(clients, lambda client: client.async_disconnect())
    for session in sessions:
        await session.close()
    return {"memory": added_memory, "cpu": cpu, **stalls.as_dict()}


if __name__ == "__main__":
    main(run)
