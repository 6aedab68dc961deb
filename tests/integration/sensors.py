"""The lists of sensors that a BMC has, and the entities that are made of them."""

from collections.abc import Iterator
from typing import NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.simulator import Bmc

from . import POWER, THERMAL, entity

CPU = "sensor.temperature_CPU Temp"
FAN = "sensor.fan_FAN1"


class Kind(NamedTuple):
    """A list of sensors in a resource, and the key of the entities made of it."""

    key: str
    path: str
    items: str
    readings: tuple[str, ...]
    """The key of the reading; old boards have another for some."""


KINDS = (
    Kind("temperature", THERMAL, "Temperatures", ("ReadingCelsius",)),
    Kind("fan", THERMAL, "Fans", ("Reading",)),
    Kind("voltage", POWER, "Voltages", ("ReadingVolts",)),
    Kind(
        "power_supply_output",
        POWER,
        "PowerSupplies",
        ("PowerOutputWatts", "LastPowerOutputWatts"),
    ),
)


class Item(NamedTuple):
    """What a BMC says of a sensor."""

    of: str
    """The entity that there is to be for it."""
    is_absent: bool
    reading: float | None
    capacity: float | None


def items(bmc: Bmc, kind: Kind) -> Iterator[Item]:
    """Return what a BMC says of the sensors of a kind."""
    if not bmc.has(kind.path):
        return
    for item in bmc.resource(kind.path).get(kind.items, ()):
        yield Item(
            f"sensor.{kind.key}_{item['Name']}",
            item["Status"]["State"] == "Absent",
            next((item[key] for key in kind.readings if key in item), None),
            item.get("PowerCapacityWatts"),
        )


def registered(hass: HomeAssistant, entry: ConfigEntry, kind: Kind) -> set[str]:
    """Return the entities of a kind."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    keys = {
        item.unique_id.removeprefix(f"{entry.unique_id}_")
        for item in entries
        if item.domain == "sensor"
    }
    return {f"sensor.{key}" for key in keys if key.startswith(f"{kind.key}_")}


def number(hass: HomeAssistant, entry: ConfigEntry, of: str) -> float | None:
    """Return what a sensor shows, None for nothing."""
    shown = entity(hass, entry, of).state
    return None if shown == STATE_UNKNOWN else float(shown)
