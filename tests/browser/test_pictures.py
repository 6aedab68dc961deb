"""The pictures of the documentation can be made again."""

import asyncio
from pathlib import Path

from tests.demo.configuration import ROOT

from .pictures import PICTURES


def sizes(folder: Path) -> dict[str, int]:
    """Return how large the files in a folder are."""
    return {path.name: path.stat().st_size for path in folder.iterdir()}


async def test_pictures(tmp_path: Path) -> None:
    """By `script/screenshots`: those that are there, and none of them is large."""
    script = ROOT / "script/screenshots"
    process = await asyncio.create_subprocess_exec(script, tmp_path)
    assert await process.wait() == 0
    made = sizes(tmp_path)
    assert made.keys() == sizes(PICTURES).keys()
    assert max(made.values()) < 300_000
