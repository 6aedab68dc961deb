"""Measure commands, from the service call to the new state."""

import asyncio

from tests.bench.boards import board_name
from tests.bench.processes import Conditions
from tests.bench.report import Row, Target
from tests.bench.runner import Bench, print_progress
from tests.bench.stats import Samples, Summary, summarize

_ROUND_TRIPS = 2
"""Requests of a command: one to write, and one to read the result."""
_MAX_MILLISECONDS = 50


async def measure(bench: Bench) -> list[Row]:
    """Measure with all delays concurrently, since the clients mostly wait."""
    print_progress("commands")
    delays = [delay for delay in bench.plan.delays if delay]
    results = await asyncio.gather(*(_measure(bench, delay) for delay in delays))
    return [row for rows in results for row in rows]


async def _measure(bench: Bench, delay: float) -> list[Row]:
    """Measure all commands with one delay."""
    board = bench.plan.board
    conditions = Conditions(board=board, latency=delay, changing=False)
    results = await bench.run_in_home_assistant(
        "command", conditions, times=bench.plan.commands
    )
    label = f"{board_name(board)}, {delay * 1000:.0f} ms per request"
    return [
        row
        for name, samples in results.items()
        for row in _rows(samples, delay, f"{label}: {name}")
    ]


def _rows(samples: Samples, delay: float, label: str) -> list[Row]:
    """Return the requests, the time, and the time without round trips."""
    requests, wall = summarize(samples, "requests"), summarize(samples, "wall")
    limit = _ROUND_TRIPS * delay + _MAX_MILLISECONDS / 1000
    rest = Summary.of(
        (sample["wall"] - _ROUND_TRIPS * delay) * 1000 for sample in samples
    )
    return [
        Row(
            4,
            "requests per command",
            label,
            {"ours": requests},
            Target(requests.median, 2),
        ),
        Row(
            4,
            "time from command to new state, in round trips",
            label,
            {"ours": wall.divided_by(delay)},
        ),
        Row(
            4,
            "seconds from a command to its new state",
            label,
            {"ours": wall},
            Target(wall.median, limit),
        ),
        Row(
            4,
            "time from command to new state, ms beyond two round trips",
            label,
            {"ours": rest},
            Target(rest.median, _MAX_MILLISECONDS),
        ),
    ]
