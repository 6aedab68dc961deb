"""The results as one Markdown table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .stats import Spread, number

COLUMNS = {
    "ours": "ours",
    "published": "published client, cheapest calls",
    "published_poll": "published client, its own poll",
    "sushy": "sushy",
    "dmtf": "DMTF redfish",
    "bare": "aiohttp alone",
}
Figure = Spread | float | str


@dataclass(frozen=True)
class Target:
    """What the issue demands of a figure: to be no more, or no less."""

    value: float
    limit: float
    at_least: bool = False
    reason: str = ""
    """Why it is missed, if it is."""

    @property
    def is_met(self) -> bool:
        """Whether the figure is as demanded; exact in the digits that are shown."""
        if self.at_least:
            return self.value >= self.limit
        return self.value <= self.limit

    def __str__(self) -> str:
        """Say what is demanded, what there is, and the verdict."""
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.is_met else "**missed**"
        said = f"{sign} {number(self.limit)}: {number(self.value)}, {verdict}"
        return said if self.is_met or not self.reason else f"{said}; {self.reason}"


@dataclass(frozen=True)
class Row:
    """One figure, of all who were measured under the same conditions."""

    measurement: int
    what: str
    under: str
    figures: dict[str, Figure]
    """By column; who is not in it was not measured, or cannot do it."""
    target: Target | None = None
    details: dict[str, object] = field(default_factory=dict)
    """What is not in the table but in the JSON file."""

    def as_dict(self) -> dict[str, object]:
        """Return what goes into the JSON file."""
        target = self.target
        return {
            "measurement": self.measurement,
            "what": self.what,
            "under": self.under,
            "figures": {key: _plain(figure) for key, figure in self.figures.items()},
            "target": target
            and {"limit": target.limit, "value": target.value, "met": target.is_met},
            "details": self.details,
        }


def _plain(figure: Figure) -> object:
    """Return a figure as JSON knows it."""
    return figure.as_dict() if isinstance(figure, Spread) else figure


def markdown(rows: Iterable[Row]) -> str:
    """Write the table."""
    heads = ["#", "what", "under", *COLUMNS.values(), "target"]
    lines = [_line(heads), _line("---" for _ in heads)]
    return "\n".join(lines + [_line(_cells(row)) for row in rows]) + "\n"


def _cells(row: Row) -> list[str]:
    """Return the cells of one line."""
    figures = [_shown(row.figures.get(column, "")) for column in COLUMNS]
    target = str(row.target) if row.target else ""
    return [str(row.measurement), row.what, row.under, *figures, target]


def _shown(figure: Figure) -> str:
    """Write a figure into a cell."""
    return number(figure) if isinstance(figure, (int, float)) else str(figure)


def _line(cells: Iterable[str]) -> str:
    """Write a line, in which a bar would end its cell."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
