"""Test the light of the identify LED."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, call, entity, is_single_write, requests_since, set_up
from .conftest import Elapse
from .paths import SYSTEM

LED = "light.identify_led"
LOCATION = "LocationIndicatorActive"


@pytest.mark.parametrize(
    ("before", "service", "data", "after", "state", "effect"),
    [
        ("Off", "turn_on", {}, "Lit", "on", "off"),
        ("Blinking", "turn_on", {}, "Lit", "on", "off"),
        ("Off", "turn_on", {"effect": "blink"}, "Blinking", "on", "blink"),
        ("Lit", "turn_on", {"effect": "blink"}, "Blinking", "on", "blink"),
        ("Blinking", "turn_on", {"effect": "off"}, "Lit", "on", "off"),
        ("Blinking", "turn_off", {}, "Off", "off", None),
        ("Lit", "toggle", {}, "Off", "off", None),
    ],
)
async def test_light_controls_led(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    before: str,
    service: str,
    data: dict[str, Any],
    after: str,
    state: str,
    effect: str | None,
) -> None:
    """Show the result immediately; without an effect the LED is lit."""
    bmc.change(SYSTEM, {"IndicatorLED": before})
    await set_up(hass, entry)
    await call(hass, entry, LED, service, **data)
    assert bmc.indicator_led == after
    assert entity(hass, entry, LED).state == state
    assert entity(hass, entry, LED).attributes["effect"] == effect


async def test_light_command_is_one_write(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Read the system back after the write, and request nothing else."""
    since = len(bmc.requests)
    await call(hass, loaded, LED, "turn_on")
    assert is_single_write(requests_since(bmc, since), SYSTEM)


@pytest.mark.parametrize(
    ("led", "state", "effect"),
    [
        ("Off", "off", None),
        ("Lit", "on", "off"),
        ("Blinking", "on", "blink"),
        ("Unknown", "unknown", None),
    ],
)
async def test_light_shows_external_changes(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    led: str,
    state: str,
    effect: str | None,
) -> None:
    """Show unknown, not off, for a state that Redfish does not define."""
    bmc.change(SYSTEM, {"IndicatorLED": led})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, LED).state == state
    assert entity(hass, loaded, LED).attributes["effect"] == effect


@pytest.mark.parametrize("led", [None, REMOVED])
async def test_light_is_unknown_without_reported_state(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, led: Any
) -> None:
    """Show unknown, not off, when the BMC no longer reports the LED."""
    bmc.change(SYSTEM, {"IndicatorLED": led, LOCATION: led})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, LED).state == "unknown"


async def test_light_has_no_effect_without_indicator_led(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Switch LocationIndicatorActive on boards without the older IndicatorLED."""
    bmc.change(SYSTEM, {"IndicatorLED": REMOVED})
    await set_up(hass, entry)
    assert entity(hass, entry, LED).state == "off"
    assert "effect_list" not in entity(hass, entry, LED).attributes
    for service, is_on in (("turn_on", True), ("turn_off", False), ("toggle", True)):
        await call(hass, entry, LED, service)
        assert bmc.resource(SYSTEM)[LOCATION] is is_on
        assert entity(hass, entry, LED).state == ("on" if is_on else "off")
    bmc.change(SYSTEM, {LOCATION: False})
    await elapse(DYNAMIC)
    assert entity(hass, entry, LED).state == "off"


async def test_light_writes_older_property_if_board_has_both(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Write IndicatorLED, and leave LocationIndicatorActive to the BMC."""
    since = len(bmc.requests)
    await call(hass, loaded, LED, "turn_on", effect="blink")
    (write,) = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert write.body == {"IndicatorLED": "Blinking"}
