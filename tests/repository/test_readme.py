"""What the README shows does what it says: its automations, and its commands."""

from pathlib import Path
import re
from typing import Any
from urllib.parse import unquote

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest

from tests.simulator import Bmc

from . import POWER
from .conftest import Elapse

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLUEPRINTS = sorted((ROOT / "blueprints/automation").rglob("*.yaml"))


def _text() -> str:
    """Return the README."""
    return README.read_text("utf-8")


def _automations() -> dict[str, Any]:
    """Return the automations of the README by their alias."""
    blocks = re.findall(r"```yaml\n(.*?)```", _text(), re.DOTALL)
    parsed: list[Any] = [parse_yaml(block) for block in blocks]
    return {block["alias"]: block for block in parsed if "triggers" in block}


AUTOMATIONS = _automations()


async def _switch_on(hass: HomeAssistant, alias: str) -> None:
    """Let an automation of the README run in Home Assistant."""
    config = {"automation": [AUTOMATIONS[alias]]}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [state.state for state in hass.states.async_all("automation")] == ["on"]


async def test_too_hot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A processor that stays hot for two minutes sets the fans to full speed."""
    await _switch_on(hass, "Server too hot")
    await elapse(60)
    bmc.set_reading("CPU Temp", 85)
    await elapse(90)
    assert bmc.fan_mode == "Optimal"
    await elapse(120)
    assert bmc.fan_mode == "FullSpeed"


async def test_too_much_power(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A power draw that stays too high for five minutes lets the LED blink."""
    await _switch_on(hass, "Server draws too much")
    await elapse(60)
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": 450}}})
    await elapse(240)
    assert bmc.indicator_led == "Off"
    await elapse(120)
    assert bmc.indicator_led == "Blinking"


@pytest.mark.parametrize("alias", AUTOMATIONS)
def test_they_are_in_the_syntax_of_this_year(alias: str) -> None:
    """They name what they mean, a threshold, and not the type of a state."""
    (trigger,) = AUTOMATIONS[alias]["triggers"]
    assert trigger["trigger"] in {
        "power.crossed_threshold",
        "temperature.crossed_threshold",
    }


def test_every_blueprint_can_be_imported_from_here() -> None:
    """By a link to the page that it says it is from."""
    links = re.findall(r"blueprint_import/\?blueprint_url=([^)]*)", _text())
    assert sorted(map(unquote, links)) == sorted(
        str(load_yaml_dict(file)["blueprint"]["source_url"]) for file in BLUEPRINTS
    )


def test_there_are_automations_to_try() -> None:
    """An automation that is renamed in the README is still tried here."""
    assert set(AUTOMATIONS) == {"Server too hot", "Server draws too much"}


COMMAND = re.compile(r"`((?:script/|python |pip )[^`]*)`")

RUNS = {
    ".ci/run": {
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
    "tests/integration/test_nightly.py": {"script/nightly": '"script/nightly"'},
    "script/nightly": {"script/bench": "script/bench --out"},
    "tests/demo/test_options.py": {"script/demo --board FOLDER": '["--board"'},
    "tests/browser/conftest.py": {"script/demo --bare": '["--check", "--bare"]'},
    "tests/browser/test_pictures.py": {"script/screenshots": '"script/screenshots"'},
    "tests/library/test_cli.py": {
        "python -m aiosupermicro HOST": '"aiosupermicro"',
        "python -m aiosupermicro HOST watch": '"watch"',
        "python -m aiosupermicro HOST logs": '"logs"',
        "python -m aiosupermicro HOST dump FOLDER": '"dump"',
    },
}
"""What runs a command of the README, and how it is written there."""

BEGINNING = ".ci/run"
"""What runs all else, on every machine."""


def test_every_command_of_the_readme_is_run() -> None:
    """By a test, or by a script that runs for every change."""
    shown = set(COMMAND.findall(_text()))
    assert shown
    assert {command for commands in RUNS.values() for command in commands} == shown


@pytest.mark.parametrize("runner", RUNS)
def test_what_is_to_run_a_command_does(runner: str) -> None:
    """As it is written there, not in a comment; and it is run itself."""
    lines = (ROOT / runner).read_text("utf-8").splitlines()
    code = "\n".join(line.partition(" #")[0] for line in lines if line[:1] != "#")
    for command, written in RUNS[runner].items():
        assert written in code, f"{runner} does not run {command}"
        assert (ROOT / command.split()[0]).exists() or command[0] == "p"
    is_test = runner.startswith("tests/") and (ROOT / runner).suffix == ".py"
    run = {command for commands in RUNS.values() for command in commands}
    assert is_test or runner in {BEGINNING, *run}


@pytest.fixture(autouse=True)
async def home_assistant(hass: HomeAssistant) -> None:
    """Set up what automations need, and what brings the triggers on thresholds."""
    for component in ("homeassistant", "temperature", "power"):
        assert await async_setup_component(hass, component, {})
