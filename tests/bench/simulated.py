"""Simulated BMCs in a process of their own: python -m tests.bench.simulated JOB."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
import json
import signal
import sys
import time
from typing import Any, override
from unittest.mock import patch

from aiohttp import web

from tests.simulator import Bmc, Board, Exchange, Server, serve
from tests.simulator.etags import ETAG
from tests.simulator.server import HOST

from .wire import Wire, metered

_READINGS = ("ReadingCelsius", "PowerConsumedWatts", "Reading")


@dataclass
class Clock:
    """The BMCs' time, which may be ahead of the real one."""

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return time.monotonic() + self.ahead


class LivingBmc(Bmc):
    """A BMC on which a reading is another one whenever somebody asks for it."""

    is_moving = False

    @override
    def record(self, exchange: Exchange) -> None:
        """Take note of a request, and move what it asks for."""
        super().record(exchange)
        if self.is_moving and exchange.path in self.store:
            _move(self.store[exchange.path])


def _move(body: dict[str, Any]) -> None:
    """Let the first reading of a resource go up and down by one."""
    for part in (body, *body.get("Temperatures", ()), *body.get("PowerControl", ())):
        for key in _READINGS:
            if isinstance(part.get(key), (int, float)):
                part[key] += 1 if part[key] % 2 < 1 else -1
                return


@dataclass
class Site:
    """All BMCs of this process, and what they have in common."""

    job: dict[str, Any]
    wire: Wire
    clock: Clock = field(default_factory=Clock)
    servers: list[Server] = field(default_factory=list)
    services: list[float] = field(default_factory=list)
    """How long the BMCs worked at each request, waiting for its turn excepted."""

    def meter(self) -> dict[str, Any]:
        """Return all counts; the service times are told once."""
        bmcs = [server.bmc for server in self.servers]
        services, self.services = self.services, []
        return {
            "requests": sum(len(bmc.requests) for bmc in bmcs),
            "received": self.wire.received,
            "sent": self.wire.sent,
            "bytes": self.wire.received + self.wire.sent,
            "handshakes": sum(server.handshakes for server in self.servers),
            "logins": sum(bmc.logins for bmc in bmcs),
            "sessions": sum(bmc.open_sessions for bmc in bmcs),
            "peak": max(bmc.peak_parallel for bmc in bmcs),
            "services": services,
        }

    def timed(
        self, answer: Callable[[Any], Awaitable[Any]]
    ) -> Callable[[Any], Awaitable[Any]]:
        """Return what takes the time of answering, too."""

        async def timed_answer(request: Any) -> Any:
            began = time.perf_counter()
            try:
                return await answer(request)
            finally:
                worked = time.perf_counter() - began
                self.services.append(self.job["latency"] + worked)

        return timed_answer

    @asynccontextmanager
    async def bmc(self, board: Board) -> AsyncIterator[Server]:
        """Serve one more BMC."""
        bmc = LivingBmc(board, clock=self.clock, task_seconds=0.0)
        bmc.is_moving = self.job["moving"]
        job = self.job
        async with serve(bmc, latency=job["latency"], workers=job["workers"]) as server:
            timed = self.timed(server._get_response)
            with patch.object(server, "_get_response", timed):
                self.servers.append(server)
                yield server


def without_etags(board: Board) -> Board:
    """Return a board that knows no ETags."""
    resources = {
        path: {key: value for key, value in body.items() if key != ETAG}
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def without_licences(board: Board) -> Board:
    """Return a board that lists no licence; the published client fails on each."""
    resources = {
        path: body | {"Licenses": []} if "Licenses" in body else body
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def mac_address(board: Board) -> str:
    """Return the BMC's own MAC address as it is written in the board."""
    return next(
        str(body["MACAddress"])
        for path, body in board.resources.items()
        if path.startswith("/redfish/v1/Managers/") and body.get("MACAddress")
    )


def numbered(board: Board, number: int) -> Board:
    """Return a board of the same make, with identifiers of its own."""
    if not number:
        return board
    uuids = {body["UUID"] for body in board.resources.values() if body.get("UUID")}
    mac = mac_address(board)
    renamed = {uuid: f"{uuid[:-6]}{number:06X}" for uuid in uuids}
    renamed[mac] = f"{mac[:9]}FE:{number // 256:02X}:{number % 256:02X}"
    resources = dict(board.resources)
    for path, body in board.resources.items():
        text = before = json.dumps(body)
        for old, new in renamed.items():
            text = text.replace(old, new)
        if text != before:
            resources[path] = json.loads(text)
    return replace(board, resources=resources)


async def open_control(site: Site) -> tuple[web.AppRunner, int]:
    """Answer to whoever measures, on a port that is no BMC's."""

    async def meter(_: web.Request) -> web.Response:
        return web.json_response(site.meter())

    async def tick(request: web.Request) -> web.Response:
        site.clock.ahead += float(request.query["seconds"])
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/meter", meter)
    app.router.add_get("/tick", tick)
    runner = web.AppRunner(app, shutdown_timeout=0.1, keepalive_timeout=3600)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    return runner, runner.addresses[0][1]


def describe(server: Server) -> dict[str, Any]:
    """Return what an entry in Home Assistant has to know of a BMC."""
    return {
        "host": server.host,
        "mac": mac_address(server.bmc.board).lower(),
        "certificate": server.certificate_sha256,
    }


async def run(job: dict[str, Any]) -> None:
    """Serve until a signal ends it."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    board = Board.load(job["board"])
    board = board if job["etags"] else without_etags(board)
    board = board if job["licences"] else without_licences(board)
    with metered() as wire:
        site = Site(job, wire)
        async with AsyncExitStack() as stack:
            for number in range(job["count"]):
                await stack.enter_async_context(site.bmc(numbered(board, number)))
            runner, port = await open_control(site)
            stack.push_async_callback(runner.cleanup)
            ready = {"bmcs": [describe(server) for server in site.servers]}
            print(json.dumps(ready | {"control": port}), flush=True)  # noqa: T201
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
