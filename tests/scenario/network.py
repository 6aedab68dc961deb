"""A man in the middle: an address whose connections can be led elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_HOST = "127.0.0.1"
_CHUNK = 65_536


class Proxy:
    """Hands on what comes, byte by byte, to one server or another."""

    def __init__(self, target: int) -> None:
        """Lead to a port."""
        self._target = target
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"{_HOST}:{self.port}"

    def lead_to(self, port: int) -> None:
        """Lead to another port, and break all connections that there are."""
        self._target = port
        self.cut()

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._open:
            writer.transport.abort()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Hand on one connection in both directions, until either end closes it."""
        there, onward = await asyncio.open_connection(_HOST, self._target)
        pair = {writer, onward}
        self._open |= pair
        try:
            await asyncio.gather(_pump(reader, onward), _pump(there, writer))
        finally:
            self._open -= pair


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on one direction to its end."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def forwarding(target: int) -> AsyncIterator[Proxy]:
    """Open a proxy on a free port."""
    proxy = Proxy(target)
    running = await asyncio.start_server(proxy.serve, _HOST, 0)
    proxy.port = running.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        proxy.cut()
        running.close()
        await running.wait_closed()
