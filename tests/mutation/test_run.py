"""Test a whole run with a small project."""

import json
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from tests.git import commit_all, git

from .tree import ROOT

FILES = {
    "custom_components/__init__.py": "",
    "custom_components/code.py": """LIMIT = 3


def is_high(value):
    return value > LIMIT


def copy(value):
    return value - 0
""",
    "tests/__init__.py": "",
    "tests/test_code.py": """from custom_components.code import copy, is_high


def test_limit():
    assert is_high(4)
    assert not is_high(3)


def test_copy():
    assert copy(2) == 2


def test_other():
    assert True
""",
    "tests/loop.py": """def test_loop():
    while True:
        pass
""",
    "pyproject.toml": """[tool.pytest.ini_options]
addopts = ["-p", "no:homeassistant"]
""",
    ".gitignore": ".cache/\n.venv\n__pycache__/\n",
}
LOOP = """
import asyncio
from pathlib import Path
from tests.mutation.tree import Tree
tree = Tree(0)
print(asyncio.run(tree.run_pytest("tests/loop.py", log=Path("log"), seconds=5)))
"""

SURVIVOR = """survived 1 tests: custom_components/code.py:9
-    return value - 0
+    return (value + 0)
"""
SEED = "1"
"""A seed that selects this mutation."""

EQUIVALENT = """[[mutation]]
path = "custom_components/code.py"
before = "return value - 0"
after = "return (value + 0)"
reason = "Zero makes no difference."
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with this tool."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    tool = Path(__file__).parent
    ignored = shutil.ignore_patterns("test_*", "__pycache__", "*.toml")
    shutil.copytree(tool, tmp_path / "tests/mutation", ignore=ignored)
    (tmp_path / "tests/mutation/equivalent.toml").touch()
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    commit_all(tmp_path)
    return tmp_path


def mutate(project: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the tool, and return its exit code, its output and its progress."""
    command = (sys.executable, "-m", "tests.mutation", "--tests", "tests", *arguments)
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=project, check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.long
def test_run_finds_the_mutation_that_no_test_notices(project: Path) -> None:
    """Report the surviving mutation only, and change no file.

    A second run uses the same contexts and verdicts. It tries only the survivor, which
    is listed as equivalent now.
    """
    code, output, progress = mutate(project, "--seed", SEED)
    assert "2 of 3 mutations killed (66.7 %), 0 equivalent" in output, progress
    assert SURVIVOR in output
    assert code == 1
    assert git(project, "status", "--porcelain") == ""
    report = json.loads((project / ".cache/mutation/report.json").read_text("utf-8"))
    killers = {
        item["mutation"]["line"]: (item["killer"], item["tests"])
        for item in report["verdicts"]
    }
    assert killers[1] == ("tests/test_code.py::test_limit", 2)

    (project / "tests/mutation/equivalent.toml").write_text(EQUIVALENT, "utf-8")
    code, output, progress = mutate(project, "--again")
    assert output == "2 of 2 mutations killed (100.0 %), 1 equivalent, seed 1\n"
    assert code == 0
    assert "gathering" not in progress


@pytest.mark.long
def test_run_ends_an_endless_loop(project: Path) -> None:
    """Interrupt pytest after the given time."""
    command = (sys.executable, "-c", LOOP)
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=project, check=True, capture_output=True, text=True
    )
    assert done.stdout == "-1\n"
    assert "KeyboardInterrupt" in (project / "log").read_text("utf-8")
