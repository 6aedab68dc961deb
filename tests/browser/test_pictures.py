"""Test the screenshots of the README."""

import asyncio
from pathlib import Path

import pytest

from tests.demo.configuration import ROOT

from .pictures import PICTURES


def file_sizes(folder: Path) -> dict[str, int]:
    """Return the sizes of the files in a folder by name."""
    return {path.name: path.stat().st_size for path in folder.iterdir()}


@pytest.mark.long
async def test_script_takes_all_screenshots_of_the_readme(tmp_path: Path) -> None:
    """Write the same files as in the repository, none of them too large."""
    script = ROOT / "script/screenshots"
    process = await asyncio.create_subprocess_exec(script, tmp_path)
    assert await process.wait() == 0
    taken = file_sizes(tmp_path)
    assert taken.keys() == file_sizes(PICTURES).keys()
    assert max(taken.values()) < 300_000
