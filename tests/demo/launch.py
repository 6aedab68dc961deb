"""Start Home Assistant so that it ends together with its parent process.

This script is run by the interpreter of a Home Assistant release, which may lack the
packages of the demo.
"""

import ctypes
import runpy
import signal
import sys
from unittest.mock import MagicMock

PR_SET_PDEATHSIG = 1

VOICE = ("pymicro_vad", "pyspeex_noise")
"""Modules of the voice assistant, whose packages are not installed.

The demo does not use them, and building them would take a compiler and half a minute.
But Home Assistant's page stays empty unless they can be imported.
"""


def replace_voice() -> None:
    """Replace the modules of the voice assistant by empty ones."""
    sys.modules |= {name: MagicMock() for name in VOICE}


if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    replace_voice()
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
