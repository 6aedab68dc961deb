"""Measure a static refresh: the first one, and one without changes."""

from tests.bench.boards import board_name, etag_modes
from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row
from tests.bench.runner import STATIC_REFRESH, Bench, print_progress
from tests.bench.stats import Samples, summarize


async def measure(bench: Bench) -> list[Row]:
    """Measure with all boards."""
    rows = []
    for board in bench.plan.boards:
        for mode, etags in etag_modes(board).items():
            for cold in (True, False):
                kind = "first refresh" if cold else "unchanged"
                label = f"{board_name(board)}, {mode}, {kind}"
                conditions = Conditions(
                    board=board, etags=etags, changing=False, licenses=False
                )
                rows += await _measure(bench, conditions, label, cold=cold)
    return rows


async def _measure(
    bench: Bench, conditions: Conditions, label: str, *, cold: bool
) -> list[Row]:
    """Measure the traffic and the CPU time of the client."""
    print_progress(f"static refresh: {label}")
    samples = await bench.run_sequentially(STATIC_REFRESH, conditions, cold=cold)
    unit = summarize(samples.get("published", samples["ours"]), "cpu").median
    peer = "the published client" if "published" in samples else "ours"
    cpu: dict[str, Figure] = {
        column: summarize(items, "cpu").divided_by(unit)
        for column, items in samples.items()
    }
    return [
        _count_row(samples, "requests", label),
        _count_row(samples, "bytes", label),
        Row(2, f"CPU time of the client, relative to {peer}", label, cpu),
    ]


def _count_row(samples: dict[str, Samples], key: str, label: str) -> Row:
    """Return a row of counts."""
    figures: dict[str, Figure] = {
        column: summarize(items, key) for column, items in samples.items()
    }
    return Row(2, f"{key} per static refresh", label, figures)
