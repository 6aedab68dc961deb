"""Format rows with their targets, and tables in Markdown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from .stats import Summary, format_number

COLUMNS = {
    "ours": "ours",
    "published": "published client, cheapest calls",
    "published_poll": "published client, its own poll",
    "published_single": "published client, one request at a time",
    "sushy": "sushy",
    "dmtf": "DMTF redfish",
    "aiohttp": "aiohttp alone",
}

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
    unit: str = ""
    """The unit of a limit that is relative to a figure of the table."""

    @classmethod
    def reachable(
        cls,
        value: float,
        limit: float,
        floor: float | None,
        *,
        ratio: float,
        floor_name: str = "aiohttp alone",
        reason: str = "",
    ) -> Self:
        """Return a target that can be met.

        The floor is what is needed in any case: no client that uses aiohttp can meet a
        limit if aiohttp alone takes more. The target is then a ratio to the floor.
        """
        if floor is None or floor <= limit:
            return cls(value, limit, reason=reason)
        unit = f" times {floor_name}, which takes {format_number(floor)}"
        return cls(value / floor, ratio, reason=reason, unit=unit)

    @property
    def is_met(self) -> bool:
        """Return whether the unrounded figure is within the limit."""
        if self.at_least:
            return self.value >= self.limit
        return self.value <= self.limit

    def __str__(self) -> str:
        """Format limit, value and verdict."""
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.is_met else "**missed**"
        limit, value = format_number(self.limit), format_number(self.value)
        text = f"{sign} {limit}{self.unit}: {value}, {verdict}"
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
            and {
                "limit": target.limit,
                "value": target.value,
                "met": target.is_met,
                "text": str(target),
            },
            "details": self.details,
        }


def _to_json(figure: Figure) -> object:
    """Return a figure for the JSON file."""
    return figure.as_dict() if isinstance(figure, Summary) else figure


def markdown_table(rows: Iterable[Row]) -> str:
    """Return the table of all rows."""
    heads = ["#", "metric", "conditions", *COLUMNS.values(), "target"]
    lines = [format_line(heads), format_line("---" for _ in heads)]
    return "\n".join(lines + [format_line(_cells(row)) for row in rows]) + "\n"


def _cells(row: Row) -> list[str]:
    """Return the cells of a row."""
    figures = [format_figure(row.figures.get(column, "")) for column in COLUMNS]
    target = str(row.target) if row.target else ""
    return [str(row.measurement), row.metric, row.conditions, *figures, target]


def format_figure(figure: Figure) -> str:
    """Format a figure for the table."""
    return format_number(figure) if isinstance(figure, (int, float)) else str(figure)


def format_line(cells: Iterable[str]) -> str:
    """Format a line of a table; a vertical bar in a cell becomes a slash."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
