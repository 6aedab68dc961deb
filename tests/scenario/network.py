"""Names, routes and proxies between Home Assistant and the simulated BMC."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
import errno
import os
import socket
from typing import Any, Final, Self
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant.helpers import aiohttp_client

NAME: Final = "bmc.example"
"""A host name of the BMC."""
_ADDRESS: Final = "127.0.0.1"
_CHUNK_BYTES: Final = 65_536


class Resolver(ThreadedResolver):
    """Resolve names in a thread instead of by Home Assistant's zeroconf."""

    async def real_close(self) -> None:
        """Close the resolver; Home Assistant expects this method name."""
        await self.close()


class Network:
    """Network connections of an event loop, which tests can interrupt."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Initialize a working network."""
        self._loop = loop
        self._connect = loop.sock_connect
        self._resolve = loop.getaddrinfo
        self.has_route = True
        self.resolves_name = True

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Make the event loop and Home Assistant use this network."""
        with (
            patch.object(self._loop, "sock_connect", self._sock_connect),
            patch.object(self._loop, "getaddrinfo", self._getaddrinfo),
            patch.object(aiohttp_client, "_async_make_resolver", lambda _: Resolver()),
        ):
            yield self

    async def _sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect a socket if there is a route."""
        if not self.has_route:
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        await self._connect(sock, address)

    async def _getaddrinfo(self, host: str, port: int, **hints: Any) -> list[Any]:
        """Resolve a name; that of the BMC leads to the simulator."""
        if host == NAME and not self.resolves_name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await self._resolve(_ADDRESS if host == NAME else host, port, **hints)


class Proxy:
    """Port that forwards its connections to a server."""

    def __init__(self, target: int) -> None:
        """Initialize with the port of the server."""
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"{_ADDRESS}:{self.port}"

    def forward_to(self, port: int) -> None:
        """Forward new connections to another port, and cut the existing ones."""
        self._target = port
        self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Forward one connection in both directions until either end closes it."""
        responses, requests = await asyncio.open_connection(_ADDRESS, self._target)
        pair = {writer, requests}
        self._writers |= pair
        try:
            await asyncio.gather(_pump(reader, requests), _pump(responses, writer))
        finally:
            self._writers -= pair


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward one direction until its end."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def run_proxy(target: int) -> AsyncIterator[Proxy]:
    """Run a proxy on a free port."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.handle, _ADDRESS, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()
        await server.wait_closed()
