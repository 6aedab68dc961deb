"""Run the command `script/demo`."""

import signal
import sys

if __name__ == "__main__":
    # The import takes a second. Until then Ctrl-C ends the process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .demo import main

    sys.exit(main())
