"""One static refresh: the first, and one that finds nothing changed."""

from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row
from tests.bench.runner import STATIC, Bench, Times, board_name, etag_modes, say, spread


async def measure(bench: Bench) -> list[Row]:
    """Measure on all boards."""
    rows = []
    for board in bench.plan.boards:
        for mode, etags in etag_modes(board).items():
            for cold in (True, False):
                kind = "the first one" if cold else "nothing changed"
                under = f"{board_name(board)}, {mode}, {kind}"
                conditions = Conditions(
                    board=board, etags=etags, moving=False, licences=False
                )
                rows += await _measure(bench, conditions, under, cold=cold)
    return rows


async def _measure(
    bench: Bench, conditions: Conditions, under: str, *, cold: bool
) -> list[Row]:
    """Measure what passes over the wire, and the CPU time."""
    say(f"static refresh: {under}")
    found = await bench.one_by_one(STATIC, conditions, cold=cold)
    unit = spread(found.get("published", found["ours"]), "cpu").median
    whom = "the published client" if "published" in found else "ours"
    cpu: dict[str, Figure] = {
        column: spread(times, "cpu").over(unit) for column, times in found.items()
    }
    return [
        _row(found, "requests", under),
        _row(found, "bytes", under),
        Row(2, f"CPU of the client, over {whom}", under, cpu),
    ]


def _row(found: dict[str, Times], key: str, under: str) -> Row:
    """Return a row of counts."""
    figures: dict[str, Figure] = {
        column: spread(times, key) for column, times in found.items()
    }
    return Row(2, f"{key} per static refresh", under, figures)
