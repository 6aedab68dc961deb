"""Name resolution and routes between Home Assistant and the simulated BMC."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
import errno
import os
import socket
from typing import Any, Final, Self
from unittest.mock import patch
from weakref import WeakSet

from aiohttp import ThreadedResolver
from homeassistant.helpers import aiohttp_client

NAME: Final = "bmc.example"
"""A host name of the BMC."""
_ADDRESS: Final = "127.0.0.1"


class _Resolver(ThreadedResolver):
    """Resolve names in a thread instead of by Home Assistant's zeroconf."""

    async def real_close(self) -> None:
        """Close the resolver under the name that Home Assistant calls."""
        await self.close()


class Network:
    """The connections of an event loop, which can fail or lead elsewhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with a working network."""
        self._loop = loop
        self._connect = loop.sock_connect
        self._resolve = loop.getaddrinfo
        self._redirects: dict[int, int] = {}
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self.has_route = True
        self.resolves_name = True

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Let the event loop and Home Assistant use this network."""
        with (
            patch.object(self._loop, "sock_connect", self._sock_connect),
            patch.object(self._loop, "getaddrinfo", self._getaddrinfo),
            patch.object(aiohttp_client, "_async_make_resolver", lambda _: _Resolver()),
        ):
            yield self

    def redirect(self, port: int, target: int) -> None:
        """Lead new connections for a port to another one, and cut the present ones."""
        self._redirects[port] = target
        self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    async def _sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect a socket if there is a route."""
        if not self.has_route:
            raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        host, port, *rest = address
        await self._connect(sock, (host, self._redirects.get(port, port), *rest))
        self._sockets.add(sock)

    async def _getaddrinfo(self, host: str, port: int, **hints: Any) -> list[Any]:
        """Resolve a name; that of the BMC leads to the simulator."""
        if host == NAME and not self.resolves_name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await self._resolve(_ADDRESS if host == NAME else host, port, **hints)
