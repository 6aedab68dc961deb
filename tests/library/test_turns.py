"""Who may ask a BMC when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.http.limiter import RequestLimiter, background
from tests.conftest import until
from tests.simulator import Bmc, Server

from . import POWER, ROOT, SYSTEM, THERMAL


class Queue:
    """Visitors of a gate, who stay until they are let go."""

    def __init__(self) -> None:
        """Begin with nobody inside, and two places."""
        self.gate = RequestLimiter(2)
        self.inside: list[str] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def come(self, *names: str) -> None:
        """Let visitors arrive: in capitals to be alone, with a mark in no hurry."""
        for name in names:
            self._leave[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._visit(name))
        await asyncio.sleep(0.001)

    async def leave(self, *names: str) -> None:
        """Let visitors go."""
        for name in names:
            self._leave[name].set()
        await asyncio.sleep(0.001)

    async def cancel(self, *names: str) -> None:
        """Let visitors give up, before they are in or after."""
        for name in names:
            self._tasks[name].cancel()
        await asyncio.sleep(0.001)

    async def end(self) -> None:
        """Let everybody go."""
        await self.cancel(*self._tasks)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        assert self.inside == []

    async def _visit(self, name: str) -> None:
        """Go in and wait."""
        manner = background if name.startswith("~") else nullcontext
        with manner():
            await self._stay(name)

    async def _stay(self, name: str) -> None:
        """Go in and wait, in whatever manner."""
        async with self.gate.slot(exclusive=name.isupper()):
            self.inside.append(name)
            try:
                await self._leave[name].wait()
            finally:
                self.inside.remove(name)


@pytest.fixture
async def queue() -> AsyncIterator[Queue]:
    """Return a queue, of which nobody is left in the end."""
    queue = Queue()
    yield queue
    await queue.end()


async def test_readers_come_in_as_they_came(queue: Queue) -> None:
    """As many as there are places."""
    await queue.come("a", "b", "c", "d")
    assert queue.inside == ["a", "b"]
    await queue.leave("b")
    assert queue.inside == ["a", "c"]


async def test_a_writer_is_alone_and_goes_first(queue: Queue) -> None:
    """Who gives a command does not wait for the rest of a poll."""
    await queue.come("a", "b", "c", "W", "V", "d")
    await queue.leave("a")
    assert queue.inside == ["b"]
    await queue.leave("b")
    assert queue.inside == ["W"]
    await queue.leave("W")
    assert queue.inside == ["V"]
    await queue.leave("V")
    assert queue.inside == ["c", "d"]


async def test_who_is_in_no_hurry_gives_way(queue: Queue) -> None:
    """There is always a place for others, and they go first."""
    await queue.come("~a", "~b", "~c")
    assert queue.inside == ["~a"]
    await queue.come("d", "e")
    assert queue.inside == ["~a", "d"]
    await queue.leave("~a")
    assert queue.inside == ["d", "e"]
    await queue.come("W")
    await queue.leave("d", "e")
    assert queue.inside == ["W"]
    await queue.leave("W")
    assert queue.inside == ["~b"]


async def test_the_only_place_is_for_all(queue: Queue) -> None:
    """Who is in no hurry gets it when nobody else wants it."""
    queue.gate.set_limit(1)
    await queue.come("a", "~b", "c")
    await queue.leave("a")
    assert queue.inside == ["c"]
    await queue.leave("c")
    assert queue.inside == ["~b"]


async def test_who_gives_up_takes_no_place(queue: Queue) -> None:
    """Before it is in, while it is let in, and inside."""
    queue.gate.set_limit(1)
    await queue.come("a", "b", "W", "c")
    await queue.cancel("b", "W")
    queue._leave["a"].set()
    await asyncio.sleep(0)
    queue._tasks["c"].cancel()
    await queue.come("d", "e")
    assert queue.inside == ["d"]
    await queue.cancel("d")
    assert queue.inside == ["e"]


async def test_places_may_change_at_any_time(queue: Queue) -> None:
    """Who is inside stays; nobody follows until there is room."""
    queue.gate.set_limit(3)
    await queue.come(*"abcdefgh")
    queue.gate.set_limit(1)
    await queue.leave("a", "b")
    assert queue.inside == ["c"]
    await queue.leave("c")
    assert queue.inside == ["d"]
    queue.gate.set_limit(3)
    await asyncio.sleep(0.001)
    assert queue.inside == ["d", "e", "f"]


async def test_nobody_comes_beside_who_is_quick(queue: Queue) -> None:
    """The next comes in when the one before has left, however many there are."""
    queue.gate = RequestLimiter(2, delay=60)
    await queue.come("a", "b", "c")
    assert queue.inside == ["a"]
    await queue.leave("a")
    assert queue.inside == ["b"]
    await queue.come("W")
    await queue.leave("b")
    assert queue.inside == ["W"]
    await queue.leave("W")
    assert queue.inside == ["c"]


async def test_somebody_comes_beside_who_takes_long(queue: Queue) -> None:
    """Both places stay in use until nobody is left; then it begins anew."""
    queue.gate = RequestLimiter(2, delay=0.05)
    await queue.come("a", "b", "c", "d")
    assert queue.inside == ["a"]
    await asyncio.sleep(0.06)
    assert queue.inside == ["a", "b"]
    await queue.leave("a")
    assert queue.inside == ["b", "c"]
    await queue.leave("b", "c", "d")
    await queue.come("e", "f")
    assert queue.inside == ["e"]


async def test_who_comes_late_beside_who_takes_long_need_not_wait(
    queue: Queue,
) -> None:
    """A poll finds the other place free when one resource takes seconds."""
    queue.gate = RequestLimiter(2, delay=0.05)
    await queue.come("a")
    await asyncio.sleep(0.06)
    await queue.come("b", "c")
    assert queue.inside == ["a", "b"]


async def test_a_quick_bmc_is_asked_for_one_connection(
    client: SupermicroRedfishClient, bmc: Bmc, server: Server
) -> None:
    """A slow one for two, so that one slow resource holds up no other."""
    await client.async_get_all_data()
    await client.async_set_indicator_led("Lit")
    assert (server.handshakes, bmc.peak_parallel) == (1, 1)
    bmc.hang(THERMAL, 0.7)
    await client.async_get_all_data()
    assert (server.handshakes, bmc.peak_parallel) == (2, 2)


async def test_a_long_read_in_the_background_holds_nobody_back(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A poll of what moves takes as long as it would alone, or one request more."""
    await client.async_get_all_data()
    bmc.hang("*", 0.02)
    since = len(bmc.requests)

    async def read_rest() -> None:
        with background():
            await client.async_get_static_data()

    rest = asyncio.create_task(read_rest())
    await until(lambda: len(bmc.requests) > since)
    await client.async_get_dynamic_data()
    asked = [request.path for request in bmc.requests[since:]]
    assert set(asked[1:5]) >= {SYSTEM, THERMAL, POWER}
    await rest
    assert len(bmc.requests) - since == 3 + 8


@pytest.mark.parametrize(("before", "after"), [(4, 1), (1, 3), (10, 2)])
async def test_the_number_of_requests_may_change_amid_traffic(
    client: SupermicroRedfishClient, bmc: Bmc, before: int, after: int
) -> None:
    """There are never more at a time than the new number, or those that were there."""
    await client.async_connect()
    client.set_max_concurrent_requests(before)
    bmc.hang("*", 0.02)
    bmc.hang("*", 0.3, times=before)
    paths = [path for path in bmc.board.resources if path.startswith(f"{ROOT}/")]
    reads = [
        asyncio.create_task(client._connection.async_get(path)) for path in paths[:40]
    ]
    await until(lambda: bmc.peak_parallel == before)
    began = len(bmc.requests)
    client.set_max_concurrent_requests(after)
    await until(lambda: len(bmc.requests) > began + after)
    assert bmc.peak_parallel == max(before, after)
    bmc.peak_parallel = 0
    await asyncio.gather(*reads)
    assert bmc.peak_parallel <= after


async def test_more_places_are_no_more_requests_than_that(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Not even the sum of both, however often it changes."""
    await client.async_connect()
    bmc.hang("*", 0.01)
    paths = [path for path in bmc.board.resources if path.startswith(f"{ROOT}/")]
    reads = asyncio.gather(*map(client._connection.async_get, paths[:60]))
    for places in (3, 2, 3, 1, 2, 3):
        client.set_max_concurrent_requests(places)
        await asyncio.sleep(0.02)
    await reads
    assert bmc.peak_parallel == 3


async def test_a_command_does_not_wait_for_a_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It comes after the two requests that are under way, and before the others."""
    client.set_max_concurrent_requests(2)
    await client.async_get_all_data()
    bmc.hang("*", 0.02)
    bmc.requests.clear()
    poll = asyncio.create_task(client.async_get_all_data())
    await until(lambda: len(bmc.requests) > 1)
    await client.async_set_indicator_led("Lit")
    await poll
    assert [item.method for item in bmc.requests].index("PATCH") <= 3
    assert bmc.peak_parallel == 2
