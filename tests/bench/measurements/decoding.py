"""Decoding: the JSON of a whole board to models."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.bench import Bench, board_name, say
from tests.bench.process import work
from tests.bench.spread import Spread
from tests.bench.table import Row, Target
from tests.simulator import Board

_MODELS = {
    "AccountService": "AccountService",
    "Chassis": "Chassis",
    "ComputerSystem": "System",
    "EthernetInterface": "EthernetInterface",
    "EventService": "EventService",
    "FanMode": "FanMode",
    "LLDP": "LLDP",
    "Manager": "Manager",
    "ManagerAccount": "Account",
    "ManagerNetworkProtocol": "NetworkProtocol",
    "Memory": "Memory",
    "NTP": "NTP",
    "PCIeDevice": "PCIeDevice",
    "Power": "Power",
    "Processor": "Processor",
    "Role": "Role",
    "ServiceRoot": "ServiceRoot",
    "SessionService": "SessionService",
    "Snooping": "Snooping",
    "SoftwareInventory": "FirmwareInventory",
    "Thermal": "Thermal",
    "UpdateService": "UpdateService",
    "smcFanMode": "FanMode",
}
"""The model that both clients have for a type of resource."""

_ROUNDS = ("ours", "published") * 3


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards."""
    return [await _measure(bench, board) for board in bench.plan.boards]


async def _measure(bench: Bench, board: str) -> Row:
    """Measure one board: each client several times, in turns."""
    say(f"decoding: {board_name(board)}")
    known = bodies(Board.load(board))
    seconds: dict[str, list[float]] = {"ours": [], "published": []}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bodies.json"
        file.write_text(json.dumps(known), "utf-8")
        job = {"bodies": str(file), "times": bench.plan.decodings}
        for client in _ROUNDS:
            python = bench.environments[client]
            seconds[client] += await work(python, "subjects.decode", job)
    rates = {
        client: Spread.of(1 / one for one in times) for client, times in seconds.items()
    }
    unit = rates["published"].median
    ratio = rates["ours"].median / unit
    return Row(
        5,
        "boards decoded per second, over the published client",
        f"{board_name(board)}, {len(known)} resources",
        {client: rate.over(unit) for client, rate in rates.items()},
        Target(ratio, 1, at_least=True),
        {"boards_per_second": unit},
    )


def bodies(board: Board) -> list[tuple[str, dict[str, Any]]]:
    """Return the bodies that both clients have a model for, and its name."""
    found = []
    for body in board.resources.values():
        kind = str(body.get("@odata.type", "")).lstrip("#").partition(".")[0]
        if model := _MODELS.get(kind):
            found.append((model, body))
        if kind == "LogEntryCollection":
            entries = body.get("Members") or ()
            found += [("LogEntry", item) for item in entries if "Message" in item]
    return found
