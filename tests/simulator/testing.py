"""Helpers for the simulator's own tests: paths, boards and a plain HTTP client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
import hashlib
import json
from typing import Any, NamedTuple

from aiohttp import ClientResponse, ClientSession

from .bmc import Bmc
from .board import Board
from .etags import ETAG
from .resources import ROOT, SESSIONS, JsonObject
from .responses import JSON_TYPE
from .server import Server, serve

SYSTEM, CHASSIS, MANAGER = (
    f"{ROOT}/{group}/1" for group in ("Systems", "Chassis", "Managers")
)
THERMAL, POWER = f"{CHASSIS}/Thermal", f"{CHASSIS}/Power"
OEM = f"{MANAGER}/Oem/Supermicro"
RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
FAN_MODE = f"{OEM}/FanMode"


def expected_etag(body: JsonObject) -> str:
    """Return the ETag of a body, computed independently of `etags.py`.

    It is the MD5 of the compact JSON without the ETag, as the recordings show.
    """
    rest = {key: value for key, value in body.items() if key != "@odata.etag"}
    text = json.dumps(rest, separators=(",", ":"), ensure_ascii=False)
    return f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'


def as_old(board: Board) -> Board:
    """Return a board in the format of the old firmware family."""
    resources = {
        path: {"@odata.context": f"{ROOT}/$metadata"}
        | {key: value for key, value in body.items() if key != ETAG}
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def changed_board(changes: dict[str, Any]) -> Board:
    """Return the shipped board with changes by path, as `Bmc.change` merges them."""
    bmc = Bmc(Board.load("x12spi-tf"))
    for path, change in changes.items():
        bmc.change(path, change)
    resources = {path: bmc.resource(path) for path in bmc.board.resources}
    return replace(bmc.board, resources=resources)


class ReceivedResponse(NamedTuple):
    """A response that a client has received."""

    status: int
    headers: Any
    body: Any
    """The JSON, or the bytes of any other content."""

    @property
    def message_id(self) -> str:
        """The message of a rejection, with its registry and without the version."""
        (info,) = self.body["error"]["@Message.ExtendedInfo"]
        registry, _, rest = info["MessageId"].partition(".")
        return f"{registry}.{rest.rpartition('.')[2]}"

    @property
    def rejection(self) -> tuple[int, str]:
        """The status and the message of a rejection."""
        return self.status, self.message_id


class Client:
    """An HTTP client of a simulated BMC, which uses a session after `login`."""

    def __init__(self, bmc: Bmc, server: Server, http: ClientSession) -> None:
        """Initialize without a session."""
        self.bmc = bmc
        self.server = server
        self._http = http
        self.headers: dict[str, str] = {}
        """Headers of every request."""

    def request(
        self, method: str, path: str, *, headers: Any = None, **content: Any
    ) -> AbstractAsyncContextManager[ClientResponse]:
        """Send a request, and return its response before its body is read."""
        return self._http.request(
            method,
            f"{self.server.url}{path}",
            headers=self.headers | (headers or {}),
            ssl=False,
            **content,
        )

    async def send(
        self, method: str, path: str, *, headers: Any = None, **content: Any
    ) -> ReceivedResponse:
        """Send a request; aiohttp's `json` or `data` is its content."""
        request = self.request(method, path, headers=headers, **content)
        async with request as response:
            payload = await response.read()
            is_json = response.content_type == JSON_TYPE and payload
            body = json.loads(payload) if is_json else payload
            return ReceivedResponse(response.status, response.headers, body)

    async def get(self, path: str, headers: Any = None) -> ReceivedResponse:
        """Read a resource."""
        return await self.send("GET", path, headers=headers)

    async def patch(
        self, path: str, body: Any, headers: Any = None
    ) -> ReceivedResponse:
        """Write to a resource."""
        return await self.send("PATCH", path, headers=headers, json=body)

    async def post(self, path: str, body: Any = None) -> ReceivedResponse:
        """Create a resource, or execute an action."""
        return await self.send("POST", path, json={} if body is None else body)

    async def login(
        self, username: str = "ADMIN", password: str | None = None
    ) -> ReceivedResponse:
        """Open a session, and use it for later requests if that succeeds."""
        password = "ADMIN" if password is None else password
        credentials = {"UserName": username, "Password": password}
        response = await self.post(SESSIONS, credentials)
        if token := response.headers.get("X-Auth-Token"):
            self.headers = {"X-Auth-Token": token}
        return response


@asynccontextmanager
async def connected(bmc: Bmc | None = None, **options: Any) -> AsyncIterator[Client]:
    """Serve a BMC with options of `serve`, and yield a client without a session.

    The BMC is the shipped board unless given.
    """
    bmc = bmc or Bmc(Board.load("x12spi-tf"))
    async with serve(bmc, **options) as server, ClientSession() as http:
        yield Client(bmc, server, http)


@asynccontextmanager
async def logged_in(
    board: Board | None = None, **options: Any
) -> AsyncIterator[Client]:
    """Serve a board with options of `Bmc`, and yield a client with a session.

    The board is the shipped one unless given.
    """
    async with connected(Bmc(board or Board.load("x12spi-tf"), **options)) as client:
        await client.login()
        yield client
