"""Test the brand images for the sizes and formats that Home Assistant requires."""

from pathlib import Path
import re
import struct

import pytest

from . import FOLDER, ROOT

BRAND = FOLDER / "brand"
DRAWINGS = ROOT / ".github/brand"

MAX_BYTES = 32 * 1024
"""Maximum size of an image, which Home Assistant often loads."""

both_themes = pytest.mark.parametrize("theme", ["", "dark_"])


def size(file: Path) -> tuple[int, int]:
    """Return the width and the height of a PNG."""
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content[12:16] == b"IHDR"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_brand_has_an_image_for_every_theme_and_density() -> None:
    """Provide icon and logo for light and dark themes at two pixel densities."""
    assert {file.name for file in BRAND.iterdir()} == {
        f"{theme}{name}{density}.png"
        for theme in ("", "dark_")
        for name in ("icon", "logo")
        for density in ("", "@2x")
    }


@both_themes
def test_icon_is_square(theme: str) -> None:
    """Require the two sizes of Home Assistant."""
    assert size(BRAND / f"{theme}icon.png") == (256, 256)
    assert size(BRAND / f"{theme}icon@2x.png") == (512, 512)


@both_themes
def test_logo_is_landscape(theme: str) -> None:
    """Require the height of an icon, and a larger width."""
    width, height = size(BRAND / f"{theme}logo.png")
    assert height == 256
    assert width > height
    assert size(BRAND / f"{theme}logo@2x.png") == (2 * width, 2 * height)


@pytest.mark.parametrize("file", sorted(BRAND.iterdir()), ids=lambda file: file.name)
def test_image_is_small_and_transparent(file: Path) -> None:
    """Require a small file with a transparent background."""
    content = file.read_bytes()
    assert len(content) <= MAX_BYTES
    assert b"tRNS" in content


def test_dark_theme_has_its_own_images() -> None:
    """Require other images than in the light theme, for contrast."""
    for file in BRAND.glob("dark_*"):
        light = file.with_name(file.name.removeprefix("dark_"))
        assert file.read_bytes() != light.read_bytes()


@pytest.mark.parametrize("name", ["icon", "logo"])
def test_drawing_is_self_contained(name: str) -> None:
    """Use no font, picture or address, so that every renderer draws the same."""
    drawing = (DRAWINGS / f"{name}.svg").read_text("utf-8")
    assert set(re.findall(r"<(\w+)", drawing)) <= {
        "circle",
        "g",
        "mask",
        "path",
        "rect",
        "svg",
    }
    assert re.findall(r"https?:[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]
