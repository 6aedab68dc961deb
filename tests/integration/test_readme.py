"""The automations that the README shows do what it says."""

from pathlib import Path
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from tests.simulator import Bmc

from . import POWER
from .conftest import Elapse

README = Path(__file__).parents[2] / "README.md"


def _automations() -> dict[str, Any]:
    """Return the automations of the README by their alias."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
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


def test_there_are_automations_to_try() -> None:
    """An automation that is renamed in the README is still tried here."""
    assert set(AUTOMATIONS) == {"Server too hot", "Server draws too much"}


@pytest.fixture(autouse=True)
async def home_assistant(hass: HomeAssistant) -> None:
    """Set up what automations need, and what brings the triggers on thresholds."""
    for component in ("homeassistant", "temperature", "power"):
        assert await async_setup_component(hass, component, {})
