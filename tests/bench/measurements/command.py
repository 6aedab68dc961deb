"""A command: from the call of the service to the right state."""

import asyncio

from tests.bench.processes import Conditions
from tests.bench.report import Row, Target
from tests.bench.runner import Bench, Times, board_name, say, spread
from tests.bench.stats import Spread

_TRIPS = 2
_MILLISECONDS = 50


async def measure(bench: Bench) -> list[Row]:
    """Measure with each delay, all at once: they mostly wait."""
    delays = [delay for delay in bench.plan.delays if delay]
    say("commands")
    found = await asyncio.gather(*(_measure(bench, delay) for delay in delays))
    return [row for rows in found for row in rows]


async def _measure(bench: Bench, delay: float) -> list[Row]:
    """Measure all commands with one delay."""
    board = bench.plan.board
    conditions = Conditions(board=board, latency=delay, moving=False)
    found = await bench.home("command", conditions, times=bench.plan.commands)
    under = f"{board_name(board)}, {delay * 1000:.0f} ms per request"
    return [
        row
        for name, times in found.items()
        for row in _rows(times, delay, f"{under}: {name}")
    ]


def _rows(times: Times, delay: float, under: str) -> list[Row]:
    """Return round trips, and the time that is left over."""
    trips = spread(times, "requests")
    rest = Spread.of((one["wall"] - _TRIPS * delay) * 1000 for one in times)
    return [
        Row(
            4, "requests of a command", under, {"ours": trips}, Target(trips.median, 2)
        ),
        Row(
            4,
            "command to right state, over one round trip",
            under,
            {"ours": spread(times, "wall").over(delay)},
        ),
        Row(
            4,
            "command to right state, ms beyond two round trips",
            under,
            {"ours": rest},
            Target(rest.median, _MILLISECONDS),
        ),
    ]
