"""Test parts with equal names: each has an entity and keeps its history."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc
from tests.simulator.mutations import mutate

from . import DYNAMIC, STATIC, entity, entity_id, registered_keys, reload, set_up
from .conftest import Elapse
from .paths import BACKPLANE, CHASSIS, DRIVE, POWER, ROOT, STORAGE, THERMAL

PROBLEM = "binary_sensor.power_supply_problem_Power Supply"
FAN = "sensor.fan_Standard part"
SUPPLY = {"Name": "Power Supply", "PowerCapacityWatts": 740}


def put_supplies(bmc: Bmc, *healths: str | None, **properties: Any) -> None:
    """Give the board power supplies of one name with these healths."""
    supplies = [
        SUPPLY | {"Status": {"State": "Enabled", "Health": health}} | properties
        for health in healths
    ]
    bmc.put(POWER, bmc.resource(POWER) | {"PowerSupplies": supplies})


def put_fans(bmc: Bmc, speeds: dict[str, int]) -> None:
    """Give the board fans of one name with these speeds by Id."""
    fans = [
        {
            "Name": "Standard part",
            "MemberId": member_id,
            "Reading": speed,
            "ReadingUnits": "RPM",
            "Status": {"State": "Enabled", "Health": "OK"},
        }
        for member_id, speed in speeds.items()
    ]
    bmc.put(THERMAL, bmc.resource(THERMAL) | {"Fans": fans})


def shown_by_key(hass: HomeAssistant, entry: ConfigEntry, start: str) -> dict[str, str]:
    """Return the states of the entities whose key begins with a text."""
    return {
        key.removeprefix(start): entity(hass, entry, key).state
        for key in registered_keys(hass, entry).values()
        if key.startswith(start)
    }


async def test_supplies_that_only_differ_in_serial_number_are_numbered(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show the position in the name, and neither the number nor its digest."""
    supplies = [SUPPLY | {"SerialNumber": serial} for serial in ("P1", "P2")]
    bmc.put(POWER, bmc.resource(POWER) | {"PowerSupplies": supplies})
    await set_up(hass, entry)
    names = {
        registered.original_name
        for registered in er.async_get(hass).entities.values()
        if "power_supply_problem" in registered.unique_id
    }
    assert names == {"Power Supply 1 health", "Power Supply 2 health"}


async def test_fan_whose_name_is_a_separator_has_a_placeholder(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show a question mark where no readable character is left."""
    bmc.change(THERMAL, {"Fans": {"FAN1": {"Name": "_"}}})
    await set_up(hass, entry)
    assert entity(hass, entry, "sensor.fan__").name == "x12spi-tf ? speed"


async def test_failed_supply_is_not_hidden(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show a problem for one of four supplies of the same name without Ids."""
    put_supplies(bmc, "OK", "OK", "Critical", "OK")
    await set_up(hass, entry)
    shown = [*shown_by_key(hass, entry, PROBLEM).values()]
    assert sorted(shown) == [STATE_OFF] * 3 + [STATE_ON]
    put_supplies(bmc, "OK", "OK", None, "Unknown")
    await elapse(DYNAMIC)
    shown = [*shown_by_key(hass, entry, PROBLEM).values()]
    assert sorted(shown) == [STATE_OFF] * 2 + [STATE_UNKNOWN] * 2


async def test_unknown_supplies_are_no_redundancy_problem(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show an unknown state while the health of all supplies is unknown."""
    problem = "binary_sensor.redundancy_problem"
    for status in (None, {"State": "Enabled"}, {"Health": "Unknown"}):
        put_supplies(bmc, "OK", "OK")
        await elapse(DYNAMIC)
        assert entity(hass, loaded, problem).state == STATE_OFF
        put_supplies(bmc, None, None, Status=status)
        await elapse(DYNAMIC)
        assert entity(hass, loaded, problem).state == STATE_UNKNOWN
    put_supplies(bmc, "OK", "Critical")
    await elapse(DYNAMIC)
    assert entity(hass, loaded, problem).state == STATE_ON


async def test_fan_keeps_its_entity_when_the_list_is_reversed(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the speed of the same fan, in the next poll and after a restart."""
    speeds = {f"Part{number}": 1000 + number for number in range(4)}
    put_fans(bmc, speeds)
    await set_up(hass, entry)
    expected = {f" #{key}": str(speed) for key, speed in speeds.items()}
    ids = registered_keys(hass, entry)
    assert shown_by_key(hass, entry, FAN) == expected
    mutate(bmc, THERMAL, "Fans", "reversed")
    await elapse(DYNAMIC)
    assert shown_by_key(hass, entry, FAN) == expected
    mutate(bmc, THERMAL, "Fans", "rotated")
    await reload(hass, entry)
    assert shown_by_key(hass, entry, FAN) == expected
    assert registered_keys(hass, entry) == ids


async def test_entities_of_former_keys_keep_their_history(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Give the entities of an earlier version their current keys, once."""
    registry = er.async_get(hass)

    def register(key: str, object_id: str) -> str:
        return registry.async_get_or_create(
            "sensor",
            DOMAIN,
            f"{entry.unique_id}_fan_{key}",
            suggested_object_id=object_id,
            config_entry=entry,
        ).entity_id

    former = {
        "Part0": register("Standard part", "first"),
        "Part1": register("Standard part #Part1", "second"),
        "Part2": register("Standard part #Part2", "third"),
    }
    put_fans(bmc, {key: 1000 + place for place, key in enumerate(former)})
    for _ in range(2):
        await set_up(hass, entry)
        for place, (key, registered) in enumerate(former.items()):
            assert entity_id(hass, entry, f"{FAN} #{key}") == registered
            state = hass.states.get(registered)
            assert state
            assert state.state == str(1000 + place)
        assert len(shown_by_key(hass, entry, FAN)) == 3
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.long
async def test_second_supply_of_the_same_name_is_added_while_running(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the entity of the first one, also after a restart and without it."""
    fans = {"A": 1000}
    put_fans(bmc, fans)
    await set_up(hass, entry)
    first = entity_id(hass, entry, FAN)
    assert first
    fans["B"] = 2000
    put_fans(bmc, fans)
    await elapse(DYNAMIC)
    assert shown_by_key(hass, entry, FAN) == {"": "1000", " #B": "2000"}
    second = entity_id(hass, entry, f"{FAN} #B")
    await reload(hass, entry)
    assert shown_by_key(hass, entry, FAN) == {" #A": "1000", " #B": "2000"}
    assert entity_id(hass, entry, f"{FAN} #A") == first
    for _ in range(2):
        put_fans(bmc, {"B": 2001})
        await elapse(DYNAMIC)
        expected = {" #A": STATE_UNAVAILABLE, " #B": "2001"}
        assert shown_by_key(hass, entry, FAN) == expected
        await reload(hass, entry)
        assert shown_by_key(hass, entry, FAN) == expected
    put_fans(bmc, fans)
    await elapse(DYNAMIC)
    assert shown_by_key(hass, entry, FAN) == {" #A": "1000", " #B": "2000"}
    assert entity_id(hass, entry, f"{FAN} #B") == second


@pytest.mark.parametrize("name", ["Disk.Bay.0", "Drive", None])
async def test_drive_with_two_paths_has_one_set_of_entities(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    name: str | None,
) -> None:
    """Show a drive once, and its serial number in no entity id, name or unique id."""
    serial = "SERIALNUMBER1"
    both = {"SerialNumber": serial, "Name": name, "Id": "Disk.Bay.0"}
    bmc.change(DRIVE, both)
    group, other = f"{STORAGE}/Second", f"{STORAGE}/Second/Drives/7"
    bmc.put(other, bmc.resource(DRIVE) | both | {"@odata.id": other, "Id": "7"})
    bmc.put(group, {"Id": "Second", "Drives": [{"@odata.id": other}]})
    members = [*bmc.resource(STORAGE)["Members"], {"@odata.id": group}]
    bmc.change(STORAGE, {"Members": members})
    drives = {"@odata.id": f"{BACKPLANE}/Drives"}
    bmc.change(CHASSIS, {"Drives": drives})
    await set_up(hass, entry)
    await elapse(STATIC)
    assert len(shown_by_key(hass, entry, "binary_sensor.drive_problem_")) == 2
    keys = registered_keys(hass, entry)
    names = [state.name for state in hass.states.async_all()]
    assert serial.lower() not in str([keys, names]).lower()


def put_inner_temperatures(bmc: Bmc, excerpts: dict[str, list[dict[str, Any]]]) -> None:
    """Give the board chassis with these temperatures; "1" is the host's own."""
    chassis = [f"{ROOT}/Chassis/{name}" for name in excerpts]
    members = [{"@odata.id": path} for path in chassis]
    bmc.change(f"{ROOT}/Chassis", {"Members": members})
    bmc.change(CHASSIS, {"Thermal": REMOVED})
    for path, readings in zip(chassis, excerpts.values(), strict=True):
        subsystem = f"{path}/ThermalSubsystem"
        metrics = f"{subsystem}/ThermalMetrics"
        if path != CHASSIS:
            bmc.put(path, {"Id": path.rpartition("/")[2]})
        bmc.change(path, {"ThermalSubsystem": {"@odata.id": subsystem}})
        bmc.put(subsystem, {"ThermalMetrics": {"@odata.id": metrics}})
        bmc.put(metrics, {"TemperatureReadingsCelsius": readings})
        for uri in filter(None, (found.get("DataSourceUri") for found in readings)):
            name = uri.rpartition("/")[2]
            bmc.put(uri, {"Id": name, "Name": name, "ReadingType": "Temperature"})


def excerpt(reading: int, sensor: str | None, name: str | None) -> dict[str, Any]:
    """Return the excerpt of a sensor, maybe with a link to it and a name."""
    uri = sensor and f"{ROOT}/Chassis/{sensor}"
    found = {"Reading": reading, "DataSourceUri": uri, "DeviceName": name}
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("excerpts", "expected"),
    [
        pytest.param(
            {
                "1": [excerpt(40, "1/Sensors/Temp", "Temp")],
                "GPU_1": [excerpt(41, "GPU_1/Sensors/Temp", "Temp")],
                "GPU_2": [excerpt(42, "GPU_2/Sensors/Temp", "Temp")],
            },
            {"Temp #GPU_1": "41", "Temp #GPU_2": "42"},
            id="same name and Id in three chassis",
        ),
        pytest.param(
            {
                "1": [excerpt(40, "1/Sensors/A", "A")],
                "GPU_1": [excerpt(41, None, "Temp")],
                "GPU_2": [excerpt(42, None, "Temp"), excerpt(43, None, "Temp")],
            },
            {"Temp #GPU_1": "41", "Temp (2)": "42", "Temp (3)": "43"},
            id="no links to the sensors",
        ),
        pytest.param(
            {
                "1": [excerpt(40, "1/Sensors/A", "A")],
                "GPU_1": [excerpt(41, None, None)],
                "GPU_2": [excerpt(42, None, None)],
            },
            {"#GPU_1": "41", "#GPU_2": "42"},
            id="no names",
        ),
        pytest.param(
            {
                "1": [excerpt(40, "1/Sensors/A", "A")],
                "All": [
                    excerpt(40, "1/Sensors/A", "A"),
                    excerpt(41, "GPU_1/Sensors/B", "B"),
                ],
                "GPU_1": [excerpt(41, "GPU_1/Sensors/B", "B")],
            },
            {"B": "41"},
            id="one sensor in two chassis",
        ),
    ],
)
async def test_temperature_of_each_chassis_has_an_entity(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    excerpts: dict[str, list[dict[str, Any]]],
    expected: dict[str, str],
) -> None:
    """Show each sensor once, whatever the names and Ids in other chassis are."""
    put_inner_temperatures(bmc, excerpts)
    await set_up(hass, entry)
    assert shown_by_key(hass, entry, "sensor.inner_temperature_") == expected
