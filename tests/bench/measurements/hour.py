"""An hour at default settings."""

import asyncio
from typing import Any

from tests.bench.processes import Conditions, simulated, work
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, board_name, say
from tests.bench.worker import COUNTS


async def measure(bench: Bench) -> list[Row]:
    """Measure the integration, and the published client as its integration polls."""
    conditions = Conditions(board=bench.plan.board, licences=False)
    under = f"{board_name(bench.plan.board)}, readings move"
    say(f"an hour: {under}")
    ours, theirs = await asyncio.gather(
        bench.home("hour", conditions, seconds=bench.plan.hour),
        _published(bench, conditions),
    )
    pair = {"ours": ours, "published_poll": theirs}
    return [
        *(_with_set_up(pair, key, under) for key in COUNTS),
        *(_after_set_up(ours, key, under) for key in COUNTS),
        _sessions(pair, under),
    ]


async def _published(bench: Bench, conditions: Conditions) -> dict[str, Any]:
    """Let the published client live through the hour."""
    async with simulated(conditions) as site:
        job = {
            "host": site["bmcs"][0]["host"],
            "control": site["control"],
            "seconds": bench.plan.hour,
        }
        python = bench.environments["published"]
        found: dict[str, Any] = await work(python, "clients.hour", job)
        return found


def _with_set_up(pair: dict[str, dict[str, Any]], key: str, under: str) -> Row:
    """Count all that came in the hour."""
    figures: dict[str, Figure] = {
        column: found["after"][key] - found["before"][key]
        for column, found in pair.items()
    }
    target = None
    if key in ("logins", "handshakes"):
        target = Target(float(str(figures["ours"])), 1)
    what = f"{key} in an hour, set-up included"
    return Row(3, what, under, figures, target)


def _after_set_up(ours: dict[str, Any], key: str, under: str) -> Row:
    """Count what came when the set-up was done."""
    count = ours["after"][key] - ours["set_up"][key]
    return Row(3, f"{key} in an hour after the set-up", under, {"ours": count})


def _sessions(pair: dict[str, dict[str, Any]], under: str) -> Row:
    """Count the sessions that are open at the end."""
    figures: dict[str, Figure] = {
        column: found["after"]["sessions"] for column, found in pair.items()
    }
    return Row(3, "sessions open at the end of the hour", under, figures)
