"""What the tests of the library ask a BMC for, and see of what it was asked."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
import json
from pathlib import Path
import re
from typing import Any

import aiosupermicro
from aiosupermicro import SupermicroRedfishClient
from tests.conftest import until
from tests.simulator import Bmc, Board

ROOT = "/redfish/v1"
SESSIONS = f"{ROOT}/SessionService/Sessions"
SYSTEM = f"{ROOT}/Systems/1"
MEMORY = f"{SYSTEM}/Memory"
LOG = f"{SYSTEM}/LogServices/Log1"
ENTRIES = f"{LOG}/Entries"
CHASSIS = f"{ROOT}/Chassis/1"
THERMAL = f"{CHASSIS}/Thermal"
POWER = f"{CHASSIS}/Power"
MANAGER = f"{ROOT}/Managers/1"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
OEM = f"{MANAGER}/Oem/Supermicro"
FAN_MODE = f"{OEM}/FanMode"
NTP = f"{OEM}/NTP"

OPENBMC = "gb300-openbmc"
"""The recorded board of another maker's BMC."""
MINUTES = 60.0

_LIBRARY = str(Path(aiosupermicro.__file__).parent)


def link(path: str) -> dict[str, Any]:
    """Return a link to a resource."""
    return {"@odata.id": path}


def collection(path: str, names: list[str]) -> dict[str, Any]:
    """Return a collection with members of these names."""
    return link(path) | {"Members": [link(f"{path}/{name}") for name in names]}


def answers(bmc: Bmc) -> list[tuple[str, str, int]]:
    """Return what the BMC was asked since the last look, with its answers."""
    asked = [(item.method, item.path, item.status) for item in bmc.requests]
    bmc.requests.clear()
    return asked


def statuses(bmc: Bmc, method: str | None = None, path: str | None = None) -> list[int]:
    """Return the statuses that requests of a kind were answered with."""
    return [
        request.status
        for request in bmc.requests
        if method in (None, request.method) and path in (None, request.path)
    ]


def rewritten(board: Board, pattern: str, replacement: str) -> Board:
    """Return a board of which the JSON, and so every path, is written otherwise."""
    text = re.sub(pattern, replacement, json.dumps(board.resources))
    return replace(board, resources=json.loads(text))


def paths_of(board: Board, number: int) -> list[str]:
    """Return the paths of as many resources that can be read."""
    return [path for path in board.resources if path.startswith(f"{ROOT}/")][:number]


async def settled() -> None:
    """Wait until the library does nothing any more, which it must soon."""

    def own() -> list[asyncio.Task[Any]]:
        return [
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "cr_code", None)
            and _LIBRARY in task.get_coro().cr_code.co_filename  # type: ignore[union-attr]  # as was just asked
        ]

    await until(lambda: not own())


def light(client: SupermicroRedfishClient) -> Awaitable[None]:
    """Light the LED."""
    return client.async_set_indicator_led("Lit")
