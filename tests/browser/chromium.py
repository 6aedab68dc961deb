"""Where the browser is; as a command, whether there is one."""

import os
import shutil
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Return the path of the browser, if there is one."""
    wanted = os.environ.get("CHROMIUM")
    names = (wanted,) if wanted else _NAMES
    return next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    sys.exit(None if find() else "there is no Chromium")
