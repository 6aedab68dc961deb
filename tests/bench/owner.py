"""Select the owner's table from the rows of all measurements."""

from collections.abc import Iterable

from .report import Row, format_figure, format_line

OURS, PUBLISHED = "ours", "published_poll"
"""Columns of both integrations."""
_HEAD = (
    "what an owner notices",
    "conditions",
    "this integration",
    "published client's calls",
    "target",
)
_METRICS = (
    ("requests to the first reading", "ms per request"),
    ("seconds to the first reading", ""),
    ("share of readings of this poll, after all have moved", ""),
    ("requests per poll", ""),
    ("seconds from a command to its new state", ""),
    ("requests in one hour, with set-up", ""),
    ("bytes in one hour, with set-up", ""),
    ("handshakes in one hour, with set-up", ""),
    ("logins in one hour, with set-up", ""),
    ("open sessions after one hour", ""),
    ("CPU seconds in one hour, without set-up", ""),
    ("memory per additional BMC, MB", "in one Home Assistant"),
)
"""Metrics in the order of the table, each with a part of its conditions."""


def owner_table(rows: Iterable[Row]) -> str:
    """Return the owner's table."""
    rows = list(rows)
    lines = [format_line(_HEAD), format_line("---" for _ in _HEAD)]
    lines += [
        format_line(_cells(row))
        for metric, conditions in _METRICS
        for row in rows
        if row.metric == metric and conditions in row.conditions
    ]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    """Return the cells of a row."""
    figures = [format_figure(row.figures.get(key, "")) for key in (OURS, PUBLISHED)]
    return [row.metric, row.conditions, *figures, str(row.target) if row.target else ""]
