"""What runs at night: each part, whatever became of those before it."""

from pathlib import Path
import shutil
import subprocess

import pytest

from .test_manifest import ROOT
from .test_repository import steps, workflow

PARTS = ["audit", "fuzz", "validate", "soak", "bench"]

# What stands for everything that takes long; the soak fails.
STUB = '#!/bin/sh\necho "$0 $*"\ncase "$*" in *tests.soak*) exit 3 ;; esac\n'


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout in which nothing takes any time."""
    for name in ("script/setup", "script/bench", ".venv/bin/python", ".venv/bin/uv"):
        stub = tmp_path / name
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(STUB, "utf-8")
        stub.chmod(0o755)
    shutil.copy(ROOT / "script/nightly", tmp_path / "script/nightly")
    return tmp_path


def nightly(checkout: Path, *arguments: str) -> tuple[int, str]:
    """Run it, and return how that ended and what it said in the end."""
    command = [str(checkout / "script/nightly"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    return done.returncode, done.stdout


def results(said: str) -> list[list[str]]:
    """Return the parts of a summary, each with its result."""
    return [line.split()[:2] for line in said.splitlines()[1:]]


def test_a_part_that_fails_keeps_no_other_from_running(checkout: Path) -> None:
    """The summary says which one it was, and its log what it said."""
    code, said = nightly(checkout)
    assert code == 1
    assert results(said) == [
        [part, "FAILED" if part == "soak" else "passed"] for part in PARTS
    ]
    logs = checkout / ".cache/nightly"
    assert "tests.soak" in (logs / "soak.log").read_text("utf-8")
    assert "-m hypothesis" in (logs / "fuzz.log").read_text("utf-8")


def test_parts_can_be_chosen(checkout: Path) -> None:
    """In the order in which they are named."""
    code, said = nightly(checkout, "bench", "fuzz")
    assert code == 0
    assert results(said) == [["bench", "passed"], ["fuzz", "passed"]]


@pytest.mark.parametrize("wrong", ["nonsense", "--fast"])
def test_what_is_no_part_is_refused(checkout: Path, wrong: str) -> None:
    """Before anything has run."""
    assert nightly(checkout, "fuzz", wrong) == (2, "")
    assert not (checkout / ".cache").exists()


def test_all_parts_are_explained(checkout: Path) -> None:
    """For whoever asks."""
    code, said = nightly(checkout, "--help")
    assert code == 0
    assert [part for part in PARTS if f"\n  {part} " not in said] == []


def test_it_runs_every_night() -> None:
    """Without being asked, and whenever it is."""
    assert workflow("nightly")["on"].keys() == {"schedule", "workflow_dispatch"}
    assert any(step.get("run") == "script/nightly" for step in steps("nightly"))
