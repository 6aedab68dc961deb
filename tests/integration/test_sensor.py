"""Test the sensors for temperatures, fans, voltages and power supplies."""

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
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    entity,
    entity_id,
    logged_problems,
    mac_address,
    recorded,
    registry_entry,
    reload,
    set_up,
    states,
    unload,
)
from .conftest import Elapse
from .dialog import add
from .paths import POWER, THERMAL
from .sensors import (
    CPU,
    FAN,
    FANS,
    POWER_SUPPLIES,
    SENSOR_LISTS,
    TEMPERATURES,
    listed_items,
    registered_sensors,
    sensor_value,
)

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


# Recorded boards


def _has_lists(name: str) -> bool:
    """Return whether Thermal or Power of a board was recorded."""
    return any(Path(f"{RECORDED / name}{path}").is_dir() for path in (THERMAL, POWER))


def _boards(names: list[str]) -> pytest.MarkDecorator:
    """Return a mark that runs a test with recorded boards, or skips the test."""
    reason = f"no recorded boards in {RECORDED}"
    skipped = pytest.param("x12spi-tf", marks=pytest.mark.skip(reason=reason))
    boards = [recorded(name) for name in names]
    return pytest.mark.parametrize("board", boards or [skipped], indirect=True)


every_recorded_board = _boards(RECORDINGS)
every_recorded_board_with_lists = _boards(list(filter(_has_lists, RECORDINGS)))
"""Mark for all recorded boards with Thermal or Power."""


@every_recorded_board
async def test_recorded_board_can_be_added(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Log no problem, and leave no session open after unloading."""
    await hass.config_entries.async_remove(entry.entry_id)
    result = await add(
        hass, {key: entry.data[key] for key in ("host", "username", "password")}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY, result.get("errors")
    assert result["result"].state is ConfigEntryState.LOADED
    assert result["result"].unique_id == mac_address(bmc)
    assert logged_problems(caplog) == []
    assert bmc.logins == 2
    await unload(hass, result["result"])
    assert bmc.open_sessions == 0


@every_recorded_board_with_lists
async def test_recorded_sensors_have_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the recorded readings of all present items, and no zero for a missing one.

    A fan module in the bay of a power supply delivers no power and has no sensor.
    """
    for sensors in SENSOR_LISTS:
        expected = {
            item.key: item.reading
            for item in listed_items(bmc, sensors)
            if not item.is_absent
            and (
                sensors is not POWER_SUPPLIES
                or (item.reading, item.capacity) != (None, None)
            )
        }
        assert registered_sensors(hass, loaded, sensors) == set(expected)
        assert {key: sensor_value(hass, loaded, key) for key in expected} == expected


@every_recorded_board_with_lists
async def test_recorded_power_is_shown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the health of every power supply, also of one without mains.

    Create no power consumption without power supplies: such a board reports 0 W.
    """
    power = bmc.resource(POWER) if bmc.has(POWER) else {}
    supplies = power.get("PowerSupplies", ())
    for supply in supplies:
        health = f"sensor.power_supply_health_{supply['Name']}"
        shown = entity(hass, loaded, health).state
        assert shown == supply["Status"]["Health"].lower()
    consumption = "sensor.power_consumption"
    if supplies:
        watts = power["PowerControl"][0]["PowerConsumedWatts"]
        assert sensor_value(hass, loaded, consumption) == watts
    else:
        assert entity_id(hass, loaded, consumption) is None


@pytest.mark.long
@every_recorded_board
async def test_recorded_sensors_without_reading_are_unknown_while_host_is_off(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep all entities: those without a reading are unknown, not removed or zero.

    Boards with one resource per sensor are not read completely by one poll.
    """
    before = set(states(hass))
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    assert bmc.power_state == "Off"
    assert set(states(hass)) >= before
    for sensors in SENSOR_LISTS:
        for item in listed_items(bmc, sensors):
            if entity_id(hass, loaded, item.key):
                expected = None if item.is_absent else item.reading
                assert sensor_value(hass, loaded, item.key) == expected


# Readings


async def test_sensor_shows_reading_of_next_poll(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show 0 for a fan that is present and does not turn."""
    keys = (CPU, FAN)
    bmc.set_reading("CPU Temp", 61)
    bmc.set_reading("FAN1", 0)
    assert [sensor_value(hass, loaded, key) for key in keys] == [44, 980]
    await elapse(DYNAMIC)
    assert [sensor_value(hass, loaded, key) for key in keys] == [61, 0]


async def test_poll_writes_changed_states_only(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Write one changed reading and the energy, and report no unchanged state."""
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
    keys = (CPU, "sensor.energy")
    assert ids == {entity(hass, loaded, key).entity_id for key in keys}


@pytest.mark.parametrize(
    ("changes", "expected"),
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
async def test_sensor_is_unknown_without_valid_reading(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    changes: dict[str, Any],
    expected: str,
) -> None:
    """Show a reading only while the sensor works, whatever its health is."""
    bmc.change(THERMAL, {"Temperatures": {"CPU Temp": changes}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, CPU).state == expected


# Lists of sensors


async def test_unlisted_sensor_is_unavailable(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show its reading again as soon as the BMC lists it again."""
    listed = bmc.resource(THERMAL)["Temperatures"]
    for members, state in ((listed[1:], STATE_UNAVAILABLE), (listed, "44")):
        bmc.change(THERMAL, {"Temperatures": members})
        await elapse(DYNAMIC)
        assert entity(hass, loaded, CPU).state == state


async def test_sensors_are_identified_by_name(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the entities when the order changes, and with it every MemberId."""
    before = states(hass)
    for sensors in SENSOR_LISTS:
        listed = list(reversed(bmc.resource(sensors.path)[sensors.name]))
        for index, item in enumerate(listed):
            item["MemberId"] = str(index)
        bmc.change(sensors.path, {sensors.name: listed})
    await elapse(DYNAMIC)
    assert states(hass) == before
    await reload(hass, loaded)
    assert states(hass) == before


async def test_sensors_with_equal_names_have_two_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Create an entity for each of two sensors with the same name."""
    bmc.change(THERMAL, {"Temperatures": {"Inlet Temp": {"Name": "CPU Temp"}}})
    await set_up(hass, entry)
    keys = registered_sensors(hass, entry, TEMPERATURES)
    equal = {key for key in keys if "CPU Temp" in key}
    assert {sensor_value(hass, entry, key) for key in equal} == {44, 24}


@pytest.mark.parametrize("name", ["", "   ", None, REMOVED])
async def test_sensor_without_name_has_an_entity(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: Any
) -> None:
    """Identify a nameless sensor by its index in the list."""
    bmc.change(THERMAL, {"Fans": {0: {"Name": name}}})
    await set_up(hass, entry)
    keys = registered_sensors(hass, entry, FANS)
    readings = [sensor_value(hass, entry, key) or 0 for key in keys]
    assert sorted(readings) == [840, 840, 980, 1120]


async def test_old_property_names_are_understood(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Accept MemberID and FanName of X10 of 2017."""
    fans = bmc.resource(THERMAL)["Fans"]
    for fan in fans:
        fan["FanName"], fan["MemberID"] = fan.pop("Name"), fan.pop("MemberId")
    bmc.change(THERMAL, {"Fans": fans})
    await set_up(hass, entry)
    assert sensor_value(hass, entry, FAN) == 980


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
async def test_main_temperatures_have_no_category(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    name: str,
    context: str | None,
    is_main: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Recognize main temperatures by name, as X10 reports the context CPU for all."""
    sensor = {
        "Name": name,
        "PhysicalContext": context,
        "ReadingCelsius": 40,
        "Status": {"State": "Enabled", "Health": "OK"},
    }
    bmc.change(THERMAL, {"Temperatures": [sensor]})
    await set_up(hass, entry)
    found = registry_entry(hass, entry, f"sensor.temperature_{name}")
    assert (found.entity_category is None) is is_main
