"""Temperatures, fans, voltages and power, on the shipped board and on recorded ones."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, NamedTuple

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

from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.simulator import REMOVED, Bmc, Board

from . import (
    BACKPLANE,
    DYNAMIC,
    LICENSES,
    LLDP,
    LOG,
    MANAGER,
    POWER,
    SNOOPING,
    STATIC,
    SYSTEM,
    THERMAL,
    complaints,
    entity,
    entity_id,
    mac_address,
    set_up,
    states,
)
from .conftest import Elapse, load_board
from .dialogue import add

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

CPU = "sensor.temperature_CPU Temp"
FAN = "sensor.fan_FAN1"
DRIVE = f"{BACKPLANE}/Drives/Disk.Bay.0"
BAY_1 = "Power Supply Bay 1"
BAY_2 = "Power Supply Bay 2"


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
        assert complaints(caplog) == []
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


# What is read rarely


async def test_the_post_code_is_that_of_the_boot(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Two digits, as the BMC writes them."""
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.post_code").state == "aa"
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    assert entity(hass, entry, "sensor.post_code").state == "b4"


@pytest.mark.parametrize(
    ("licences", "shown"),
    [
        (["A", "B"], "A, B"),
        ([], STATE_UNKNOWN),
        (None, STATE_UNKNOWN),
    ],
)
async def test_licences_are_shown_by_their_names(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    licences: list[str] | None,
    shown: str,
) -> None:
    """A BMC sends each of them as a text that holds JSON (B3)."""
    body = licences and [
        json.dumps({"ProductKey": {"Node": {"LicenseName": name}}}) for name in licences
    ]
    bmc.put(LICENSES, bmc.resource(LICENSES) | {"Licenses": body})
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.licences").state == shown


@pytest.mark.parametrize("licence", ["", "no JSON", "[]", "{}", 7, None])
async def test_a_licence_that_is_none_does_no_harm(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, licence: Any
) -> None:
    """The reference never gets to be loaded with a real one (B3)."""
    bmc.put(LICENSES, bmc.resource(LICENSES) | {"Licenses": [licence]})
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entity(hass, entry, "sensor.licences").state == STATE_UNKNOWN


# Parts that come and go


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


# What else there is to be told


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("power_minimum", "112"),
        ("power_average", "119"),
        ("power_maximum", "137"),
        (f"power_supply_input_{BAY_1}", "63"),
        (f"power_supply_voltage_{BAY_1}", "231"),
        ("bios_version", "2.1"),
        ("bmc_version", "01.04.15"),
        ("bmc_last_reset", "2026-09-11T14:29:15+00:00"),
        ("drive_temperature_Disk.Bay.0", "34"),
        ("drive_life_used_Disk.Bay.1", "4"),
        ("unacknowledged_events", "3"),
        ("headroom", "26"),
        ("boot_progress", "firmware_done"),
    ],
)
async def test_it_is_shown_as_the_bmc_tells_it(
    hass: HomeAssistant, loaded: ConfigEntry, key: str, shown: str
) -> None:
    """The values of the shipped board."""
    assert entity(hass, loaded, f"sensor.{key}").state == shown


CONTROL = ("PowerControl", 0)
SUPPLY = ("PowerSupplies", BAY_1)
TOLD: tuple[tuple[str, str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("power_minimum", POWER, CONTROL, {"PowerMetrics": {"MinConsumedWatts": None}}),
    ("power_average", POWER, CONTROL, {"PowerMetrics": {"AverageConsumedWatts": None}}),
    ("power_maximum", POWER, CONTROL, {"PowerMetrics": None}),
    (f"power_supply_input_{BAY_1}", POWER, SUPPLY, {"PowerInputWatts": None}),
    (f"power_supply_voltage_{BAY_1}", POWER, SUPPLY, {"LineInputVoltage": None}),
    ("bios_version", SYSTEM, (), {"BiosVersion": ""}),
    ("boot_progress", SYSTEM, (), {"BootProgress": None}),
    ("bmc_version", MANAGER, (), {"FirmwareVersion": None}),
    ("bmc_last_reset", MANAGER, (), {"LastResetTime": "1970-01-01T00:00:00Z"}),
    ("drive_temperature_Disk.Bay.0", DRIVE, (), {"Oem": None}),
    ("drive_life_used_Disk.Bay.0", DRIVE, (), {"Oem": {"Supermicro": None}}),
    (
        "headroom",
        THERMAL,
        (),
        {"Temperatures": [{"Name": "A", "ReadingCelsius": 7, "Status": {}}]},
    ),
)


@pytest.mark.parametrize(
    ("key", "path", "at", "change"), [pytest.param(*row, id=row[0]) for row in TOLD]
)
async def test_what_the_bmc_does_not_tell_is_unknown(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: tuple[Any, ...],
    change: dict[str, Any],
) -> None:
    """No number takes its place; the shipped board's POST code is of no known stage."""
    for step in reversed(at):
        change = {step: change}
    bmc.change(path, change)
    await elapse(STATIC)
    assert entity(hass, loaded, f"sensor.{key}").state == STATE_UNKNOWN


async def test_a_power_limit_is_shown_where_one_is_set(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """There is none at first; one that is lifted again is unknown."""
    limit = "sensor.power_limit"
    assert entity_id(hass, loaded, limit) is None
    bmc.change(POWER, {"PowerControl": {0: {"PowerLimit": {"LimitInWatts": 400}}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, limit).state == "400"
    bmc.change(POWER, {"PowerControl": {0: {"PowerLimit": {"LimitInWatts": None}}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, limit).state == STATE_UNKNOWN


async def test_headroom_is_that_of_the_sensor_nearest_to_its_limit(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And names it; it may be below nothing."""
    assert entity(hass, loaded, "sensor.headroom").attributes["sensor"] == "Inlet Temp"
    bmc.set_reading("CPU Temp", 93)
    await elapse(DYNAMIC)
    shown = entity(hass, loaded, "sensor.headroom")
    assert (shown.state, shown.attributes["sensor"]) == ("-2", "CPU Temp")
    bmc.change(THERMAL, {"Temperatures": {"CPU Temp": {"UpperThresholdCritical": 0}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "sensor.headroom").state == "26"


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


async def test_events_that_are_acknowledged_or_cleared_are_not_counted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """No entry has the mark when the log is empty; none is none."""
    count = "sensor.unacknowledged_events"
    mark = {"Oem": {"Supermicro": {"MarkAsAcknowledged": True}}}
    bmc.change(LOG, {"Members": {0: mark}})
    await elapse(STATIC)
    assert entity(hass, loaded, count).state == "2"
    bmc.change(LOG, {"Members": []})
    await elapse(STATIC)
    assert entity(hass, loaded, count).state == "0"


async def test_events_without_such_a_mark_are_not_counted(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """X10 has none."""
    entries = [entry | {"Oem": {}} for entry in bmc.resource(LOG)["Members"]]
    bmc.change(LOG, {"Members": entries})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "sensor.unacknowledged_events") is None


@pytest.mark.parametrize(
    ("received", "shown"),
    [
        ({"SystemName": "rack-7", "PortId": "12", "ChassisId": "0C:C4"}, "rack-7"),
        ({"ChassisId": "0C:C4:7A:00:00:01"}, "0C:C4:7A:00:00:01"),
        ({"PortId": "12"}, STATE_UNKNOWN),
    ],
)
async def test_the_neighbour_is_shown_once_there_is_one(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    received: dict[str, str],
    shown: str,
) -> None:
    """With its port; the keys are those of the schema, nobody has recorded any."""
    neighbour = "sensor.lldp_neighbour"
    assert entity_id(hass, loaded, neighbour) is None
    bmc.change(LLDP, {"LLDPReceive": received})
    await elapse(STATIC)
    found = entity(hass, loaded, neighbour)
    assert found.state == shown
    assert found.attributes["port"] == received.get("PortId")


async def test_the_response_time_is_that_of_the_last_answers(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """A poll without any other news shows it."""
    await set_up(hass, entry)
    before = number(hass, entry, "sensor.response_time")
    bmc.hang(THERMAL, 0.5)
    await entry.runtime_data.dynamic.async_refresh()
    after = number(hass, entry, "sensor.response_time")
    assert before is not None
    assert after is not None
    assert after - before > 500 / 100


@pytest.mark.parametrize(
    ("progress", "code", "shown"),
    [
        ("MemoryInitializationStarted", "aa", "memory_initialization"),
        ("OSRunning", "10", "os_running"),
        ("None", "20", "memory_initialization"),
        (None, "b4", "firmware_done"),
        (None, "ad", "firmware_done"),
        (None, "e3", "firmware_done"),
        (None, "1f", "memory_initialization"),
        (None, "94", "pci_configuration"),
        (None, "AB", "setup"),
        (None, "aa", STATE_UNKNOWN),
        (None, "00", STATE_UNKNOWN),
        (None, "zz", STATE_UNKNOWN),
        (None, None, STATE_UNKNOWN),
        ("SomethingNew", "92", "pci_configuration"),
        ({}, 7, STATE_UNKNOWN),
    ],
)
async def test_how_far_the_host_has_booted_is_what_is_certain(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    progress: Any,
    code: Any,
    shown: str,
) -> None:
    """BootProgress counts where a board has it, else the POST codes that are known."""
    bmc.change(SYSTEM, {"BootProgress": {"LastState": progress}})
    bmc.change(SNOOPING, {"PostCode": code})
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.boot_progress").state == shown


async def test_a_board_that_tells_nothing_of_a_boot_has_no_progress_of_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Until it does; whether the host is on is another entity."""
    bmc.change(SYSTEM, {"BootProgress": REMOVED})
    bmc.fail(SNOOPING, status=503)
    await set_up(hass, entry)
    assert entity_id(hass, entry, "sensor.boot_progress") is None
    bmc.heal()
    bmc.change(SNOOPING, {"PostCode": "b4"})
    await elapse(STATIC)
    await elapse(DYNAMIC)
    assert entity(hass, entry, "sensor.boot_progress").state == "firmware_done"


@pytest.mark.parametrize("state", [None, "Paused"])
async def test_a_host_that_is_neither_on_nor_off_tells_nothing_of_its_boot(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, state: Any
) -> None:
    """What the board says of an earlier boot does not count."""
    bmc.host.state = state
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "sensor.boot_progress").state == STATE_UNKNOWN


async def test_a_boot_is_followed_from_off_to_the_end_of_the_firmware(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Each stage as it is reached."""
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    bmc.power("On")
    seen = []
    for _ in range(25):
        await elapse(2, step=1)
        await loaded.runtime_data.dynamic.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        seen.append(entity(hass, loaded, "sensor.boot_progress").state)
    assert list(dict.fromkeys(seen)) == [
        "powering_on",
        "processor_initialization",
        "memory_initialization",
        "pci_configuration",
        "firmware_done",
    ]


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
