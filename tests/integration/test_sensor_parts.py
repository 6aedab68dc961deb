"""Test sensors of hardware that comes and goes, and of a host that is off."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, entity, entity_id, reload, set_up, states
from .conftest import Elapse
from .paths import BAY_1, BAY_2, DRIVE_TEMPERATURE, POWER, SYSTEM
from .sensors import (
    CPU,
    FAN,
    POWER_SUPPLIES,
    SENSOR_LISTS,
    listed_items,
    registered_sensors,
    sensor_value,
)

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

HEALTH = "sensor.power_supply_health_"
OUTPUT = "sensor.power_supply_output_"


# Host power


async def test_sensors_are_created_when_host_is_powered_on(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock, elapse: Elapse
) -> None:
    """Require no reload, and keep the sensors as unknown when the host is off again."""
    bmc.power("ForceOff")
    clock.tick(DYNAMIC)
    await set_up(hass, entry)
    assert entity_id(hass, entry, CPU) is None
    assert entity_id(hass, entry, FAN) is None
    assert sensor_value(hass, entry, "sensor.temperature_Inlet Temp") == 24

    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert sensor_value(hass, entry, CPU) == 44
    assert sensor_value(hass, entry, FAN) == 980
    for sensors in SENSOR_LISTS:
        items = listed_items(bmc, sensors)
        expected = {item.key for item in items if not item.is_absent}
        assert registered_sensors(hass, entry, sensors) == expected

    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    assert entity(hass, entry, CPU).state == STATE_UNKNOWN
    assert entity(hass, entry, FAN).state == STATE_UNKNOWN


async def test_sensors_survive_restart_while_host_is_off(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Restore all entities, unknown until the host is on again."""
    before = set(states(hass))
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    await reload(hass, loaded)
    assert set(states(hass)) == before
    assert entity(hass, loaded, CPU).state == STATE_UNKNOWN
    assert entity(hass, loaded, FAN).state == STATE_UNKNOWN
    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert sensor_value(hass, loaded, CPU) == 44


async def test_power_consumption_shows_standby_power(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the power of a host that is off, which the BMC still measures."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    standby = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    assert sensor_value(hass, loaded, "sensor.power_consumption") == standby < 20


async def test_readings_that_need_host_power_are_unknown_while_host_is_off(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Hide the last values of static resources with the next dynamic poll.

    The BMC keeps these values after the host was powered off.
    """
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    for key in (DRIVE_TEMPERATURE, "sensor.post_code"):
        assert entity(hass, loaded, key).state == STATE_UNKNOWN
    assert entity(hass, loaded, "sensor.drive_life_used_Disk.Bay.0").state == "3"
    assert entity(hass, loaded, "sensor.boot_progress").state == "off"
    assert entity(hass, loaded, "sensor.bios_version").state == "2.1"
    bmc.power("On")
    await elapse(3 * DYNAMIC)
    assert sensor_value(hass, loaded, DRIVE_TEMPERATURE) == 34


# Power supplies


async def test_power_supply_without_mains_is_critical(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show its output as unknown, and leave the other power supply alone."""
    lost = {
        "Status": {"Health": "Critical"},
        "LineInputVoltage": None,
        "PowerInputWatts": None,
        "PowerOutputWatts": None,
    }
    bmc.change(POWER, {"PowerSupplies": {BAY_2: lost}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HEALTH + BAY_2).state == "critical"
    assert entity(hass, loaded, OUTPUT + BAY_2).state == STATE_UNKNOWN
    assert entity(hass, loaded, HEALTH + BAY_1).state == "ok"
    assert sensor_value(hass, loaded, OUTPUT + BAY_1) == 54


async def test_power_supply_gets_sensor_when_inserted(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create no sensor for an empty bay, which X10 lists without readings."""
    present = bmc.resource(POWER)["PowerSupplies"]
    empty = {key: present[1][key] for key in ("@odata.id", "MemberId", "Name")} | {
        "Status": {"State": "Absent"},
        "Oem": {},
    }
    bmc.change(POWER, {"PowerSupplies": [present[0], empty]})
    await set_up(hass, entry)
    assert registered_sensors(hass, entry, POWER_SUPPLIES) == {OUTPUT + BAY_1}
    bmc.change(POWER, {"PowerSupplies": present})
    await elapse(DYNAMIC)
    assert sensor_value(hass, entry, OUTPUT + BAY_2) == 47


async def test_absent_power_supply_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Ignore the health and the readings that the BMC reports for an empty bay."""
    absent = {"Status": {"State": "Absent", "Health": "Critical"}}
    bmc.change(POWER, {"PowerSupplies": {BAY_2: absent}})
    await elapse(DYNAMIC)
    for key in (HEALTH, OUTPUT):
        assert entity(hass, loaded, key + BAY_2).state == STATE_UNKNOWN


@pytest.mark.parametrize("health", [None, REMOVED, "Excellent"])
async def test_power_supply_health_is_unknown_for_invalid_value(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, health: Any
) -> None:
    """Show neither a health nor an error."""
    bmc.change(POWER, {"PowerSupplies": {BAY_1: {"Status": {"Health": health}}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HEALTH + BAY_1).state == STATE_UNKNOWN


# Malformed lists


@pytest.mark.parametrize("lists", [None, [], "none", {}])
async def test_malformed_lists_create_no_sensors(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, lists: Any
) -> None:
    """Accept null in the place of a list, which crashes the published integration."""
    for sensors in SENSOR_LISTS:
        bmc.put(sensors.path, bmc.resource(sensors.path) | {sensors.name: lists})
    bmc.change(POWER, {"PowerControl": lists or []})
    bmc.change(SYSTEM, {"BiosVersion": None, "Status": None, "Model": None})
    await set_up(hass, entry)
    for sensors in SENSOR_LISTS:
        assert registered_sensors(hass, entry, sensors) == set()
    assert entity_id(hass, entry, "sensor.power_consumption") is None
    assert entity_id(hass, entry, "sensor.energy") is None
    assert entity(hass, entry, "light.identify_led").state == "off"


async def test_items_without_name_and_id_create_no_sensors(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Ignore the empty items that a starting BMC may list."""
    before = states(hass).keys()
    for sensors in SENSOR_LISTS:
        items = bmc.resource(sensors.path)[sensors.name]
        empty = [dict.fromkeys(item) for item in items]
        bmc.change(sensors.path, {sensors.name: empty})
    await elapse(DYNAMIC)
    assert states(hass).keys() == before
