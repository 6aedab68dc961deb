"""Publish the results of a full run: the files, and the table of the README."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from .owner import OURS, PUBLISHED
from .processes import ROOT, BenchError
from .report import format_line
from .stats import format_number

_README_HEAD = (
    "what an owner notices",
    "this integration",
    "the published client",
)
_DELAY, _SLOW = "150 ms per request", "take 2 s each"


@dataclass(frozen=True)
class ReadmeRow:
    """A row of the README's table, and where its figures are in the results."""

    label: str
    metric: str
    conditions: tuple[str, ...] = ()
    """Parts of the conditions."""


_X13 = "x13-sys-821ge-tnhr"
_READINGS = "share of readings of this poll, after all have moved"
README_ROWS = (
    ReadmeRow(
        "requests to the first reading after a restart",
        "requests to the first reading",
        (_X13, "warm", _DELAY),
    ),
    ReadmeRow(
        "seconds to the first reading after a restart, 0.15 s per request",
        "seconds to the first reading",
        (_X13, "warm", _DELAY),
    ),
    ReadmeRow(
        "the same without a delay, but 2 s for drives, logs, licenses, certificates",
        "seconds to the first reading",
        (_X13, "warm", _SLOW),
    ),
    ReadmeRow(
        "seconds to the first reading of a new server, 0.15 s per request",
        "seconds to the first reading",
        (_X13, "cold", _DELAY),
    ),
    ReadmeRow(
        "share of readings that are of the last poll (1 is all)", _READINGS, (_X13,)
    ),
    ReadmeRow("the same share, generation 14 with $expand", _READINGS, ("gen14",)),
    ReadmeRow("the same share, generation 14 without it", _READINGS, ("gen14, one",)),
    ReadmeRow("the same share, OpenBMC", _READINGS, ("gb300",)),
    ReadmeRow(
        "seconds from setting a fan mode to its new state, 0.6 s per request",
        "seconds from a command to its new state",
        ("600 ms per request", "fan mode"),
    ),
    ReadmeRow("requests in an hour", "requests in one hour, with set-up"),
    ReadmeRow("bytes in an hour", "bytes in one hour, with set-up"),
    ReadmeRow("TLS handshakes in an hour", "handshakes in one hour, with set-up"),
    ReadmeRow("logins in an hour", "logins in one hour, with set-up"),
    ReadmeRow("sessions open after an hour", "open sessions after one hour"),
    ReadmeRow(
        "CPU seconds in an hour, without the start",
        "CPU seconds in one hour, without set-up",
    ),
    ReadmeRow(
        "megabytes of memory per server, X12",
        "memory per additional BMC, MB",
        ("in one Home Assistant",),
    ),
)


def readme_table(results: dict[str, Any]) -> str:
    """Return the README's table from the content of bench.json."""
    lines = [_README_HEAD, ("---", "---:", "---:"), *_readme_cells(results["rows"])]
    return "\n".join(map(format_line, lines))


def _readme_cells(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Return the cells of the rows that were measured."""
    for item in README_ROWS:
        for row in rows:
            is_metric = row["metric"] == item.metric
            if is_metric and all(part in row["conditions"] for part in item.conditions):
                figures = row["figures"]
                yield item.label, *(_cell(figures, key) for key in (OURS, PUBLISHED))
                break


def _cell(figures: dict[str, Any], column: str) -> str:
    """Format a figure of the JSON file, which is a number or a summary."""
    if (figure := figures.get(column)) is None:
        return "not measured"
    value = figure["median"] if isinstance(figure, dict) else figure
    return format_number(value)


def replace_table(text: str, table: str) -> str:
    """Return the README with another table of results."""
    head = format_line(_README_HEAD)
    before, found, after = text.partition(f"{head}\n")
    if not found:
        raise BenchError("the README has no table of results")
    rest = after.splitlines(keepends=True)
    while rest and rest[0].startswith("|"):
        del rest[0]
    return f"{before}{table}\n{''.join(rest)}"


def publish(folder: Path, root: Path = ROOT) -> None:
    """Copy the results of a full run to the repository, and update the README.

    Raises:
        BenchError: The run was a quick one, or measured only a part.

    """
    results = json.loads((folder / "bench.json").read_text("utf-8"))
    command = results["about"]["command"]
    if "--quick" in command or "--only" in command:
        raise BenchError("only the results of a full run can be published")
    target = root / "tests/bench/results"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("bench.md", "bench.json"):
        (target / name).write_bytes((folder / name).read_bytes())
    readme = root / "README.md"
    text = replace_table(readme.read_text("utf-8"), readme_table(results))
    readme.write_text(text, "utf-8")
