"""Measure a start up to the first reading: requests and time."""

import asyncio
from dataclasses import replace

from tests.bench.boards import GEN14, board_name
from tests.bench.processes import BenchError, Conditions, run_job, simulated_bmcs
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, error_line, print_progress
from tests.bench.stats import Samples, format_number, summarize

_LATENCY = 0.15
_SLOW_SECONDS = 2.0
_SLOW = f"licenses, drives, logs and certificates take {_SLOW_SECONDS:.0f} s each"
_MAX_REQUESTS = 6
"""Limit for a start with the discovery of an earlier run."""
_MAX_SECONDS = 2.0
"""Maximum time if slow resources delay nothing: less than one of these takes."""


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards concurrently, since the clients mostly wait.

    A start with slow resources takes so long that one of it suffices.
    """
    print_progress("first reading")
    label = f"{_LATENCY * 1000:.0f} ms per request"
    jobs = []
    for board in bench.plan.start_boards:
        quiet = Conditions(board=board, changing=False, licenses=False)
        starts = bench.plan.starts
        jobs += [
            _measure(bench, replace(quiet, latency=_LATENCY), label, starts),
            _measure(bench, replace(quiet, slow=_SLOW_SECONDS), _SLOW, 1),
        ]
    return [row for rows in await asyncio.gather(*jobs) for row in rows]


async def _measure(
    bench: Bench, conditions: Conditions, label: str, times: int
) -> list[Row]:
    """Measure the starts of one board."""
    name = board_name(conditions.board)
    ours = await bench.run_in_home_assistant("first_reading", conditions, times=times)
    # The published client would need Thermal.
    has_peer = name != GEN14
    published = await _measure_published(bench, conditions, times) if has_peer else None
    return [
        row
        for kind, samples in ours.items()
        for row in _rows(samples, published, f"{name}, {kind}, {label}")
    ]


async def _measure_published(
    bench: Bench, conditions: Conditions, times: int
) -> Samples | None:
    """Return the samples of the published client, None if it failed."""
    async with simulated_bmcs(conditions) as group:
        job = {
            "host": group["bmcs"][0]["host"],
            "control_port": group["control_port"],
            "times": times,
        }
        python = bench.environments["published"]
        try:
            samples: Samples = await run_job(python, "clients.first_reading", job)
        except BenchError as error:
            reason, name = error_line(error), board_name(conditions.board)
            bench.failures.append(f"published on {name}: {reason}")
            return None
    return samples


def _rows(ours: Samples, published: Samples | None, label: str) -> list[Row]:
    """Return the rows of one board and kind of start."""
    samples = {"ours": ours} | ({"published_poll": published} if published else {})
    requests: dict[str, Figure] = {
        column: summarize(items, "requests") for column, items in samples.items()
    }
    seconds: dict[str, Figure] = {
        column: summarize(items, "wall") for column, items in samples.items()
    }
    number, wall = (summarize(ours, key).median for key in ("requests", "wall"))
    is_warm, is_slow = ", warm, " in label, _SLOW in label
    found = f"{format_number(number)} requests come first, none for a slow resource"
    return [
        Row(
            8,
            "requests to the first reading",
            label,
            requests,
            Target(number, _MAX_REQUESTS) if is_warm else None,
        ),
        Row(
            8,
            "seconds to the first reading",
            label,
            seconds,
            Target(wall, _MAX_SECONDS, reason=found) if is_slow else None,
        ),
    ]
