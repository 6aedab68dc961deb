"""Test the table, its targets and the committed results."""

import json
from pathlib import Path
from typing import Any

import pytest

from .measurements import MEASUREMENTS
from .processes import ROOT
from .report import COLUMNS, Figure, Row, Target, markdown_table, readme_table
from .stats import Summary

RESULTS = Path(__file__).parent / "results"


@pytest.fixture
def results() -> dict[str, Any]:
    """Return the committed results."""
    content: dict[str, Any] = json.loads((RESULTS / "bench.json").read_text("utf-8"))
    return content


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target(3, 3), "≤ 3: 3, met"),
        (Target(3.1, 3), "≤ 3: 3.1, **missed**"),
        (Target(0.9, 1, at_least=True), "≥ 1: 0.9, **missed**"),
        (Target(1, 1, at_least=True), "≥ 1: 1, met"),
        (Target(4, 3, reason="too slow"), "≤ 3: 4, **missed**; too slow"),
        (Target(2, 3, reason="too slow"), "≤ 3: 2, met"),
    ],
)
def test_target_shows_verdict_and_reason_if_missed(target: Target, text: str) -> None:
    """Omit the reason for a target that is met."""
    assert str(target) == text


def test_table_has_an_empty_cell_for_a_client_that_was_not_measured() -> None:
    """Keep the number of cells equal to that of the head."""
    row = Row(1, "bytes", "a|b", {"ours": Summary.of([5]), "sushy": 7})
    head, _, line = markdown_table([row]).splitlines()
    assert line == "| 1 | bytes | a/b | 5 |  |  | 7 |  |  |  |"
    assert line.count("|") == head.count("|") == len(COLUMNS) + 5


def test_row_in_json_has_all_figures_target_and_details() -> None:
    """Write the table's content and the further data."""
    figures: dict[str, Figure] = {"ours": Summary.of([1, 2, 3]), "dmtf": "failed"}
    row = Row(4, "metric", "conditions", figures, Target(2, 1), {"entities": 40})
    assert json.loads(json.dumps(row.as_dict())) == {
        "measurement": 4,
        "metric": "metric",
        "conditions": "conditions",
        "figures": {
            "ours": {"median": 2, "low": 1.5, "high": 2.5, "count": 3},
            "dmtf": "failed",
        },
        "target": {"limit": 1, "value": 2, "met": False},
        "details": {"entities": 40},
    }


def test_readme_shows_the_committed_results(results: dict[str, Any]) -> None:
    """Require a new table in the README after a new run."""
    assert readme_table(results) in (ROOT / "README.md").read_text("utf-8")


def test_committed_results_describe_their_run() -> None:
    """State date, machine and command, without a path of that machine."""
    text = (RESULTS / "bench.md").read_text("utf-8")
    for key in ("date", "machine", "load", "command", "clients"):
        assert f"\n- {key}: " in text
    assert str(ROOT.parent) not in text


def test_committed_results_are_complete(results: dict[str, Any]) -> None:
    """Contain all measurements of the full plan, apart from those added since."""
    measured = {row["measurement"] for row in results["rows"]}
    assert set(range(1, 8)) <= measured <= set(MEASUREMENTS)
    assert "--quick" not in results["about"]["command"]
