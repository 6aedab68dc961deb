"""Measure the start until Home Assistant shows the first reading of a server."""

import asyncio

from tests.bench.boards import board_name
from tests.bench.processes import Conditions
from tests.bench.report import Row, Target
from tests.bench.runner import Bench, print_progress
from tests.bench.stats import summarize

_WORKERS = 4
_DELAY = 0.15
_SLOW_SECONDS = 2.0
_MAX_REQUESTS = 6


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards with quick and with slow static resources, concurrently."""
    print_progress("start")
    jobs = [(board, slow) for board in bench.plan.boards for slow in (0, _SLOW_SECONDS)]
    results = await asyncio.gather(*(_measure(bench, *job) for job in jobs))
    return [row for rows in results for row in rows]


async def _measure(bench: Bench, board: str, slow: float) -> list[Row]:
    """Measure one board; the time is given in round trips of the BMC."""
    conditions = Conditions(board=board, latency=_DELAY, workers=_WORKERS, slow=slow)
    times = 1 if slow else max(1, bench.plan.set_ups // 4)
    result = await bench.run_in_home_assistant("start", conditions, times=times)
    rows = []
    for start, samples in result.items():
        label = f"{board_name(board)}, {start}"
        if slow:
            label += f", static resources take {slow:.0f} s"
        requests = summarize(samples, "first_requests")
        seconds = summarize(samples, "first_seconds").divided_by(_DELAY)
        target = Target(requests.median, _MAX_REQUESTS) if start == "warm" else None
        details: dict[str, object] = {"samples": samples}
        rows += [
            Row(8, "requests to the first reading", label, {"ours": requests}, target),
            Row(
                8,
                "time to the first reading, in round trips",
                label,
                {"ours": seconds},
                details=details,
            ),
        ]
    return rows
