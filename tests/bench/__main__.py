"""The command `script/bench`."""

import argparse
import asyncio
from datetime import UTC, datetime
from importlib.metadata import version
import json
import os
from pathlib import Path
import platform
import sys
import time

from . import plan
from .environments import CLIENTS, environments
from .errors import BenchError
from .measurements import MEASUREMENTS
from .processes import ROOT
from .report import Row, markdown
from .runner import Bench, say

_EXPLANATION = """\
One simulated BMC in a process of its own for each client: TLS, self-signed. Medians,
with the middle half of the samples in brackets; times are ratios. `bytes` are those of
TLS, both ways. The task of a dynamic refresh is: power state, LED, health,
temperatures, fans, power, power supplies. For it ours calls `async_get_dynamic_data`;
of the published client, `async_get_system`, `_thermal` and `_power` together are the
cheapest calls, and its own poll, `async_get_dynamic_data`, tells no power state, LED or
health; sushy reads system, Thermal and Power, one after the other; DMTF's redfish
GETs the same three without decoding them, and its utilities' `get_sensors` serves
where a board has no Thermal. `aiohttp alone` GETs the three with ETags, on one
connection, and decodes nothing: what no client that uses it can save. The BMC's own
limit is the sum of its service times over its workers, no less than the longest.
Stalls are the thread's own CPU time.
"""


def parse() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure ours and its peers side by side."
    )
    parser.add_argument("--quick", action="store_true", help="in less than 2 minutes")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".cache/bench", help="folder of the results"
    )
    parser.add_argument(
        "--only",
        type=lambda text: {int(number) for number in text.split(",")},
        default=set(MEASUREMENTS),
        help="numbers of measurements, such as 1,5",
    )
    return parser.parse_args()


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    clients = [item for wanted in CLIENTS.values() for item in wanted if "==" in item]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f} when it ended",
        "python": platform.python_version(),
        "home_assistant": version("homeassistant"),
        "aiohttp": version("aiohttp"),
        "clients": ", ".join(clients),
        "command": " ".join(["script/bench", *sys.argv[1:]]),
    }


def write(folder: Path, bench: Bench, rows: list[Row], seconds: float) -> None:
    """Write the table and the figures behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    about = machine() | {"seconds": f"{seconds:.0f}"}
    cannot = sorted(set(bench.failures))
    lines = ["# Bench", "", *(f"- {key}: {value}" for key, value in about.items())]
    lines += ["", _EXPLANATION, markdown(rows)]
    lines += [f"- Not measured: {failure}" for failure in cannot]
    (folder / "bench.md").write_text("\n".join(lines) + "\n", "utf-8")
    found = {
        "about": about,
        "rows": [row.as_dict() for row in rows],
        "not_measured": cannot,
    }
    (folder / "bench.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


async def run(options: argparse.Namespace) -> None:
    """Carry out the measurements, and write what was found so far after each."""
    began = time.perf_counter()
    wanted = plan.quick() if options.quick else plan.full()
    bench = Bench(wanted, await environments())
    rows: list[Row] = []
    for number in sorted(options.only):
        rows += await MEASUREMENTS[number](bench)
        write(options.out, bench, rows, time.perf_counter() - began)
    missed = [row for row in rows if row.target and not row.target.is_met]
    for row in missed:
        say(f"missed: {row.what} ({row.under}): {row.target}")
    say(f"{options.out / 'bench.md'}, in {time.perf_counter() - began:.0f} s")


def main() -> int:
    """Run; return the exit code: that a target is missed is a result, no failure."""
    try:
        asyncio.run(run(parse()))
    except BenchError as error:
        sys.stderr.write(f"script/bench: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
