"""Test the imports that library, integration and simulator may have."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys
from typing import NamedTuple

import pytest

from . import FOLDER, LIBRARY, ROOT

TESTS = ROOT / "tests"
LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
INTEGRATION_FILES = sorted(set(FOLDER.rglob("*.py")) - set(LIBRARY_FILES))
SIMULATOR_FILES = sorted((TESTS / "simulator").rglob("*.py"))


class Import(NamedTuple):
    """An import statement."""

    file: Path
    level: int
    """The number of leading dots."""
    module: str

    @property
    def package(self) -> str:
        """The top-level package."""
        return self.module.partition(".")[0]


def imports(files: list[Path]) -> Iterator[Import]:
    """Return all imports of some files, including those inside functions."""
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield Import(file, 0, name.name)
            elif isinstance(node, ast.ImportFrom):
                yield Import(file, node.level, node.module or "")


def packages(files: list[Path]) -> set[str]:
    """Return the absolutely imported packages that are not in the standard library."""
    absolute = {item.package for item in imports(files) if not item.level}
    return absolute - sys.stdlib_module_names


def test_library_depends_on_aiohttp_only() -> None:
    """Require no third-party package but aiohttp, which brings yarl.

    orjson is used where it is installed. The library imports its own modules
    relatively, so that each is loaded once. The optional part that speaks IPMI also
    needs cryptography, and nothing imports it.
    """
    ipmi = {file for file in LIBRARY_FILES if (LIBRARY / "ipmi") in file.parents}
    rest = [file for file in LIBRARY_FILES if file not in ipmi]
    assert packages(rest) <= {"aiohttp", "orjson", "yarl"}
    assert packages(sorted(ipmi)) == {"cryptography"}
    assert not [item for item in imports(rest) if "ipmi" in item.module]


def test_library_imports_stay_inside_its_folder() -> None:
    """Reject relative imports with more dots than the module's depth."""
    for item in imports(LIBRARY_FILES):
        assert item.level <= len(item.file.relative_to(LIBRARY).parts), item


def test_integration_imports_bundled_library_relatively() -> None:
    """Require one copy of each exception class, so that `except` matches."""
    assert packages(INTEGRATION_FILES) <= {"aiohttp", "homeassistant", "voluptuous"}
    assert any(item.module == "aiosupermicro" for item in imports(INTEGRATION_FILES))
    for item in imports(INTEGRATION_FILES):
        if "aiosupermicro" in item.module:
            depth = len(item.file.relative_to(FOLDER).parts)
            assert item.level == depth, item


def test_integration_imports_voluptuous_by_its_own_name() -> None:
    """Reject imports of the replacement, probatio."""
    assert "probatio" not in packages(INTEGRATION_FILES)


def test_simulator_imports_neither_library_nor_integration() -> None:
    """Keep the simulator independent, so that it does not repeat their mistakes."""
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
def test_tests_import_library_by_one_name(folder: str, foreign: str) -> None:
    """Require one copy: `aiosupermicro.X` and the integration's X are two classes."""
    files = sorted((TESTS / folder).rglob("*.py"))
    assert files
    assert foreign not in packages(files)


def test_integration_folder_is_not_on_sys_path() -> None:
    """Require that the folder is not on the path, as select.py hides a module."""
    folders = {Path(folder).resolve() for folder in sys.path}
    assert FOLDER.resolve() not in folders
    assert (FOLDER / "select.py").exists()
