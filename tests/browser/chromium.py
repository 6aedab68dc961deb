"""Find the browser. As a script, fail if there is none.

script/test runs it to decide whether the browser tests can run. For this reason the
module imports neither Playwright nor the demo.
"""

import os
import shutil
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the path of the browser, or None if there is none."""
    configured = os.environ.get("CHROMIUM")
    names = (configured,) if configured else _NAMES
    return next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    sys.exit(None if find_chromium() else "Chromium was not found")
