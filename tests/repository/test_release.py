"""Test script/release, the release workflow and the change log."""

import json
from pathlib import Path
import re
import shutil
import subprocess
from zipfile import ZipFile

import pytest

from . import CHANGELOG, FOLDER, HACS, MANIFEST, ROOT, steps, workflow


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the files that a release is made of."""
    for name in ("script/release", "pyproject.toml", "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(FOLDER, tmp_path / FOLDER.relative_to(ROOT))
    return tmp_path


def release(checkout: Path, tag: str) -> int:
    """Make a release and return the exit code."""
    command = [str(checkout / "script/release"), tag]
    return subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 - ours


def test_release_writes_version_of_its_tag(checkout: Path) -> None:
    """Write the version into the manifest, pyproject.toml and the archive for HACS."""
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8").replace("[Unreleased]", "[1.2.3]"), "utf-8")
    assert release(checkout, "v1.2.3") == 0
    assert '\nversion = "1.2.3"\n' in (checkout / "pyproject.toml").read_text("utf-8")
    assert (checkout / "dist/notes.md").read_text("utf-8").strip()
    with ZipFile(checkout / "dist" / HACS["filename"]) as packed:
        packed_manifest = json.loads(packed.read("manifest.json"))
        names = set(packed.namelist())
    assert packed_manifest == MANIFEST | {"version": "1.2.3"}
    assert {
        "aiosupermicro/client.py",
        "brand/icon.png",
        "translations/de.json",
    } <= names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("tag", ["latest", "v1.2", "v9.9.9"])
def test_release_rejects_tag_without_known_version(checkout: Path, tag: str) -> None:
    """Fail for a tag that is no version or has no entry in the change log."""
    assert release(checkout, tag) != 0


def test_release_workflow_publishes_the_archive_for_hacs() -> None:
    """Publish an archive of the name that hacs.json gives."""
    assert list(workflow("release")["on"]["push"]) == ["tags"]
    commands = " ".join(step.get("run", "") for step in steps("release"))
    assert "script/release" in commands
    assert f"dist/{HACS['filename']}" in commands
    assert HACS["zip_release"] is True


def test_repository_has_a_placeholder_version() -> None:
    """Leave the version to the release."""
    assert MANIFEST["version"] == "0.0.0"
    assert '\nversion = "0.0.0"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_change_log_starts_with_the_newest_entry() -> None:
    """Compare the first entry with the published integration."""
    assert CHANGELOG.startswith("# Changelog\n")
    first = CHANGELOG.split("\n## ")[1]
    assert re.match(r"\[(Unreleased|\d+\.\d+\.\d+)\]", first)
    assert "| --- |" in first
