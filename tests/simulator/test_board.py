"""Load, complete and serve the shipped and the recorded boards."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest

from tests.conftest import RECORDED
from tests.simulator import Bmc, Board, BoardError
from tests.simulator.resources import ROOT, SESSIONS
from tests.simulator.shipped import NAMES, load_board
from tests.simulator.testing import (
    CHASSIS,
    MANAGER,
    POWER,
    SYSTEM,
    THERMAL,
    expected_etag,
    logged_in,
)

pytestmark = pytest.mark.usefixtures("network")

FOLDERS = [
    *Board.names(),
    *sorted(str(path.parent) for path in RECORDED.glob("*/redfish")),
]
BOARD_NAMES = [Path(folder).name for folder in FOLDERS]

# The number of recorded ETags that verify, on boards where some do not.
VERIFIED = {"x13-sys-821ge-tnhr": 562, "x12-fw0104": 9, "x13-oem": 15}

# The paths below the root that the completion adds, apart from log entries.
COMPLETED = {
    "x10sdv": {"Managers/1/VM1/CfgCD"},
    "x11dpu": {"SessionService", "SessionService/Sessions"},
    "x12-fw0104": {
        "",
        "Systems",
        "Chassis",
        "Chassis/1",
        "Managers",
        "Managers/1/EthernetInterfaces",
        "SessionService",
        "SessionService/Sessions",
    },
    "x13-oem": {
        "Systems",
        "Chassis",
        "Managers",
        "Oem/Supermicro/DumpService/Dumps",
        "SessionService",
        "SessionService/Sessions",
    },
}


def links(value: Any) -> Iterator[str]:
    """Return the targets of all links in a body."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if key in ("@odata.id", "@Redfish.ActionInfo") and item.startswith("/"):
            yield item.partition("#")[0].rstrip("/")
        elif isinstance(item, (dict, list)):
            yield from links(item)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_board_has_valid_links_and_etags(name: str) -> None:
    """Verify that each link resolves and that each ETag is right."""
    board = load_board(name)
    for path, body in board.resources.items():
        assert set(links(body)) <= set(board.resources), path
        if "@odata.id" in body and not board.is_openbmc:
            assert body["@odata.etag"] == expected_etag(body), path


@pytest.mark.parametrize("name", NAMES)
def test_shipped_board_contains_no_recorded_identifiers(name: str) -> None:
    """Search the shipped boards for addresses and serial numbers of recorded ones."""
    keys = re.compile(r'"(?:SerialNumber|UUID|MACAddress|GUID)": ?"([^"]*)"')
    recorded = "".join(file.read_text() for file in RECORDED.rglob("*.json"))
    for identifier in keys.findall(json.dumps(load_board(name).resources)):
        assert f'"{identifier}"' not in recorded


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
def test_bmc_returns_resources_as_recorded(folder: str) -> None:
    """Change no recorded resource apart from the sessions."""
    board = Board.load(folder)
    bmc = Bmc(board)
    recorded = {
        path: body
        for path, body in board.resources.items()
        if path not in board.synthesized
    }
    for path, body in recorded.items():
        if not path.startswith(SESSIONS):
            assert bmc.resource(path) == body
    etags = [body for body in recorded.values() if "@odata.etag" in body]
    right = [body for body in etags if body["@odata.etag"] == expected_etag(body)]
    assert len(right) == VERIFIED.get(board.name, len(etags))


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
def test_completion_adds_only_links_and_log_entries(folder: str) -> None:
    """Add only links to existing resources, and copies of log entries.

    The configuration of virtual media of the old family is the only other addition.
    """
    board = Board.load(folder)
    added = {
        path.removeprefix(ROOT).lstrip("/")
        for path in board.synthesized - {"/redfish"}
        if "/Entries/" not in path
    }
    assert added == COMPLETED.get(board.name, set())
    for path in board.synthesized:
        assert set(links(board.resources[path])) <= set(board.resources)
        if "/Entries/" in path:
            entries = board.resources[path.rpartition("/")[0]]["Members"]
            body = dict(board.resources[path])
            body.pop("@odata.etag", None)
            assert body in entries


@pytest.mark.parametrize("folder", FOLDERS, ids=BOARD_NAMES)
async def test_links_lead_from_root_to_recorded_machine(folder: str) -> None:
    """Find the system, chassis, manager and their subresources from the root."""
    board = Board.load(folder)
    near = re.compile(rf"{ROOT}(/(Systems|Chassis|Managers)(/\w+(/\w+)?)?)?")
    async with logged_in(board) as client:
        statuses: dict[str, int] = {}
        ahead = [ROOT]
        while ahead:
            path = ahead.pop()
            response = await client.get(path)
            statuses[path] = response.status
            if response.status == 200:
                targets = set(filter(near.fullmatch, links(response.body)))
                ahead += sorted(targets - {*statuses, *ahead})
    machine = {SYSTEM, CHASSIS, MANAGER, THERMAL, POWER} & set(board.resources)
    assert {path: statuses.get(path) for path in machine} == dict.fromkeys(machine, 200)
    assert all((s == 200) == (p in board.resources) for p, s in statuses.items())


@pytest.mark.parametrize("name", ["redfish", "."])
def test_board_loads_from_redfish_folder_or_its_parent(name: str) -> None:
    """Name the board after the folder that contains `redfish`."""
    folder = Path(__file__).parent / "boards/x12spi-tf"
    assert Board.load(folder / name).name == "x12spi-tf"


def test_board_rejects_invalid_folder(tmp_path: Path) -> None:
    """List the shipped boards for a missing board, and name the file of a bad body."""
    with pytest.raises(BoardError, match="x12spi-tf"):
        Board.load(tmp_path)
    (tmp_path / "redfish/v1").mkdir(parents=True)
    for content in ("{", "[]"):
        (tmp_path / "redfish/v1/index.json").write_text(content)
        with pytest.raises(BoardError, match=r"index\.json is not"):
            Board.load(tmp_path)
