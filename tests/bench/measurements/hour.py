"""Measure one hour at default settings."""

import asyncio
from typing import Any

from tests.bench.boards import board_name
from tests.bench.processes import Conditions, run_job, simulated_bmcs
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, print_progress
from tests.bench.worker import COUNTS


async def measure(bench: Bench) -> list[Row]:
    """Measure the integration and the polls of the published one."""
    conditions = Conditions(board=bench.plan.board, licenses=False)
    label = f"{board_name(bench.plan.board)}, readings change"
    print_progress(f"one hour: {label}")
    ours, published = await asyncio.gather(
        bench.run_in_home_assistant("hour", conditions, seconds=bench.plan.hour),
        _measure_published(bench, conditions),
    )
    both = {"ours": ours, "published_poll": published}
    return [
        *(_row_with_set_up(both, key, label) for key in COUNTS),
        *(_row_without_set_up(ours, key, label) for key in COUNTS),
        _session_row(both, label),
        _cpu_row(both, label),
    ]


async def _measure_published(bench: Bench, conditions: Conditions) -> dict[str, Any]:
    """Return the counts of the published client."""
    async with simulated_bmcs(conditions) as group:
        job = {
            "host": group["bmcs"][0]["host"],
            "control_port": group["control_port"],
            "seconds": bench.plan.hour,
        }
        python = bench.environments["published"]
        counts: dict[str, Any] = await run_job(python, "clients.hour", job)
        return counts


def _row_with_set_up(both: dict[str, dict[str, Any]], key: str, label: str) -> Row:
    """Return the row of a count for the whole hour."""
    figures: dict[str, Figure] = {
        column: counts["after"][key] - counts["before"][key]
        for column, counts in both.items()
    }
    target = None
    if key in ("logins", "handshakes"):
        target = Target(float(str(figures["ours"])), 1)
    return Row(3, f"{key} in one hour, with set-up", label, figures, target)


def _row_without_set_up(ours: dict[str, Any], key: str, label: str) -> Row:
    """Return the row of a count after the set-up."""
    count = ours["after"][key] - ours["set_up"][key]
    return Row(3, f"{key} in one hour, without set-up", label, {"ours": count})


def _session_row(both: dict[str, dict[str, Any]], label: str) -> Row:
    """Return the row of open sessions at the end."""
    figures: dict[str, Figure] = {
        column: counts["after"]["sessions"] for column, counts in both.items()
    }
    return Row(3, "open sessions after one hour", label, figures)


def _cpu_row(both: dict[str, dict[str, Any]], label: str) -> Row:
    """Return the row of the CPU time, without that of the set-up of ours."""
    figures: dict[str, Figure] = {
        column: counts["cpu"] for column, counts in both.items()
    }
    return Row(3, "CPU seconds in one hour, without set-up", label, figures)
