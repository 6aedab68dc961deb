"""Measure the set-up of an entry until all its entities have a state."""

import asyncio

from tests.bench.boards import board_name
from tests.bench.processes import Conditions
from tests.bench.report import Row
from tests.bench.runner import Bench, print_progress
from tests.bench.stats import lower_bound, summarize

_WORKERS = 4


async def measure(bench: Bench) -> list[Row]:
    """Measure one board with all delays and the other boards with the shortest.

    All run concurrently, since the clients mostly wait. Slower set-ups are repeated
    fewer times.
    """
    print_progress("set-up")
    plan = bench.plan
    fewer = max(1, plan.set_ups // 4)
    delays = [delay for delay in plan.delays if delay]
    jobs = [(plan.board, delay, fewer) for delay in delays[1:]]
    jobs += [(plan.board, delays[0], plan.set_ups)]
    jobs += [(board, delays[0], fewer) for board in plan.boards if board != plan.board]
    results = await asyncio.gather(*(_measure(bench, *job) for job in jobs))
    return [row for rows in results for row in rows]


async def _measure(bench: Bench, board: str, delay: float, times: int) -> list[Row]:
    """Measure one board with one delay."""
    conditions = Conditions(board=board, latency=delay, workers=_WORKERS)
    result = await bench.run_in_home_assistant("set_up", conditions, times=times)
    samples = result["samples"]
    label = f"{board_name(board)}, {delay * 1000:.0f} ms per request"
    requests = summarize(samples, "requests")
    round_trips = summarize(samples, "wall").divided_by(delay)
    to_bound = summarize(
        samples,
        lambda sample: sample["wall"] / lower_bound(sample["service_times"], _WORKERS),
    )
    details: dict[str, object] = {"entities": result["entities"]}
    return [
        Row(7, "requests per set-up", label, {"ours": requests}, details=details),
        Row(7, "set-up time, in round trips", label, {"ours": round_trips}),
        Row(
            7,
            "set-up time, relative to the BMC's lower bound",
            label,
            {"ours": to_bound},
        ),
    ]
