"""Create a git repository for tests of script/release."""

import os
from pathlib import Path
import subprocess

_IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return its output."""
    return subprocess.run(  # noqa: S603 - constants of tests
        ["git", *_IDENTITY, *arguments],  # noqa: S607 - git of this machine
        cwd=folder,
        env=os.environ | _ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def commit_all(folder: Path) -> None:
    """Commit all files of a folder, in a new repository if it has none."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Test")
