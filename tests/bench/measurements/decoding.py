"""Measure the decoding of a whole board's JSON to models."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.boards import board_name
from tests.bench.processes import run_job
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, print_progress
from tests.bench.stats import Summary, format_number
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
"""The model of both clients for each type of resource."""

_CLIENTS = ("ours", "published")
_REPETITIONS = 3


async def measure(bench: Bench) -> list[Row]:
    """Measure with all boards."""
    rows = []
    for board in bench.plan.boards:
        rows += await _measure(bench, board)
    return rows


async def _measure(bench: Bench, board: str) -> list[Row]:
    """Measure one board, each client several times and alternately."""
    print_progress(f"decoding: {board_name(board)}")
    bodies = decodable_bodies(Board.load(board))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bodies.json"
        file.write_text(json.dumps(bodies), "utf-8")
        failed = {client: await _failures(bench, client, file) for client in _CLIENTS}
        excluded = set().union(*failed.values())
        both = [body for index, body in enumerate(bodies) if index not in excluded]
        file.write_text(json.dumps(both), "utf-8")
        rates, fields = await _rates(bench, file)
    failed_models = {
        client: [bodies[index][0] for index in indexes]
        for client, indexes in failed.items()
    }
    label = f"{board_name(board)}, {len(both)} resources"
    return _rows(rates, fields, label, failed_models)


def _rows(
    rates: dict[str, Summary],
    fields: dict[str, int],
    label: str,
    failed_models: dict[str, list[str]],
) -> list[Row]:
    """Return the rates of boards and of fields."""
    unit = rates["published"].median
    field_ratio = fields["ours"] / fields["published"]
    board_rates: dict[str, Figure] = {
        client: rate.divided_by(unit) for client, rate in rates.items()
    }
    field_rates: dict[str, Figure] = {
        client: rate.divided_by(unit * fields["published"] / fields[client])
        for client, rate in rates.items()
    }
    reason = f"ours decodes {format_number(field_ratio)} times as many fields"
    target = Target(rates["ours"].median / unit, 1, at_least=True, reason=reason)
    details: dict[str, object] = {
        "boards_per_second": unit,
        "failed_models": failed_models,
    }
    metric = "decoded per second, relative to the published client"
    return [
        Row(5, f"boards {metric}", label, board_rates, target, details),
        Row(5, f"fields {metric}", label, field_rates, details={"fields": fields}),
    ]


async def _failures(bench: Bench, client: str, file: Path) -> list[int]:
    """Return the indexes of the bodies that a client cannot decode."""
    job = {"bodies": str(file), "times": 0}
    python = bench.environments[client]
    indexes: list[int] = await run_job(python, "clients.decoding", job)
    return indexes


async def _rates(bench: Bench, file: Path) -> tuple[dict[str, Summary], dict[str, int]]:
    """Return the boards per second and the number of fields of each client."""
    fields: dict[str, int] = {}
    seconds: dict[str, list[float]] = {client: [] for client in _CLIENTS}
    job = {"bodies": str(file), "times": bench.plan.decodings}
    for client in _CLIENTS * _REPETITIONS:
        python = bench.environments[client]
        result = await run_job(python, "clients.decoding", job)
        seconds[client] += result["seconds"]
        fields[client] = result["fields"]
    rates = {
        client: Summary.of(1 / item for item in items)
        for client, items in seconds.items()
    }
    return rates, fields


def decodable_bodies(board: Board) -> list[tuple[str, dict[str, Any]]]:
    """Return the bodies for which both clients have a model, with the model's name."""
    bodies = []
    for body in board.resources.values():
        kind = str(body.get("@odata.type", "")).lstrip("#").partition(".")[0]
        if model := _MODELS.get(kind):
            bodies.append((model, body))
        if kind == "LogEntryCollection":
            entries = body.get("Members") or ()
            bodies += [("LogEntry", item) for item in entries if "Message" in item]
    return bodies
