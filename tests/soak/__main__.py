"""Run the soak: python -m tests.soak --days 7 --seed 1."""

from argparse import ArgumentParser
import random
import sys

# Before Home Assistant, whose own clock is to stand still with all others.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

import custom_components.supermicro_redfish  # noqa: F401

from .soak import DAY, run, say


def main() -> int:
    """Live for some days; tell what was not as it has to be."""
    parser = ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--days", type=float, default=7, help="simulated days")
    parser.add_argument("--seed", type=int, help="repeats a run; else a random one")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    say(f"soak: {asked.days:g} days, seed {seed}")
    complaints = run(asked.days * DAY, seed)
    for text in complaints:
        say(f"violation: {text}")
    verdict = f"FAILED with {len(complaints)} violations" if complaints else "passed"
    say(f"soak {verdict}: {asked.days:g} days, seed {seed}")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
