"""What there is to be told of a server beside its lists of sensors."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import (
    BAY_1,
    DRIVE,
    DYNAMIC,
    LICENSES,
    LLDP,
    LOG,
    MANAGER,
    POWER,
    STATIC,
    SYSTEM,
    THERMAL,
    entity,
    entity_id,
    set_up,
)
from .conftest import Elapse
from .sensors import number

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


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
