"""The pictures of the documentation can be made again."""

from pathlib import Path

from .pictures import PICTURES, main


def sizes(folder: Path) -> dict[str, int]:
    """Return how large the files in a folder are."""
    return {path.name: path.stat().st_size for path in folder.iterdir()}


async def test_pictures(tmp_path: Path) -> None:
    """They are those that are there, and none of them is large."""
    await main(tmp_path)
    made = sizes(tmp_path)
    assert made.keys() == sizes(PICTURES).keys()
    assert max(made.values()) < 300_000
