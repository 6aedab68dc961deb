"""The images that stand for the integration, in the sizes that Home Assistant wants."""

from pathlib import Path
import re
import struct

import pytest

from .test_manifest import FOLDER, ROOT

BRAND = FOLDER / "brand"
DRAWN = ROOT / ".github/brand"

LARGEST = 32 * 1024
"""Bytes; Home Assistant loads them whenever it shows the integration."""


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def size(file: Path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content[12:16] == b"IHDR"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_all_of_them_are_there() -> None:
    """For light pages and for dark ones, and for screens of two densities."""
    assert {file.name for file in BRAND.iterdir()} == {
        f"{dark}{name}{density}.png"
        for dark in ("", "dark_")
        for name in ("icon", "logo")
        for density in ("", "@2x")
    }


@pytest.mark.parametrize("dark", ["", "dark_"])
def test_an_icon_is_a_square(dark: str) -> None:
    """Of the two sizes that Home Assistant demands."""
    assert size(BRAND / f"{dark}icon.png") == (256, 256)
    assert size(BRAND / f"{dark}icon@2x.png") == (512, 512)


@pytest.mark.parametrize("dark", ["", "dark_"])
def test_a_logo_lies(dark: str) -> None:
    """Its shorter side is as long as an icon's."""
    width, height = size(BRAND / f"{dark}logo.png")
    assert height == 256
    assert width > height
    assert size(BRAND / f"{dark}logo@2x.png") == (2 * width, 2 * height)


@pytest.mark.parametrize("file", sorted(BRAND.iterdir()), ids=lambda file: file.name)
def test_an_image_is_small_and_lets_the_page_through(file: Path) -> None:
    """The page below it may have any colour."""
    content = file.read_bytes()
    assert len(content) <= LARGEST
    assert b"tRNS" in content


def test_a_dark_page_has_other_images() -> None:
    """Dark blue on black cannot be seen."""
    for file in BRAND.glob("dark_*"):
        light = file.with_name(file.name.removeprefix("dark_"))
        assert file.read_bytes() != light.read_bytes()


@pytest.mark.parametrize("name", ["icon", "logo"])
def test_a_drawing_needs_nothing_but_itself(name: str) -> None:
    """No font, no picture and no address: it looks the same wherever it is drawn."""
    drawing = (DRAWN / f"{name}.svg").read_text("utf-8")
    assert set(re.findall(r"<(\w+)", drawing)) <= {
        "circle",
        "g",
        "mask",
        "path",
        "rect",
        "svg",
    }
    assert re.findall(r"https?:[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]
