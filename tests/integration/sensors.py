"""The sensors that a BMC lists, and the entities for them."""

from collections.abc import Iterator
from typing import NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from tests.simulator import Bmc

from . import entity, registered_keys
from .paths import POWER, THERMAL

CPU = "sensor.temperature_CPU Temp"
FAN = "sensor.fan_FAN1"


class SensorList(NamedTuple):
    """A list of sensors in a resource."""

    key: str
    """The key of the entities, which the name of the sensor follows."""
    path: str
    name: str
    """The property with the list."""
    readings: tuple[str, ...]
    """The property with the reading; old boards have another one for some."""


TEMPERATURES = SensorList("temperature", THERMAL, "Temperatures", ("ReadingCelsius",))
FANS = SensorList("fan", THERMAL, "Fans", ("Reading",))
VOLTAGES = SensorList("voltage", POWER, "Voltages", ("ReadingVolts",))
POWER_SUPPLIES = SensorList(
    "power_supply_output",
    POWER,
    "PowerSupplies",
    ("PowerOutputWatts", "LastPowerOutputWatts"),
)
SENSOR_LISTS = (TEMPERATURES, FANS, VOLTAGES, POWER_SUPPLIES)


class Item(NamedTuple):
    """A sensor of a list."""

    key: str
    """The expected entity, `platform.key`."""
    is_absent: bool
    reading: float | None
    capacity: float | None


def listed_items(bmc: Bmc, sensors: SensorList) -> Iterator[Item]:
    """Return the sensors of a list as the BMC reports them."""
    if not bmc.has(sensors.path):
        return
    for item in bmc.resource(sensors.path).get(sensors.name, ()):
        yield Item(
            f"sensor.{sensors.key}_{item['Name']}",
            item["Status"]["State"] == "Absent",
            next((item[key] for key in sensors.readings if key in item), None),
            item.get("PowerCapacityWatts"),
        )


def registered_sensors(
    hass: HomeAssistant, entry: ConfigEntry, sensors: SensorList
) -> set[str]:
    """Return the registered entities of a list, as `platform.key`."""
    keys = registered_keys(hass, entry).values()
    return {key for key in keys if key.startswith(f"sensor.{sensors.key}_")}


def sensor_value(hass: HomeAssistant, entry: ConfigEntry, key: str) -> float | None:
    """Return the number that a sensor shows, None if it is unknown."""
    state = entity(hass, entry, key).state
    return None if state == STATE_UNKNOWN else float(state)
