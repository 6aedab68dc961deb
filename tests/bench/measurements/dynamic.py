"""One dynamic refresh: what it asks of the BMC, and how long it takes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.bench.limit import bound, schedule
from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import TASK, Bench, Times, board_name, etag_modes, say, spread
from tests.bench.stats import number

_PLACES = 2
"""How many requests ours sends at a time at most, for a BMC's sake."""
_PATIENCE = 0.5
"""Seconds that a request has to take for another to be sent beside it."""

_SAID = {1: "one at a time, over one connection", 2: "two at a time"}
_MOVES = "a reading that moves changes the ETag, and with it the whole body"
_IDLE = "the simulated BMC works less at an answer than Python does"


async def measure(bench: Bench) -> list[Row]:
    """Measure without a delay on all boards, and with delays on one."""
    rows = []
    for board in bench.plan.boards:
        for conditions, mode in _modes(board):
            rows += await _traffic(bench, conditions, f"{board_name(board)}, {mode}")
    for delay in bench.plan.delays:
        for workers in bench.plan.workers:
            rows += await _time(bench, delay, workers)
    return rows


def _modes(board: str) -> Iterator[tuple[Conditions, str]]:
    """Return with and without ETags, and with them also while nothing moves."""
    for mode, etags in etag_modes(board).items():
        yield Conditions(board=board, etags=etags), f"{mode}, readings move"
        if mode == "ETags on":
            still = Conditions(board=board, moving=False)
            yield still, f"{mode}, no reading moves"


async def _traffic(bench: Bench, conditions: Conditions, under: str) -> list[Row]:
    """Measure what passes over the wire, and the CPU time of the client."""
    say(f"dynamic refresh: {under}")
    found = await bench.one_by_one(TASK, conditions)
    rows = [_row(found, "requests", under), _row(found, "bytes", under)]
    rows += [_row(found, "handshakes", under), _cpu(found, under)]
    if "published" not in found:
        return rows
    # It reads boards with Thermal and Power, which is what the targets are about.
    rows[0] = replace(
        rows[0], target=Target(spread(found["ours"], "requests").median, 3)
    )
    if "ETags on" in under:
        reason = _MOVES if conditions.moving else ""
        target = Target(_ratio(found, "bytes"), 0.5, reason=reason)
        rows[1] = replace(rows[1], target=target)
    return rows


def _cheapest(found: dict[str, Times], key: str) -> float:
    """Return the median of the cheaper of the published client's two ways."""
    columns = [item for item in ("published", "published_poll") if item in found]
    return min(spread(found[column], key).median for column in columns)


def _ratio(found: dict[str, Times], key: str) -> float:
    """Return ours over the published client's."""
    return spread(found["ours"], key).median / _cheapest(found, key)


def _row(found: dict[str, Times], key: str, under: str) -> Row:
    """Return a row of counts."""
    figures: dict[str, Figure] = {
        column: spread(times, key) for column, times in found.items()
    }
    return Row(1, f"{key} per dynamic refresh", under, figures)


def _cpu(found: dict[str, Times], under: str) -> Row:
    """Return the row of CPU times, as ratios to the published client's."""
    peer = "published" in found
    unit = _cheapest(found, "cpu") if peer else spread(found["ours"], "cpu").median
    reason = ""
    if "bare" in found:
        least = number(spread(found["bare"], "cpu").median / unit)
        reason = f"aiohttp alone takes {least}, and decodes nothing"
    figures: dict[str, Figure] = {
        column: spread(times, "cpu").over(unit) for column, times in found.items()
    }
    return Row(
        1,
        f"CPU of the client, over {'the published client' if peer else 'ours'}",
        under,
        figures,
        Target(_ratio(found, "cpu"), 0.6, reason=reason) if peer else None,
        {"unit_seconds": unit},
    )


async def _time(bench: Bench, delay: float, workers: int) -> list[Row]:
    """Measure the wall time; clients that mostly wait are measured together."""
    conditions = Conditions(board=bench.plan.board, latency=delay, workers=workers)
    under = (
        f"{board_name(bench.plan.board)}, {delay * 1000:.0f} ms per request, "
        f"{workers} at a time"
    )
    say(f"dynamic refresh: {under}")
    run = bench.together if delay else bench.one_by_one
    found = await run(TASK, conditions)
    return [*_time_rows(found, under, workers, delay)]


def _time_rows(
    found: dict[str, Times], under: str, workers: int, delay: float
) -> list[Row]:
    """Return the rows of wall times, as ratios."""
    at_a_time = min(workers, _PLACES) if delay > _PATIENCE else 1

    def over_bound(one: dict[str, Any]) -> float:
        return float(one["wall"]) / bound(one["services"], workers)

    def over_schedule(one: dict[str, Any]) -> float:
        return float(one["wall"]) / schedule(one["services"], at_a_time)

    ours = found["ours"]
    peer = _cheapest(found, "wall")
    best = spread(ours, over_schedule)
    shown = spread(ours, over_bound)
    reason = _explain(at_a_time, shown.median / best.median) if delay else _IDLE
    figures: dict[str, Figure] = {
        column: spread(times, over_bound) for column, times in found.items()
    }
    target = Target(shown.median, 1.1, reason=reason)
    ratios: dict[str, Figure] = {
        column: spread(times, "wall").over(peer) for column, times in found.items()
    }
    return [
        Row(1, "wall time, over the BMC's own limit", under, figures, target),
        Row(
            1,
            f"wall time, over whole requests {_SAID[at_a_time]}",
            under,
            {"ours": best},
        ),
        Row(1, "wall time, over the published client", under, ratios),
    ]


def _explain(at_a_time: int, need: float) -> str:
    """Say why ours takes longer than the limit."""
    return (
        f"whole requests {_SAID[at_a_time]}, for the BMC's sake, need "
        f"{number(need)} times the limit by themselves"
    )
