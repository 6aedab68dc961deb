"""Measure many BMCs in one event loop, and in one Home Assistant."""

from typing import Any

from tests.bench.boards import SHIPPED
from tests.bench.processes import Conditions, run_job, simulated_bmcs
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, print_progress
from tests.bench.stats import format_number

_MEGABYTE = 1024 * 1024
_MAX_SCALE_OF_TARGET = 100
"""Number of BMCs up to which stalls have a target."""

_MAX_STALL = 50
_MAX_SET_UP_STALL = 100
"""Maximum stall during set-up, in milliseconds."""
_MAX_COLLECTION_RATIO = 3
"""Limit of a stall that is a garbage collection, relative to the least possible one.

Python collects the objects of all of Home Assistant at once. Those of many BMCs may be
at most twice as many as those of Home Assistant itself.
"""

type Results = dict[int, dict[str, Any]]
"""Results by number of BMCs."""


async def measure(bench: Bench) -> list[Row]:
    """Measure the clients alone, then the integration, both with the shipped board."""
    loops: dict[str, Results] = {"ours": {}, "published": {}}
    for count in bench.plan.loop_scales:
        for client, results in loops.items():
            print_progress(f"scale: {count} BMCs in one event loop, {client}")
            results[count] = await _measure_loop(bench, client, count)
    home: Results = {}
    for count in bench.plan.home_scales:
        print_progress(f"scale: {count} BMCs in one Home Assistant")
        home[count] = await _measure_home(bench, Conditions(board=SHIPPED, count=count))
    unchanged = await _measure_home(bench, Conditions(board=SHIPPED, changing=False))
    return [
        *_loop_rows(loops),
        *_home_rows(home, _memory_per_bmc(loops["published"])),
        _write_row(unchanged, "readings unchanged"),
    ]


async def _measure_loop(bench: Bench, client: str, count: int) -> dict[str, Any]:
    """Poll a number of BMCs with a client."""
    conditions = Conditions(board=SHIPPED, count=count, licenses=False)
    async with simulated_bmcs(conditions) as group:
        job = {
            "hosts": [bmc["host"] for bmc in group["bmcs"]],
            "client": client,
            "times": bench.plan.rounds,
        }
        python = bench.environments[client]
        result: dict[str, Any] = await run_job(python, "clients.scale", job)
        return result


async def _measure_home(bench: Bench, conditions: Conditions) -> dict[str, Any]:
    """Poll BMCs with the integration."""
    return await bench.run_in_home_assistant(
        "scale", conditions, times=bench.plan.rounds
    )


def _memory_per_bmc(results: Results) -> float:
    """Return the megabytes per additional BMC between the two largest scales."""
    few, many = sorted(results)[-2:]
    added = results[many]["memory"] - results[few]["memory"]
    return float(added) / (many - few) / _MEGABYTE


def _loop_rows(loops: dict[str, Results]) -> list[Row]:
    """Return the rows of the clients alone."""
    counts = sorted(loops["ours"])
    rows = []
    unit = loops["ours"][counts[0]]["cpu"]
    for count in counts:
        label = f"{count} BMCs in one event loop"
        cpu = {name: results[count]["cpu"] / unit for name, results in loops.items()}
        stall = {
            name: results[count]["stall_cpu"] * 1000 for name, results in loops.items()
        }
        rows += [
            Row(6, "CPU time per poll, relative to ours with one BMC", label, {**cpu}),
            Row(6, "longest stall, ms", label, {**stall}),
        ]
    memory: dict[str, Figure] = {
        name: _memory_per_bmc(results) for name, results in loops.items()
    }
    label = f"{counts[-2]} to {counts[-1]} BMCs in one event loop"
    return [*rows, Row(6, "memory per additional BMC, MB", label, memory)]


def _home_rows(home: Results, published_memory: float) -> list[Row]:
    """Return the rows of the integration, with the memory of the published client."""
    counts = sorted(home)
    rows = []
    for count in counts:
        rows += _scale_rows(home[count], home[counts[0]]["cpu"], count)
    memory = _memory_per_bmc(home)
    label = f"{counts[-2]} to {counts[-1]} BMCs in one Home Assistant"
    figures: dict[str, Figure] = {"ours": memory, "published_poll": published_memory}
    target = Target(memory, 2)
    return [*rows, Row(6, "memory per additional BMC, MB", label, figures, target)]


def _scale_rows(result: dict[str, Any], unit: float, count: int) -> list[Row]:
    """Return the rows of one scale of the integration."""
    label = f"{count} BMCs in one Home Assistant"
    return [
        Row(
            6,
            "CPU time per poll, relative to one BMC",
            label,
            {"ours": result["cpu"] / unit},
            details={"seconds": result["cpu"]},
        ),
        _stall_row(result, "", label, count),
        *(_set_up_rows(result, label, count) if count > 1 else []),
        _write_row(result, f"{label}, readings change"),
    ]


def _set_up_rows(result: dict[str, Any], label: str, count: int) -> list[Row]:
    """Return the rows of the longest stall during set-up.

    A collection of all objects of the process takes longer the more there are.
    """
    rest = result["stall_set_up_without_collection"] * 1000
    return [
        _stall_row(result, "_set_up", label, count),
        Row(
            6,
            "longest stall during set-up without garbage collection, ms",
            label,
            {"ours": rest},
            Target(rest, _MAX_SET_UP_STALL) if count <= _MAX_SCALE_OF_TARGET else None,
        ),
    ]


def _stall_row(result: dict[str, Any], phase: str, label: str, count: int) -> Row:
    """Return the row of the longest stall during polls or set-up."""
    stall = result[f"stall{phase or '_cpu'}"] * 1000
    collection = result[f"garbage_collection{phase}"] * 1000
    reason = f"{format_number(round(collection))} ms are Python's garbage collection"
    metric = "longest stall during set-up, ms" if phase else "longest stall, ms"
    limit = _MAX_SET_UP_STALL if phase else _MAX_STALL
    target = None
    if count <= _MAX_SCALE_OF_TARGET:
        has_collection = stall > limit and collection > stall / 2
        target = Target.reachable(
            stall,
            limit,
            result["garbage_collection_empty"] * 1000 if has_collection else None,
            ratio=_MAX_COLLECTION_RATIO,
            floor_name="the garbage collection of a Home Assistant without BMCs",
            reason=reason,
        )
    return Row(6, metric, label, {"ours": stall}, target, result)


def _write_row(result: dict[str, Any], label: str) -> Row:
    """Return the row of states that were written without a change."""
    return Row(
        6,
        "unchanged states written per round of polls",
        label,
        {"ours": result["unchanged_writes"]},
        Target(result["unchanged_writes"], 0),
        {
            "changed_writes": result["changed_writes"],
            "unchanged_writes_by_entity": result["unchanged_writes_by_entity"],
        },
    )
