"""Run the command `script/bench`."""

import argparse
import asyncio
from pathlib import Path
import sys
import time

from .measurements import MEASUREMENTS
from .output import write_results
from .plan import full_plan, quick_plan
from .processes import ROOT, BenchError, create_environments
from .readme import publish
from .report import Row
from .runner import Bench, print_progress


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure this client and its peers."
    )
    parser.add_argument(
        "--quick", action="store_true", help="measure less, in under 2 minutes"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".cache/bench", help="folder for the results"
    )
    parser.add_argument(
        "--only",
        type=lambda text: {int(number) for number in text.split(",")},
        default=set(MEASUREMENTS),
        help="numbers of measurements, such as 1,5",
    )
    parser.add_argument(
        "--publish",
        type=Path,
        metavar="FOLDER",
        help="measure nothing; copy the results of a full run from a folder to the "
        "repository, and update the table of the README",
    )
    return parser.parse_args()


async def run(options: argparse.Namespace) -> None:
    """Run the measurements and write the results after each of them."""
    start = time.perf_counter()
    plan = quick_plan() if options.quick else full_plan()
    bench = Bench(plan, await create_environments())
    rows: list[Row] = []
    for number in sorted(options.only):
        rows += await MEASUREMENTS[number](bench)
        write_results(options.out, rows, bench.failures, time.perf_counter() - start)
    for row in rows:
        if row.target and not row.target.is_met:
            print_progress(f"missed: {row.metric} ({row.conditions}): {row.target}")
    seconds = time.perf_counter() - start
    print_progress(f"wrote {options.out / 'bench.md'} in {seconds:.0f} s")


def main() -> int:
    """Run the benchmark and return its exit code.

    A missed target is a result and not a failure.
    """
    try:
        options = parse()
        if options.publish:
            publish(options.publish)
        else:
            asyncio.run(run(options))
    except BenchError as error:
        sys.stderr.write(f"script/bench: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
