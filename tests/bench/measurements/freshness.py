"""Measure the share of readings that are of the present poll."""

from tests.bench.boards import board_name
from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, Variant, print_progress
from tests.bench.stats import Samples, summarize

_POLLS = (
    Variant("ours", "ours", "freshness", "dynamic"),
    Variant("published_poll", "published", "freshness", "dynamic"),
)
_MIN_SHARE = 0.95


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards."""
    rows = []
    for board in bench.plan.start_boards:
        print_progress(f"freshness: {board_name(board)}")
        conditions = Conditions(board=board, changing=False, licenses=False)
        samples = await bench.run_sequentially(_POLLS, conditions)
        rows += _rows(samples, board_name(board))
    return rows


def _rows(samples: dict[str, Samples], label: str) -> list[Row]:
    """Return the rows of one board."""
    if "ours" not in samples:
        return []
    figures: dict[str, dict[str, Figure]] = {
        key: {column: summarize(items, key) for column, items in samples.items()}
        for key in ("share", "readings", "requests")
    }
    share = summarize(samples["ours"], "share").median
    target = Target(share, _MIN_SHARE, at_least=True)
    metric = "share of readings of this poll, after all have moved"
    return [
        Row(9, metric, label, figures["share"], target),
        Row(9, "readings per poll", label, figures["readings"]),
        Row(9, "requests per poll", label, figures["requests"]),
    ]
