"""What the simulator's own tests share: a client that knows HTTP and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from typing import Any, NamedTuple

from aiohttp import ClientSession

from .bmc import Bmc
from .board import Board
from .completion import ROOT, SESSIONS
from .etags import ETAG
from .messages import JSON_TYPE
from .server import Server, serve

SYSTEM, CHASSIS, MANAGER = (
    f"{ROOT}/{group}/1" for group in ("Systems", "Chassis", "Managers")
)
THERMAL, POWER = f"{CHASSIS}/Thermal", f"{CHASSIS}/Power"
OEM = f"{MANAGER}/Oem/Supermicro"
RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"


def as_old(board: Board) -> Board:
    """Return a board whose bodies are in the manner of the old family."""
    resources = {
        path: {"@odata.context": f"{ROOT}/$metadata"}
        | {key: value for key, value in body.items() if key != ETAG}
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def changed(changes: dict[str, Any]) -> Board:
    """Return the shipped board with changes to its resources."""
    bmc = Bmc(Board.load("x12spi-tf"))
    for path, change in changes.items():
        bmc.change(path, change)
    resources = {path: bmc.resource(path) for path in bmc.board.resources}
    return replace(bmc.board, resources=resources)


class Reply(NamedTuple):
    """An answer as a client sees it."""

    status: int
    headers: Any
    body: Any
    """The JSON, or the bytes of anything else."""

    @property
    def message_id(self) -> str:
        """The message of a refusal, with its registry but without the version."""
        (info,) = self.body["error"]["@Message.ExtendedInfo"]
        registry, _, rest = info["MessageId"].partition(".")
        return f"{registry}.{rest.rpartition('.')[2]}"


class Client:
    """A client of a simulated BMC; in a session once it has logged in."""

    def __init__(self, bmc: Bmc, server: Server, http: ClientSession) -> None:
        """Talk to a server."""
        self.bmc = bmc
        self.server = server
        self._http = http
        self.headers: dict[str, str] = {}
        """Sent with every request."""

    async def send(
        self, method: str, path: str, *, headers: Any = None, **content: Any
    ) -> Reply:
        """Send a request; the content is as aiohttp takes it."""
        async with self._http.request(
            method,
            f"{self.server.url}{path}",
            headers=self.headers | (headers or {}),
            ssl=False,
            **content,
        ) as response:
            payload = await response.read()
            is_json = response.content_type == JSON_TYPE and payload
            body = json.loads(payload) if is_json else payload
            return Reply(response.status, response.headers, body)

    async def get(self, path: str, headers: Any = None) -> Reply:
        """Read a resource."""
        return await self.send("GET", path, headers=headers)

    async def patch(self, path: str, body: Any, headers: Any = None) -> Reply:
        """Write to a resource."""
        return await self.send("PATCH", path, headers=headers, json=body)

    async def post(self, path: str, body: Any = None) -> Reply:
        """Create something, or carry out an action."""
        return await self.send("POST", path, json={} if body is None else body)

    async def login(
        self, username: str = "ADMIN", password: str | None = None
    ) -> Reply:
        """Open a session, and stay in it if that went well."""
        password = "ADMIN" if password is None else password
        reply = await self.post(SESSIONS, {"UserName": username, "Password": password})
        if token := reply.headers.get("X-Auth-Token"):
            self.headers = {"X-Auth-Token": token}
        return reply


@asynccontextmanager
async def connected(bmc: Bmc, **wire: Any) -> AsyncIterator[Client]:
    """Serve a BMC, and yield a client that is not logged in."""
    async with serve(bmc, **wire) as server, ClientSession() as http:
        yield Client(bmc, server, http)


@asynccontextmanager
async def running(board: Board | None = None, **traits: Any) -> AsyncIterator[Client]:
    """Serve a board with some traits, and yield a client that is logged in."""
    bmc = Bmc(board or Board.load("x12spi-tf"), **traits)
    async with connected(bmc) as client:
        await client.login()
        yield client
