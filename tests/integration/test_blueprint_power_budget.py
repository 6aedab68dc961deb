"""The blueprint for a budget of power: it is told when a server draws more."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, POWER, entity_id
from .automations import Automations


@pytest.fixture
def budget(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server that blinks when it draws too much."""
    target = {"entity_id": entity_id(hass, loaded, "light.identify_led")}
    blink = {
        "action": "light.turn_on",
        "target": target,
        "data": {"effect": "blink"},
    }
    return {
        "power": entity_id(hass, loaded, "sensor.power_consumption"),
        "what_to_do": [blink],
    }


def draw(bmc: Bmc, watts: float) -> None:
    """Let the server draw so much."""
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": watts}}})


async def test_a_server_over_its_budget_is_told_and_acted_upon(
    bmc: Bmc, automations: Automations, budget: dict[str, Any]
) -> None:
    """After five minutes without a break."""
    await automations.use("power_budget", **budget)
    draw(bmc, 450)
    await automations.elapse(4 * MINUTE)
    draw(bmc, 390)
    await automations.elapse(MINUTE)
    draw(bmc, 450)
    await automations.elapse(4 * MINUTE)
    assert bmc.indicator_led == "Off"
    assert automations.notifications == []
    await automations.elapse(2 * MINUTE)
    assert bmc.indicator_led == "Blinking"
    assert automations.notifications == [
        "x12spi-tf Power consumption is at 450 W. The budget is 400 W."
    ]
    await automations.elapse(20 * MINUTE)
    assert len(automations.notifications) == 1


async def test_a_server_over_its_budget_is_noticed_after_a_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, budget: dict[str, Any]
) -> None:
    """Nothing crosses the budget any more then."""
    await automations.use("power_budget", **budget)
    await automations.restart(loaded, lambda: draw(bmc, 450))
    await automations.elapse(4 * MINUTE)
    assert bmc.indicator_led == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.indicator_led == "Blinking"
