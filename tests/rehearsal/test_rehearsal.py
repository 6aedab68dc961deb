"""Test which files a wheel may contain, and how a command fails."""

from pathlib import Path
import sys

import pytest

from .checks import misplaced
from .commands import RehearsalError, run
from .release import name_version

INFO = "supermicro_redfish_client-1.0.0.dist-info"
WHEEL = (
    "aiosupermicro/__init__.py",
    "aiosupermicro/models/system.py",
    "aiosupermicro/py.typed",
    f"{INFO}/METADATA",
    f"{INFO}/RECORD",
    f"{INFO}/WHEEL",
    f"{INFO}/licenses/LICENSE",
    f"{INFO}/top_level.txt",
)


def test_wheel_contains_library_only() -> None:
    """Accept the library, its marker for types and its license."""
    assert misplaced(WHEEL) == set()


@pytest.mark.parametrize(
    "name",
    [
        "tests/conftest.py",
        "aiosupermicro/test_client.py",
        "aiosupermicro/notes.txt",
        "sensor.py",
        "supermicro_redfish/__init__.py",
    ],
)
def test_wheel_contains_no_other_files(name: str) -> None:
    """Report a file that does not belong in the wheel."""
    assert misplaced([*WHEEL, name]) == {name}


@pytest.mark.parametrize("name", ["aiosupermicro/py.typed", f"{INFO}/licenses/LICENSE"])
def test_wheel_requires_marker_and_license(name: str) -> None:
    """Report a missing file."""
    assert misplaced({*WHEEL} - {name}) == {name}


def test_rehearsal_names_version_in_change_log() -> None:
    """Rename the entry of the next release, unless it already has a version."""
    changes = "# Changelog\n\n## [Unreleased]\n\nText.\n"
    named = "# Changelog\n\n## [1.0.0]\n\nText.\n"
    assert name_version(changes) == named
    both = changes + "\n## [1.0.0]\n\nText.\n"
    assert name_version(both) == both


async def test_failed_command_raises_its_output(tmp_path: Path) -> None:
    """Raise the output and the errors of a command that failed."""
    code = "import sys; print('printed'); sys.exit('reason')"
    with pytest.raises(RehearsalError, match=r"(?s)printed.*reason"):
        await run(sys.executable, "-c", code, cwd=tmp_path)
