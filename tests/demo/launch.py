"""Start Home Assistant so that it ends when who started it ends, whatever happens."""

import ctypes
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
