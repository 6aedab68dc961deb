"""Who may import what: rules by which the library stays one, and stays alone."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys
from typing import NamedTuple

import pytest

import custom_components.supermicro_redfish
from custom_components.supermicro_redfish import aiosupermicro

INTEGRATION = Path(str(custom_components.supermicro_redfish.__file__)).parent
LIBRARY = Path(str(aiosupermicro.__file__)).parent
ROOT = INTEGRATION.parents[1]
TESTS = ROOT / "tests"

STANDARD = sys.stdlib_module_names


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


class Import(NamedTuple):
    """An import."""

    file: Path
    level: int
    """How many dots it begins with."""
    module: str

    @property
    def package(self) -> str:
        """The topmost package that it names."""
        return self.module.partition(".")[0]


def imports(files: list[Path]) -> Iterator[Import]:
    """Return all imports in some files, also those inside functions."""
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield Import(file, 0, name.name)
            elif isinstance(node, ast.ImportFrom):
                yield Import(file, node.level, node.module or "")


def packages(files: list[Path]) -> set[str]:
    """Return the packages that are imported absolutely, without the standard ones."""
    absolute = {item.package for item in imports(files) if not item.level}
    return absolute - STANDARD


LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
INTEGRATION_FILES = sorted(set(INTEGRATION.rglob("*.py")) - set(LIBRARY_FILES))
SIMULATOR_FILES = sorted((TESTS / "simulator").rglob("*.py"))


def test_the_library_needs_aiohttp_and_nothing_else() -> None:
    """It imports its own parts relatively, so that each of them exists but once.

    yarl comes with aiohttp.
    """
    assert packages(LIBRARY_FILES) <= {"aiohttp", "yarl"}


def test_the_library_does_not_reach_out_of_its_own_folder() -> None:
    """Two dots lead out of its top level, three out of its models."""
    for item in imports(LIBRARY_FILES):
        assert item.level <= len(item.file.relative_to(LIBRARY).parts), item


def test_the_integration_imports_the_library_as_its_own_part() -> None:
    """An exception class that exists twice is caught by nobody."""
    assert packages(INTEGRATION_FILES) <= {"aiohttp", "homeassistant", "voluptuous"}
    assert any(item.module == "aiosupermicro" for item in imports(INTEGRATION_FILES))
    for item in imports(INTEGRATION_FILES):
        if "aiosupermicro" in item.module:
            assert item.level == 1, item


def test_the_integration_writes_voluptuous_as_its_user_asked() -> None:
    """Not probatio, though that is what is behind it."""
    assert "probatio" not in packages(INTEGRATION_FILES)


def test_the_simulator_knows_neither_library_nor_integration() -> None:
    """Else a mistake of theirs would be right in it, too."""
    allowed = {"aiohttp", "cryptography", "tests"}
    own_tests = {file for file in SIMULATOR_FILES if file.name.startswith("test_")}
    assert packages([*{*SIMULATOR_FILES} - own_tests]) <= allowed
    assert packages([*own_tests]) <= {*allowed, "pytest"}
    for item in imports(SIMULATOR_FILES):
        assert not item.module.startswith(("tests.library", "tests.integration")), item


@pytest.mark.parametrize(
    ("folder", "foreign"),
    [("library", "custom_components"), ("integration", "aiosupermicro")],
)
def test_no_test_mixes_the_two_names_of_the_library(folder: str, foreign: str) -> None:
    """`aiosupermicro.X` and the integration's X are two classes."""
    files = sorted((TESTS / folder).rglob("*.py"))
    assert files
    assert foreign not in packages(files)


def test_the_integrations_folder_is_on_no_path() -> None:
    """Its select.py would take the place of the standard library's."""
    folders = {Path(folder).resolve() for folder in sys.path}
    assert INTEGRATION.resolve() not in folders
    assert (INTEGRATION / "select.py").exists()
