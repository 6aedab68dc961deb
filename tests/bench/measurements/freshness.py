"""Measure the share of readings that are of the current poll."""

from tests.bench.boards import GEN14, board_name
from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, Variant, print_progress
from tests.bench.stats import Samples, summarize

_POLLS = (
    Variant("ours", "ours", "freshness", "dynamic"),
    Variant("published_poll", "published", "freshness", "dynamic"),
)
_MIN_SHARE = 0.95
_ONE_BY_ONE = (
    "this firmware returns one sensor per request, and four of them are read in each "
    "poll, which protects the BMC"
)


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards; measure Gen 14 with `$expand` and without it."""
    rows = []
    for board in bench.plan.start_boards:
        conditions = Conditions(board=board, changing=False, licenses=False)
        rows += await _measure(bench, conditions, board_name(board))
    conditions = Conditions(board=GEN14, changing=False, licenses=False, expand=False)
    label = f"{GEN14}, one resource per request"
    return rows + await _measure(bench, conditions, label, reason=_ONE_BY_ONE)


async def _measure(
    bench: Bench, conditions: Conditions, label: str, *, reason: str = ""
) -> list[Row]:
    """Measure one board."""
    print_progress(f"freshness: {label}")
    samples = await bench.run_sequentially(_POLLS, conditions)
    return _rows(samples, label, reason) if "ours" in samples else []


def _rows(samples: dict[str, Samples], label: str, reason: str) -> list[Row]:
    """Return the rows of one board."""
    figures: dict[str, dict[str, Figure]] = {
        key: {column: summarize(items, key) for column, items in samples.items()}
        for key in ("share", "readings", "requests")
    }
    share = summarize(samples["ours"], "share").median
    target = Target(share, _MIN_SHARE, at_least=True, reason=reason)
    metric = "share of readings of this poll, after all have moved"
    return [
        Row(9, metric, label, figures["share"], target),
        Row(9, "readings per poll", label, figures["readings"]),
        Row(9, "requests per poll", label, figures["requests"]),
    ]
