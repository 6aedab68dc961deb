"""Test that the README's commands are run and its blueprints can be imported."""

import re
from urllib.parse import unquote

from homeassistant.util.yaml import load_yaml_dict
import pytest

from . import BLUEPRINTS, README, ROOT

COMMAND = re.compile(r"`((?:script/|python |pip )[^`]*)`")

ENTRY_POINT = ".ci/run"
"""The script that runs all others, on every machine."""

RUNS = {
    ENTRY_POINT: {
        "script/test": "script/test",
        "script/demo --check": "script/demo --check",
        "script/demo --home-assistant 2026.11.0": (
            "script/demo --check --home-assistant 2026.11.0"
        ),
        "script/brand": "script/brand --check",
        "script/lock": "script/lock --check",
    },
    "script/test": {
        "script/browser": "script/browser -q",
        "script/lint": "script/lint",
        "pip install .": "pip install -q --python $library",
    },
    "script/lint": {"script/setup": "script/setup"},
    "tests/demo/test_script.py": {
        "script/demo": 'ROOT / "script/demo"',
        "script/demo --board NAME_OR_FOLDER": '"--board", str(BOARD)',
        "script/demo --host HOST --username NAME": (
            '("--host", server.host, "--username", bmc.username'
        ),
    },
    "tests/repository/test_nightly.py": {"script/nightly": '"script/nightly"'},
    "script/nightly": {
        "script/bench": "script/bench --out",
        "script/mutate": "script/mutate",
    },
    "tests/demo/test_options.py": {"script/demo --board FOLDER": '["--board"'},
    "tests/browser/conftest.py": {"script/demo --bare": '["--check", "--bare"]'},
    "tests/repository/test_release.py": {"script/release v1.2.3": "script/release"},
    "tests/browser/test_pictures.py": {"script/screenshots": '"script/screenshots"'},
    "tests/library/test_cli.py": {
        "python -m aiosupermicro HOST": '"aiosupermicro"',
        "python -m aiosupermicro HOST watch": '"watch"',
        "python -m aiosupermicro HOST logs": '"logs"',
        "python -m aiosupermicro --fingerprint SHA256 HOST logs": '"--fingerprint"',
        "python -m aiosupermicro HOST dump FOLDER": '"dump"',
    },
}
"""By runner, the README's commands and their spelling in the runner."""


def test_readme_links_to_every_blueprint() -> None:
    """Require an import link with the source URL of each blueprint."""
    links = re.findall(r"blueprint_import/\?blueprint_url=([^)]*)", README)
    assert sorted(map(unquote, links)) == sorted(
        str(load_yaml_dict(file)["blueprint"]["source_url"]) for file in BLUEPRINTS
    )


def test_readme_commands_all_have_a_runner() -> None:
    """Require a test or script that runs each command."""
    shown = set(COMMAND.findall(README))
    assert shown
    assert {command for commands in RUNS.values() for command in commands} == shown


@pytest.mark.parametrize("runner", RUNS)
def test_runner_runs_its_commands(runner: str) -> None:
    """Find the commands in the runner's code outside comments, and run the runner."""
    lines = (ROOT / runner).read_text("utf-8").splitlines()
    code = "\n".join(line.partition(" #")[0] for line in lines if line[:1] != "#")
    for command, written in RUNS[runner].items():
        assert written in code, f"{runner} does not run {command}"
        assert (ROOT / command.split()[0]).exists() or command[0] == "p"
    is_test = runner.startswith("tests/") and (ROOT / runner).suffix == ".py"
    run = {command for commands in RUNS.values() for command in commands}
    assert is_test or runner in {ENTRY_POINT, *run}
