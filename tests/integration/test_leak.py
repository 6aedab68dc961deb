"""Leaks of a liquid-cooled machine, from the detector to the log."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc
from tests.simulator.mutations import add_leak_detectors, set_leak_detector

from . import DYNAMIC, STATIC, entity, entity_id, requests_since, set_up
from .conftest import Elapse
from .health_log import FiredEvents, add_to_log
from .paths import LOG

LEAK = "binary_sensor.leak_"
CHASSIS_PROBLEM = "binary_sensor.chassis_problem"
NAMES = ("Manifold", "ColdPlate")
ROUND = len(NAMES) * DYNAMIC


@pytest.mark.usefixtures("hass_storage")
@pytest.mark.parametrize("state", ["Warning", "Critical"])
async def test_leak_is_a_problem_of_the_chassis_and_in_the_log(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    state: str,
) -> None:
    """Show the leak within some polls, read the log at once, and recover."""
    add_leak_detectors(bmc, *NAMES)
    await set_up(hass, entry)
    await elapse(ROUND)
    for name in NAMES:
        sensor = entity(hass, entry, f"{LEAK}{name}")
        assert sensor.state == STATE_OFF
        assert sensor.attributes["device_class"] == "moisture"
    assert entity(hass, entry, CHASSIS_PROBLEM).state == STATE_OFF

    since = len(bmc.requests)
    set_leak_detector(bmc, "ColdPlate", state)
    add_to_log(bmc, "Leak detected")
    await elapse(ROUND)
    assert entity(hass, entry, f"{LEAK}ColdPlate").state == STATE_ON
    assert entity(hass, entry, f"{LEAK}Manifold").state == STATE_OFF
    assert entity(hass, entry, CHASSIS_PROBLEM).state == STATE_ON
    assert f"GET {LOG}" in requests_since(bmc, since)
    assert fired.messages == ["Leak detected"]

    set_leak_detector(bmc, "ColdPlate", "OK")
    await elapse(ROUND)
    assert entity(hass, entry, f"{LEAK}ColdPlate").state == STATE_OFF
    assert entity(hass, entry, CHASSIS_PROBLEM).state == STATE_OFF


async def test_unknown_state_of_detector_is_neither_dry_nor_wet(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show an unknown state, and no problem of the chassis."""
    add_leak_detectors(bmc, *NAMES)
    await set_up(hass, entry)
    set_leak_detector(bmc, "Manifold", None)
    await elapse(ROUND)
    assert entity(hass, entry, f"{LEAK}Manifold").state == STATE_UNKNOWN
    assert entity(hass, entry, CHASSIS_PROBLEM).state == STATE_OFF


async def test_detectors_fitted_later_get_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Find the detectors of a board that had none, without a reload."""
    await set_up(hass, entry)
    assert entity_id(hass, entry, f"{LEAK}Manifold") is None
    add_leak_detectors(bmc, *NAMES)
    set_leak_detector(bmc, "Manifold", "Critical")
    await elapse(5 * STATIC)
    assert entity(hass, entry, f"{LEAK}Manifold").state == STATE_ON
    assert entity(hass, entry, CHASSIS_PROBLEM).state == STATE_ON
