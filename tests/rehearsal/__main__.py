"""Run the rehearsal: `python -m tests.rehearsal FOLDER`.

The folder is created again for the files of the rehearsal.
"""

import asyncio
from pathlib import Path
import shutil
import sys

from .checks import CHECKS
from .commands import RehearsalError
from .release import build_release


async def main(folder: Path) -> int:
    """Build a release, run all checks, and return the exit code."""
    release = await build_release(folder)
    failed = False
    for check in CHECKS:
        try:
            await check(release, folder)
        except RehearsalError as error:
            failed = True
            sys.stdout.write(f"FAILED {check.__name__}\n{error}\n")
        else:
            sys.stdout.write(f"passed {check.__name__}\n")
    return int(failed)


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    sys.exit(asyncio.run(main(target)))
