"""Test the automations that the README shows."""

from pathlib import Path
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from tests.simulator import Bmc

from .conftest import Elapse
from .paths import POWER

README = Path(__file__).parents[2] / "README.md"


def _automations() -> dict[str, Any]:
    """Return the automations of the README by their alias."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    parsed: list[Any] = [parse_yaml(block) for block in blocks]
    return {block["alias"]: block for block in parsed if "triggers" in block}


AUTOMATIONS = _automations()


@pytest.fixture(autouse=True)
async def components(hass: HomeAssistant) -> None:
    """Set up the components that automations and threshold triggers need."""
    for component in ("homeassistant", "temperature", "power"):
        assert await async_setup_component(hass, component, {})


async def _start(hass: HomeAssistant, alias: str) -> None:
    """Start an automation of the README."""
    config = {"automation": [AUTOMATIONS[alias]]}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [state.state for state in hass.states.async_all("automation")] == ["on"]


async def test_readme_automation_raises_fan_speed_of_hot_server(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Set the fans to full speed when the processor is hot for two minutes."""
    await _start(hass, "Server too hot")
    await elapse(60)
    bmc.set_reading("CPU Temp", 85)
    await elapse(90)
    assert bmc.fan_mode == "Optimal"
    await elapse(120)
    assert bmc.fan_mode == "FullSpeed"


async def test_readme_automation_blinks_on_high_power(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Blink the LED when the power consumption is high for five minutes."""
    await _start(hass, "Server draws too much")
    await elapse(60)
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": 450}}})
    await elapse(240)
    assert bmc.indicator_led == "Off"
    await elapse(120)
    assert bmc.indicator_led == "Blinking"


@pytest.mark.parametrize("alias", AUTOMATIONS)
def test_readme_automation_uses_threshold_triggers(alias: str) -> None:
    """Use the triggers on thresholds, not those on states."""
    (trigger,) = AUTOMATIONS[alias]["triggers"]
    assert trigger["trigger"] in {
        "power.crossed_threshold",
        "temperature.crossed_threshold",
    }


def test_readme_automations_are_all_tested() -> None:
    """Fail when an automation of the README is renamed or added."""
    assert set(AUTOMATIONS) == {"Server too hot", "Server draws too much"}
