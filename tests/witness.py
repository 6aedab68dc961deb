"""Locate the independent IPMI programs ipmitool and ipmi_sim.

Without them their tests are skipped with a message, and fail if CI is set.
"""

import os
import shutil

import pytest

PACKAGES = {"ipmitool": "ipmitool", "ipmi_sim": "openipmi"}
"""Debian package of each program."""


def require_witness(program: str) -> str:
    """Return the path of a program, or skip the test; in CI, fail it."""
    if path := shutil.which(program):
        return path
    message = (
        f"{program} not found (Debian: apt-get install {PACKAGES[program]}): "
        "IPMI is not compared with an independent program"
    )
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
