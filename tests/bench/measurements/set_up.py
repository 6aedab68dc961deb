"""Set-up: from the entry to the states of all its entities."""

import asyncio

from tests.bench.limit import bound
from tests.bench.processes import Conditions
from tests.bench.report import Row
from tests.bench.runner import Bench, board_name, say, spread

_WORKERS = 4


async def measure(bench: Bench) -> list[Row]:
    """Measure one board with each delay and the others, all at once: they wait.

    The more a set-up takes, the fewer times it is done.
    """
    say("set-up")
    plan = bench.plan
    fewer = max(1, plan.set_ups // 4)
    delays = [delay for delay in plan.delays if delay]
    wanted = [(plan.board, delay, fewer) for delay in delays[1:]]
    wanted += [(plan.board, delays[0], plan.set_ups)]
    wanted += [
        (board, delays[0], fewer) for board in plan.boards if board != plan.board
    ]
    found = await asyncio.gather(*(_measure(bench, *one) for one in wanted))
    return [row for rows in found for row in rows]


async def _measure(bench: Bench, board: str, delay: float, times: int) -> list[Row]:
    """Measure one board with one delay."""
    conditions = Conditions(board=board, latency=delay, workers=_WORKERS)
    found = await bench.home("set_up", conditions, times=times)
    all_times, entities = found["times"], found["entities"]
    under = f"{board_name(board)}, {delay * 1000:.0f} ms per request"
    wall = spread(all_times, "wall").over(delay)
    over_limit = spread(
        all_times, lambda one: one["wall"] / bound(one["services"], _WORKERS)
    )
    requests = spread(all_times, "requests")
    details: dict[str, object] = {"entities": entities}
    return [
        Row(7, "requests of a set-up", under, {"ours": requests}, details=details),
        Row(7, "set-up, over one round trip", under, {"ours": wall}),
        Row(7, "set-up, over the BMC's own limit", under, {"ours": over_limit}),
    ]
