"""All boards, shipped and recorded, with the results of the client for each."""

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from aiohttp import ClientSession

from aiosupermicro import SupermicroRedfishClient, SupermicroRedfishError
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board

from . import ROOT, connected_client

FULL, OVERLAY = "x13-sys-821ge-tnhr", "x13-oem"

BOARDS = [*Board.names(), *RECORDINGS]
if FULL in RECORDINGS and (RECORDED / OVERLAY).is_dir():
    BOARDS.append(OVERLAY)

READS = sorted(
    name for name in dir(SupermicroRedfishClient) if name.startswith("async_get_")
)
"""All methods of the client that read."""
PARTS = ("async_get_firmware_images",)
"""Methods that return a part of another method's result."""


class Read(NamedTuple):
    """The results of all methods for one board."""

    outcomes: dict[str, Any]
    """Returned values, or raised exceptions, by method."""
    bmc: Bmc


@cache
def load(name: str) -> Board:
    """Return a board; an overlay is merged into the board that it belongs to."""
    if name in Board.names():
        return Board.load(name)
    board = Board.load(RECORDED / name)
    if name != OVERLAY:
        return board
    below = load(FULL)
    own = {
        path: {**below.resources.get(path, {}), **body}
        for path, body in board.resources.items()
        if path not in board.synthesized
    }
    return replace(below, name=name, resources={**below.resources, **own})


def ids(name: str, kind: str) -> list[str]:
    """Return the Ids of the systems, or of the chassis, of a board."""
    path = f"{ROOT}/Systems" if kind == "system" else f"{ROOT}/Chassis"
    members = load(name).resources[path]["Members"]
    return [member["@odata.id"].rstrip("/").rpartition("/")[2] for member in members]


_READ: dict[tuple[str, str], Read] = {}


async def read(name: str, system: str | None = None) -> Read:
    """Read a board with every method, once for all tests."""
    system = system or ids(name, "system")[0]
    if (name, system) not in _READ:
        bmc = Bmc(load(name))
        outcomes: dict[str, Any] = {}
        async with (
            ClientSession() as session,
            connected_client(bmc, session, system=system) as client,
        ):
            for method in READS:
                try:
                    outcomes[method] = await getattr(client, method)()
                except SupermicroRedfishError as error:
                    outcomes[method] = error
        _READ[name, system] = Read(outcomes, bmc)
    return _READ[name, system]


async def read_all(name: str) -> list[Any]:
    """Return all results for all systems of a board, each once."""
    reads = [await read(name, system) for system in ids(name, "system")]
    return [
        outcome
        for done in reads
        for method, outcome in done.outcomes.items()
        if method not in PARTS
    ]
