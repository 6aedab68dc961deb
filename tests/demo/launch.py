"""Start Home Assistant so that it ends together with its parent process.

This script is run by the interpreter of a Home Assistant release, which may lack the
packages of the demo.
"""

import ctypes
from importlib.util import find_spec
import runpy
import signal
import sys
from unittest.mock import MagicMock

PR_SET_PDEATHSIG = 1

VOICE = ("pymicro_vad", "pyspeex_noise")
"""Packages of the voice assistant, which `script/setup` omits without a compiler.

The demo does not use them, but Home Assistant's page stays empty unless they can be
imported.
"""


def replace_missing_voice() -> None:
    """Add empty modules for the packages of the voice assistant that are missing."""
    for name in VOICE:
        if find_spec(name) is None:
            sys.modules[name] = MagicMock()


if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    replace_missing_voice()
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
