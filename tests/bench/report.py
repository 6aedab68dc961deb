"""Format results: the Markdown table, the JSON file and the table of the README."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
import json
import os
from pathlib import Path
import platform
import sys
from typing import Any

from .processes import CLIENTS
from .stats import Summary, format_number

COLUMNS = {
    "ours": "ours",
    "published": "published client, cheapest calls",
    "published_poll": "published client, its own poll",
    "sushy": "sushy",
    "dmtf": "DMTF redfish",
    "aiohttp": "aiohttp alone",
}

_EXPLANATION = """\
Each client uses a simulated BMC in another process, over TLS with a self-signed
certificate. Figures are medians, with the middle half of the samples in brackets. Times
are ratios. `bytes` are the bytes of TLS in both directions.

A dynamic refresh reads power state, LED, health, temperatures, fans, power and power
supplies:

- ours: `async_get_dynamic_data`.
- published client, cheapest calls: `async_get_system`, `async_get_thermal` and
  `async_get_power`.
- published client, its own poll: `async_get_dynamic_data`, which returns no power
  state, LED or health.
- sushy: system, Thermal and Power, one after the other.
- DMTF redfish: GET requests for the same three without decoding, or `get_sensors` of
  its utilities on boards without Thermal.
- aiohttp alone: GET requests for the same three with ETags on one connection, without
  decoding. No client that uses aiohttp can need less.

The lower bound of the BMC is the sum of its service times divided by its workers, but
at least the longest service time. Stalls are CPU time of the thread.

The first reading is that of the first sensor in a Home Assistant that starts: cold for
the first time, warm with the files of an earlier run. The published client counts up to
the end of both of its bulk reads, since its integration adds its entities then. The
board gen14 is the shipped one in the form of the vendor's guide. For the freshness, all
readings move before each poll.
"""

Figure = Summary | float | str


@dataclass(frozen=True)
class Target:
    """Required limit of a figure."""

    value: float
    limit: float
    at_least: bool = False
    """Whether the limit is a minimum instead of a maximum."""
    reason: str = ""
    """The reason for missing the target, shown only if it is missed."""

    @property
    def is_met(self) -> bool:
        """Whether the unrounded figure is within the limit."""
        if self.at_least:
            return self.value >= self.limit
        return self.value <= self.limit

    def __str__(self) -> str:
        """Format limit, value and verdict."""
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.is_met else "**missed**"
        limit, value = format_number(self.limit), format_number(self.value)
        text = f"{sign} {limit}: {value}, {verdict}"
        return text if self.is_met or not self.reason else f"{text}; {self.reason}"


@dataclass(frozen=True)
class Row:
    """A metric of all clients under the same conditions."""

    measurement: int
    metric: str
    conditions: str
    figures: dict[str, Figure]
    """Figures by column; a client that was not measured is missing."""
    target: Target | None = None
    details: dict[str, object] = field(default_factory=dict)
    """Further data for the JSON file."""

    def as_dict(self) -> dict[str, object]:
        """Return the row for the JSON file."""
        target = self.target
        return {
            "measurement": self.measurement,
            "metric": self.metric,
            "conditions": self.conditions,
            "figures": {key: _to_json(figure) for key, figure in self.figures.items()},
            "target": target
            and {"limit": target.limit, "value": target.value, "met": target.is_met},
            "details": self.details,
        }


def _to_json(figure: Figure) -> object:
    """Return a figure for the JSON file."""
    return figure.as_dict() if isinstance(figure, Summary) else figure


def write_results(
    folder: Path, rows: list[Row], failures: Iterable[str], seconds: float
) -> None:
    """Write bench.md and bench.json."""
    folder.mkdir(parents=True, exist_ok=True)
    about = _describe_run() | {"seconds": f"{seconds:.0f}"}
    not_measured = sorted(set(failures))
    lines = ["# Bench", "", *(f"- {key}: {value}" for key, value in about.items())]
    lines += ["", _EXPLANATION, markdown_table(rows)]
    lines += [f"- Not measured: {failure}" for failure in not_measured]
    (folder / "bench.md").write_text("\n".join(lines) + "\n", "utf-8")
    results = {
        "about": about,
        "rows": [row.as_dict() for row in rows],
        "not_measured": not_measured,
    }
    (folder / "bench.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _describe_run() -> dict[str, str]:
    """Return date, machine, versions and command of this run."""
    packages = [item for items in CLIENTS.values() for item in items if "==" in item]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f} when it ended",
        "python": platform.python_version(),
        "home_assistant": version("homeassistant"),
        "aiohttp": version("aiohttp"),
        "clients": ", ".join(packages),
        "command": " ".join(["script/bench", *sys.argv[1:]]),
    }


def markdown_table(rows: Iterable[Row]) -> str:
    """Return the table of all rows."""
    heads = ["#", "metric", "conditions", *COLUMNS.values(), "target"]
    lines = [_format_line(heads), _format_line("---" for _ in heads)]
    return "\n".join(lines + [_format_line(_cells(row)) for row in rows]) + "\n"


def _cells(row: Row) -> list[str]:
    """Return the cells of a row."""
    figures = [_format_figure(row.figures.get(column, "")) for column in COLUMNS]
    target = str(row.target) if row.target else ""
    return [str(row.measurement), row.metric, row.conditions, *figures, target]


def _format_figure(figure: Figure) -> str:
    """Format a figure for the table."""
    return format_number(figure) if isinstance(figure, (int, float)) else str(figure)


def _format_line(cells: Iterable[str]) -> str:
    """Format a line of a table; a vertical bar in a cell becomes a slash."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


_README_HEAD = (
    "in an hour at default settings",
    "this integration",
    "the published one",
)

README_METRICS = {
    "requests": "requests in one hour, with set-up",
    "bytes": "bytes in one hour, with set-up",
    "TLS handshakes": "handshakes in one hour, with set-up",
    "logins": "logins in one hour, with set-up",
    "sessions left open": "open sessions after one hour",
}
"""Metrics of the README's table by their label there."""


def readme_table(results: dict[str, Any]) -> str:
    """Return the README's table from the content of bench.json."""
    figures = {row["metric"]: row["figures"] for row in results["rows"]}
    lines = [_README_HEAD, ("---", "---:", "---:"), *_readme_rows(figures)]
    return "\n".join(map(_format_line, lines))


def _readme_rows(figures: dict[str, dict[str, float]]) -> Iterator[tuple[str, ...]]:
    """Return the rows with the figures of both integrations."""
    for label, metric in README_METRICS.items():
        row = figures[metric]
        yield label, *(format_number(row[key]) for key in ("ours", "published_poll"))
