"""Select the boards to measure, and make changed copies of them."""

from dataclasses import replace
import json
from pathlib import Path

from tests.simulator import Board
from tests.simulator.etags import ETAG

from .processes import ROOT

SHIPPED = "x12spi-tf"
"""The board that comes with the simulator."""

_RECORDED = ROOT.parent / "shared" / "boards"
_FAMILIES = ("x10sdv", "x13-sys-821ge-tnhr", "gb300-openbmc")


def available_boards() -> tuple[str, ...]:
    """Return a recorded board of each family, or the shipped one without recordings."""
    recorded = tuple(str(_RECORDED / name) for name in _FAMILIES)
    return recorded if all(Path(path).is_dir() for path in recorded) else (SHIPPED,)


def board_name(board: str) -> str:
    """Return the name of a board without its folder."""
    return Path(board).name


def etag_modes(board: str) -> dict[str, bool]:
    """Return whether ETags are on, by label; old boards have none at all."""
    if Board.load(board).has_etags:
        return {"ETags on": True, "ETags off": False}
    return {"no ETags": True}


def without_etags(board: Board) -> Board:
    """Return a copy of a board without ETags."""
    resources = {
        path: {key: value for key, value in body.items() if key != ETAG}
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def without_licenses(board: Board) -> Board:
    """Return a copy of a board without licenses.

    The published client fails on any license in the list.
    """
    resources = {
        path: body | {"Licenses": []} if "Licenses" in body else body
        for path, body in board.resources.items()
    }
    return replace(board, resources=resources)


def mac_address(board: Board) -> str:
    """Return the MAC address of the BMC."""
    return next(
        str(body["MACAddress"])
        for path, body in board.resources.items()
        if path.startswith("/redfish/v1/Managers/") and body.get("MACAddress")
    )


def with_unique_ids(board: Board, number: int) -> Board:
    """Return a copy of a board with other UUIDs and another MAC address.

    Number 0 is the board itself.
    """
    if not number:
        return board
    uuids = {body["UUID"] for body in board.resources.values() if body.get("UUID")}
    mac = mac_address(board)
    replacements = {uuid: f"{uuid[:-6]}{number:06X}" for uuid in uuids}
    replacements[mac] = f"{mac[:9]}FE:{number // 256:02X}:{number % 256:02X}"
    resources = dict(board.resources)
    for path, body in board.resources.items():
        text = original = json.dumps(body)
        for old, new in replacements.items():
            text = text.replace(old, new)
        if text != original:
            resources[path] = json.loads(text)
    return replace(board, resources=resources)
