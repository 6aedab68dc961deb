"""The identify LED."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
)
from .conftest import Elapse

LED = "light.identify_led"
LOCATION = "LocationIndicatorActive"


@pytest.mark.parametrize(
    ("at_first", "service", "data", "led", "state", "effect"),
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
async def test_the_led_does_what_the_light_is_told(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    at_first: str,
    service: str,
    data: dict[str, Any],
    led: str,
    state: str,
    effect: str | None,
) -> None:
    """Without an effect it shines; the result is shown at once (B5)."""
    bmc.change(SYSTEM, {"IndicatorLED": at_first})
    await set_up(hass, entry)
    await call(hass, entry, LED, service, **data)
    assert bmc.indicator_led == led
    assert entity(hass, entry, LED).state == state
    assert entity(hass, entry, LED).attributes["effect"] == effect


async def test_a_command_is_one_write_that_is_read_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """What it changes may be read before, and is read after; nothing else is."""
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
async def test_the_light_shows_what_others_do_to_the_led(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    led: Any,
    state: str,
    effect: str | None,
) -> None:
    """What the BMC does not know is not off."""
    bmc.change(SYSTEM, {"IndicatorLED": led})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, LED).state == state
    assert entity(hass, loaded, LED).attributes["effect"] == effect


@pytest.mark.parametrize("led", [None, REMOVED])
async def test_what_the_bmc_does_not_tell_any_more_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, led: Any
) -> None:
    """It is not off."""
    bmc.change(SYSTEM, {"IndicatorLED": led, LOCATION: led})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, LED).state == "unknown"


async def test_a_board_with_the_later_indicator_alone_has_a_light_without_effect(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is on or off, on the BMC and here."""
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


async def test_a_board_with_both_indicators_blinks_by_the_older_one(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The later one is left to the BMC."""
    since = len(bmc.requests)
    await call(hass, loaded, LED, "turn_on", effect="blink")
    (write,) = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert write.body == {"IndicatorLED": "Blinking"}


@pytest.mark.parametrize("led", [None, REMOVED])
async def test_a_board_without_an_led_has_no_light(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, led: Any
) -> None:
    """An entity that can do nothing is none."""
    bmc.change(SYSTEM, {"IndicatorLED": led, LOCATION: led})
    await set_up(hass, entry)
    assert entity_id(hass, entry, LED) is None
