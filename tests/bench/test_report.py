"""Test the tables, the targets, and the publication of results."""

import json
from pathlib import Path
from typing import Any

import pytest

from .measurements import MEASUREMENTS
from .output import write_results
from .owner import owner_table
from .processes import ROOT, BenchError
from .readme import README_ROWS, publish, readme_table, replace_table
from .report import COLUMNS, Figure, Row, Target, markdown_table
from .runner import error_line
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
        (Target.reachable(0.8, 0.6, None, ratio=2), "≤ 0.6: 0.8, **missed**"),
        (Target.reachable(0.5, 0.6, 0.4, ratio=2), "≤ 0.6: 0.5, met"),
        (
            Target.reachable(1.5, 0.6, 0.8, ratio=2, reason="too slow"),
            "≤ 2 times aiohttp alone, which takes 0.8: 1.88, met",
        ),
        (
            Target.reachable(2, 0.6, 0.8, ratio=2, reason="too slow"),
            "≤ 2 times aiohttp alone, which takes 0.8: 2.5, **missed**; too slow",
        ),
        (
            Target.reachable(1.5, 0.6, 0.8, ratio=2, floor_name="an empty one"),
            "≤ 2 times an empty one, which takes 0.8: 1.88, met",
        ),
    ],
)
def test_target_shows_verdict_and_reason_if_missed(target: Target, text: str) -> None:
    """Omit the reason for a target that is met."""
    assert str(target) == text


def test_table_has_an_empty_cell_for_a_client_that_was_not_measured() -> None:
    """Keep the number of cells equal to that of the head."""
    row = Row(1, "bytes", "a|b", {"ours": Summary.of([5]), "sushy": 7})
    head, _, line = markdown_table([row]).splitlines()
    assert line == "| 1 | bytes | a/b | 5 |  |  |  | 7 |  |  |  |"
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
        "target": {
            "limit": 1,
            "value": 2,
            "met": False,
            "text": "≤ 1: 2, **missed**",
        },
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
    """Require all measurements of the full plan, apart from those added since."""
    measured = {row["measurement"] for row in results["rows"]}
    assert set(range(1, 8)) <= measured <= set(MEASUREMENTS)
    assert "--quick" not in results["about"]["command"]


# What an owner notices

HOUR = Row(
    3,
    "requests in one hour, with set-up",
    "a board",
    {"ours": 400, "published_poll": Summary.of([500, 600])},
)
START = Row(
    8, "seconds to the first reading", "a board, warm", {"ours": 1.5}, Target(1.5, 2)
)


def test_owner_table_has_its_own_order_and_no_other_metric() -> None:
    """Show the first reading before the hour, and omit other metrics."""
    other = Row(1, "CPU time of the client, relative to ours", "", {"ours": 1})
    _, _, *lines = owner_table([HOUR, other, START]).splitlines()
    assert lines == [
        "| seconds to the first reading | a board, warm | 1.5 |  | ≤ 2: 1.5, met |",
        "| requests in one hour, with set-up | a board | 400 | 550 (525-575) |  |",
    ]


def test_results_begin_with_what_an_owner_notices(tmp_path: Path) -> None:
    """Write the table of an owner before that of all rows."""
    write_results(tmp_path, [HOUR], ["sushy: failed"], 60)
    text = (tmp_path / "bench.md").read_text("utf-8")
    owner, everything = text.split("\n## ")[1:]
    assert owner.startswith("What an owner notices\n")
    assert owner_table([HOUR]) in owner
    assert everything.startswith("All results\n")
    assert markdown_table([HOUR]) in everything
    assert everything.endswith("- Not measured: sushy: failed\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a run, with a README beside it."""
    folder = tmp_path / "run"
    write_results(folder, [HOUR, START], [], 60)
    table = readme_table({"rows": []})
    (tmp_path / "README.md").write_text(f"Load\n\n{table}\n| old | 1 | 2 |\n\nEnd\n")
    return folder


def set_command(folder: Path, command: str) -> None:
    """Change the command of a run."""
    file = folder / "bench.json"
    results = json.loads(file.read_text("utf-8"))
    results["about"]["command"] = command
    file.write_text(json.dumps(results), "utf-8")


def test_publication_copies_results_and_updates_readme(folder: Path) -> None:
    """Replace the rows of the README and nothing else."""
    set_command(folder, "script/bench --out run")
    root = folder.parent
    publish(folder, root)
    for name in ("bench.md", "bench.json"):
        published = root / "tests/bench/results" / name
        assert published.read_bytes() == (folder / name).read_bytes()
    text = (root / "README.md").read_text("utf-8")
    row = "| requests in an hour | 400 | 550 |"
    assert row in text
    assert text == f"Load\n\n{readme_table({'rows': []})}\n{row}\n\nEnd\n"


@pytest.mark.parametrize("option", ["--quick", "--only 3", "--only=3"])
def test_publication_rejects_part_of_a_run(folder: Path, option: str) -> None:
    """Leave the README unchanged if the run was not complete."""
    set_command(folder, f"script/bench {option}")
    with pytest.raises(BenchError, match="full run"):
        publish(folder, folder.parent)
    assert "| old | 1 | 2 |" in (folder.parent / "README.md").read_text("utf-8")


def test_readme_without_a_table_is_not_changed() -> None:
    """Raise an error instead of adding a second table."""
    with pytest.raises(BenchError, match="no table"):
        replace_table("# README\n", readme_table({"rows": []}))


def test_readme_table_shows_missing_figures_as_such() -> None:
    """Omit a row that was not measured, and state that a client was not."""
    rows = [{"metric": "requests in one hour, with set-up", "conditions": "any"}]
    figures: dict[str, Any] = {"ours": {"median": 3.0}}
    *_, line = readme_table({"rows": [rows[0] | {"figures": figures}]}).splitlines()
    assert line == "| requests in an hour | 3 | not measured |"


def test_readme_rows_have_different_labels() -> None:
    """Require different labels, as equal ones would hide a row."""
    assert len({row.label for row in README_ROWS}) == len(README_ROWS)


def test_error_line_is_that_of_the_exception() -> None:
    """Ignore the warnings that follow the exception."""
    text = "Traceback\n  raise\naiohttp.ClientError: 404\nconnector: <object>\n"
    assert error_line(BenchError(text)) == "aiohttp.ClientError: 404"
    assert error_line(BenchError("killed\n")) == "killed"
