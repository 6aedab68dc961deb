"""Test script/release, the release workflow and the change log."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
from zipfile import ZipFile

import pytest

from tests.git import commit_all, git

from . import CHANGELOG, FOLDER, HACS, MANIFEST, ROOT, steps, workflow

PACKED = FOLDER.relative_to(ROOT)
ARCHIVE = f"dist/{HACS['filename']}"
SECRET = "A file outside of the repository"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a clean checkout of the files of a release, with an entry for 1.2.3."""
    folder = tmp_path / "checkout"
    for name in ("script/release", "pyproject.toml", "CHANGELOG.md", ".gitignore"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(FOLDER, folder / PACKED)
    log = folder / "CHANGELOG.md"
    log.write_text(log.read_text("utf-8").replace("[Unreleased]", "[1.2.3]"), "utf-8")
    commit_all(folder)
    (tmp_path / "secret.txt").write_text(SECRET, "utf-8")
    return folder


def release(checkout: Path, tag: str) -> int:
    """Make a release and return the exit code."""
    command = [str(checkout / "script/release"), tag]
    return subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 - ours


def packed_files(checkout: Path) -> dict[str, bytes]:
    """Return the content of the archive by name."""
    with ZipFile(checkout / ARCHIVE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_release_writes_version_of_its_tag(checkout: Path) -> None:
    """Write the version into the manifest, pyproject.toml and the archive for HACS."""
    assert release(checkout, "v1.2.3") == 0
    assert '\nversion = "1.2.3"\n' in (checkout / "pyproject.toml").read_text("utf-8")
    assert (checkout / "dist/notes.md").read_text("utf-8").strip()
    with ZipFile(checkout / ARCHIVE) as packed:
        packed_manifest = json.loads(packed.read("manifest.json"))
        names = set(packed.namelist())
    assert packed_manifest == MANIFEST | {"version": "1.2.3"}
    assert {
        "aiosupermicro/client.py",
        "brand/icon.png",
        "translations/de.json",
    } <= names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.long
@pytest.mark.parametrize("tag", ["latest", "v1.2", "v9.9.9"])
def test_release_rejects_tag_without_known_version(checkout: Path, tag: str) -> None:
    """Fail for a tag that is no version or has no entry in the change log."""
    assert release(checkout, tag) != 0
    assert git(checkout, "status", "--porcelain") == ""


def _add_file(checkout: Path) -> None:
    """Add an untracked file."""
    (checkout / PACKED / "notes.txt").write_text("private", "utf-8")


def _add_link(checkout: Path) -> None:
    """Add an untracked link."""
    (checkout / PACKED / "notes.txt").symlink_to(checkout.parent / "secret.txt")


def _add_file_elsewhere(checkout: Path) -> None:
    """Add an untracked file outside of the packed folder."""
    (checkout / "notes.txt").write_text("private", "utf-8")


def _change_file(checkout: Path) -> None:
    """Change a tracked file."""
    with (checkout / PACKED / "util.py").open("a", encoding="utf-8") as file:
        file.write("CHANGED = True\n")


def _stage_file(checkout: Path) -> None:
    """Stage a new file."""
    _add_file(checkout)
    git(checkout, "add", "--all")


def _delete_file(checkout: Path) -> None:
    """Delete a tracked file."""
    (checkout / PACKED / "util.py").unlink()


def _replace_file_by_link(checkout: Path) -> None:
    """Replace a tracked file by a link."""
    _delete_file(checkout)
    (checkout / PACKED / "util.py").symlink_to(checkout.parent / "secret.txt")


def _replace_folder_by_link(checkout: Path) -> None:
    """Replace a tracked folder by a link."""
    folder = checkout / PACKED / "brand"
    folder.rename(checkout.parent / "brand")
    folder.symlink_to(checkout.parent / "brand")


def _commit_link(checkout: Path) -> None:
    """Commit a link."""
    _add_link(checkout)
    commit_all(checkout)


def _commit_repository(checkout: Path) -> None:
    """Commit a repository inside the repository."""
    other = checkout / PACKED / "other"
    other.mkdir()
    (other / "file").touch()
    commit_all(other)
    commit_all(checkout)


@pytest.mark.long
@pytest.mark.parametrize(
    "spoil",
    [
        _add_file,
        _add_link,
        _add_file_elsewhere,
        _change_file,
        _stage_file,
        _delete_file,
        _replace_file_by_link,
        _replace_folder_by_link,
        _commit_link,
        _commit_repository,
    ],
)
def test_release_refuses_other_files_than_those_of_a_commit(
    checkout: Path, spoil: Callable[[Path], None]
) -> None:
    """Fail for a tree that is not clean and for links, and change nothing."""
    spoil(checkout)
    before = git(checkout, "status", "--porcelain")
    assert release(checkout, "v1.2.3") != 0
    assert not (checkout / ARCHIVE).exists()
    assert git(checkout, "status", "--porcelain") == before


@pytest.mark.long
def test_release_refuses_folder_without_repository(checkout: Path) -> None:
    """Reject a folder whose files git does not track."""
    shutil.rmtree(checkout / ".git")
    assert release(checkout, "v1.2.3") != 0
    assert not (checkout / ARCHIVE).exists()


@pytest.mark.long
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_release_packs_committed_content(checkout: Path, flag: str) -> None:
    """Pack the commit even if git does not see a change, or ignores a file."""
    committed = (checkout / PACKED / "util.py").read_bytes()
    git(checkout, "update-index", flag, str(PACKED / "util.py"))
    _change_file(checkout)
    (checkout / ".git/info/exclude").write_text("*.txt\n", "utf-8")
    _add_link(checkout)
    assert release(checkout, "v1.2.3") == 0
    packed = packed_files(checkout)
    assert packed["util.py"] == committed
    names = git(checkout, "ls-files", "-z", str(PACKED)).split("\0")[:-1]
    assert sorted(packed) == sorted(os.path.relpath(name, PACKED) for name in names)


@pytest.mark.long
def test_release_is_reproducible(checkout: Path) -> None:
    """Write the same archive for the same commit."""
    archives = []
    for _ in range(2):
        assert release(checkout, "v1.2.3") == 0
        archives.append((checkout / ARCHIVE).read_bytes())
        git(checkout, "reset", "--hard", "--quiet")
    assert archives[0] == archives[1]


def test_release_workflow_requires_passed_tests() -> None:
    """Run the tests of the tagged commit first, and publish only if they pass."""
    jobs = workflow("release")["jobs"]
    publishing = {
        name
        for name, job in jobs.items()
        if any("gh release" in step.get("run", "") for step in job.get("steps", ()))
    }
    assert publishing == {"release"}
    assert "if" not in jobs["release"]
    required = jobs[jobs["release"]["needs"]]
    assert required == {"uses": "./.github/workflows/tests.yml"}
    tests = workflow("tests")
    assert "workflow_call" in tests["on"]
    conditions = [job.get("continue-on-error") for job in tests["jobs"].values()]
    assert not any([*conditions, *(s.get("continue-on-error") for s in steps("tests"))])


def test_release_workflow_publishes_the_archive_for_hacs() -> None:
    """Publish an archive of the name that hacs.json gives."""
    assert list(workflow("release")["on"]["push"]) == ["tags"]
    commands = " ".join(step.get("run", "") for step in steps("release"))
    assert "script/release" in commands
    assert ARCHIVE in commands
    assert HACS["zip_release"] is True


def test_repository_has_a_placeholder_version() -> None:
    """Require the placeholder version."""
    assert MANIFEST["version"] == "0.0.0"
    assert '\nversion = "0.0.0"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_change_log_starts_with_the_newest_entry() -> None:
    """Compare the first entry with the published integration."""
    assert CHANGELOG.startswith("# Changelog\n")
    first = CHANGELOG.split("\n## ")[1]
    assert re.match(r"\[(Unreleased|\d+\.\d+\.\d+)\]", first)
    assert "| --- |" in first
