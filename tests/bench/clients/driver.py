"""Repeat an operation of a client and measure each repetition."""

from collections.abc import Awaitable, Callable, Mapping
import time
from typing import Any, Protocol

from tests.bench import worker
from tests.bench.worker import BmcControl, difference

Operation = Callable[[], Awaitable[None]]

_WARM_UP_SECONDS = 3.0


class Client(Protocol):
    """Client of one BMC."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The client's operations: dynamic, minimal or static."""

    async def connect(self) -> None:
        """Log in."""

    async def close(self) -> None:
        """Log out."""


type Create = Callable[[dict[str, Any]], Client]


async def _measure(operation: Operation, control: BmcControl) -> dict[str, Any]:
    """Perform an operation once and return times and counts."""
    before = control.read_counts()
    cpu, wall = time.process_time(), time.perf_counter()
    await operation()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = control.read_counts()
    times = {"wall": wall, "cpu": cpu, "service_times": after["service_times"]}
    return times | difference(before, after)


async def _warm_up(operation: Operation, times: int) -> None:
    """Repeat the operation, fewer times if a slow client takes seconds for it."""
    end = time.monotonic() + _WARM_UP_SECONDS
    for _ in range(times):
        await operation()
        if time.monotonic() > end:
            break


async def measure_warm(
    create: Create, job: dict[str, Any], control: BmcControl
) -> list[dict[str, Any]]:
    """Repeat the operation with one client after some repetitions to warm up."""
    client = create(job)
    await client.connect()
    try:
        operation = client.operations[job["operation"]]
        await _warm_up(operation, job["warm_ups"])
        return [await _measure(operation, control) for _ in range(job["times"])]
    finally:
        await client.close()


async def measure_cold(
    create: Create, job: dict[str, Any], control: BmcControl
) -> list[dict[str, Any]]:
    """Repeat the operation, each time with a client that has only logged in."""
    samples = []
    for _ in range(job["times"] + 1):
        client = create(job)
        await client.connect()
        try:
            operation = client.operations[job["operation"]]
            samples.append(await _measure(operation, control))
        finally:
            await client.close()
    return samples[1:]


def main(create: Create) -> None:
    """Run the job of the command line with a client."""

    async def run(job: dict[str, Any]) -> list[dict[str, Any]]:
        measure = measure_cold if job["cold"] else measure_warm
        return await measure(create, job, BmcControl(job["control_port"]))

    worker.main(run)
