"""All boards, and what the client reads of them."""

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from aiohttp import ClientSession

from aiosupermicro import SupermicroRedfishClient, SupermicroRedfishError
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, serve

from . import ROOT

FULL, OVERLAY = "x13-sys-821ge-tnhr", "x13-oem"

BOARDS = [*Board.names(), *RECORDINGS]
if FULL in RECORDINGS and (RECORDED / OVERLAY).is_dir():
    BOARDS.append(OVERLAY)

READS = sorted(
    name for name in dir(SupermicroRedfishClient) if name.startswith("async_get_")
)
"""Every method that reads, also those that will be added."""


class Read(NamedTuple):
    """What the client read of a board."""

    outcomes: dict[str, Any]
    """By method what it returned, or the exception that it raised."""
    bmc: Bmc


@cache
def load(name: str) -> Board:
    """Return a board; the overlay lies on the board that it is of."""
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


def ids(name: str, what: str) -> list[str]:
    """Return the Ids of a board's systems, or of its chassis."""
    path = f"{ROOT}/Systems" if what == "system" else f"{ROOT}/Chassis"
    members = load(name).resources[path]["Members"]
    return [member["@odata.id"].rstrip("/").rpartition("/")[2] for member in members]


_READ: dict[tuple[str, str], Read] = {}


async def read(name: str, system: str | None = None) -> Read:
    """Read a board with every method that there is, once for all tests."""
    system = system or ids(name, "system")[0]
    if (name, system) not in _READ:
        bmc = Bmc(load(name))
        outcomes: dict[str, Any] = {}
        async with (
            serve(bmc) as server,
            ClientSession() as session,
            SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN", system=system
            ) as client,
        ):
            for method in READS:
                try:
                    outcomes[method] = await getattr(client, method)()
                except SupermicroRedfishError as error:
                    outcomes[method] = error
        _READ[name, system] = Read(outcomes, bmc)
    return _READ[name, system]


async def read_all(name: str) -> list[Any]:
    """Return all that was read of all systems of a board."""
    reads = [await read(name, system) for system in ids(name, "system")]
    return [outcome for done in reads for outcome in done.outcomes.values()]
