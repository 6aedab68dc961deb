"""Write the results of a run: bench.md and bench.json."""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
import json
import os
from pathlib import Path
import platform
import sys

from .owner import owner_table
from .processes import CLIENTS
from .report import Row, markdown_table

EXPLANATION = """\
Each client uses a simulated BMC in another process, over TLS with a self-signed
certificate. Figures are medians, with the middle half of the samples in brackets. Most
times are ratios. `bytes` are the bytes of TLS in both directions.

A dynamic refresh without a delay is measured after up to 60 others, or three seconds,
of the same process: Home Assistant polls for weeks, and Python optimizes code that has
run for some time.

Where `readings change`, it is the first one of each resource, in each response; where
`all readings change`, it is each of them.

A dynamic refresh reads power state, LED, health, temperatures, fans, power and power
supplies:

- ours: `async_get_dynamic_data`.
- published client, cheapest calls: `async_get_system`, `async_get_thermal` and
  `async_get_power`.
- published client, its own poll: `async_get_dynamic_data`, which returns no power
  state, LED or health.
- published client, one request at a time: the cheapest calls, limited by its own
  `set_max_concurrent_requests`. It sends three at once otherwise.
- sushy: system, Thermal and Power, one after the other.
- DMTF redfish: GET requests for the same three without decoding, or `get_sensors` of
  its utilities on boards without Thermal.
- aiohttp alone: GET requests for the same three with ETags on one connection, without
  decoding. No client that uses aiohttp can need less.

A target that nothing can meet is replaced by the ratio to what is needed in any case:
what aiohttp alone takes, or a garbage collection of a Home Assistant without BMCs.

The lower bound of the BMC is the sum of its service times divided by its workers, but
at least the longest service time. Stalls are CPU time of the thread.
"""

OWNER_EXPLANATION = """\
The published integration is not on PyPI, where this script could install it. Its column
shows its client instead, with the calls and the intervals of that integration, but
without Home Assistant and without any entity: the integration itself needs more CPU
time and memory than that.

The first reading is that of the first sensor in a Home Assistant that starts: cold for
the first time, warm with the files of an earlier run. The published client counts up to
the end of both of its bulk reads, since its integration adds its entities then. The
board gen14 is the shipped one in the form of the vendor's guide. For the freshness, all
readings move before each poll. The CPU time of an hour is that of the process, less
that of an hour in which nothing is polled.
"""


def write_results(
    folder: Path, rows: list[Row], failures: Iterable[str], seconds: float
) -> None:
    """Write bench.md and bench.json."""
    folder.mkdir(parents=True, exist_ok=True)
    about = _describe_run() | {"seconds": f"{seconds:.0f}"}
    not_measured = sorted(set(failures))
    lines = ["# Bench", "", *(f"- {key}: {value}" for key, value in about.items())]
    lines += ["", "## What an owner notices", "", OWNER_EXPLANATION, owner_table(rows)]
    lines += ["## All results", "", EXPLANATION, markdown_table(rows)]
    lines += [f"- Not measured: {failure}" for failure in not_measured]
    (folder / "bench.md").write_text("\n".join(lines) + "\n", "utf-8")
    results = {
        "about": about,
        "rows": [row.as_dict() for row in rows],
        "not_measured": not_measured,
    }
    (folder / "bench.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _describe_run() -> dict[str, str]:
    """Return date, machine, versions and command of this run."""
    packages = [item for items in CLIENTS.values() for item in items if "==" in item]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f} when it ended",
        "python": platform.python_version(),
        "home_assistant": version("homeassistant"),
        "aiohttp": version("aiohttp"),
        "clients": ", ".join(packages),
        "command": " ".join(["script/bench", *sys.argv[1:]]),
    }
