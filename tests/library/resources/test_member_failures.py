"""Failing members of collections, which do not affect other members."""

from time import monotonic
from typing import Any

import pytest

from aiosupermicro import ResourceError, SupermicroRedfishClient
from tests.library import (
    CHASSIS,
    LOG,
    MANAGER,
    MEMORY,
    PROTOCOLS,
    ROOT,
    SYSTEM,
    link,
    put_collection,
    requested_paths,
    set_timeout,
)
from tests.simulator import Bmc
from tests.simulator.faults import BROKEN_RESOURCES

STORAGE = f"{SYSTEM}/Storage"
ADAPTERS = f"{CHASSIS}/NetworkAdapters"
FANS = f"{CHASSIS}/ThermalSubsystem/Fans"
SUPPLIES = f"{CHASSIS}/PowerSubsystem/PowerSupplies"
SENSORS = f"{CHASSIS}/Sensors"

COLLECTIONS = {
    "async_get_memory": MEMORY,
    "async_get_processors": f"{SYSTEM}/Processors",
    "async_get_system_ethernet_interfaces": f"{SYSTEM}/EthernetInterfaces",
    "async_get_manager_ethernet_interfaces": f"{MANAGER}/EthernetInterfaces",
    "async_get_certificates": f"{PROTOCOLS}/HTTPS/Certificates",
    "async_get_firmware_inventory": f"{ROOT}/UpdateService/FirmwareInventory",
    "async_get_boot_options": f"{SYSTEM}/BootOptions",
    "async_get_storage": STORAGE,
    "async_get_drives": f"{CHASSIS}/Drives",
    "async_get_volumes": f"{STORAGE}/Group/Volumes",
    "async_get_network_adapters": ADAPTERS,
    "async_get_ports": f"{ADAPTERS}/Card/Ports",
    "async_get_pcie_devices": f"{CHASSIS}/PCIeDevices",
    "async_get_sensors": SENSORS,
}
"""Methods that return members of a collection, with the path of the collection."""
NAMES = ("One", "Two", "Three")


def put_members(bmc: Bmc, path: str, **properties: Any) -> list[str]:
    """Add a collection of three members to a board; return their paths."""
    members = {name: {"Id": name, "Name": name, **properties} for name in NAMES}
    put_collection(bmc, path, members)
    return [f"{path}/{name}" for name in NAMES]


@pytest.fixture
def parts(bmc: Bmc) -> dict[str, list[str]]:
    """Add three members to every collection of the board; return their paths."""
    bmc.change(CHASSIS, {"Drives": link(f"{CHASSIS}/Drives")})
    bmc.change(CHASSIS, {"NetworkAdapters": link(ADAPTERS)})
    nested = ("async_get_volumes", "async_get_ports")
    return {
        name: put_members(bmc, path)
        for name, path in COLLECTIONS.items()
        if name not in nested
    }


def put_nested(bmc: Bmc, name: str) -> list[str]:
    """Put a collection below a member of another one; return its members."""
    path = COLLECTIONS[name]
    parent, _, key = path.rpartition("/")
    group, _, member = parent.rpartition("/")
    put_collection(bmc, group, {member: {"Id": member, key: link(path)}})
    return put_members(bmc, path)


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_failed_member_affects_only_itself(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    parts: dict[str, list[str]],
    name: str,
) -> None:
    """Return the other members, and record the error under the path of the failed.

    The member fails in all ways, one after the other, and is read again after each.
    """
    paths = parts.get(name) or put_nested(bmc, name)
    read = getattr(client, name)
    assert [member.id for member in await read()] == [*NAMES]
    set_timeout(client, 0.5)
    for kind in BROKEN_RESOURCES:
        if kind in ("empty object", "403"):  # no failure; see the license below
            continue
        bmc.break_resource(paths[1], kind)
        assert [member.id for member in await read()] == ["One", "Three"], kind
        assert list(client.member_errors) == [paths[1]], kind
        bmc.heal()
        assert [member.id for member in await read()] == [*NAMES], kind
        assert client.member_errors == {}, kind
    bmc.break_resource(paths[2], "403")
    assert [member.id for member in await read()] == ["One", "Two"]
    assert list(client.member_errors) == [paths[2]]


@pytest.mark.parametrize("broken", ["fan", "supply", "sensor"])
@pytest.mark.parametrize("kind", sorted({*BROKEN_RESOURCES} - {"empty object"}))
async def test_failed_fan_supply_or_sensor_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc, kind: str, broken: str
) -> None:
    """Return the other parts of a board that has a resource for each of them."""
    set_timeout(client, 0.9)  # longer than the delay of a second request
    keys = ("ThermalSubsystem", "PowerSubsystem")
    links = {key: link(f"{CHASSIS}/{key}") for key in keys}
    bmc.change(CHASSIS, dict.fromkeys(("Thermal", "Power")) | links)
    bmc.put(f"{CHASSIS}/ThermalSubsystem", {"Fans": link(FANS)})
    bmc.put(f"{CHASSIS}/PowerSubsystem", {"PowerSupplies": link(SUPPLIES)})
    fans = put_members(bmc, FANS, SpeedPercent={"SpeedRPM": 900, "Reading": 9})
    supplies = put_members(bmc, SUPPLIES)
    sensors = put_members(bmc, SENSORS, ReadingType="Temperature", Reading=20)
    path = {"fan": fans[1], "supply": supplies[1], "sensor": sensors[1]}[broken]
    bmc.break_resource(path, kind)
    data = await client.async_get_all_data()
    assert data.thermal
    assert data.power
    found = {
        "fan": [fan.name for fan in data.thermal.fans],
        "supply": [supply.name for supply in data.power.power_supplies],
        "sensor": [sensor.name for sensor in data.thermal.temperatures],
    }
    assert found == {key: [*NAMES] for key in found} | {broken: ["One", "Three"]}
    recorded = {name for name in data.errors if name.startswith("/")}
    is_error = kind != "404" or broken == "sensor"  # a listed sensor is never missing
    assert recorded == ({path} if is_error else set())


@pytest.mark.parametrize("broken", ["", "/ThermalSubsystem", "/Metrics"])
@pytest.mark.parametrize("kind", ["500", "HTML", "half a body", "timeout", "404"])
async def test_failed_chassis_affects_only_its_temperatures(
    client: SupermicroRedfishClient, bmc: Bmc, kind: str, broken: str
) -> None:
    """Return the temperatures inside the other chassis, and record the error."""
    set_timeout(client, 0.9)  # longer than the delay of a second request
    bmc.change(CHASSIS, {"Thermal": None})
    chassis = f"{ROOT}/Chassis"
    members = [CHASSIS, *(f"{chassis}/{name}" for name in NAMES)]
    bmc.change(chassis, {"Members": [*map(link, members)]})
    for path in members:
        subsystem, metrics = f"{path}/ThermalSubsystem", f"{path}/Metrics"
        own = {"ThermalSubsystem": link(subsystem)}
        bmc.put(path, (bmc.resource(path) if path == CHASSIS else {}) | own)
        bmc.put(subsystem, {"ThermalMetrics": link(metrics)})
        sensor = f"{path}/Sensors/T"
        bmc.put(sensor, link(sensor) | {"Id": "T", "ReadingType": "Temperature"})
        readings = [{"DataSourceUri": sensor, "Reading": 20}]
        bmc.put(metrics, {"TemperatureReadingsCelsius": readings})
    failed = f"{chassis}/Two{broken}"
    bmc.break_resource(failed, kind)
    data = await client.async_get_static_data()
    assert list(data.inner_thermal) == ["One", "Three"]
    recorded = {name for name in data.errors if name.startswith("/")}
    assert recorded == (set() if kind == "404" else {failed})
    bmc.heal()
    data = await client.async_get_static_data()
    assert list(data.inner_thermal) == [*NAMES]
    assert data.errors == {}


@pytest.mark.long
async def test_failed_log_service_affects_only_its_log(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Find the log of health events, whatever error another log service has."""
    set_timeout(client, 1.5)
    expected = await client.async_get_log_entries()
    logs = f"{SYSTEM}/LogServices"
    bmc.put(f"{logs}/Other", {"Id": "Other", "Name": "Other"})
    bmc.put(logs, link(logs) | {"Members": [*map(link, (f"{logs}/Other", LOG))]})
    for kind in BROKEN_RESOURCES:
        await client.async_disconnect()
        await client.async_connect()
        bmc.break_resource(f"{logs}/Other", kind)
        assert await client.async_get_log_entries() == expected, kind
        is_recorded = f"{logs}/Other" in client.member_errors
        assert is_recorded is (kind not in ("404", "403", "empty object")), kind
        bmc.heal()


async def test_unreadable_log_is_not_replaced_by_another(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise the error of the service that may be the wanted one."""
    logs = f"{SYSTEM}/LogServices"
    bmc.put(f"{logs}/Other", {"Id": "Other", "Name": "Other"})
    bmc.put(logs, link(logs) | {"Members": [*map(link, (f"{logs}/Other", LOG))]})
    for status in (500, 503, 404):
        bmc.fail(LOG, status=status)
        with pytest.raises(ResourceError):
            await client.async_get_log_entries()
        bmc.heal()
        assert await client.async_get_log_entries()
        await client.async_disconnect()
        await client.async_connect()


async def test_time_of_hanging_collection_is_limited(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Stop after the time-outs of two members, and record those that were not read."""
    names = [str(number) for number in range(40)]
    put_collection(bmc, MEMORY, {name: {"Id": name} for name in names})
    await client.async_get_memory()
    bmc.requests.clear()
    bmc.hang(f"{MEMORY}/*", 3600)
    set_timeout(client, 0.2)
    began = monotonic()
    with pytest.raises(TimeoutError):
        await client.async_get_memory()
    assert monotonic() - began < 3
    assert len(client.member_errors) == len(names)
    assert len(requested_paths(bmc)) <= 5
    bmc.heal()
    set_timeout(client, 5)
    assert len(await client.async_get_memory()) == len(names)
    assert client.member_errors == {}


async def test_bulk_data_carry_errors_of_members(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the errors of members that were last read in the static data."""
    bmc.fail(f"{MEMORY}/1", status=500)
    await client.async_get_memory()
    assert f"{MEMORY}/1" in (await client.async_get_static_data()).errors
