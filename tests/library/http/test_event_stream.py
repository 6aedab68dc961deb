"""Test the stream of server-sent events that OpenBMC has."""

import asyncio
from asyncio.trsock import TransportSocket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import socket
import time
import tracemalloc
from typing import Any

import pytest

from aiosupermicro import (
    AuthorizationError,
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from aiosupermicro.const import KEEP_ALIVE_SECONDS, MAX_EVENT_BYTES
from aiosupermicro.http.event_stream import EventCounter
from tests.conftest import until
from tests.library import THERMAL, requested_paths
from tests.simulator import Bmc, Server
from tests.simulator.changes import REMOVED
from tests.simulator.event_streams import EventStreams
from tests.simulator.responses import Delivery

EVENT = b'id: 7\ndata: {\ndata:   "Name": "Event Log"\ndata: }\n\n'


def count(*chunks: bytes) -> int:
    """Return the number of events in the chunks of a stream."""
    counter = EventCounter()
    return sum(counter.feed(chunk) for chunk in chunks)


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"", 0),
        (EVENT, 1),
        (EVENT * 3, 3),
        (EVENT.replace(b"\n", b"\r\n"), 1),
        (EVENT.replace(b"\n", b"\r"), 1),
        (EVENT.removesuffix(b"\n"), 0),
        (b"data\n\n", 1),
        (b"data:\n\n", 1),
        (b": heartbeat\n\n", 0),
        (b"\n\n\n", 0),
        (b"id: 1\nretry: 5\n\n", 0),
        (b"database: x\n\n", 0),
        (b"\xff\xfe\x00\n\n" + EVENT, 1),
    ],
)
def test_events_are_counted_wherever_the_stream_is_cut(
    stream: bytes, events: int
) -> None:
    """Count the same events for each division of the stream into parts."""
    assert count(stream) == events
    for cut in range(len(stream)):
        assert count(stream[:cut], stream[cut:]) == events
    assert count(*(stream[place : place + 1] for place in range(len(stream)))) == events


@pytest.mark.parametrize("cut", range(len(EVENT)))
def test_event_that_is_cut_off_does_not_count(cut: int) -> None:
    """Count an event only when it is complete."""
    assert count(EVENT[:cut]) == 0


def test_long_line_takes_no_memory() -> None:
    """Store no part of a line of a megabyte."""
    counter = EventCounter()
    chunk = b"data: " + b"x" * 65_536
    tracemalloc.start()
    for _ in range(16):
        assert counter.feed(chunk) == 0
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10_000
    assert counter.feed(b"\n\n") == 1


@pytest.mark.parametrize("before", [b"", b"\n", EVENT])
def test_event_without_end_is_an_error(before: bytes) -> None:
    """Raise an error after more bytes than any event has, wherever it begins."""
    counter = EventCounter()
    counter.feed(before)
    for _ in range(MAX_EVENT_BYTES // 65_536):
        counter.feed(b"x" * 65_536)
    with pytest.raises(InvalidResponseError):
        counter.feed(b"x")


class Listener:
    """A listening client, with the events that it has received."""

    def __init__(self, client: SupermicroRedfishClient) -> None:
        """Start listening."""
        self.opened = self.events = 0
        self.times: list[float] = []
        self.task = asyncio.create_task(
            client.async_listen(self._on_open, self._on_events)
        )

    def _on_open(self) -> None:
        self.opened += 1

    def _on_events(self, events: int) -> None:
        self.events += events
        self.times.append(time.monotonic())


@pytest.fixture
def streams(bmc: Bmc) -> EventStreams:
    """Return the streams that are added to the board."""
    return bmc.enable_event_streams()


@asynccontextmanager
async def listening(
    client: SupermicroRedfishClient, streams: EventStreams
) -> AsyncIterator[Listener]:
    """Provide a listener with an open stream, and stop it at the end."""
    before = streams.open
    listener = Listener(client)
    await until(lambda: listener.opened == 1 and streams.open == before + 1)
    try:
        yield listener
    finally:
        listener.task.cancel()
        with suppress(asyncio.CancelledError, SupermicroRedfishError):
            await listener.task
        await until(lambda: streams.open == before)


async def test_event_is_received_at_once(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Report an event within a tenth of a second, in the session of the requests."""
    async with listening(client, streams) as listener:
        sent = time.monotonic()
        streams.publish("A")
        await until(lambda: listener.events == 1)
        assert listener.times[0] - sent < 0.1
        assert bmc.open_sessions == 1
        assert bmc.login_attempts == 1


async def test_stream_occupies_no_slot(
    client: SupermicroRedfishClient, streams: EventStreams
) -> None:
    """Send reads and writes as usual while a stream is open."""
    client.set_max_concurrent_requests(1)
    async with listening(client, streams):
        assert (await client.async_get_system()).is_on
        await client.async_set_indicator_led("Blinking")


async def test_stream_opens_beside_a_slow_read(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Open a stream before the response to an earlier request."""
    bmc.hang(THERMAL, 1.5)
    read = asyncio.create_task(client.async_get_thermal())
    await until(lambda: THERMAL in requested_paths(bmc))
    async with listening(client, streams):
        assert not read.done()
    assert (await read).temperatures


async def test_flood_of_events_is_counted(
    client: SupermicroRedfishClient, streams: EventStreams
) -> None:
    """Receive 10,000 events, and other requests meanwhile."""
    async with listening(client, streams) as listener:
        for _ in range(100):
            streams.send(b"".join(streams.event("A") for _ in range(100)))
        assert (await client.async_get_system()).is_on
        await until(lambda: listener.events == 10_000)


async def test_slow_bytes_block_nothing(
    client: SupermicroRedfishClient, streams: EventStreams
) -> None:
    """Receive an event that arrives byte by byte."""
    async with listening(client, streams) as listener:
        for place in range(len(EVENT)):
            streams.send(EVENT[place : place + 1])
            await asyncio.sleep(0.002)
            if place == len(EVENT) // 2:
                assert (await client.async_get_system()).is_on
                assert listener.events == 0
        await until(lambda: listener.events == 1)


async def test_long_line_blocks_nothing(
    client: SupermicroRedfishClient, streams: EventStreams
) -> None:
    """Receive an event with a line of a megabyte, and other requests meanwhile."""
    async with listening(client, streams) as listener:
        line = b"data: " + b"x" * 1_000_000
        assert len(line) < MAX_EVENT_BYTES
        streams.send(line)
        assert (await client.async_get_system()).is_on
        assert listener.events == 0
        streams.send(b"\n\n")
        await until(lambda: listener.events == 1)


async def test_endless_line_ends_the_stream(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Raise an error after more bytes than any event has, and go on with requests."""
    async with listening(client, streams) as listener:
        streams.send(b"data: " + b"x" * MAX_EVENT_BYTES)
        with pytest.raises(InvalidResponseError):
            await listener.task
        assert (await client.async_get_system()).is_on
    assert bmc.open_sessions == 1


async def test_broken_connection_is_detected_by_the_system(
    client: SupermicroRedfishClient,
    streams: EventStreams,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Enable TCP keep-alive, as OpenBMC sends nothing for hours."""
    options: dict[int, int] = {}
    original = TransportSocket.setsockopt

    def record(wire: TransportSocket, *values: int) -> None:
        level, option, value = values
        original(wire, level, option, value)
        if level == socket.SOL_SOCKET or option != socket.TCP_NODELAY:
            options[option] = wire.getsockopt(level, option)

    monkeypatch.setattr(TransportSocket, "setsockopt", record)
    async with listening(client, streams):
        assert options[socket.SO_KEEPALIVE] == 1
        assert options[socket.TCP_KEEPIDLE] == KEEP_ALIVE_SECONDS[0]


@pytest.mark.parametrize("cut", range(len(EVENT)))
async def test_stream_that_ends_in_an_event_returns(
    client: SupermicroRedfishClient, streams: EventStreams, cut: int
) -> None:
    """Return when the BMC closes the stream, even within an event."""
    async with listening(client, streams) as listener:
        streams.send(EVENT[:cut] or b":")
        streams.close()
        await asyncio.wait([listener.task], timeout=2)
        assert listener.task.done()
        assert listener.events == 0


async def test_stream_without_room_returns_at_once(
    client: SupermicroRedfishClient, streams: EventStreams
) -> None:
    """Return at once if the BMC accepts the request but has too many streams."""
    streams.limit = 0
    listener = Listener(client)
    await asyncio.wait([listener.task], timeout=2)
    assert listener.task.done()
    assert listener.task.exception() is None
    assert listener.events == 0


async def test_expired_session_is_replaced_before_listening(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Log in once more after a 401, and listen with the new token."""
    await client.async_get_event_service()
    bmc.expire_sessions()
    async with listening(client, streams) as listener:
        streams.publish("A")
        await until(lambda: listener.events == 1)
    assert bmc.login_attempts == 2
    assert bmc.open_sessions == 1


async def test_closing_the_client_closes_the_stream(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Close the stream and the session."""
    async with listening(client, streams) as listener:
        await client.async_disconnect()
        with pytest.raises(ConnectionError):
            await listener.task
        await until(lambda: streams.open == 0)
        assert bmc.open_sessions == 0


async def test_account_without_privileges_is_refused(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Raise AuthorizationError."""
    bmc.role = "ReadOnly"
    with pytest.raises(AuthorizationError):
        await Listener(client).task
    assert streams.opened == 0


async def test_board_without_stream_is_not_asked_again(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error, and send no request the second time."""
    for is_asked in (True, False):
        before = len(bmc.requests)
        with pytest.raises(NotFoundError):
            await Listener(client).task
        assert (len(bmc.requests) > before) is is_asked


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": "{}"},
        {"status": 200, "body": "<html>", "content_type": "text/html"},
        {"status": 302, "headers": {"Location": "https://evil.example/"}},
        {"status": 503},
        {"status": 404},
    ],
)
async def test_other_response_is_an_error(
    client: SupermicroRedfishClient,
    streams: EventStreams,
    bmc: Bmc,
    fault: dict[str, Any],
) -> None:
    """Raise an error instead of opening a stream."""
    assert streams.path
    bmc.fail(streams.path, **fault)
    listener = Listener(client)
    with pytest.raises(SupermicroRedfishError, match=f"^GET {streams.path} "):
        await listener.task
    assert listener.opened == 0


@pytest.mark.parametrize("delivery", ["short", "chunked_closed"])
async def test_stream_that_breaks_off_is_an_error(
    client: SupermicroRedfishClient,
    streams: EventStreams,
    bmc: Bmc,
    delivery: Delivery,
) -> None:
    """Raise an error if the body is shorter than announced."""
    assert streams.path
    bmc.fail(
        streams.path,
        status=200,
        body=b"data: x\n",
        content_type="text/event-stream",
        delivery=delivery,
    )
    with pytest.raises(ConnectionError):
        await Listener(client).task


async def test_lost_connection_is_an_error(
    client: SupermicroRedfishClient, streams: EventStreams, server: Server
) -> None:
    """Raise or return when the connection breaks, and read again afterwards."""
    async with listening(client, streams) as listener:
        server.close_connections()
        await asyncio.wait([listener.task], timeout=2)
        assert listener.task.done()
    assert (await client.async_get_system()).is_on


async def test_error_of_a_stream_does_not_contain_token(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Redact a token that the BMC repeats."""
    await client.async_get_event_service()
    token = bmc.requests[-1].headers["x-auth-token"]
    notice = {"Message": f"Token {token} is busy", "MessageId": "Base.1.0.X"}
    body = {"error": {"@Message.ExtendedInfo": [notice]}}
    assert streams.path
    bmc.fail(streams.path, status=400, body=body)
    with pytest.raises(InvalidRequestError, match="is busy") as caught:
        await Listener(client).task
    assert token not in f"{caught.value!r} {vars(caught.value)}"


async def test_service_without_a_stream_is_an_error(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Send no request for a stream that the service does not name."""
    path = bmc.store.find("EventService")[0]
    bmc.change(path, {"ServerSentEventUri": REMOVED})
    with pytest.raises(NotFoundError, match="no stream of events"):
        await Listener(client).task
    assert requested_paths(bmc)[-1] == path
    assert streams.opened == 0


async def test_stream_on_another_host_is_refused(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Send no credentials to another host."""
    path = bmc.store.find("EventService")[0]
    bmc.change(path, {"ServerSentEventUri": "https://evil.example/SSE"})
    with pytest.raises(SupermicroRedfishError, match="leads away"):
        await Listener(client).task
    assert streams.opened == 0


async def test_refused_stream_takes_one_login(
    client: SupermicroRedfishClient, streams: EventStreams, bmc: Bmc
) -> None:
    """Raise an error of the stream at the second 401, and log in no more for it."""
    assert streams.path
    bmc.fail(streams.path, status=401)
    for _ in range(2):
        with pytest.raises(AuthorizationError):
            await Listener(client).task
    assert bmc.login_attempts == 2
    assert client.stats.total_requests == len(bmc.requests)
