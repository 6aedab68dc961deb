"""Decoding: the JSON of a whole board to models."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.processes import work
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, board_name, say
from tests.bench.stats import Spread, number
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

_CLIENTS = ("ours", "published")
_TURNS = 3


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards."""
    rows = []
    for board in bench.plan.boards:
        rows += await _measure(bench, board)
    return rows


async def _measure(bench: Bench, board: str) -> list[Row]:
    """Measure one board: each client several times, in turns."""
    say(f"decoding: {board_name(board)}")
    known = bodies(Board.load(board))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bodies.json"
        file.write_text(json.dumps(known), "utf-8")
        failed = {client: await _try(bench, client, file) for client in _CLIENTS}
        places = set().union(*failed.values())
        both = [body for place, body in enumerate(known) if place not in places]
        file.write_text(json.dumps(both), "utf-8")
        rates, fields = await _rates(bench, file)
    cannot = {
        client: [known[place][0] for place in found] for client, found in failed.items()
    }
    return _rows(rates, fields, f"{board_name(board)}, {len(both)} resources", cannot)


def _rows(
    rates: dict[str, Spread],
    fields: dict[str, int],
    under: str,
    cannot: dict[str, list[str]],
) -> list[Row]:
    """Return what clients decode of a board, whole and by what they make of it."""
    unit = rates["published"].median
    breadth = fields["ours"] / fields["published"]
    over: dict[str, Figure] = {
        client: rate.over(unit) for client, rate in rates.items()
    }
    each: dict[str, Figure] = {
        client: rate.over(unit * fields["published"] / fields[client])
        for client, rate in rates.items()
    }
    reason = f"ours decodes {number(breadth)} times as many fields of it"
    target = Target(rates["ours"].median / unit, 1, at_least=True, reason=reason)
    details: dict[str, object] = {"boards_per_second": unit, "cannot": cannot}
    what = "decoded per second, over the published client"
    return [
        Row(5, f"boards {what}", under, over, target, details),
        Row(5, f"fields {what}", under, each, details={"fields": fields}),
    ]


async def _try(bench: Bench, client: str, file: Path) -> list[int]:
    """Return the places of what a client cannot decode."""
    job = {"bodies": str(file), "times": 0}
    found: list[int] = await work(bench.environments[client], "clients.decoding", job)
    return found


async def _rates(bench: Bench, file: Path) -> tuple[dict[str, Spread], dict[str, int]]:
    """Return how often a second clients decode all bodies, and to how many fields."""
    fields: dict[str, int] = {}
    seconds: dict[str, list[float]] = {client: [] for client in _CLIENTS}
    job = {"bodies": str(file), "times": bench.plan.decodings}
    for client in _CLIENTS * _TURNS:
        python = bench.environments[client]
        found = await work(python, "clients.decoding", job)
        seconds[client] += found["seconds"]
        fields[client] = found["fields"]
    rates = {
        client: Spread.of(1 / one for one in times) for client, times in seconds.items()
    }
    return rates, fields


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
