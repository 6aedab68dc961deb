"""The few figures that the README shows to owners of servers."""

from collections.abc import Iterator
from typing import Any

from .stats import number

_HEAD = ("in an hour at default settings", "this integration", "the published one")

FIGURES = {
    "requests": "requests in an hour, set-up included",
    "bytes": "bytes in an hour, set-up included",
    "TLS handshakes": "handshakes in an hour, set-up included",
    "logins": "logins in an hour, set-up included",
    "sessions left open": "sessions open at the end of the hour",
}
"""What each is called there, and what it is called in the results."""


def owners_table(found: dict[str, Any]) -> str:
    """Return the README's table, made of the results as they are in the JSON file."""
    rows = {row["what"]: row["figures"] for row in found["rows"]}
    return "\n".join(map(_line, [_HEAD, ("---", "---:", "---:"), *_rows(rows)]))


def _rows(rows: dict[str, dict[str, float]]) -> Iterator[tuple[str, ...]]:
    """Return a row for each figure: ours, and what the published integration needs."""
    for label, what in FIGURES.items():
        figures = rows[what]
        yield label, *(number(figures[key]) for key in ("ours", "published_poll"))


def _line(cells: tuple[str, ...]) -> str:
    """Return a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"
