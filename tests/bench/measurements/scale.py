"""Scale: many BMCs in one event loop, and in one Home Assistant."""

from typing import Any

from tests.bench.plan import SHIPPED
from tests.bench.processes import Conditions, simulated, work
from tests.bench.report import Figure, Row, Target
from tests.bench.runner import Bench, say
from tests.bench.stats import number

_MEGABYTE = 1024 * 1024
_STALL_AT = 100
Found = dict[int, dict[str, Any]]


async def measure(bench: Bench) -> list[Row]:
    """Measure the bare clients, then the integration; one BMC's board is shipped."""
    loops: dict[str, Found] = {"ours": {}, "published": {}}
    for count in bench.plan.loop_scales:
        for client, found in loops.items():
            say(f"scale: {count} BMCs in one event loop, {client}")
            found[count] = await _loop(bench, client, count)
    home: Found = {}
    for count in bench.plan.home_scales:
        say(f"scale: {count} BMCs in one Home Assistant")
        conditions = Conditions(board=SHIPPED, count=count)
        home[count] = await bench.home("scale", conditions, times=bench.plan.rounds)
    still = Conditions(board=SHIPPED, moving=False)
    quiet = await bench.home("scale", still, times=bench.plan.rounds)
    return [*_loop_rows(loops), *_home_rows(home), _writes(quiet, "nothing moves")]


async def _loop(bench: Bench, client: str, count: int) -> dict[str, Any]:
    """Poll so many BMCs with one of the clients."""
    conditions = Conditions(board=SHIPPED, count=count, licences=False)
    async with simulated(conditions) as site:
        job = {
            "hosts": [bmc["host"] for bmc in site["bmcs"]],
            "client": client,
            "times": bench.plan.rounds,
        }
        python = bench.environments[client]
        found: dict[str, Any] = await work(python, "clients.scale", job)
        return found


def further(found: Found, key: str) -> float:
    """Return what one more costs, between the two largest scales."""
    few, many = sorted(found)[-2:]
    return float(found[many][key] - found[few][key]) / (many - few)


def _loop_rows(loops: dict[str, Found]) -> list[Row]:
    """Return the rows of the bare clients."""
    counts = sorted(loops["ours"])
    rows = []
    unit = loops["ours"][counts[0]]["cpu"]
    for count in counts:
        under = f"{count} BMCs in one event loop"
        cpu = {name: found[count]["cpu"] / unit for name, found in loops.items()}
        stall = {
            name: found[count]["stall_cpu"] * 1000 for name, found in loops.items()
        }
        rows += [
            Row(6, "CPU per poll, over ours with one BMC", under, {**cpu}),
            Row(6, "longest stall, ms", under, {**stall}),
        ]
    memory: dict[str, Figure] = {
        name: further(found, "memory") / _MEGABYTE for name, found in loops.items()
    }
    under = f"{counts[-2]} to {counts[-1]} BMCs in one event loop"
    return [*rows, Row(6, "memory per further BMC, MB", under, memory)]


def _home_rows(home: Found) -> list[Row]:
    """Return the rows of the integration."""
    counts = sorted(home)
    rows = []
    for count in counts:
        rows += _home_row(home[count], home[counts[0]]["cpu"], count)
    megabytes = further(home, "memory") / _MEGABYTE
    under = f"{counts[-2]} to {counts[-1]} BMCs in one Home Assistant"
    figures: dict[str, Figure] = {"ours": megabytes}
    target = Target(megabytes, 2)
    return [*rows, Row(6, "memory per further BMC, MB", under, figures, target)]


def _home_row(found: dict[str, Any], unit: float, count: int) -> list[Row]:
    """Return the rows of one scale."""
    under = f"{count} BMCs in one Home Assistant"
    return [
        Row(
            6,
            "CPU per poll, over one BMC",
            under,
            {"ours": found["cpu"] / unit},
            details={"seconds": found["cpu"]},
        ),
        _stall(found, "", under, count),
        *([_stall(found, "_set_up", under, count)] if count > 1 else []),
        _writes(found, f"{under}, readings move"),
    ]


def _stall(found: dict[str, Any], when: str, under: str, count: int) -> Row:
    """Return the row of the longest stall, during polls or the set-up."""
    stall = found[f"stall{when or '_cpu'}"] * 1000
    garbage = found[f"collection{when}"] * 1000
    reason = f"{number(round(garbage))} ms are Python's garbage collection"
    what = "longest stall during the set-up, ms" if when else "longest stall, ms"
    target = Target(stall, 50, reason=reason) if count <= _STALL_AT else None
    return Row(6, what, under, {"ours": stall}, target, found)


def _writes(found: dict[str, Any], under: str) -> Row:
    """Return the row of states that were written in vain."""
    return Row(
        6,
        "states written that changed nothing, by a round of polls",
        under,
        {"ours": found["same"]},
        Target(found["same"], 0),
        {"changed": found["other"], "of": found["same_of"]},
    )
