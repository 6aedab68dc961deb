"""Listen to a stream of server-sent events without storing the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import socket

from aiohttp import ClientResponse

from ..const import KEEP_ALIVE_SECONDS, MAX_EVENT_BYTES
from ..exceptions import InvalidResponseError
from .transport import Transport

_TYPE = "text/event-stream"
# A compressed stream could be much larger than what is received of it.
_HEADERS = {"Accept": _TYPE, "Accept-Encoding": "identity"}
_DATA = (b"data", b"data:")
_PREFIX_BYTES = len(b"data:")


class EventCounter:
    """Count complete events: lines with data, up to an empty line.

    The text of an event is not trusted, so it is not decoded. Of each line, only the
    first bytes are kept, however long it is.
    """

    def __init__(self) -> None:
        """Initialize the counter for a new stream."""
        self._line = b""
        self._has_data = False
        self._ends_with_return = False
        self._event_bytes = 0

    def feed(self, chunk: bytes) -> int:
        """Return the number of events that a part of the stream completes.

        Raises:
            InvalidResponseError: An event does not end.

        """
        self._event_bytes += len(chunk)
        if self._ends_with_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._ends_with_return = chunk.endswith(b"\r")
        text = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        events = 0
        first, *others = text.split(b"\n")
        self._line = (self._line + first[:_PREFIX_BYTES])[:_PREFIX_BYTES]
        for line in others:
            events += self._end_line()
            self._line = line[:_PREFIX_BYTES]
        if self._event_bytes > MAX_EVENT_BYTES:
            message = f"An event has more than {MAX_EVENT_BYTES} bytes"
            raise InvalidResponseError(message)
        return events

    def _end_line(self) -> bool:
        """End a line; return whether it completes an event."""
        if self._line:
            self._has_data = self._has_data or self._line in _DATA
            return False
        is_event, self._has_data = self._has_data, False
        self._event_bytes = 0
        return is_event


async def async_listen(
    transport: Transport,
    path: str,
    headers: Mapping[str, str],
    on_open: Callable[[], None],
    on_events: Callable[[int], None],
) -> None:
    """Receive server-sent events until the BMC closes the stream.

    Args:
        transport: The transport to the BMC.
        path: The path of the stream.
        headers: The credentials.
        on_open: Called when the stream is open.
        on_events: Called with the number of events, whenever some were received.

    Raises:
        SupermicroRedfishError: The stream was refused, is none, or broke off.

    """
    async with transport.stream(path, {**_HEADERS, **headers}) as response:
        if response.content_type != _TYPE:
            message = f"GET {path} returned no stream of events"
            raise InvalidResponseError(message, path=path)
        _keep_alive(response)
        on_open()
        counter = EventCounter()
        async for chunk in response.content.iter_any():
            if events := counter.feed(chunk):
                on_events(events)


def _keep_alive(response: ClientResponse) -> None:
    """Enable TCP keep-alive, to detect a broken connection of an idle stream."""
    connection = response.connection
    transport = connection.transport if connection else None
    wire = transport.get_extra_info("socket") if transport else None
    if wire is None:
        return
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    for name, value in zip(options, KEEP_ALIVE_SECONDS, strict=True):
        if option := getattr(socket, name, None):
            wire.setsockopt(socket.IPPROTO_TCP, option, value)
