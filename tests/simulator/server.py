"""Serve a BMC over HTTPS on 127.0.0.1: connections, certificates, faults, latency."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import replace
import logging
import ssl
import time
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod, HttpProcessingError

from . import redfish
from .bmc import Bmc, Exchange
from .certificate import Certificate, process_certificate
from .delivery import send_in_parts
from .resources import parse_json
from .responses import Response

HOST = "127.0.0.1"

# Headers of every response of X11 boards of 2019 and 2021.
_HEADERS = {
    "OData-Version": "4.0",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1",
}

_SHUTDOWN_SECONDS = 0.1

_WITHOUT_BODY = (204, 304)
"""The statuses of responses that have no body."""

_LOGGER = logging.getLogger(__name__)


def _is_simulator_error(record: logging.LogRecord) -> bool:
    """Return False for a log record about invalid HTTP or a closed connection."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(
        error, (HttpProcessingError, web.RequestPayloadError, ConnectionError)
    )


_LOGGER.addFilter(_is_simulator_error)


class _Handler(web.RequestHandler):
    """Connection of aiohttp that responds to unknown methods as lighttpd does."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the response to invalid HTTP."""
        status = 501 if isinstance(exc, BadHttpMethod) else status
        return super().handle_error(request, status, exc, message)


class _CountingServer(web.Server):
    """Server of aiohttp that counts its connections."""

    count = 0

    def __init__(
        self,
        *args: Any,
        boots: Callable[[], int],
        on_lost: Callable[[web.RequestHandler], None],
        **kwargs: Any,
    ) -> None:
        """Initialize the server.

        Args:
            *args: The arguments of aiohttp's server.
            boots: Return the BMC's number of starts.
            on_lost: Called when a connection is lost.
            **kwargs: The keywords of aiohttp's server.

        """
        super().__init__(*args, **kwargs)
        self._boots = boots
        self._on_lost = on_lost
        self._boot_by_connection: dict[web.RequestHandler, int] = {}

    def __call__(self) -> web.RequestHandler:
        """Return the handler of a new connection."""
        return _Handler(self, loop=self._loop, **self._kwargs)

    def is_broken(self, handler: web.RequestHandler) -> bool:
        """Return whether the BMC has restarted since a connection was made."""
        return self._boot_by_connection.get(handler) != self._boots()

    def connection_made(
        self,
        handler: web.RequestHandler,
        transport: asyncio.Transport,
    ) -> None:
        """Count a connection. Over TLS, aiohttp calls this after the handshake."""
        self.count += 1
        self._boot_by_connection[handler] = self._boots()
        super().connection_made(handler, transport)

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Remove a connection."""
        self._on_lost(handler)
        self._boot_by_connection.pop(handler, None)
        super().connection_lost(handler, exc)


class Server:
    """The HTTPS server of a simulated BMC. `serve` opens and closes it."""

    def __init__(
        self,
        bmc: Bmc,
        *,
        tls: bool,
        latency: float,
        workers: int | None,
        keep_alive: bool,
    ) -> None:
        """Initialize without opening a port."""
        self.bmc = bmc
        self.latency = latency
        self.keep_alive = keep_alive
        self.port = 0
        self.protocols = _CountingServer(
            self._handle,
            boots=lambda: bmc.boots,
            on_lost=bmc.event_streams.lose,
            access_log=None,
            logger=_LOGGER,
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
        self._set_certificate(process_certificate)

    @property
    def host(self) -> str:
        """The address and port."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without a path."""
        return f"{'https' if self.tls else 'http'}://{self.host}"

    @property
    def certificate_sha256(self) -> str | None:
        """The fingerprint of the certificate, in lower-case hexadecimal digits."""
        return self._certificate.sha256 if self._certificate else None

    @property
    def connections(self) -> int:
        """The number of connections so far, with completed handshakes."""
        return self.protocols.count

    @property
    def handshakes(self) -> int:
        """The number of completed TLS handshakes so far."""
        return self.connections if self.tls else 0

    def renew_certificate(self, certificate: Certificate | None = None) -> None:
        """Use a new certificate from the next handshake on."""
        self._set_certificate(lambda: certificate or Certificate.generate())

    def _set_certificate(self, certificate: Callable[[], Certificate]) -> None:
        """Set the certificate, if the server uses TLS."""
        if self.tls is not None:
            self._certificate = certificate()
            self._certificate.load_into(self.tls)

    async def listen(self, port: int | None = None, *, plain: bool = False) -> None:
        """Accept connections; without a port, on the previous one.

        With `plain`, speak HTTP on a port where clients expect TLS.
        """
        if not self._runner.server:
            await self._runner.setup()
        port = self.port if port is None else port
        tls = None if plain else self.tls
        await web.TCPSite(self._runner, HOST, port, ssl_context=tls).start()
        self.port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Refuse new connections until `listen`, and close the open ones."""
        for site in self._runner.sites:
            await site.stop()
        self.close_connections()

    def close_connections(self) -> None:
        """Close the open connections, as a server does with idle ones."""
        for handler in self.protocols.connections:
            if handler.transport is not None:
                handler.transport.close()

    async def close(self) -> None:
        """Close all connections, and cancel all requests."""
        await self._runner.cleanup()
        await self.cancel_requests()

    async def cancel_requests(self) -> None:
        """Cancel the requests of clients that did not wait for the response."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle a request in a task that `cancel_requests` finds.

        aiohttp drops its own reference when the client closes the connection.
        """
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await self._exchange(request)

    async def _exchange(self, request: web.BaseRequest) -> web.StreamResponse:
        """Receive and record a request, and send its response."""
        began = time.perf_counter()
        payload = await request.read()
        received = redfish.Request(
            request.method,
            request.path,
            request.query_string,
            {name.lower(): value for name, value in request.headers.items()},
            payload,
            self.url,
        )
        exchange = Exchange(
            received.method,
            received.path,
            received.query,
            received.headers,
            received.token,
            parse_json(payload),
        )
        if self.protocols.is_broken(request.protocol):
            return self._abort(request)
        self.bmc.record(exchange)
        response = await self._process(received)
        exchange.seconds = time.perf_counter() - began
        if response is None:
            return self._abort(request)
        exchange.status = response.status
        return await self._send(request, response)

    async def _send(
        self, request: web.BaseRequest, response: Response
    ) -> web.StreamResponse:
        """Send a response with its kind of delivery."""
        if response.delivery == "half":
            payload = response.payload
            response = replace(response, body=payload[: len(payload) // 2])
        elif response.status in _WITHOUT_BODY:
            if response.delivery == "cut":
                return self._abort(request)
        elif response.delivery == "events":
            headers = self._to_http(response).headers
            return await self.bmc.event_streams.serve(request, headers)
        elif response.delivery != "whole":
            headers = self._to_http(response).headers
            return await send_in_parts(request, response, headers)
        return self._to_http(response)

    def _abort(self, request: web.BaseRequest) -> web.Response:
        """Abort a connection, and return a response that is never sent."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _process(self, request: redfish.Request) -> Response | None:
        """Return the response after the latency; None to abort the connection."""
        async with self._workers:
            self._busy += 1
            self.bmc.peak_parallel = max(self.bmc.peak_parallel, self._busy)
            try:
                await asyncio.sleep(self.latency)
                return await self._get_response(request)
            finally:
                self._busy -= 1

    async def _get_response(self, request: redfish.Request) -> Response | None:
        """Return the response of a fault, or else of the BMC; None to abort."""
        if self.bmc.is_down:
            return self.bmc.down_response
        fault = self.bmc.faults.take(request.method, request.path)
        if fault is None:
            return redfish.handle(self.bmc, request)
        fault.callback()
        await asyncio.sleep(fault.seconds)
        if fault.is_executed:
            redfish.handle(self.bmc, request)
        if fault.is_drop or fault.response:
            return fault.response
        response = redfish.handle(self.bmc, request)
        return replace(
            response, delivery=fault.delivery, seconds=fault.delivery_seconds
        )

    def _to_http(self, response: Response) -> web.Response:
        """Return the HTTP response. JSON has no charset, as on real BMCs."""
        http = web.Response(
            status=response.status,
            body=response.payload,
            content_type=response.content_type,
            headers=_HEADERS | response.headers,
        )
        if not self.keep_alive:
            http.force_close()
        return http


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
    """Serve a BMC on 127.0.0.1; port 0 is any free one.

    Each request is delayed by `latency` seconds. At most `workers` requests are
    processed at once, and the others wait. Whether BMCs keep connections alive is
    unknown.
    """
    server = Server(
        bmc, tls=tls, latency=latency, workers=workers, keep_alive=keep_alive
    )
    try:
        await server.listen(port)
        yield server
    finally:
        await server.close()
