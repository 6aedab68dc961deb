"""Paths of the simulated board, and helpers shared by the library's tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from pathlib import Path
import re
from typing import Any

from aiohttp import ClientSession

import aiosupermicro
from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.resources.endpoints import ENDPOINTS, Cadence
from tests.conftest import until
from tests.simulator import Bmc, Board, serve

ROOT = "/redfish/v1"
SESSION_SERVICE = f"{ROOT}/SessionService"
SESSIONS = f"{SESSION_SERVICE}/Sessions"
SYSTEM = f"{ROOT}/Systems/1"
SYSTEM_RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
MEMORY = f"{SYSTEM}/Memory"
LOG = f"{SYSTEM}/LogServices/Log1"
ENTRIES = f"{LOG}/Entries"
CHASSIS = f"{ROOT}/Chassis/1"
THERMAL = f"{CHASSIS}/Thermal"
POWER = f"{CHASSIS}/Power"
MANAGER = f"{ROOT}/Managers/1"
MANAGER_RESET = f"{MANAGER}/Actions/Manager.Reset"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
LICENSES = f"{MANAGER}/LicenseManager/QueryLicense"
OEM = f"{MANAGER}/Oem/Supermicro"
FAN_MODE = f"{OEM}/FanMode"
NTP = f"{OEM}/NTP"

OPENBMC = "gb300-openbmc"
"""The recorded board with the BMC of another vendor."""

STATIC_RESOURCES = sum(row.cadence is Cadence.STATIC for row in ENDPOINTS)
"""The static resources in the table, all of which the simulated board has."""

MINUTES = 60.0

_LIBRARY = str(Path(aiosupermicro.__file__).parent)


def link(path: str) -> dict[str, Any]:
    """Return a link to a resource."""
    return {"@odata.id": path}


def collection(path: str, names: Iterable[str]) -> dict[str, Any]:
    """Return a collection with members of these names."""
    links = [link(f"{path}/{name}") for name in names]
    return link(path) | {"Members": links, "Members@odata.count": len(links)}


def put_collection(bmc: Bmc, path: str, members: Mapping[str, dict[str, Any]]) -> None:
    """Add a collection to a board, with its members by name."""
    bmc.put(path, collection(path, members))
    for name, body in members.items():
        bmc.put(f"{path}/{name}", link(f"{path}/{name}") | body)


def put_members(bmc: Bmc, path: str, members: Iterable[Any]) -> None:
    """Add a collection with members as full objects or as links."""
    bmc.put(path, link(path) | {"Members": [*members]})


def put_pages(bmc: Bmc, path: str, pages: list[list[Any]], last: Any = None) -> None:
    """Add a collection in pages, each with a link to the next one.

    The last page has a link if one is given. Further pages are at `Page1` and so on.
    """
    places = [path, *(f"{path}/Page{number}" for number in range(1, len(pages)))]
    for place, members, following in zip(
        places, pages, [*places[1:], last], strict=True
    ):
        more = {} if following is None else {"Members@odata.nextLink": following}
        bmc.put(place, link(path) | {"Members": members} | more)


def take_requests(bmc: Bmc) -> list[tuple[str, str, int]]:
    """Return and clear the method, path and status of all requests."""
    requests = [(item.method, item.path, item.status) for item in bmc.requests]
    bmc.requests.clear()
    return requests


def take_calls(bmc: Bmc) -> list[tuple[str, str]]:
    """Return and clear the method and path of all requests."""
    return [(method, path) for method, path, _ in take_requests(bmc)]


def statuses(bmc: Bmc, method: str | None = None, path: str | None = None) -> list[int]:
    """Return the response statuses of matching requests."""
    return [
        request.status
        for request in bmc.requests
        if method in (None, request.method) and path in (None, request.path)
    ]


def requested_paths(bmc: Bmc) -> list[str]:
    """Return the paths of the requests so far."""
    return [request.path for request in bmc.requests]


def inject_fault(bmc: Bmc, path: str, fault: str | int) -> None:
    """Make a BMC drop the connection, hang, or respond with a page or a status."""
    if fault == "drop":
        bmc.drop(path)
    elif fault == "hang":
        bmc.hang(path, 3600)
    elif fault == "page":
        bmc.fail(path, status=200, body="<html>", content_type="text/html")
    else:
        bmc.fail(path, status=int(fault))


def rewrite_board(board: Board, pattern: str, replacement: str) -> Board:
    """Return a copy of a board with a pattern replaced in all JSON and paths."""
    text = re.sub(pattern, replacement, json.dumps(board.resources))
    return replace(board, resources=json.loads(text))


def resource_paths(board: Board, count: int) -> list[str]:
    """Return the paths of the first readable resources of a board."""
    return [path for path in board.resources if path.startswith(f"{ROOT}/")][:count]


@asynccontextmanager
async def connected_client(
    bmc: Bmc, session: ClientSession, **options: Any
) -> AsyncIterator[SupermicroRedfishClient]:
    """Serve a BMC and log in to it with a client."""
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(
            session, server.host, bmc.username, bmc.password, **options
        ) as client,
    ):
        yield client


def get(
    client: SupermicroRedfishClient, path: str
) -> Coroutine[Any, Any, dict[str, Any]]:
    """Read the resource at a path."""
    return client._connection.async_get(path)


def get_all(
    client: SupermicroRedfishClient, paths: Iterable[str]
) -> Awaitable[list[dict[str, Any]]]:
    """Read the resources at these paths concurrently."""
    return asyncio.gather(*(get(client, path) for path in paths))


def set_timeout(client: SupermicroRedfishClient, seconds: float) -> None:
    """Set the time limit of each further request."""
    client._transport._timeout = seconds


def limiter_of(client: SupermicroRedfishClient) -> Any:
    """Return the limiter of a client's concurrent requests."""
    return client._transport._limiter


def light_led(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Turn on the identify LED."""
    return client.async_set_indicator_led("Lit")


async def wait_until_idle() -> None:
    """Wait until no task of the library runs."""

    def library_tasks() -> list[asyncio.Task[Any]]:
        return [
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "cr_code", None)
            and _LIBRARY in task.get_coro().cr_code.co_filename  # type: ignore[union-attr]  # checked in the line above
        ]

    await until(lambda: not library_tasks())
