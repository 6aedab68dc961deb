"""Run fan curves for days: python -m tests.soak.fan_control --days 7 --seed 1."""

from argparse import ArgumentParser
import random
import sys

# Before Home Assistant, so that freezegun controls its clock as well.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

import custom_components.supermicro_redfish  # noqa: F401

from .fan_week import DAY, run
from .soak import write_line


def main() -> int:
    """Run for some days, print all violations and return the exit code."""
    parser = ArgumentParser(prog="python -m tests.soak.fan_control")
    parser.add_argument("--days", type=float, default=7, help="simulated days")
    parser.add_argument("--seed", type=int, help="repeat a run; random by default")
    options = parser.parse_args()
    seed = options.seed
    if seed is None:
        seed = random.SystemRandom().randrange(10**6)
    write_line(f"soak: {options.days:g} days of fan curves, seed {seed}")
    week = run(options.days * DAY, seed)
    for text in week.violations:
        write_line(f"violation: {text}")
    write_line(str(week))
    result = "FAILED" if week.violations else "passed"
    write_line(f"soak {result}: {options.days:g} days of fan curves, seed {seed}")
    return int(bool(week.violations))


if __name__ == "__main__":
    sys.exit(main())
