"""The wire: a BMC's HTTPS server on 127.0.0.1."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import replace
import logging
import socket
import ssl
import struct
import time
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from . import redfish
from .bmc import Bmc, Exchange
from .certificate import Certificate, process_certificate
from .messages import Answer, parse

HOST = "127.0.0.1"

# What X11 boards of 2019 and 2021 send with every answer.
_HEADERS = {
    "OData-Version": "4.0",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1",
}

_SHUTDOWN_SECONDS = 0.1

_DAY = 24 * 3600.0
"""Longer than any client waits."""

_PIECES = 10
"""In how many pieces a body trickles."""

_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
"""With this, the end of a connection is a reset and no farewell."""

_LOGGER = logging.getLogger(__name__)


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Whether a log record tells of more than a client that speaks no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(
        error, (HttpProcessingError, web.RequestPayloadError, ConnectionError)
    )


_LOGGER.addFilter(_is_of_interest)


class _Counted(web.Server):
    """aiohttp's server, which here counts its connections."""

    count = 0

    def __init__(self, *args: Any, boots: Callable[[], int], **kwargs: Any) -> None:
        """Take what tells how often the BMC has started."""
        super().__init__(*args, **kwargs)
        self._boots = boots
        self._made: dict[web.RequestHandler, int] = {}

    def is_forgotten(self, handler: web.RequestHandler) -> bool:
        """Tell whether a connection is older than the BMC's last start."""
        return self._made.get(handler) != self._boots()

    def connection_made(
        self,
        handler: web.RequestHandler,
        transport: asyncio.Transport,
    ) -> None:
        """Count a connection; over TLS, aiohttp tells of it after the handshake."""
        self.count += 1
        self._made[handler] = self._boots()
        super().connection_made(handler, transport)

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Forget a connection."""
        self._made.pop(handler, None)
        super().connection_lost(handler, exc)


class Server:
    """A simulated BMC that can be reached."""

    def __init__(
        self,
        bmc: Bmc,
        *,
        tls: bool,
        latency: float,
        workers: int | None,
        keep_alive: bool,
    ) -> None:
        """Make the server; `serve` opens it."""
        self.bmc = bmc
        self.latency = latency
        self.keep_alive = keep_alive
        self.port = 0
        self.protocols = _Counted(
            self._handle, boots=lambda: bmc.boots, access_log=None, logger=_LOGGER
        )
        self._workers: AbstractAsyncContextManager[Any] = (
            asyncio.Semaphore(workers) if workers else nullcontext()
        )
        self._busy = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._certificate: Certificate | None = None
        self._runner = web.ServerRunner(
            self.protocols, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        self._show(process_certificate)

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The address as a URL, without a path."""
        return f"{'https' if self.tls else 'http'}://{self.host}"

    @property
    def certificate_sha256(self) -> str | None:
        """The fingerprint of the certificate, in lower-case hexadecimal digits."""
        return self._certificate.sha256 if self._certificate else None

    @property
    def connections(self) -> int:
        """How many connections there were, with their handshake done."""
        return self.protocols.count

    @property
    def handshakes(self) -> int:
        """How many TLS handshakes were done."""
        return self.connections if self.tls else 0

    def renew_certificate(self, certificate: Certificate | None = None) -> None:
        """Show a new certificate from the next handshake on."""
        self._show(lambda: certificate or Certificate.generate())

    def _show(self, certificate: Callable[[], Certificate]) -> None:
        """Show a certificate, if there is TLS at all."""
        if self.tls is not None:
            self._certificate = certificate()
            self._certificate.load_into(self.tls)

    async def listen(self, port: int | None = None, *, plain: bool = False) -> None:
        """Take connections, on the port that it had before if none is given.

        When `plain`, it speaks HTTP on a port where clients expect TLS.
        """
        if not self._runner.server:
            await self._runner.setup()
        port = self.port if port is None else port
        tls = None if plain else self.tls
        await web.TCPSite(self._runner, HOST, port, ssl_context=tls).start()
        self.port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Refuse connections, and end those that there are."""
        for site in self._runner.sites:
            await site.stop()
        self.close_connections()

    def close_connections(self) -> None:
        """End the connections that there are, as a server does with idle ones."""
        for handler in self.protocols.connections:
            if handler.transport is not None:
                handler.transport.close()

    async def close(self) -> None:
        """End all connections, and the work for them."""
        await self._runner.cleanup()
        await self.give_up()

    async def give_up(self) -> None:
        """End the work for clients that did not wait for their answer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; aiohttp lets go of it when the client has gone."""
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await self._exchange(request)

    async def _exchange(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request, and keep a record of it."""
        began = time.perf_counter()
        payload = await request.read()
        asked = redfish.Request(
            request.method,
            request.path,
            request.query_string,
            {name.lower(): value for name, value in request.headers.items()},
            payload,
            self.url,
        )
        exchange = Exchange(
            asked.method,
            asked.path,
            asked.query,
            asked.headers,
            asked.token,
            parse(payload),
        )
        if self.protocols.is_forgotten(request.protocol):
            return self._abort(request)
        self.bmc.record(exchange)
        answer = await self._work(asked)
        exchange.seconds = time.perf_counter() - began
        if answer is None:
            return self._abort(request)
        exchange.status = answer.status
        if answer.delivery == "cut" and not answer.payload:
            return self._abort(request)
        response = self._respond(answer)
        if answer.delivery == "whole":
            return response
        stream = web.StreamResponse(status=answer.status, headers=response.headers)
        stream.content_length = len(answer.payload)
        await stream.prepare(request)
        with suppress(ConnectionError):
            await self._deliver(request, stream, answer)
        return stream

    async def _deliver(
        self, request: web.BaseRequest, stream: web.StreamResponse, answer: Answer
    ) -> None:
        """Send a body in another way than at once."""
        body = answer.payload
        size = len(body) // (_PIECES if answer.delivery == "trickled" else 2) + 1
        for begin in range(0, len(body), size):
            await stream.write(body[begin : begin + size])
            if answer.delivery == "cut":
                self._reset(request)
                return
            is_stalled = answer.delivery == "stalled"
            await asyncio.sleep(_DAY if is_stalled else answer.seconds / _PIECES)

    def _reset(self, request: web.BaseRequest) -> None:
        """Reset a connection."""
        if request.transport is not None:
            wire: socket.socket = request.transport.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
            request.transport.abort()

    def _abort(self, request: web.BaseRequest) -> web.Response:
        """Break the connection; nobody sees what is returned."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _work(self, request: redfish.Request) -> Answer | None:
        """Return the answer, in its time; None to abort the connection."""
        async with self._workers:
            self._busy += 1
            self.bmc.peak_parallel = max(self.bmc.peak_parallel, self._busy)
            try:
                await asyncio.sleep(self.latency)
                return await self._answer(request)
            finally:
                self._busy -= 1

    async def _answer(self, request: redfish.Request) -> Answer | None:
        """Let the faults have their way, else the BMC."""
        if self.bmc.is_down:
            return self.bmc.down_answer
        if fault := self.bmc.faults.hit(request.method, request.path):
            fault.act()
            await asyncio.sleep(fault.seconds)
            if fault.is_done:
                redfish.answer(self.bmc, request)
            if fault.is_drop or fault.answer:
                return fault.answer
            answer = redfish.answer(self.bmc, request)
            return replace(
                answer, delivery=fault.delivery, seconds=fault.delivery_seconds
            )
        return redfish.answer(self.bmc, request)

    def _respond(self, answer: Answer) -> web.Response:
        """Put an answer into HTTP; JSON goes without a charset, as from the BMC."""
        response = web.Response(
            status=answer.status,
            body=answer.payload,
            content_type=answer.content_type,
            headers=_HEADERS | answer.headers,
        )
        if not self.keep_alive:
            response.force_close()
        return response


@asynccontextmanager
async def serve(
    bmc: Bmc,
    *,
    tls: bool = True,
    port: int = 0,
    latency: float = 0.0,
    workers: int | None = None,
    keep_alive: bool = True,
) -> AsyncIterator[Server]:
    """Serve a BMC on 127.0.0.1.

    `latency` is added to every request; no more than `workers` are worked on at once,
    the others wait. Whether BMCs keep connections alive is not known.
    """
    server = Server(
        bmc, tls=tls, latency=latency, workers=workers, keep_alive=keep_alive
    )
    try:
        await server.listen(port)
        yield server
    finally:
        await server.close()
