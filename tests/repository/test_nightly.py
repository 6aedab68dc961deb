"""Test script/nightly, which runs each part even after another one failed."""

import os
from pathlib import Path
import shutil
import subprocess

import pytest

from . import ROOT

PARTS = ["audit", "fuzz", "validate", "rehearse", "next", "soak", "mutate", "bench"]

# Replaces every command that takes long; the soak fails.
STUB = '#!/bin/sh\necho "$0 $*"\ncase "$*" in *tests.soak*) exit 3 ;; esac\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with stubs for the long-running commands."""
    scripts = ("setup", "bench", "demo", "mutate")
    programs = (".venv/bin/python", ".venv/bin/uv")
    for name in (*(f"script/{script}" for script in scripts), *programs):
        stub = tmp_path / name
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(STUB, "utf-8")
        stub.chmod(0o755)
    shutil.copy(ROOT / "script/nightly", tmp_path / "script/nightly")
    return tmp_path


def nightly(checkout: Path, *arguments: str) -> tuple[int, str]:
    """Run the script and return its exit code and its output."""
    command = [str(checkout / "script/nightly"), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(  # noqa: S603 - ours
        command, check=False, capture_output=True, text=True, env=environment
    )
    return done.returncode, done.stdout


def results(output: str) -> list[list[str]]:
    """Return the parts of the summary, each with its result."""
    return [line.split()[:2] for line in output.splitlines()[1:]]


def test_nightly_continues_after_a_failed_part(checkout: Path) -> None:
    """Name the failed part in the summary and keep the output of each in its log."""
    code, output = nightly(checkout)
    assert code == 1
    assert results(output) == [
        [part, "FAILED" if part == "soak" else "passed"] for part in PARTS
    ]
    logs = checkout / ".cache/nightly"
    assert "tests.soak" in (logs / "soak.log").read_text("utf-8")
    fuzz = (logs / "fuzz.log").read_text("utf-8")
    assert "-m hypothesis" in fuzz
    assert "test_structure" in fuzz
    assert "script/mutate" in (logs / "mutate.log").read_text("utf-8")


def test_nightly_compares_ipmi_with_other_programs(checkout: Path) -> None:
    """Run the tests with `ipmitool` and `ipmi_sim` so that none is skipped."""
    stub = checkout / ".venv/bin/python"
    stub.write_text(f'{STUB}echo "CI=$CI"\n', "utf-8")
    assert nightly(checkout, "validate")[0] == 0
    log = (checkout / ".cache/nightly/validate.log").read_text("utf-8")
    validators, _, tests = log.partition("CI=\n")
    assert "tests.validators" in validators
    assert "test_witness.py" in tests
    assert "test_ipmi.py" in tests
    assert tests.endswith("CI=1\n")


def test_nightly_runs_the_newest_home_assistant(checkout: Path) -> None:
    """Pass the release that the package index has to script/demo."""
    stub = checkout / ".venv/bin/uv"
    stub.write_text(
        "#!/bin/sh\necho aiohttp==3\necho homeassistant==2099.1.0\n", "utf-8"
    )
    assert nightly(checkout, "next")[0] == 0
    log = (checkout / ".cache/nightly/next.log").read_text("utf-8")
    assert "demo --check --home-assistant 2099.1.0 " in log


@pytest.mark.parametrize("part", ["rehearse", "next"])
def test_nightly_reports_unreachable_package_index(checkout: Path, part: str) -> None:
    """Report a part as OFFLINE and fail if the index cannot be reached."""
    (checkout / ".venv/bin/uv").write_text("#!/bin/sh\nexit 2\n", "utf-8")
    code, output = nightly(checkout, part)
    assert (code, results(output)) == (1, [[part, "OFFLINE"]])


def test_nightly_runs_selected_parts_in_the_given_order(checkout: Path) -> None:
    """Run the parts that the arguments name, and no others."""
    code, output = nightly(checkout, "bench", "fuzz")
    assert code == 0
    assert results(output) == [["bench", "passed"], ["fuzz", "passed"]]


@pytest.mark.parametrize("argument", ["nonsense", "--fast"])
def test_nightly_rejects_unknown_argument(checkout: Path, argument: str) -> None:
    """Exit with code 2 before any part has run."""
    assert nightly(checkout, "fuzz", argument) == (2, "")
    assert not (checkout / ".cache").exists()


def test_nightly_help_describes_every_part(checkout: Path) -> None:
    """List all parts in the output of --help."""
    code, output = nightly(checkout, "--help")
    assert code == 0
    assert [part for part in PARTS if f"\n  {part} " not in output] == []
