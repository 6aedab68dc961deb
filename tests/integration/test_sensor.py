"""Temperatures, fans, voltages and power, on the shipped board and on recorded ones."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import REMOVED, Bmc, Board

from . import (
    DYNAMIC,
    POWER,
    THERMAL,
    entity,
    entity_id,
    logged_problems,
    mac_address,
    set_up,
    states,
)
from .conftest import Elapse, load_board
from .dialog import add
from .sensors import CPU, FAN, KINDS, items, number, registered

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def boards(*, with_lists: bool = False) -> list[Any]:
    """Return the recorded boards, or the reason why there are none to test with.

    Some have their readings in other resources than Thermal and Power.
    """
    why = pytest.mark.skip(reason=f"no recorded boards in {RECORDED}")
    found = [name for name in RECORDINGS if not with_lists or _has_lists(name)]
    return found or [pytest.param("", marks=why)]


def _has_lists(name: str) -> bool:
    """Tell whether a board's Thermal or Power was recorded."""
    places = (f"{RECORDED / name}{path}" for path in (THERMAL, POWER))
    return any(Path(place).is_dir() for place in places)


class TestRecordedBoards:
    """Every board that was recorded from hardware."""

    @pytest.fixture(params=boards())
    def board(self, request: pytest.FixtureRequest) -> Board:
        """Return a recorded board."""
        return load_board(RECORDED / request.param)

    async def test_the_dialogue_adds_it_and_all_is_well(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        bmc: Bmc,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """There is nothing to complain about, and no session is left at the end."""
        await hass.config_entries.async_remove(entry.entry_id)
        result = await add(
            hass, {key: entry.data[key] for key in ("host", "username", "password")}
        )
        assert result["type"] is FlowResultType.CREATE_ENTRY, result.get("errors")
        assert result["result"].state is ConfigEntryState.LOADED
        assert result["result"].unique_id == mac_address(bmc)
        assert logged_problems(caplog) == []
        assert bmc.logins == 2
        await hass.config_entries.async_unload(result["result"].entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert bmc.open_sessions == 0

    @pytest.mark.parametrize("board", boards(with_lists=True), indirect=True)
    async def test_there_is_a_sensor_for_all_that_is_fitted_and_nothing_else(
        self, hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
    ) -> None:
        """It shows the recorded number; no zero is shown for what says nothing.

        A module in a power supply's bay that has nothing but a fan delivers nothing.
        """
        for kind in KINDS:
            expected = {
                item.of: item.reading
                for item in items(bmc, kind)
                if not item.is_absent
                and (
                    kind.items != "PowerSupplies"
                    or (item.reading, item.capacity) != (None, None)
                )
            }
            assert registered(hass, loaded, kind) == set(expected)
            assert {of: number(hass, loaded, of) for of in expected} == expected

    @pytest.mark.parametrize("board", boards(with_lists=True), indirect=True)
    async def test_the_power_side_is_the_recorded_one(
        self, hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
    ) -> None:
        """Every fitted supply has a health, also one without mains (R2).

        A board whose supplies say nothing has no power draw: it reports 0 W.
        """
        power = bmc.resource(POWER) if bmc.has(POWER) else {}
        supplies = power.get("PowerSupplies", ())
        for supply in supplies:
            health = f"sensor.power_supply_health_{supply['Name']}"
            shown = entity(hass, loaded, health).state
            assert shown == supply["Status"]["Health"].lower()
        draw = "sensor.power_consumption"
        if supplies:
            watts = power["PowerControl"][0]["PowerConsumedWatts"]
            assert number(hass, loaded, draw) == watts
        else:
            assert entity_id(hass, loaded, draw) is None

    async def test_what_a_host_that_is_off_does_not_measure_is_unknown(
        self, hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
    ) -> None:
        """It does not disappear, and it is not zero; the rest is still shown.

        Boards with a resource for each sensor are not read whole at once.
        """
        before = set(states(hass))
        bmc.power("ForceOff")
        await elapse(DYNAMIC)
        assert bmc.power_state == "Off"
        assert set(states(hass)) >= before
        for kind in KINDS:
            for item in items(bmc, kind):
                if entity_id(hass, loaded, item.of):
                    expected = None if item.is_absent else item.reading
                    assert number(hass, loaded, item.of) == expected


async def test_a_reading_is_shown_with_the_next_poll(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A fan that stands still reads 0, for it is there."""
    bmc.set_reading("CPU Temp", 61)
    bmc.set_reading("FAN1", 0)
    assert (number(hass, loaded, CPU), number(hass, loaded, FAN)) == (44, 980)
    await elapse(DYNAMIC)
    assert (number(hass, loaded, CPU), number(hass, loaded, FAN)) == (61, 0)


async def test_a_poll_writes_the_states_that_changed(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """One of many readings has moved: the others are not written again."""
    reported: list[object] = []
    hass.bus.async_listen(
        EVENT_STATE_REPORTED, reported.append, event_filter=callback(lambda _: True)
    )
    changed = async_capture_events(hass, EVENT_STATE_CHANGED)
    for celsius in (45, 46):
        bmc.set_reading("CPU Temp", celsius)
        await elapse(DYNAMIC)
    assert reported == []
    ids = {event.data["entity_id"] for event in changed}
    assert ids == {entity(hass, loaded, of).entity_id for of in (CPU, "sensor.energy")}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"ReadingCelsius": None}, STATE_UNKNOWN),
        ({"ReadingCelsius": "N/A"}, STATE_UNKNOWN),
        ({"ReadingCelsius": REMOVED}, STATE_UNKNOWN),
        ({"Status": {"State": "Absent"}, "ReadingCelsius": 0}, STATE_UNKNOWN),
        ({"Status": {"State": "Disabled"}}, STATE_UNKNOWN),
        ({"Status": {"State": "UnavailableOffline"}}, STATE_UNKNOWN),
        ({"Status": {"Health": "Critical"}}, "44"),
        ({"Status": REMOVED}, "44"),
        ({"ReadingCelsius": -3}, "-3"),
    ],
)
async def test_a_reading_counts_while_its_sensor_works(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    changes: dict[str, Any],
    shown: str,
) -> None:
    """What is no reading is unknown."""
    bmc.change(THERMAL, {"Temperatures": {"CPU Temp": changes}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, CPU).state == shown


async def test_a_sensor_that_the_bmc_no_longer_lists_is_unavailable(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And shows its reading again as soon as it is back."""
    listed = bmc.resource(THERMAL)["Temperatures"]
    bmc.change(THERMAL, {"Temperatures": listed[1:]})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, CPU).state == STATE_UNAVAILABLE
    bmc.change(THERMAL, {"Temperatures": listed})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, CPU).state == "44"


async def test_a_list_in_another_order_leaves_every_sensor_its_entity(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The place in the list, MemberId, is no identity (M16)."""
    before = states(hass)
    for kind in KINDS:
        listed = list(reversed(bmc.resource(kind.path)[kind.items]))
        for place, item in enumerate(listed):
            item["MemberId"] = str(place)
        bmc.change(kind.path, {kind.items: listed})
    await elapse(DYNAMIC)
    assert states(hass) == before
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert states(hass) == before


async def test_two_sensors_of_one_name_are_two_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """No board was seen to do this; none of the two may get lost."""
    bmc.change(THERMAL, {"Temperatures": {"Inlet Temp": {"Name": "CPU Temp"}}})
    await set_up(hass, entry)
    alike = {of for of in registered(hass, entry, KINDS[0]) if "CPU Temp" in of}
    assert {number(hass, entry, of) for of in alike} == {44, 24}


@pytest.mark.parametrize("name", ["", "   ", None, REMOVED])
async def test_a_sensor_without_a_name_is_shown_all_the_same(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: Any
) -> None:
    """By its place in the list, for want of anything better."""
    bmc.change(THERMAL, {"Fans": {0: {"Name": name}}})
    await set_up(hass, entry)
    shown = [number(hass, entry, of) for of in registered(hass, entry, KINDS[1])]
    assert sorted(reading or 0 for reading in shown) == [840, 840, 980, 1120]


async def test_the_oldest_spellings_are_understood(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """X10 of 2017 writes MemberID and FanName (R8)."""
    fans = bmc.resource(THERMAL)["Fans"]
    for fan in fans:
        fan["FanName"], fan["MemberID"] = fan.pop("Name"), fan.pop("MemberId")
    bmc.change(THERMAL, {"Fans": fans})
    await set_up(hass, entry)
    assert number(hass, entry, FAN) == 980


@pytest.mark.parametrize(
    ("name", "context", "is_main"),
    [
        ("CPU Temp", "CPU", True),
        ("CPU1 Temp", "CPU", True),
        ("CPU 2 Temp", None, True),
        ("System Temp", "CPU", True),
        ("System Temp", "SystemBoard", True),
        ("Inlet Temp", "Intake", True),
        ("Inlet", "SystemBoard", True),
        ("CPU1_VRMIN Temp", "CPU", False),
        ("GPU Inlet Temp", "GPU", False),
        ("Inlet Temp", "GPU", False),
        ("PCH Temp", "CPU", False),
        ("DIMMA1 Temp", "Memory", False),
        ("NVMe_SSDA Temp", "StorageDevice", False),
    ],
)
async def test_the_temperatures_that_everybody_wants_have_no_category(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    name: str,
    context: str | None,
    is_main: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """They are told by their own words: X10 calls every context CPU."""
    sensor = {
        "Name": name,
        "PhysicalContext": context,
        "ReadingCelsius": 40,
        "Status": {"State": "Enabled", "Health": "OK"},
    }
    bmc.change(THERMAL, {"Temperatures": [sensor]})
    await set_up(hass, entry)
    registered = entity_id(hass, entry, f"sensor.temperature_{name}")
    assert registered
    found = er.async_get(hass).async_get(registered)
    assert found
    assert (found.entity_category is None) is is_main
