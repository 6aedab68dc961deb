"""Test the sensors of the server that are not items of a list."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import DYNAMIC, STATIC, entity, entity_id, nested, registry_entry, set_up
from .conftest import Elapse
from .health_log import add_to_log, log_entry, set_log
from .paths import BAY_1, DRIVE, LICENSES, LLDP, LOG, MANAGER, POWER, SYSTEM, THERMAL
from .sensors import sensor_value

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

HEADROOM = "sensor.headroom"
LAST_EVENT = "sensor.last_event"

# Values of the shipped board


@pytest.mark.parametrize(
    ("key", "expected"),
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
        ("last_event", "Invalid Username or Password"),
        ("unacknowledged_events", "3"),
        ("headroom", "26"),
        ("boot_progress", "firmware_done"),
    ],
)
async def test_sensor_shows_value_of_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, key: str, expected: str
) -> None:
    """Show the value that the shipped board reports."""
    assert entity(hass, loaded, f"sensor.{key}").state == expected


@pytest.mark.parametrize(
    ("key", "digits"),
    [
        (f"power_supply_input_{BAY_1}", 0),
        (f"power_supply_voltage_{BAY_1}", 0),
        ("voltage_12V", 2),
        ("fan_FAN1", 0),
    ],
)
async def test_dashboard_shows_no_meaningless_digits(
    hass: HomeAssistant, loaded: ConfigEntry, key: str, digits: int
) -> None:
    """Suggest the number of decimals of each kind of sensor."""
    options = registry_entry(hass, loaded, f"sensor.{key}").options
    assert options["sensor"]["suggested_display_precision"] == digits


CONTROL = ("PowerControl", 0)
SUPPLY = ("PowerSupplies", BAY_1)

NOT_REPORTED: tuple[tuple[str, str, tuple[str | int, ...], dict[str, Any]], ...] = (
    ("power_minimum", POWER, CONTROL, {"PowerMetrics": {"MinConsumedWatts": None}}),
    ("power_average", POWER, CONTROL, {"PowerMetrics": {"AverageConsumedWatts": None}}),
    ("power_maximum", POWER, CONTROL, {"PowerMetrics": None}),
    (f"power_supply_input_{BAY_1}", POWER, SUPPLY, {"PowerInputWatts": None}),
    (f"power_supply_voltage_{BAY_1}", POWER, SUPPLY, {"LineInputVoltage": None}),
    ("bios_version", SYSTEM, (), {"BiosVersion": ""}),
    # The shipped board's POST code belongs to no known stage.
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
    ("key", "path", "at", "changes"),
    [pytest.param(*row, id=row[0]) for row in NOT_REPORTED],
)
async def test_sensor_is_unknown_without_reported_value(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: tuple[str | int, ...],
    changes: dict[str, Any],
) -> None:
    """Show no default in the place of a missing value."""
    bmc.change(path, nested(at, changes))
    await elapse(STATIC)
    assert entity(hass, loaded, f"sensor.{key}").state == STATE_UNKNOWN


# Licenses


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["A", "B"], "A, B"), ([], STATE_UNKNOWN), (None, STATE_UNKNOWN)],
)
async def test_licenses_are_shown_by_name(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    names: list[str] | None,
    expected: str,
) -> None:
    """Decode the licenses, each of which the BMC sends as JSON in a string."""
    licenses = names and [
        json.dumps({"ProductKey": {"Node": {"LicenseName": name}}}) for name in names
    ]
    bmc.put(LICENSES, bmc.resource(LICENSES) | {"Licenses": licenses})
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.licences").state == expected


@pytest.mark.parametrize("content", ["", "no JSON", "[]", "{}", 7, None])
async def test_malformed_license_is_ignored(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, content: Any
) -> None:
    """Load the entry although a license is malformed."""
    bmc.put(LICENSES, bmc.resource(LICENSES) | {"Licenses": [content]})
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entity(hass, entry, "sensor.licences").state == STATE_UNKNOWN


# Power limit and headroom


async def test_power_limit_is_created_when_a_limit_is_set(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create the sensor with the first limit; show unknown after its removal."""
    key = "sensor.power_limit"
    assert entity_id(hass, loaded, key) is None
    for watts, state in ((400, "400"), (None, STATE_UNKNOWN)):
        limit = {"PowerLimit": {"LimitInWatts": watts}}
        bmc.change(POWER, nested(CONTROL, limit))
        await elapse(DYNAMIC)
        assert entity(hass, loaded, key).state == state


async def test_headroom_is_the_smallest_distance_to_a_limit(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Name the sensor like its entity, and show negative values as well."""
    assert entity(hass, loaded, HEADROOM).attributes["sensor"] == "Inlet temperature"
    bmc.set_reading("CPU Temp", 93)
    await elapse(DYNAMIC)
    shown = entity(hass, loaded, HEADROOM)
    assert (shown.state, shown.attributes["sensor"]) == ("-2", "CPU temperature")
    bmc.change(THERMAL, {"Temperatures": {"CPU Temp": {"UpperThresholdCritical": 0}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HEADROOM).state == "26"


# Log, neighbor and connection


async def test_acknowledged_events_are_not_counted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Count 0 in an empty log, although no entry of it has the mark."""
    mark = {"Oem": {"Supermicro": {"MarkAsAcknowledged": True}}}
    members: Any
    for members, count in (({0: mark}, "2"), ([], "0")):
        bmc.change(LOG, {"Members": members})
        await elapse(STATIC)
        assert entity(hass, loaded, "sensor.unacknowledged_events").state == count


async def test_last_event_has_the_details_of_the_newest_entry(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the message as state; show severity and time as attributes."""
    add_to_log(bmc, "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)")
    await elapse(STATIC)
    shown = entity(hass, loaded, LAST_EVENT)
    assert shown.state == "PS2 Status, Power Supply input lost (AC/DC)"
    details = {
        "severity": "critical",
        "created": "2026-11-20T10:00:00Z",
        "code": "PWR-0003",
        "sensor": "PS2 Status",
        "entry_code": "assert",
    }
    assert {name: shown.attributes[name] for name in details} == details


@pytest.mark.parametrize(
    ("messages", "expected"),
    [([], STATE_UNKNOWN), ([None], STATE_UNKNOWN), (["*A*\n" + "b" * 300], "b" * 253)],
)
async def test_last_event_of_unusual_log(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    messages: list[Any],
    expected: str,
) -> None:
    """Show unknown without a message, and limit the length of the state."""
    set_log(bmc, [log_entry(1, message) for message in messages])
    await elapse(STATIC)
    assert entity(hass, loaded, LAST_EVENT).state.removeprefix("A ") == expected


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ({"SystemName": "rack-7", "PortId": "12", "ChassisId": "0C:C4"}, "rack-7"),
        ({"ChassisId": "0C:C4:7A:00:00:01"}, "0C:C4:7A:00:00:01"),
        ({"PortId": "12"}, STATE_UNKNOWN),
    ],
)
async def test_lldp_neighbor_is_created_when_received(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    received: dict[str, str],
    expected: str,
) -> None:
    """Show the neighbor with its port.

    The property names are those of the schema. No recorded board has received any.
    """
    key = "sensor.lldp_neighbour"
    assert entity_id(hass, loaded, key) is None
    bmc.change(LLDP, {"LLDPReceive": received})
    await elapse(STATIC)
    neighbor = entity(hass, loaded, key)
    assert neighbor.state == expected
    assert neighbor.attributes["port"] == received.get("PortId")


async def test_response_time_is_updated_by_every_poll(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Average the last responses, also when a poll changes nothing else."""
    await set_up(hass, entry)
    before = sensor_value(hass, entry, "sensor.response_time")
    bmc.hang(THERMAL, 0.5)
    await entry.runtime_data.dynamic.async_refresh()
    after = sensor_value(hass, entry, "sensor.response_time")
    assert before is not None
    assert after is not None
    assert after - before > 500 / 100
