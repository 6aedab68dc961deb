"""Run the command `script/demo`."""

import signal
import sys

if __name__ == "__main__":
    # During the import there is nothing to stop: Ctrl-C ends without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .demo import main

    sys.exit(main())
