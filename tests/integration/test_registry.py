"""Test the device, and the removal of entities of removed hardware."""

from collections import Counter
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import Bmc, Server
from tests.simulator.gen14 import (
    ENVIRONMENT,
    METRICS,
    SENSORS,
    SUPPLIES,
    add_report,
    add_sensors,
    make_gen14,
    sensor,
)
from tests.simulator.resources import link

from . import (
    DYNAMIC,
    STATIC,
    Mutation,
    entity,
    entity_id,
    recorded,
    registered_keys,
    set_up,
    unload,
)
from .conftest import Elapse
from .paths import (
    ABSENT,
    BACKPLANE,
    BAY_2,
    CHASSIS,
    DRIVE,
    DRIVE_TEMPERATURE,
    DRIVES,
    FAN_MODE,
    MANAGER,
    POWER,
    STORAGE,
    SYSTEM,
    THERMAL,
)

DRIVE_0 = "Disk.Bay.0"
MEMORY_SENSOR = "DIMME~H Temp"


# The device


def server_device(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry:
    """Return the server's device, which is the only one of the entry."""
    registry = dr.async_get(hass)
    (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return device


async def test_device_describes_the_server(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """Register one device with a link to the BMC's web page."""
    device = server_device(hass, loaded)
    assert device.configuration_url == server.url
    assert {
        "connections": device.connections,
        "identifiers": device.identifiers,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "model_id": device.model_id,
        "name": device.name,
        "serial_number": device.serial_number,
        "sw_version": device.sw_version,
    } == snapshot


@pytest.mark.parametrize("path", [CHASSIS, MANAGER])
async def test_device_is_completed_after_failed_setup_reads(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """Add the details of a resource that could not be read at setup."""
    bmc.fail(path, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    device = server_device(hass, entry)
    assert device.model == "X12SPI-TF"
    assert device.sw_version == "01.04.15"


async def test_device_shows_updated_firmware(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show the new version without a restart of Home Assistant."""
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02"})
    await elapse(STATIC)
    assert server_device(hass, loaded).sw_version == "01.05.02"


@pytest.mark.parametrize("path", [SYSTEM, CHASSIS, MANAGER])
async def test_device_keeps_details_of_failed_resource(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """Keep the details after a failed poll and after a restart."""
    before = server_device(hass, loaded)
    bmc.fail(path, status=503)
    bmc.change(FAN_MODE, {"Mode": "Standard"})
    await elapse(STATIC)
    await hass.config_entries.async_reload(loaded.entry_id)
    device = server_device(hass, loaded)
    for attribute in ("manufacturer", "model", "serial_number", "sw_version"):
        assert getattr(device, attribute) == getattr(before, attribute)


# Drives


def count_entities(hass: HomeAssistant, entry: ConfigEntry, name: str) -> int:
    """Return the number of entities of a drive, a power supply or a sensor."""
    return sum(key.endswith(name) for key in registered_keys(hass, entry).values())


def pull_drive(bmc: Bmc) -> list[Any]:
    """Remove the first drive, and return the links to all drives."""
    links: list[Any] = bmc.resource(DRIVES)["Drives"]
    for path, key in ((DRIVES, "Drives"), (f"{BACKPLANE}/Drives", "Members")):
        bmc.change(path, {key: bmc.resource(path)[key][1:]})
    return links


async def test_added_drive_gets_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create the entities without a reload."""
    links = pull_drive(bmc)
    await set_up(hass, entry)
    assert entity_id(hass, entry, DRIVE_TEMPERATURE) is None
    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert entity(hass, entry, DRIVE_TEMPERATURE).state == "34"


async def test_removed_drive_loses_entities_after_an_hour(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Remove the entities, and create them again when the drive is back."""
    assert count_entities(hass, loaded, DRIVE_0) == 3
    links = pull_drive(bmc)
    await elapse(STATIC)
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE
    await elapse(2 * STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 3
    await elapse(STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 0
    assert entity_id(hass, loaded, "sensor.drive_temperature_Disk.Bay.1")

    bmc.change(DRIVES, {"Drives": links})
    await elapse(STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == "34"


async def test_empty_bay_loses_entities_after_an_hour(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Remove the entities also if the BMC lists the empty bay as absent."""
    status = bmc.resource(DRIVE)["Status"]
    bmc.change(DRIVE, ABSENT)
    await elapse(4 * STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 0
    bmc.change(DRIVE, {"Status": status})
    await elapse(STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == "34"


async def test_drive_that_returns_in_time_keeps_entities(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Count only consecutive polls without the drive."""
    for _ in range(2):
        links = pull_drive(bmc)
        await elapse(3 * STATIC)
        bmc.change(DRIVES, {"Drives": links})
        await elapse(STATIC)
        assert count_entities(hass, loaded, DRIVE_0) == 3


async def test_drives_keep_entities_while_storage_cannot_be_read(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Make the entities unavailable instead of removing them."""
    bmc.fail(f"{STORAGE}*", status=503)
    await elapse(6 * STATIC)
    assert count_entities(hass, loaded, DRIVE_0) == 3
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 200, "body": {}}])
async def test_drives_keep_entities_while_storage_is_missing_after_a_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    answer: dict[str, Any],
) -> None:
    """Remove nothing while the BMC lists no drives at all."""
    await unload(hass, loaded)
    bmc.fail(STORAGE, **answer)
    await hass.config_entries.async_setup(loaded.entry_id)
    await elapse(6 * STATIC)
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(5 * STATIC)
    assert entity(hass, loaded, DRIVE_TEMPERATURE).state == "34"


@pytest.mark.parametrize("status", [500, 503, 200])
async def test_drives_keep_entities_while_one_group_cannot_be_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, status: int
) -> None:
    """Remove nothing while the resource that lists the drives fails for hours."""
    group, path = f"{STORAGE}/Second", f"{STORAGE}/Second/Drives/7"
    drive = {"@odata.id": path, "Id": "7", "Name": "Seven", "SerialNumber": "S7"}
    bmc.put(path, bmc.resource(DRIVE) | drive)
    bmc.put(group, {"Id": "Second", "Drives": [{"@odata.id": path}]})
    members = [*bmc.resource(STORAGE)["Members"], {"@odata.id": group}]
    bmc.change(STORAGE, {"Members": members})
    await set_up(hass, entry)
    bmc.fail(DRIVES, status=status, body="<html>", content_type="text/html")
    await elapse(6 * STATIC)
    assert count_entities(hass, entry, DRIVE_0) == 3
    assert entity(hass, entry, DRIVE_TEMPERATURE).state == STATE_UNAVAILABLE
    assert entity(hass, entry, "sensor.drive_temperature_Seven").state == "34"
    bmc.heal()
    await elapse(STATIC)
    assert entity(hass, entry, DRIVE_TEMPERATURE).state == "34"


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        recorded("x10sdv", {}),
        recorded("x11dpu", {}),
        recorded("x12-fw0104", {}),
        recorded(
            "x13-sys-821ge-tnhr",
            {"drive_temperature": 8, "drive_life_used": 8, "drive_problem": 8},
        ),
        recorded("gb300-openbmc", {"drive_problem_NVMe_SSD_210": 1}),
    ],
    indirect=["board"],
)
async def test_recorded_drives_have_entities(
    hass: HomeAssistant, loaded: ConfigEntry, expected: dict[str, int]
) -> None:
    """Create entities for every drive with readings, and for no empty bay."""
    found = Counter(
        key.partition(".")[2].split("_Disk")[0]
        for key in registered_keys(hass, loaded).values()
        if ".drive_" in key
    )
    assert found == expected


# Power supplies, memory and fans


@pytest.mark.parametrize(
    ("path", "key", "name", "count"),
    [
        pytest.param(POWER, "PowerSupplies", BAY_2, 5, id="power supply"),
        pytest.param(THERMAL, "Temperatures", MEMORY_SENSOR, 1, id="memory"),
    ],
)
@pytest.mark.parametrize("is_listed", [True, False])
async def test_removed_item_loses_entities_after_an_hour(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    key: str,
    name: str,
    count: int,
    *,
    is_listed: bool,
) -> None:
    """Remove the entities, and create the same ones when the hardware is back."""
    listed = bmc.resource(path)[key]
    before = set(er.async_get(hass).entities)
    bmc.change(path, {key: {name: ABSENT}})
    if not is_listed:
        bmc.change(path, {key: [item for item in listed if item["Name"] != name]})
    await elapse(3 * STATIC)
    assert count_entities(hass, loaded, name) == count
    await elapse(STATIC)
    assert count_entities(hass, loaded, name) == 0

    bmc.change(path, {key: listed})
    await elapse(DYNAMIC)
    assert count_entities(hass, loaded, name) == count
    assert set(er.async_get(hass).entities) == before


def empty_lists(bmc: Bmc) -> None:
    """Return empty lists of items, as a starting BMC does."""
    for path, key in ((POWER, "PowerSupplies"), (THERMAL, "Temperatures")):
        bmc.change(path, {key: []})


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("mutate", "is_host_off"),
    [(pull_drive, True), (empty_lists, True), (empty_lists, False)],
)
async def test_temporarily_missing_items_keep_entities(
    hass: HomeAssistant,
    bmc: Bmc,
    elapse: Elapse,
    mutate: Mutation,
    *,
    is_host_off: bool,
) -> None:
    """Keep entities while the host has no power or the BMC lists no items."""
    before = set(er.async_get(hass).entities)
    if is_host_off:
        bmc.power("ForceOff")
    mutate(bmc)
    await elapse(6 * STATIC)
    assert set(er.async_get(hass).entities) == before


async def test_absent_fan_keeps_its_entity(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show an absent fan as unknown, as a missing fan is a fault."""
    bmc.change(THERMAL, {"Fans": {"FAN1": {**ABSENT, "Reading": None}}})
    await elapse(6 * STATIC)
    assert entity(hass, loaded, "sensor.fan_FAN1").state == STATE_UNKNOWN


async def test_entities_without_description_are_removed(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Remove the entities of an older version, and keep those of missing items."""
    old = [
        entity_registry.async_get_or_create(
            platform, DOMAIN, f"{entry.unique_id}_{key}", config_entry=entry
        ).entity_id
        for platform, key in (
            ("sensor", "forecast"),
            ("sensor", "fanatic_FAN1"),
            ("binary_sensor", "fan_FAN1"),
            ("update", "firmware"),
        )
    ]
    kept = entity_registry.async_get_or_create(
        "sensor", DOMAIN, f"{entry.unique_id}_temperature_P2 Temp", config_entry=entry
    ).entity_id
    await set_up(hass, entry)
    assert [key for key in old if entity_registry.async_get(key)] == []
    assert entity_registry.async_get(kept)


@pytest.mark.long
@pytest.mark.parametrize("name", ["1", "2"])
async def test_power_supply_that_cannot_be_read_keeps_its_entities(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, name: str
) -> None:
    """Remove nothing while one of two resources of Gen 14 fails for hours."""
    make_gen14(bmc)
    await set_up(hass, entry)
    await elapse(STATIC)
    before = set(er.async_get(hass).entities)
    assert count_entities(hass, entry, f"Power Supply Bay {name}") > 0
    bmc.fail(f"{SUPPLIES}/{name}", status=500)
    for _ in range(6):
        await elapse(STATIC)
    assert before <= set(er.async_get(hass).entities)


@pytest.mark.long
async def test_memory_that_cannot_be_read_keeps_its_entity(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Remove nothing while ThermalMetrics fails for hours and a report still works."""
    make_gen14(bmc)
    add_sensors(bmc)
    path, names = f"{SENSORS}/VRM", {"Id": "VRM", "Name": "VRM Temp"}
    bmc.put(path, link(path) | names | sensor("Temperature", 45))
    memory = {"DeviceName": MEMORY_SENSOR, "Reading": 38}
    shown = {"DataSourceUri": path, "Reading": 45}
    bmc.change(METRICS, {"TemperatureReadingsCelsius": [memory, shown]})
    add_report(bmc, "Board", [path])
    await set_up(hass, entry)
    await elapse(STATIC)
    assert count_entities(hass, entry, MEMORY_SENSOR) == 1
    bmc.fail(METRICS, status=500)
    for _ in range(6):
        await elapse(STATIC)
    assert count_entities(hass, entry, MEMORY_SENSOR) == 1


@pytest.mark.parametrize(
    ("path", "lost", "kept"),
    [
        (METRICS, ("temperature_CPU Temp",), ("fan_FAN1", "power_consumption")),
        (ENVIRONMENT, ("power_consumption", "energy"), ("temperature_CPU Temp",)),
    ],
)
async def test_metrics_that_fail_cost_their_own_readings_only(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    lost: tuple[str, ...],
    kept: tuple[str, ...],
) -> None:
    """Show all other readings while one resource fails, then everything."""
    make_gen14(bmc)
    await set_up(hass, entry)
    await elapse(STATIC)

    def unavailable() -> set[str]:
        found = {name: entity(hass, entry, f"sensor.{name}") for name in (*lost, *kept)}
        return {name for name, s in found.items() if s.state == STATE_UNAVAILABLE}

    bmc.fail(path, status=500)
    await elapse(DYNAMIC)
    assert unavailable() == {*lost}
    bmc.heal()
    await elapse(DYNAMIC)
    assert unavailable() == set()
