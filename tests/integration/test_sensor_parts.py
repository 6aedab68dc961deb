"""Sensors of parts that come and go, and of a host that is off."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    BAY_1,
    BAY_2,
    DYNAMIC,
    POWER,
    SYSTEM,
    THERMAL,
    entity,
    entity_id,
    set_up,
    states,
)
from .conftest import Elapse
from .sensors import CPU, FAN, KINDS, items, number, registered

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def test_sensors_appear_when_the_host_is_switched_on(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock, elapse: Elapse
) -> None:
    """No reload is needed; when it is off again they stay, and are unknown (M15)."""
    bmc.power("ForceOff")
    clock.tick(DYNAMIC)
    await set_up(hass, entry)
    assert entity_id(hass, entry, CPU) is None
    assert entity_id(hass, entry, FAN) is None
    assert number(hass, entry, "sensor.temperature_Inlet Temp") == 24

    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert number(hass, entry, CPU) == 44
    assert number(hass, entry, FAN) == 980
    for kind in KINDS:
        expected = {item.of for item in items(bmc, kind) if not item.is_absent}
        assert registered(hass, entry, kind) == expected

    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    assert entity(hass, entry, CPU).state == STATE_UNKNOWN
    assert entity(hass, entry, FAN).state == STATE_UNKNOWN


async def test_a_restart_while_the_host_is_off_loses_no_entity(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Those that were there before are unknown until the host is on again."""
    before = set(states(hass))
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(states(hass)) == before
    assert entity(hass, loaded, CPU).state == STATE_UNKNOWN
    assert entity(hass, loaded, FAN).state == STATE_UNKNOWN
    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert number(hass, loaded, CPU) == 44


async def test_the_power_draw_of_a_host_that_is_off_is_that_of_its_standby(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is measured all the time."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    standby = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    assert number(hass, loaded, "sensor.power_consumption") == standby < 20


async def test_a_supply_that_loses_its_mains_delivers_nothing_known(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Its health tells, and the other one goes on (R2)."""
    lost = {
        "Status": {"Health": "Critical"},
        "LineInputVoltage": None,
        "PowerInputWatts": None,
        "PowerOutputWatts": None,
    }
    bmc.change(POWER, {"PowerSupplies": {BAY_2: lost}})
    await elapse(DYNAMIC)
    health, output = "sensor.power_supply_health_", "sensor.power_supply_output_"
    assert entity(hass, loaded, health + BAY_2).state == "critical"
    assert entity(hass, loaded, output + BAY_2).state == STATE_UNKNOWN
    assert entity(hass, loaded, health + BAY_1).state == "ok"
    assert number(hass, loaded, output + BAY_1) == 54


async def test_a_supply_is_shown_once_it_is_fitted(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """An empty bay, as X10 describes it, is nothing."""
    fitted = bmc.resource(POWER)["PowerSupplies"]
    empty = {key: fitted[1][key] for key in ("@odata.id", "MemberId", "Name")} | {
        "Status": {"State": "Absent"},
        "Oem": {},
    }
    bmc.change(POWER, {"PowerSupplies": [fitted[0], empty]})
    await set_up(hass, entry)
    assert registered(hass, entry, KINDS[3]) == {f"sensor.power_supply_output_{BAY_1}"}
    bmc.change(POWER, {"PowerSupplies": fitted})
    await elapse(DYNAMIC)
    assert number(hass, entry, f"sensor.power_supply_output_{BAY_2}") == 47


async def test_a_supply_that_is_taken_out_says_nothing_whatever_its_bay_still_does(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What is not there is neither critical nor delivers 47 W."""
    absent = {"Status": {"State": "Absent", "Health": "Critical"}}
    bmc.change(POWER, {"PowerSupplies": {BAY_2: absent}})
    await elapse(DYNAMIC)
    for key in ("health", "output"):
        of = f"sensor.power_supply_{key}_{BAY_2}"
        assert entity(hass, loaded, of).state == STATE_UNKNOWN


@pytest.mark.parametrize("health", [None, REMOVED, "Excellent"])
async def test_a_health_that_is_none_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, health: Any
) -> None:
    """It is neither good nor an error in the log."""
    bmc.change(POWER, {"PowerSupplies": {BAY_1: {"Status": {"Health": health}}}})
    await elapse(DYNAMIC)
    of = f"sensor.power_supply_health_{BAY_1}"
    assert entity(hass, loaded, of).state == STATE_UNKNOWN


@pytest.mark.parametrize("lists", [None, [], "none", {}])
async def test_lists_that_are_none_do_no_harm(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, lists: Any
) -> None:
    """Null where a list belongs crashes the reference (B8)."""
    for kind in KINDS:
        bmc.put(kind.path, bmc.resource(kind.path) | {kind.items: lists})
    bmc.change(POWER, {"PowerControl": lists or []})
    bmc.change(SYSTEM, {"BiosVersion": None, "Status": None, "Model": None})
    await set_up(hass, entry)
    for kind in KINDS:
        assert registered(hass, entry, kind) == set()
    assert entity_id(hass, entry, "sensor.power_consumption") is None
    assert entity_id(hass, entry, "sensor.energy") is None
    assert entity(hass, entry, "light.identify_led").state == "off"


async def test_rows_without_name_and_id_are_no_parts(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A BMC that is starting may list all that it has with nothing in it."""
    known = states(hass).keys()
    for path, lists in {
        THERMAL: ("Temperatures", "Fans"),
        POWER: ("Voltages", "PowerSupplies"),
    }.items():
        for name in lists:
            rows = bmc.resource(path)[name]
            bmc.change(path, {name: [dict.fromkeys(row) for row in rows]})
    await elapse(DYNAMIC)
    assert states(hass).keys() == known


async def test_what_the_host_feeds_is_unknown_with_the_next_poll_after_its_end(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Though it is read rarely, and the BMC keeps the last values."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    for key in ("drive_temperature_Disk.Bay.0", "post_code"):
        assert entity(hass, loaded, f"sensor.{key}").state == STATE_UNKNOWN
    assert entity(hass, loaded, "sensor.drive_life_used_Disk.Bay.0").state == "3"
    assert entity(hass, loaded, "sensor.boot_progress").state == "off"
    assert entity(hass, loaded, "sensor.bios_version").state == "2.1"
    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert number(hass, loaded, "sensor.drive_temperature_Disk.Bay.0") == 34
