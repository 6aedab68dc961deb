"""Test the blueprint that acts when a server exceeds its power budget."""

from typing import Any

from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, entity_id
from .automations import Automations
from .paths import POWER


@pytest.fixture
def inputs(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the inputs of the blueprint, with a blinking LED as the action."""
    target = {"entity_id": entity_id(hass, loaded, "light.identify_led")}
    blink = {"action": "light.turn_on", "target": target, "data": {"effect": "blink"}}
    return {
        "power": entity_id(hass, loaded, "sensor.power_consumption"),
        "what_to_do": [blink],
    }


def set_power(bmc: Bmc, watts: float) -> None:
    """Change the power consumption of the server."""
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": watts}}})


@pytest.mark.long
async def test_exceeded_budget_notifies_and_acts_after_five_minutes(
    bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Require five minutes without interruption, and act once."""
    await automations.use("power_budget", **inputs)
    set_power(bmc, 450)
    await automations.elapse(4 * MINUTE)
    set_power(bmc, 390)
    await automations.elapse(MINUTE)
    set_power(bmc, 450)
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


@pytest.mark.long
async def test_repeated_notification_replaces_the_first_one(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Show one notification, although an outage of the BMC repeats it."""
    await automations.use("power_budget", **inputs)
    set_power(bmc, 450)
    await automations.elapse(6 * MINUTE)
    bmc.fail("*", status=503)
    await automations.elapse(2 * MINUTE)
    bmc.heal()
    await automations.elapse(6 * MINUTE)
    assert len(automations.notifications) == 2
    assert len(_async_get_or_create_notifications(hass)) == 1


async def test_exceeded_budget_is_detected_after_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Act although the power crossed the budget while Home Assistant was stopped."""
    await automations.use("power_budget", **inputs)
    await automations.restart(loaded, lambda: set_power(bmc, 450))
    await automations.elapse(4 * MINUTE)
    assert bmc.indicator_led == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.indicator_led == "Blinking"
