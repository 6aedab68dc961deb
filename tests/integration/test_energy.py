"""Test the energy, which is the power integrated over the time between polls."""

from datetime import timedelta
import math
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, restore_state
from homeassistant.helpers.restore_state import StoredState
from homeassistant.util import dt as dt_util
import pytest

from custom_components.supermicro_redfish.models.energy import EnergyMeter
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    HOUR,
    MAX_ENERGY_GAP,
    MINUTE,
    Mutation,
    entity,
    entity_id,
    recorded,
    requests_since,
    set_up,
)
from .conftest import Elapse
from .paths import POWER

ENERGY = "sensor.energy"
WATTS = 118


def set_power(bmc: Bmc, watts: float | None) -> None:
    """Change the power consumption of the server."""
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": watts}}})


def kilowatt_hours(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Return the energy that the entity shows."""
    return float(entity(hass, entry, ENERGY).state)


def uncounted_hours(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Return the hours without a known power."""
    hours: float = entity(hass, entry, ENERGY).attributes["uncounted_hours"]
    return hours


# Polls


async def test_constant_power_is_counted(
    hass: HomeAssistant, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Count polls without any change as well."""
    assert kilowatt_hours(hass, loaded) == 0
    await elapse(HOUR)
    assert kilowatt_hours(hass, loaded) == WATTS / 1000
    assert uncounted_hours(hass, loaded) == 0
    info = entity(hass, loaded, ENERGY).state_info
    assert info
    assert "uncounted_hours" in info["unrecorded_attributes"]


async def test_energy_is_updated_by_every_poll(
    hass: HomeAssistant, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Update the state also when the power is unchanged."""
    for poll in range(1, 5):
        await elapse(DYNAMIC)
        expected = WATTS * poll * DYNAMIC / HOUR / 1000
        assert kilowatt_hours(hass, loaded) == pytest.approx(expected, abs=0.0006)


async def test_changing_power_is_averaged(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Count the mean of two readings for the time between them."""
    set_power(bmc, 10_118)
    await elapse(DYNAMIC)
    mean = (WATTS + 10_118) / 2
    assert kilowatt_hours(hass, loaded) == round(mean * DYNAMIC / HOUR / 1000, 3)


async def test_standby_power_is_counted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Count the known power of a host that is off."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    before = kilowatt_hours(hass, loaded)
    await elapse(HOUR)
    standby = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    counted = kilowatt_hours(hass, loaded) - before
    assert counted == pytest.approx(standby / 1000, abs=0.0011)
    assert uncounted_hours(hass, loaded) == 0


async def test_zero_power_is_a_reading(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Count 0 W as a reading: no energy, and no missing time."""
    set_power(bmc, 0)
    await elapse(DYNAMIC)
    before = kilowatt_hours(hass, loaded)
    await elapse(HOUR)
    assert kilowatt_hours(hass, loaded) == before
    assert uncounted_hours(hass, loaded) == 0


@pytest.mark.parametrize("watts", [None, "N/A"])
async def test_poll_without_reading_is_bridged(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, watts: Any
) -> None:
    """Count the time without a reading when the next reading arrives."""
    set_power(bmc, watts)
    await elapse(DYNAMIC)
    assert kilowatt_hours(hass, loaded) == 0
    set_power(bmc, WATTS)
    await elapse(HOUR - DYNAMIC)
    assert kilowatt_hours(hass, loaded) == WATTS / 1000


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="no connection"),
        pytest.param(lambda bmc: bmc.fail(POWER, status=503), id="power fails"),
    ],
)
async def test_outage_is_counted_up_to_a_limit(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, mutate: Mutation
) -> None:
    """Count a short time of the outage, and report the rest as uncounted hours."""
    mutate(bmc)
    await elapse(HOUR)
    assert entity(hass, loaded, ENERGY).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(DYNAMIC)
    counted = WATTS * MAX_ENERGY_GAP / HOUR / 1000
    assert kilowatt_hours(hass, loaded) == round(counted, 3)
    missing = (HOUR + DYNAMIC - MAX_ENERGY_GAP) / HOUR
    assert uncounted_hours(hass, loaded) == round(missing, 2)


async def test_energy_causes_no_request(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Use the readings of the usual polls."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert len(requests_since(bmc, since)) == 3
    assert kilowatt_hours(hass, loaded) > 0


@pytest.mark.parametrize("board", [recorded("x10sdv")], indirect=True)
async def test_board_without_measurement_has_no_energy(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Create no entity of the power if the board always reports 0 W.

    X10 does so with power supplies that measure nothing.
    """
    for key in ("energy", "power_consumption", "power_average", "power_limit"):
        assert entity_id(hass, loaded, f"sensor.{key}") is None


# Restarts


async def test_energy_continues_after_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Count the minute in which Home Assistant was stopped."""
    await elapse(HOUR)
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(MINUTE)
    await set_up(hass, loaded)
    expected = WATTS * (HOUR + MINUTE) / HOUR / 1000
    assert kilowatt_hours(hass, loaded) == round(expected, 3)
    await elapse(HOUR)
    expected += WATTS / 1000
    assert kilowatt_hours(hass, loaded) == pytest.approx(expected, abs=0.0011)


async def test_days_without_home_assistant_are_not_counted(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Report the time as uncounted hours, as the server may have been off."""
    await elapse(HOUR)
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(timedelta(days=2))
    await set_up(hass, loaded)
    expected = WATTS * (HOUR + MAX_ENERGY_GAP) / HOUR / 1000
    assert kilowatt_hours(hass, loaded) == round(expected, 3)
    assert uncounted_hours(hass, loaded) == round(48 - MAX_ENERGY_GAP / HOUR, 2)


@pytest.mark.long
async def test_renamed_entity_keeps_its_energy(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    elapse: Elapse,
    entity_registry: er.EntityRegistry,
) -> None:
    """Restore no stored state that another entity had under the new entity id.

    Home Assistant adds a renamed entity anew. No energy may be lost or added.
    """
    await elapse(HOUR)
    restore_state.async_get(hass).last_states["sensor.other"] = StoredState(
        State("sensor.other", "7"), EnergyMeter(watt_hours=7.0), dt_util.utcnow()
    )
    old = entity_id(hass, loaded, ENERGY)
    assert old
    entity_registry.async_update_entity(old, new_entity_id="sensor.other")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entity(hass, loaded, ENERGY).entity_id == "sensor.other"
    assert kilowatt_hours(hass, loaded) == WATTS / 1000
    await elapse(HOUR)
    assert kilowatt_hours(hass, loaded) == 2 * WATTS / 1000


# The meter


@pytest.mark.parametrize(
    ("readings", "watt_hours", "uncounted_seconds"),
    [
        ([], 0, 0),
        ([(100, 0)], 0, 0),
        ([(100, 0), (100, 36)], 1, 0),
        ([(100, 0), (300, 36)], 2, 0),
        ([(100, 0), (100, 36), (100, 72)], 2, 0),
        ([(60, 0), (60, MAX_ENERGY_GAP)], 10, 0),
        ([(60, 0), (60, MAX_ENERGY_GAP + 1)], 10, 1),
        ([(100, 36), (100, 0)], 0, 0),
        ([(-100, 0), (-100, 36)], 0, 0),
    ],
)
def test_meter_adds_readings(
    readings: list[tuple[float, float]], watt_hours: float, uncounted_seconds: float
) -> None:
    """Keep the sum for negative power and for a clock that runs backwards."""
    meter = EnergyMeter()
    for watts, now in readings:
        meter.count(watts, now)
    meter.count_gap()
    assert math.isclose(meter.watt_hours, watt_hours)
    assert math.isclose(meter.uncounted_seconds, uncounted_seconds)


@pytest.mark.parametrize(
    "changes",
    [
        {"watt_hours": None},
        {"watt_hours": "many"},
        {"uncounted_seconds": []},
        {"watts": "some"},
        {"read_at": None},
        {"read_at": "yesterday"},
        {"read_at": "2026-01-01T00:00:00"},
    ],
)
def test_meter_starts_again_from_invalid_store(changes: dict[str, Any]) -> None:
    """Start from zero without an error."""
    stored = EnergyMeter(watt_hours=5.0, watts=1.0).as_dict()
    assert EnergyMeter.from_dict(stored).watt_hours == 5
    assert EnergyMeter.from_dict(stored | changes) == EnergyMeter()
    del stored[next(iter(changes))]
    assert EnergyMeter.from_dict(stored) == EnergyMeter()


def test_meter_accepts_reading_from_the_future(freezer: FrozenDateTimeFactory) -> None:
    """Treat a stored reading as current if the clock was set back since."""
    stored = EnergyMeter(watt_hours=5.0, watts=100.0).as_dict()
    stored["read_at"] = (dt_util.utcnow() + timedelta(hours=1)).isoformat()
    meter = EnergyMeter.from_dict(stored)
    freezer.tick(36)
    before = meter.watt_hours
    meter.count(100, meter.read_at + 36)
    assert meter.watt_hours - before == 1
