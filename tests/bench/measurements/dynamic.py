"""Measure a dynamic refresh: traffic, CPU time and wall time."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.bench.boards import board_name, etag_modes
from tests.bench.processes import Conditions
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import DYNAMIC_REFRESH, Bench, print_progress
from tests.bench.stats import (
    Samples,
    format_number,
    lower_bound,
    makespan,
    summarize,
)

_MAX_CONCURRENCY = 2
"""Limit of concurrent requests with which ours protects a BMC."""
_SLOW_SECONDS = 0.5
"""Duration of a request, in seconds, after which ours sends another one."""

_MAX_WALL = 1.1
"""Limit of the wall time, relative to the minimum of the BMC or our own limit."""

_MAX_CPU_UNCHANGED, _MAX_CPU, _MAX_CPU_OLD = 0.6, 0.9, 1.1
"""Limits of the CPU time, relative to the published client."""

_MAX_BYTES_RATIO, _MAX_CPU_RATIO, _MAX_WALL_RATIO = 1.05, 2.0, 1.5
"""Limits relative to aiohttp alone, which neither decodes nor limits anything."""

_CONCURRENCY = {
    1: "one request at a time on one connection",
    2: "two concurrent requests",
}
_CHANGED = "a changed reading changes the ETag, and the whole body is sent again"
_NO_DELAY = "the simulated BMC spends less time on a response than a Python client"


async def measure(bench: Bench) -> list[Row]:
    """Measure all boards without a delay, and one board with delays."""
    rows = []
    for board in bench.plan.boards:
        for conditions, mode in _modes(board):
            label = f"{board_name(board)}, {mode}"
            rows += await _measure_traffic(bench, conditions, label)
    for delay in bench.plan.delays:
        for workers in bench.plan.workers:
            rows += await _measure_time(bench, delay, workers)
    return rows


def _modes(board: str) -> Iterator[tuple[Conditions, str]]:
    """Return the conditions with and without ETags, with changing readings.

    In the usual mode of the board, changes of all readings follow, and with ETags none.
    """
    for mode, etags in etag_modes(board).items():
        one = Conditions(board=board, etags=etags)
        yield one, f"{mode}, readings change"
        if mode != "ETags off":
            yield replace(one, all_changing=True), f"{mode}, all readings change"
        if mode == "ETags on":
            yield replace(one, changing=False), f"{mode}, readings unchanged"


async def _measure_traffic(
    bench: Bench, conditions: Conditions, label: str
) -> list[Row]:
    """Measure the traffic and the CPU time of the client."""
    print_progress(f"dynamic refresh: {label}")
    samples = await bench.run_sequentially(
        DYNAMIC_REFRESH, conditions, repetitions=bench.plan.polls
    )
    rows = [_count_row(samples, "requests", label), _count_row(samples, "bytes", label)]
    limit = _cpu_limit(conditions, label)
    rows += [_count_row(samples, "handshakes", label), _cpu_row(samples, label, limit)]
    if "published" not in samples:
        return rows
    # The published client needs Thermal and Power, and the targets are for such boards.
    requests = summarize(samples["ours"], "requests").median
    rows[0] = replace(rows[0], target=Target(requests, 3))
    if "ETags on" in label:
        reason = _CHANGED if conditions.changing else ""
        target = Target.reachable(
            _ratio(samples, "bytes"),
            0.5,
            _ratio_of(samples, "aiohttp", "bytes"),
            ratio=_MAX_BYTES_RATIO,
            reason=reason,
        )
        rows[1] = replace(rows[1], target=target)
    return rows


def _cheapest(samples: dict[str, Samples], key: str) -> float:
    """Return the lower median of the two variants of the published client."""
    columns = [item for item in ("published", "published_poll") if item in samples]
    return min(summarize(samples[column], key).median for column in columns)


def _ratio(samples: dict[str, Samples], key: str) -> float:
    """Return the ratio of ours to the published client."""
    return summarize(samples["ours"], key).median / _cheapest(samples, key)


def _ratio_of(samples: dict[str, Samples], column: str, key: str) -> float | None:
    """Return the ratio of a column to the published client, None if unknown."""
    if column not in samples:
        return None
    return summarize(samples[column], key).median / _cheapest(samples, key)


def _count_row(samples: dict[str, Samples], key: str, label: str) -> Row:
    """Return a row of counts."""
    figures: dict[str, Figure] = {
        column: summarize(items, key) for column, items in samples.items()
    }
    return Row(1, f"{key} per dynamic refresh", label, figures)


def _cpu_limit(conditions: Conditions, label: str) -> float:
    """Return the limit of the CPU time, relative to the published client.

    Small bodies, as those of old boards without ETags, are decoded quickly by any
    client. Most of their time is that of aiohttp.
    """
    if not conditions.changing:
        return _MAX_CPU_UNCHANGED
    return _MAX_CPU_OLD if "no ETags" in label else _MAX_CPU


def _cpu_row(samples: dict[str, Samples], label: str, limit: float) -> Row:
    """Return the row of CPU times, relative to the published client."""
    has_peer = "published" in samples
    unit = (
        _cheapest(samples, "cpu")
        if has_peer
        else summarize(samples["ours"], "cpu").median
    )
    figures: dict[str, Figure] = {
        column: summarize(items, "cpu").divided_by(unit)
        for column, items in samples.items()
    }
    peer = "the published client" if has_peer else "ours"
    return Row(
        1,
        f"CPU time of the client, relative to {peer}",
        label,
        figures,
        _cpu_target(samples, limit) if has_peer else None,
        {"unit_seconds": unit},
    )


def _cpu_target(samples: dict[str, Samples], limit: float) -> Target:
    """Return the target of the CPU time, relative to the published client.

    That client sends its requests concurrently on several connections, so that its
    process is idle once instead of three times. After being idle, a CPU is slower.
    """
    ratio, floor = _ratio(samples, "cpu"), _ratio_of(samples, "aiohttp", "cpu")
    reasons = {
        "aiohttp": "aiohttp alone needs {} without decoding",
        "published_single": "the published client needs {} with one request at a time",
    }
    reason = ", ".join(
        text.format(format_number(least))
        for column, text in reasons.items()
        if (least := _ratio_of(samples, column, "cpu")) is not None
    )
    return Target.reachable(ratio, limit, floor, ratio=_MAX_CPU_RATIO, reason=reason)


async def _measure_time(bench: Bench, delay: float, workers: int) -> list[Row]:
    """Measure the wall time, concurrently if the clients mostly wait."""
    conditions = Conditions(board=bench.plan.board, latency=delay, workers=workers)
    label = (
        f"{board_name(bench.plan.board)}, {delay * 1000:.0f} ms per request, "
        f"{workers} at a time"
    )
    print_progress(f"dynamic refresh: {label}")
    run = bench.run_concurrently if delay else bench.run_sequentially
    samples = await run(DYNAMIC_REFRESH, conditions)
    return _time_rows(samples, label, workers, delay)


def _time_rows(
    samples: dict[str, Samples], label: str, workers: int, delay: float
) -> list[Row]:
    """Return the rows of wall times, as ratios."""
    concurrency = min(workers, _MAX_CONCURRENCY) if delay > _SLOW_SECONDS else 1

    def to_bound(sample: dict[str, Any]) -> float:
        return float(sample["wall"]) / lower_bound(sample["service_times"], workers)

    def to_makespan(sample: dict[str, Any]) -> float:
        return float(sample["wall"]) / makespan(sample["service_times"], concurrency)

    ours = summarize(samples["ours"], to_bound)
    limited = summarize(samples["ours"], to_makespan)
    limit = _CONCURRENCY[concurrency]
    reason = _explain(limit, ours.median / limited.median) if delay else _NO_DELAY
    bounds: dict[str, Figure] = {
        column: summarize(items, to_bound) for column, items in samples.items()
    }
    peer = _cheapest(samples, "wall")
    ratios: dict[str, Figure] = {
        column: summarize(items, "wall").divided_by(peer)
        for column, items in samples.items()
    }
    has_floor = not delay and "aiohttp" in samples
    floor = summarize(samples["aiohttp"], to_bound).median if has_floor else None
    target = Target.reachable(
        ours.median, _MAX_WALL, floor, ratio=_MAX_WALL_RATIO, reason=reason
    )
    own_target = Target(limited.median, _MAX_WALL) if delay else None
    return [
        Row(1, "wall time, relative to the BMC's lower bound", label, bounds, target),
        Row(1, f"wall time, relative to {limit}", label, {"ours": limited}, own_target),
        Row(1, "wall time, relative to the published client", label, ratios),
    ]


def _explain(limit: str, ratio: float) -> str:
    """Explain a wall time of this client that exceeds the lower bound."""
    return (
        f"the limit to {limit}, which protects the BMC, needs "
        f"{format_number(ratio)} times the bound by itself"
    )
