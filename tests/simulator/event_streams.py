"""Send server-sent events as OpenBMC does: no heartbeat, and ten streams at most."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import json
from typing import Any, Final

from aiohttp import web

from .resources import JsonObject

STREAM_TYPE: Final = "text/event-stream"
_CLOSE = b""


@dataclass(eq=False)
class EventStreams:
    """Open streams of a BMC, and their events."""

    path: str | None = None
    """The path of the streams; None on a board without them."""
    limit: int = 10
    """The number of streams. One more gets a success and is closed at once."""
    opened: int = 0
    """The number of streams that were opened so far."""
    _queues: dict[Any, asyncio.Queue[bytes]] = field(default_factory=dict)
    _events: int = 0

    @property
    def open(self) -> int:
        """The number of open streams."""
        return len(self._queues)

    def publish(self, message: str) -> None:
        """Send an event about a new log entry."""
        self.send(self.event(message))

    def event(self, message: str) -> bytes:
        """Return the bytes of an event, whose JSON has many lines."""
        self._events += 1
        body: JsonObject = {
            "@odata.type": "#Event.v1_4_0.Event",
            "Id": str(self._events),
            "Name": "Event Log",
            "Events": [{"EventId": str(self._events), "Message": message}],
        }
        lines = json.dumps(body, indent=2).splitlines()
        text = "".join(f"data: {line}\n" for line in lines)
        return f"id: {self._events}\n{text}\n".encode()

    def send(self, data: bytes) -> None:
        """Send bytes on all open streams."""
        for queue in self._queues.values():
            queue.put_nowait(data)

    def close(self) -> None:
        """Close all streams."""
        self.send(_CLOSE)

    async def serve(
        self, request: web.BaseRequest, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """Send a stream until the BMC or the client closes it."""
        stream = web.StreamResponse(headers=headers)
        stream.content_type = STREAM_TYPE
        stream.force_close()
        await stream.prepare(request)
        self.opened += 1
        if self.open >= self.limit:
            return stream
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._queues[request.protocol] = queue
        try:
            with suppress(ConnectionError):
                while data := await queue.get():
                    await stream.write(data)
        finally:
            self._queues.pop(request.protocol, None)
        return stream

    def lose(self, connection: web.RequestHandler) -> None:
        """Remove the stream of a lost connection, if it has one."""
        if queue := self._queues.get(connection):
            queue.put_nowait(_CLOSE)
