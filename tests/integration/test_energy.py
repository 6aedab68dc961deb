"""Energy: power added up over the true time, and nothing invented."""

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

from custom_components.supermicro_redfish.energy import LONGEST_GAP, EnergyMeter
from tests.conftest import RECORDED
from tests.simulator import Bmc, Board

from . import DYNAMIC, HOUR, POWER, asked, entity, entity_id, set_up
from .conftest import Elapse, load_board

ENERGY = "sensor.energy"
WATTS = 118


def draw(bmc: Bmc, watts: float | None) -> None:
    """Let the machine draw so much."""
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": watts}}})


def kilowatt_hours(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Return the energy that is shown."""
    return float(entity(hass, entry, ENERGY).state)


def uncounted(hass: HomeAssistant, entry: ConfigEntry) -> float:
    """Return the hours for which nobody knows what was drawn."""
    hours: float = entity(hass, entry, ENERGY).attributes["uncounted_hours"]
    return hours


async def test_an_hour_of_one_power_is_that_power(
    hass: HomeAssistant, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Polls without any news count, too."""
    assert kilowatt_hours(hass, loaded) == 0
    await elapse(HOUR)
    assert kilowatt_hours(hass, loaded) == WATTS / 1000
    assert uncounted(hass, loaded) == 0


async def test_energy_is_shown_with_every_poll(
    hass: HomeAssistant, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Not only when the power changes."""
    for poll in range(1, 5):
        await elapse(DYNAMIC)
        expected = WATTS * poll * DYNAMIC / HOUR / 1000
        assert kilowatt_hours(hass, loaded) == pytest.approx(expected, abs=0.0006)


async def test_between_two_readings_it_is_their_mean(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Over the time that has passed between them."""
    draw(bmc, 10_118)
    await elapse(DYNAMIC)
    mean = (WATTS + 10_118) / 2
    assert kilowatt_hours(hass, loaded) == round(mean * DYNAMIC / HOUR / 1000, 3)


async def test_a_host_that_is_off_draws_what_its_standby_draws(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And that time is counted, for it is known."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    before = kilowatt_hours(hass, loaded)
    await elapse(HOUR)
    standby = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    counted = kilowatt_hours(hass, loaded) - before
    assert counted == pytest.approx(standby / 1000, abs=0.0011)
    assert uncounted(hass, loaded) == 0


async def test_no_power_is_no_energy(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """0 W is a reading like any other."""
    draw(bmc, 0)
    await elapse(DYNAMIC)
    before = kilowatt_hours(hass, loaded)
    await elapse(HOUR)
    assert kilowatt_hours(hass, loaded) == before
    assert uncounted(hass, loaded) == 0


@pytest.mark.parametrize("watts", [None, "N/A"])
async def test_a_poll_without_a_reading_is_bridged(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, watts: Any
) -> None:
    """The time goes on, and the next reading tells of it."""
    draw(bmc, watts)
    await elapse(DYNAMIC)
    assert kilowatt_hours(hass, loaded) == 0
    draw(bmc, WATTS)
    await elapse(HOUR - DYNAMIC)
    assert kilowatt_hours(hass, loaded) == WATTS / 1000


async def test_time_without_the_bmc_is_not_filled_with_energy(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """But for a bound, the rest is told of as time that was not counted."""
    bmc.drop("*")
    await elapse(HOUR)
    assert entity(hass, loaded, ENERGY).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(DYNAMIC)
    counted = WATTS * LONGEST_GAP / HOUR / 1000
    assert kilowatt_hours(hass, loaded) == round(counted, 3)
    missing = (HOUR + DYNAMIC - LONGEST_GAP) / HOUR
    assert uncounted(hass, loaded) == round(missing, 2)


async def test_a_part_that_cannot_be_read_is_a_gap_too(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The BMC answers, but not to what is asked of the power."""
    bmc.fail(POWER, status=503)
    await elapse(HOUR)
    assert entity(hass, loaded, ENERGY).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(DYNAMIC)
    assert kilowatt_hours(hass, loaded) == round(WATTS * LONGEST_GAP / HOUR / 1000, 3)


async def test_it_goes_on_after_a_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    elapse: Elapse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The minute that Home Assistant was away is counted, too."""
    await elapse(HOUR)
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(60)
    await set_up(hass, loaded)
    expected = WATTS * (HOUR + 60) / HOUR / 1000
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
    """Nobody knows whether the machine was on."""
    await elapse(HOUR)
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(timedelta(days=2))
    await set_up(hass, loaded)
    expected = WATTS * (HOUR + LONGEST_GAP) / HOUR / 1000
    assert kilowatt_hours(hass, loaded) == round(expected, 3)
    assert uncounted(hass, loaded) == round(48 - LONGEST_GAP / HOUR, 2)


async def test_another_entity_id_keeps_the_energy(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    elapse: Elapse,
    entity_registry: er.EntityRegistry,
) -> None:
    """Home Assistant adds the entity anew; what another had under that id is not its.

    No energy is lost, and none is won.
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


async def test_it_costs_no_request(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is counted from what is polled anyway."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert len(asked(bmc, since)) == 3
    assert kilowatt_hours(hass, loaded) > 0


class TestBoardThatMeasuresNothing:
    """X10 without supplies that can tell says 0 W."""

    @pytest.fixture
    def board(self) -> Board:
        """Return the board."""
        if not RECORDED.is_dir():
            pytest.skip(f"no recorded boards in {RECORDED}")
        return load_board(RECORDED / "x10sdv")

    async def test_it_has_no_energy(
        self, hass: HomeAssistant, loaded: ConfigEntry
    ) -> None:
        """Nor any other power."""
        for key in ("energy", "power_consumption", "power_average", "power_limit"):
            assert entity_id(hass, loaded, f"sensor.{key}") is None


class TestMeter:
    """The counting itself."""

    @pytest.mark.parametrize(
        ("readings", "watt_hours", "uncounted_seconds"),
        [
            ([], 0, 0),
            ([(100, 0)], 0, 0),
            ([(100, 0), (100, 36)], 1, 0),
            ([(100, 0), (300, 36)], 2, 0),
            ([(100, 0), (100, 36), (100, 72)], 2, 0),
            ([(60, 0), (60, LONGEST_GAP)], 10, 0),
            ([(60, 0), (60, LONGEST_GAP + 1)], 10, 1),
            ([(100, 36), (100, 0)], 0, 0),
            ([(-100, 0), (-100, 36)], 0, 0),
        ],
    )
    def test_readings_add_up(
        self,
        readings: list[tuple[float, float]],
        watt_hours: float,
        uncounted_seconds: float,
    ) -> None:
        """A clock that runs backwards, or power below nothing, takes nothing away."""
        meter = EnergyMeter()
        for watts, now in readings:
            meter.count(watts, now)
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
    def test_what_was_stored_wrongly_is_a_new_beginning(
        self, changes: dict[str, Any]
    ) -> None:
        """It is no error in the log."""
        stored = EnergyMeter(watt_hours=5.0, watts=1.0).as_dict()
        assert EnergyMeter.from_dict(stored).watt_hours == 5
        assert EnergyMeter.from_dict(stored | changes) == EnergyMeter()
        del stored[next(iter(changes))]
        assert EnergyMeter.from_dict(stored) == EnergyMeter()

    def test_a_clock_that_was_set_back_takes_nothing_away(
        self, freezer: FrozenDateTimeFactory
    ) -> None:
        """What was read in the future was read just now."""
        stored = EnergyMeter(watt_hours=5.0, watts=100.0).as_dict()
        stored["read_at"] = (dt_util.utcnow() + timedelta(hours=1)).isoformat()
        meter = EnergyMeter.from_dict(stored)
        freezer.tick(36)
        before = meter.watt_hours
        meter.count(100, meter.read_at + 36)
        assert meter.watt_hours - before == 1
