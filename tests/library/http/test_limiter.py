"""Limits on concurrent requests, and the order in which waiting requests start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.http.limiter import RequestLimiter, background
from tests.conftest import until
from tests.library import (
    POWER,
    STATIC_RESOURCES,
    SYSTEM,
    THERMAL,
    get,
    get_all,
    light_led,
    requested_paths,
    resource_paths,
)
from tests.simulator import Bmc, Server


class Requests:
    """Requests at a limiter, each of which runs until the test finishes it.

    A name in capitals is a command, a name with a tilde a read in the background.
    """

    def __init__(self) -> None:
        """Initialize a limiter for two concurrent requests."""
        self.limiter = RequestLimiter(2)
        self.running: list[str] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._finished: dict[str, asyncio.Event] = {}

    def set_patience(self, seconds: float) -> None:
        """Set the seconds after which a second request may run beside another."""
        self.limiter = RequestLimiter(2, delay=seconds)

    def set_limit(self, limit: int) -> None:
        """Set the number of concurrent requests."""
        self.limiter.set_limit(limit)

    async def start(self, *names: str) -> None:
        """Start requests."""
        for name in names:
            self._finished[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._request(name))
        await asyncio.sleep(0.001)

    async def finish(self, *names: str) -> None:
        """Finish running requests."""
        for name in names:
            self._finished[name].set()
        await asyncio.sleep(0.001)

    async def cancel(self, *names: str) -> None:
        """Cancel waiting or running requests."""
        for name in names:
            self._tasks[name].cancel()
        await asyncio.sleep(0.001)

    async def finish_and_cancel(self, finished: str, canceled: str) -> None:
        """Cancel a waiting request while the limiter starts it."""
        self._finished[finished].set()
        await asyncio.sleep(0)
        self._tasks[canceled].cancel()

    async def close(self) -> None:
        """Cancel all requests."""
        await self.cancel(*self._tasks)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        assert self.running == []

    async def _request(self, name: str) -> None:
        """Wait for the limiter, then run until finished."""
        with background() if name.startswith("~") else nullcontext():
            async with self.limiter.slot(exclusive=name.isupper()):
                self.running.append(name)
                try:
                    await self._finished[name].wait()
                finally:
                    self.running.remove(name)


@pytest.fixture
async def requests() -> AsyncIterator[Requests]:
    """Return requests at a limiter; cancel the remaining ones at the end."""
    requests = Requests()
    yield requests
    await requests.close()


async def test_limiter_starts_reads_in_order_of_arrival(requests: Requests) -> None:
    """Run as many reads as the limit allows."""
    await requests.start("a", "b", "c", "d")
    assert requests.running == ["a", "b"]
    await requests.finish("b")
    assert requests.running == ["a", "c"]


async def test_limiter_runs_command_alone_and_before_waiting_reads(
    requests: Requests,
) -> None:
    """Start a command before the rest of a poll."""
    await requests.start("a", "b", "c", "W", "V", "d")
    await requests.finish("a")
    assert requests.running == ["b"]
    await requests.finish("b")
    assert requests.running == ["W"]
    await requests.finish("W")
    assert requests.running == ["V"]
    await requests.finish("V")
    assert requests.running == ["c", "d"]


async def test_limiter_admits_next_read_of_series_before_background_read() -> None:
    """Keep the slot for a poll whose next request follows at once."""
    limiter = RequestLimiter(2, delay=60)
    order: list[str] = []

    async def read(*names: str) -> None:
        for name in names:
            async with limiter.slot(exclusive=False):
                await asyncio.sleep(0)
                order.append(name)

    async def read_in_background() -> None:
        with background():
            await read("~d")

    await asyncio.gather(read("a", "b", "c"), read_in_background())
    assert order == ["a", "b", "c", "~d"]


async def test_limiter_delays_background_reads(requests: Requests) -> None:
    """Reserve one slot for other requests, and start these first."""
    await requests.start("~a", "~b", "~c")
    assert requests.running == ["~a"]
    await requests.start("d", "e")
    assert requests.running == ["~a", "d"]
    await requests.finish("~a")
    assert requests.running == ["d", "e"]
    await requests.start("W")
    await requests.finish("d", "e")
    assert requests.running == ["W"]
    await requests.finish("W")
    assert requests.running == ["~b"]


async def test_limiter_of_one_starts_background_read_last(requests: Requests) -> None:
    """Start a background read only when no other request waits."""
    requests.set_limit(1)
    await requests.start("a", "~b", "c")
    await requests.finish("a")
    assert requests.running == ["c"]
    await requests.finish("c")
    assert requests.running == ["~b"]


async def test_limiter_frees_place_of_canceled_request(requests: Requests) -> None:
    """Release the slot after a cancellation before, during or after the start."""
    requests.set_limit(1)
    await requests.start("a", "b", "W", "c")
    await requests.cancel("b", "W")
    await requests.finish_and_cancel("a", "c")
    await requests.start("d", "e")
    assert requests.running == ["d"]
    await requests.cancel("d")
    assert requests.running == ["e"]


async def test_limiter_applies_new_limit_to_waiting_requests(
    requests: Requests,
) -> None:
    """Let running requests continue, and start others only below the new limit."""
    requests.set_limit(3)
    await requests.start(*"abcdefgh")
    requests.set_limit(1)
    await requests.finish("a", "b")
    assert requests.running == ["c"]
    await requests.finish("c")
    assert requests.running == ["d"]
    requests.set_limit(3)
    await asyncio.sleep(0.001)
    assert requests.running == ["d", "e", "f"]


async def test_limiter_runs_fast_requests_one_by_one(requests: Requests) -> None:
    """Start each request after the previous one, even if many wait."""
    requests.set_patience(60)
    await requests.start("a", "b", "c")
    assert requests.running == ["a"]
    await requests.finish("a")
    assert requests.running == ["b"]
    await requests.start("W")
    await requests.finish("b")
    assert requests.running == ["W"]
    await requests.finish("W")
    assert requests.running == ["c"]


async def test_limiter_runs_second_request_beside_slow_one(requests: Requests) -> None:
    """Use both slots until no request is left, then one slot again."""
    requests.set_patience(0.05)
    await requests.start("a", "b", "c", "d")
    assert requests.running == ["a"]
    await asyncio.sleep(0.06)
    assert requests.running == ["a", "b"]
    await requests.finish("a")
    assert requests.running == ["b", "c"]
    await requests.finish("b", "c", "d")
    await requests.start("e", "f")
    assert requests.running == ["e"]


async def test_limiter_starts_late_request_beside_slow_one_at_once(
    requests: Requests,
) -> None:
    """Reserve the second slot for a poll while one resource takes seconds."""
    requests.set_patience(0.05)
    await requests.start("a")
    await asyncio.sleep(0.06)
    await requests.start("b", "c")
    assert requests.running == ["a", "b"]


async def test_client_opens_second_connection_only_to_slow_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, server: Server
) -> None:
    """Use one connection to a fast BMC, and a second one beside a slow resource."""
    await client.async_get_all_data()
    await light_led(client)
    assert (server.handshakes, bmc.peak_parallel) == (1, 1)
    bmc.hang(THERMAL, 0.7)
    await client.async_get_all_data()
    assert (server.handshakes, bmc.peak_parallel) == (2, 2)


async def test_background_read_does_not_delay_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Delay a poll by at most one request of a long read in the background."""
    await client.async_get_all_data()
    bmc.hang("*", 0.02)
    since = len(bmc.requests)

    async def read_rest() -> None:
        with background():
            await client.async_get_static_data()

    rest = asyncio.create_task(read_rest())
    await until(lambda: len(bmc.requests) > since)
    await client.async_get_dynamic_data()
    sent = requested_paths(bmc)[since:]
    assert set(sent[1:5]) >= {SYSTEM, THERMAL, POWER}
    await rest
    assert len(bmc.requests) - since == 3 + STATIC_RESOURCES


@pytest.mark.parametrize(("wanted", "peak"), [(None, 1), (-3, 1), (4, 4), (99, 10)])
async def test_client_limits_concurrent_requests(
    client: SupermicroRedfishClient, bmc: Bmc, wanted: int | None, peak: int
) -> None:
    """Accept limits from one to ten; run one request at a time by default."""
    await client.async_get_update_service()
    if wanted is not None:
        client.set_max_concurrent_requests(wanted)
    bmc.hang("*", 0.02 * peak)
    await client.async_get_firmware_inventory()
    assert bmc.peak_parallel == peak


@pytest.mark.parametrize(("before", "after"), [(4, 1), (1, 3), (10, 2)])
async def test_client_changes_limit_during_requests(
    client: SupermicroRedfishClient, bmc: Bmc, before: int, after: int
) -> None:
    """Start no request above the new limit; let running requests continue."""
    await client.async_connect()
    client.set_max_concurrent_requests(before)
    bmc.hang("*", 0.02)
    bmc.hang("*", 0.3, times=before)
    reads = [
        asyncio.create_task(get(client, path)) for path in resource_paths(bmc.board, 40)
    ]
    await until(lambda: bmc.peak_parallel == before)
    began = len(bmc.requests)
    client.set_max_concurrent_requests(after)
    await until(lambda: len(bmc.requests) > began + after)
    assert bmc.peak_parallel == max(before, after)
    bmc.peak_parallel = 0
    await asyncio.gather(*reads)
    assert bmc.peak_parallel <= after


async def test_client_never_adds_up_changed_limits(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Respect the highest limit, even if it changes often during requests."""
    await client.async_connect()
    bmc.hang("*", 0.01)
    reads = asyncio.ensure_future(get_all(client, resource_paths(bmc.board, 60)))
    for limit in (3, 2, 3, 1, 2, 3):
        client.set_max_concurrent_requests(limit)
        await asyncio.sleep(0.02)
    await reads
    assert bmc.peak_parallel == 3


async def test_command_does_not_wait_for_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send a command after the two running requests, alone, before all others."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.hang("*", 0.02)
    bmc.requests.clear()
    poll = asyncio.create_task(client.async_get_all_data())
    await until(lambda: len(bmc.requests) > 1)
    await light_led(client)
    await poll
    methods = [item.method for item in bmc.requests]
    assert methods.index("PATCH") <= 3
    assert bmc.requests[methods.index("PATCH")].status == 200
    assert bmc.peak_parallel == 2
