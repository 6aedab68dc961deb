"""Run fan curves for days: python -m tests.soak.fan_control --days 7 --seed 1."""

from argparse import ArgumentParser
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
    parser.add_argument("--seed", type=int, default=1, help="repeat a run")
    options = parser.parse_args()
    week = run(options.days * DAY, options.seed)
    for text in week.violations:
        write_line(f"violation: {text}")
    write_line(str(week))
    return int(bool(week.violations))


if __name__ == "__main__":
    sys.exit(main())
