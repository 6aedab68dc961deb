"""Test the index of firmware families."""

import ast
from collections.abc import Iterator
from functools import cache
import re

import pytest

from tests.library.pypi import ROOT

LIBRARY = ROOT / "custom_components/supermicro_redfish/aiosupermicro"
PLACE = re.compile(r"`([\w/.]+)` `(\w+)`")
COLUMN = "Handled in"
INDEX = (LIBRARY / "resources/families.md").read_text("utf-8")


def _places() -> Iterator[str]:
    """Return the last cell of each row in the tables of deviations."""
    is_deviation = False
    for line in INDEX.splitlines():
        if not line.startswith("|"):
            is_deviation = False
            continue
        cell = line.strip("| ").rpartition(" | ")[2]
        if is_deviation and not line.startswith("| ---"):
            yield cell
        is_deviation |= cell == COLUMN


@cache
def _definitions(file: str) -> set[str]:
    """Return the functions, classes and names that a file of the library defines."""
    tree = ast.parse((LIBRARY / file).read_text("utf-8"))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.id if isinstance(node, ast.Name) else node.name
        for node in ast.walk(tree)
        if isinstance(node, kinds)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def test_index_has_a_place_for_each_deviation() -> None:
    """Require files and definitions at the end of each row."""
    places = [*_places()]
    assert len(places) > 30
    for place in places:
        assert re.fullmatch(rf"{PLACE.pattern}(, {PLACE.pattern})*", place), (
            f'families.md: write "{place}" as `folder/file.py` `definition`'
        )


@pytest.mark.parametrize(
    ("file", "name"),
    sorted(set(PLACE.findall(INDEX))),
)
def test_index_names_code_that_exists(file: str, name: str) -> None:
    """Require an existing file, and a function, class or variable in it."""
    assert (LIBRARY / file).is_file(), f"families.md names {file}, which does not exist"
    assert name in _definitions(file), (
        f"families.md names {name}, not defined in {file}"
    )
