"""The table, and its verdicts."""

import json

import pytest

from .report import COLUMNS, Figure, Row, Target, markdown
from .stats import Spread


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target(3, 3), "≤ 3: 3, met"),
        (Target(3.1, 3), "≤ 3: 3.1, **missed**"),
        (Target(0.9, 1, at_least=True), "≥ 1: 0.9, **missed**"),
        (Target(1, 1, at_least=True), "≥ 1: 1, met"),
        (Target(4, 3, reason="so it is"), "≤ 3: 4, **missed**; so it is"),
        (Target(2, 3, reason="so it is"), "≤ 3: 2, met"),
    ],
)
def test_a_target_is_judged_and_a_miss_has_its_reason(
    target: Target, verdict: str
) -> None:
    """What is met needs no reason."""
    assert str(target) == verdict


def test_who_was_not_measured_has_an_empty_cell() -> None:
    """A line has as many cells as the head, whoever is missing."""
    row = Row(1, "bytes", "a|b", {"ours": Spread.of([5]), "sushy": 7})
    head, _, line = markdown([row]).splitlines()
    assert line == "| 1 | bytes | a/b | 5 |  |  | 7 |  |  |  |"
    assert line.count("|") == head.count("|") == len(COLUMNS) + 5


def test_all_that_is_in_the_table_is_in_the_file() -> None:
    """So is what is in the file only."""
    figures: dict[str, Figure] = {"ours": Spread.of([1, 2, 3]), "dmtf": "cannot"}
    row = Row(4, "what", "under", figures, Target(2, 1), {"entities": 40})
    assert json.loads(json.dumps(row.as_dict())) == {
        "measurement": 4,
        "what": "what",
        "under": "under",
        "figures": {
            "ours": {"median": 2, "low": 1.5, "high": 2.5, "count": 3},
            "dmtf": "cannot",
        },
        "target": {"limit": 1, "value": 2, "met": False},
        "details": {"entities": 40},
    }
