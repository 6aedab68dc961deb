"""Test the judgment of a run, and the list of equivalent mutations."""

from dataclasses import replace
from pathlib import Path

from .mutations import Mutation
from .report import (
    Equivalent,
    Summary,
    read_equivalent,
    read_report,
    write_markdown,
    write_report,
)
from .runner import Verdict
from .tree import ROOT

MUTATION = Mutation(path="a.py", line=2, statement=(2, 3), start=5, end=6, text="pass")
KILLED = Verdict(
    mutation=MUTATION, diff=["-    a", "+    b"], killer="test", tests=3, seconds=1
)
SURVIVED = replace(KILLED, killer=None)
KNOWN = Equivalent("a.py", "a", "b", "The reason.")


def test_summary_counts_killed_mutations() -> None:
    """List the survivors, with the number of tests and the difference."""
    summary = Summary(7, [KILLED, KILLED, KILLED, SURVIVED], [])
    assert summary.percent == 75
    assert list(summary.lines()) == [
        "survived 3 tests: a.py:2",
        "-    a",
        "+    b",
        "",
        "3 of 4 mutations killed (75.0 %), 0 equivalent, seed 7",
    ]


def test_summary_omits_equivalent_mutations() -> None:
    """Count an equivalent mutation neither as killed nor as survived."""
    summary = Summary(7, [KILLED, SURVIVED], [KNOWN])
    assert (summary.percent, len(summary.counted)) == (100, 1)
    other = replace(KNOWN, after="c")
    assert Summary(7, [KILLED, SURVIVED], [other]).percent == 50


def test_summary_of_no_mutation_is_complete() -> None:
    """Return 100 percent without a division by zero."""
    assert Summary(7, [], []).percent == 100


def test_report_keeps_the_verdicts(tmp_path: Path) -> None:
    """Return the verdicts of the last run, for another attempt at its survivors."""
    file = tmp_path / "report.json"
    write_report(Summary(7, [KILLED, SURVIVED], [KNOWN]), file)
    assert read_report(file) == (7, [KILLED, SURVIVED])


def test_page_names_the_command_and_the_test_of_each_mutation(tmp_path: Path) -> None:
    """Order the mutations by place, and escape the separator of columns."""
    file = tmp_path / "results/page.md"
    other = replace(SURVIVED, mutation=replace(MUTATION, line=1), diff=["-a | b"])
    write_markdown(Summary(7, [KILLED, other], []), ["--seed", "7"], file)
    lines = file.read_text("utf-8").splitlines()
    assert lines[2:4] == [
        "- result: 1 of 2 mutations killed (50.0 %), 0 equivalent, seed 7",
        "- command: script/mutate --seed 7",
    ]
    assert lines[-2:] == [
        "| a.py:1 | `- a \\| b` | **no test** |",
        "| a.py:2 | `- a` `+ b` | test |",
    ]
    write_markdown(Summary(7, [SURVIVED], [KNOWN]), [], file)
    assert "| equivalent: The reason. |" in file.read_text("utf-8")


def test_equivalent_mutations_name_existing_lines() -> None:
    """Require an existing line and a reason for each entry."""
    for item in read_equivalent():
        lines = (ROOT / item.path).read_text("utf-8").splitlines()
        text = " ".join(line.strip() for line in lines)
        assert item.before in text, item
        assert item.reason.endswith(".")
