"""The README shows what script/bench has measured, and nothing else."""

import json
from pathlib import Path

from .owners import owners_table
from .processes import ROOT

RESULTS = Path(__file__).parent / "results"


def test_the_readme_shows_what_was_measured() -> None:
    """A new run of script/bench that is committed wants a new table."""
    found = json.loads((RESULTS / "bench.json").read_text("utf-8"))
    assert owners_table(found) in (ROOT / "README.md").read_text("utf-8")


def test_the_results_say_what_they_depend_on() -> None:
    """Date, machine and command stand above the table, and no path of that machine."""
    said = (RESULTS / "bench.md").read_text("utf-8")
    for key in ("date", "machine", "load", "command", "clients"):
        assert f"\n- {key}: " in said
    assert str(ROOT.parent) not in said


def test_the_results_are_those_of_all_measurements() -> None:
    """Of the full plan, on boards of three families."""
    found = json.loads((RESULTS / "bench.json").read_text("utf-8"))
    assert {row["measurement"] for row in found["rows"]} == set(range(1, 8))
    assert "--quick" not in found["about"]["command"]
