"""Run the soak: python -m tests.soak --days 7 --seed 1."""

from argparse import ArgumentParser
import random
import sys

# Before Home Assistant, so that freezegun controls its clock as well.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

import custom_components.supermicro_redfish  # noqa: F401

from .boards import BOARDS
from .soak import DAY, run, write_line


def main() -> int:
    """Run for some days, print all violations and return the exit code."""
    parser = ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--days", type=float, default=7, help="simulated days")
    parser.add_argument("--seed", type=int, help="repeat a run; random by default")
    parser.add_argument("--board", choices=BOARDS, default="x12")
    options = parser.parse_args()
    seed = options.seed
    if seed is None:
        seed = random.SystemRandom().randrange(10**6)
    run_of = f"{options.days:g} days of {options.board}, seed {seed}"
    write_line(f"soak: {run_of}")
    violations = run(options.days * DAY, seed, board=BOARDS[options.board])
    for text in violations:
        write_line(f"{options.board}, violation: {text}")
    result = f"FAILED with {len(violations)} violations" if violations else "passed"
    write_line(f"soak {result}: {run_of}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
