"""The command `script/demo`."""

import signal
import sys

if __name__ == "__main__":
    # Nothing has begun yet that would have to be ended, or explained by a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .demo import main

    sys.exit(main())
