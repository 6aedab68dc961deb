"""Serve simulated BMCs in a process: python -m tests.bench.bmc_process JOB."""

import asyncio
from asyncio import Transport
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
import json
import re
import signal
import sys
import time
from typing import Any, override
from unittest.mock import patch

from aiohttp import web

from tests.simulator import Bmc, Board, Exchange, Server, serve
from tests.simulator.server import HOST

from .boards import (
    load_board,
    mac_address,
    with_unique_ids,
    without_etags,
    without_licenses,
)

_SLOW = re.compile(r"License|/(Storage|Drives|LogServices|Certificates)(/|$)")
_READINGS = ("ReadingCelsius", "PowerConsumedWatts", "Reading")

_ALL_READINGS = (*_READINGS, "ReadingVolts", "PowerOutputWatts", "SpeedRPM")


@dataclass
class Clock:
    """Clock of the BMCs, which can be advanced."""

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return time.monotonic() + self.ahead


@dataclass
class TrafficBytes:
    """Bytes of all TLS connections of this process, handshakes included."""

    received: int = 0
    sent: int = 0


@contextmanager
def count_bytes() -> Iterator[TrafficBytes]:
    """Count the bytes between asyncio's TLS and its sockets."""
    traffic = TrafficBytes()
    receive: Any = SSLProtocol.buffer_updated
    connect = SSLProtocol.connection_made

    def buffer_updated(protocol: SSLProtocol, nbytes: int) -> None:
        traffic.received += nbytes
        receive(protocol, nbytes)

    def connection_made(protocol: SSLProtocol, transport: Transport) -> None:
        write = transport.write

        def count(data: bytes) -> None:
            traffic.sent += len(data)
            write(data)

        transport.write = count  # type: ignore[method-assign,assignment]
        connect(protocol, transport)

    with (
        patch.object(SSLProtocol, "buffer_updated", buffer_updated),
        patch.object(SSLProtocol, "connection_made", connection_made),
    ):
        yield traffic


class ChangingBmc(Bmc):
    """BMC whose readings change with every request for their resource."""

    change_fn: Callable[[dict[str, Any]], None] | None = None
    """Function that changes the readings of a resource."""

    @override
    def record(self, exchange: Exchange) -> None:
        """Record a request and change the readings of its resource."""
        super().record(exchange)
        if self.change_fn and exchange.path in self.store:
            self.change_fn(self.store[exchange.path])


def _change_reading(body: dict[str, Any]) -> None:
    """Alternate the first reading of a resource between two values."""
    for part in (body, *body.get("Temperatures", ()), *body.get("PowerControl", ())):
        for key in _READINGS:
            if isinstance(part.get(key), (int, float)):
                part[key] += 1 if part[key] % 2 < 1 else -1
                return


def _move_readings(value: Any) -> None:
    """Add one to each reading in a resource."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _ALL_READINGS and type(inner) in (int, float):
                value[key] += 1
            else:
                _move_readings(inner)
    elif isinstance(value, list):
        for inner in value:
            _move_readings(inner)


def _slow_down(bmc: Bmc, seconds: float) -> None:
    """Delay licenses, drives, logs and certificates."""
    for path in bmc.board.resources:
        if _SLOW.search(path):
            bmc.hang(path, seconds)


@dataclass
class BmcGroup:
    """All BMCs of this process with their common clock and counts."""

    job: dict[str, Any]
    traffic: TrafficBytes
    clock: Clock = field(default_factory=Clock)
    servers: list[Server] = field(default_factory=list)
    service_times: list[float] = field(default_factory=list)
    """Seconds of processing per request, without the wait for a free worker."""

    def take_counts(self) -> dict[str, Any]:
        """Return all counts, and clear the service times."""
        bmcs = [server.bmc for server in self.servers]
        service_times, self.service_times = self.service_times, []
        return {
            "requests": sum(len(bmc.requests) for bmc in bmcs),
            "received": self.traffic.received,
            "sent": self.traffic.sent,
            "bytes": self.traffic.received + self.traffic.sent,
            "handshakes": sum(server.handshakes for server in self.servers),
            "logins": sum(bmc.logins for bmc in bmcs),
            "sessions": sum(bmc.open_sessions for bmc in bmcs),
            "peak": max(bmc.peak_parallel for bmc in bmcs),
            "service_times": service_times,
        }

    def move_readings(self) -> None:
        """Add one to each reading of all BMCs."""
        for server in self.servers:
            store = server.bmc.store
            for path in store.paths:
                _move_readings(store[path])

    def _timed(
        self, answer: Callable[[Any], Awaitable[Any]]
    ) -> Callable[[Any], Awaitable[Any]]:
        """Return a function that also records the service time."""

        async def timed_answer(request: Any) -> Any:
            start = time.perf_counter()
            try:
                return await answer(request)
            finally:
                seconds = time.perf_counter() - start
                self.service_times.append(self.job["latency"] + seconds)

        return timed_answer

    @asynccontextmanager
    async def serve(self, board: Board) -> AsyncIterator[Server]:
        """Serve one more BMC."""
        job = self.job
        has_thermal = any("Thermal" in body for body in board.resources.values())
        bmc = ChangingBmc(
            board,
            clock=self.clock,
            task_seconds=0.0,
            # It works on OpenBMC, and is said not to work on older boards.
            expand="correct" if job["expand"] and not has_thermal else "400",
            expand_advertised=None if has_thermal else True,
        )
        if job["changing"]:
            bmc.change_fn = _move_readings if job["all_changing"] else _change_reading
        if job["slow"]:
            _slow_down(bmc, job["slow"])
        async with serve(bmc, latency=job["latency"], workers=job["workers"]) as server:
            with patch.object(
                server, "_get_response", self._timed(server._get_response)
            ):
                self.servers.append(server)
                yield server


async def start_control(group: BmcGroup) -> tuple[web.AppRunner, int]:
    """Start the control server and return it with its port."""

    async def counts(_: web.Request) -> web.Response:
        return web.json_response(group.take_counts())

    async def advance(request: web.Request) -> web.Response:
        group.clock.ahead += float(request.query["seconds"])
        return web.json_response({})

    async def move(_: web.Request) -> web.Response:
        group.move_readings()
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/counts", counts)
    app.router.add_get("/move", move)
    app.router.add_get("/advance", advance)
    runner = web.AppRunner(app, shutdown_timeout=0.1, keepalive_timeout=3600)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    return runner, runner.addresses[0][1]


def _describe(server: Server) -> dict[str, Any]:
    """Return the data for a config entry of a BMC."""
    return {
        "host": server.host,
        "mac": mac_address(server.bmc.board).lower(),
        "certificate": server.certificate_sha256,
    }


async def run(job: dict[str, Any]) -> None:
    """Serve all BMCs until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    board = load_board(job["board"])
    board = board if job["etags"] else without_etags(board)
    board = board if job["licenses"] else without_licenses(board)
    with count_bytes() as traffic:
        group = BmcGroup(job, traffic)
        async with AsyncExitStack() as stack:
            for number in range(job["count"]):
                await stack.enter_async_context(
                    group.serve(with_unique_ids(board, number))
                )
            runner, port = await start_control(group)
            stack.push_async_callback(runner.cleanup)
            ready = {"bmcs": [_describe(server) for server in group.servers]}
            print(json.dumps(ready | {"control_port": port}), flush=True)  # noqa: T201
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
