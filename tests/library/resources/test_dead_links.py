"""Dead links, and links to a part of the machine that is not wanted."""

from typing import Any

import pytest

from aiosupermicro import DynamicData, NotFoundError, SupermicroRedfishClient
from aiosupermicro.const import FAILING_LINK_SECONDS, RETRY_UNAVAILABLE_SECONDS
from aiosupermicro.resources import availability, link_reads, path_finder
from tests.conftest import Clock
from tests.library import (
    CHASSIS,
    MANAGER,
    ROOT,
    SYSTEM,
    link,
    put_members,
    requested_paths,
)
from tests.simulator import Bmc

CARD = f"{ROOT}/Chassis/SmartNIC"
RACK = f"{ROOT}/Chassis/Rack"
SENSORLESS = link(CARD) | {"Id": "SmartNIC", "ChassisType": "Card"}


@pytest.fixture
def reader_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the reader use the clock of the BMC."""
    monkeypatch.setattr(link_reads, "monotonic", clock)
    monkeypatch.setattr(availability, "monotonic", clock)
    monkeypatch.setattr(path_finder, "monotonic", clock)
    return clock


def link_chassis(bmc: Bmc, *paths: str) -> None:
    """Link these chassis from the system, in this order."""
    links = bmc.resource(SYSTEM)["Links"] | {"Chassis": [*map(link, paths)]}
    bmc.change(SYSTEM, {"Links": links})


def assert_complete(data: DynamicData) -> None:
    """Check that temperatures and power are those of the board."""
    assert data.thermal
    assert data.power
    assert data.thermal.temperatures
    assert data.power.power_supplies


def move_readings_to_subsystems(bmc: Bmc) -> None:
    """Replace Thermal and Power by the successors of a board of Gen 14."""
    keys = ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics")
    links = {key: link(f"{CHASSIS}/{key}") for key in keys}
    bmc.change(CHASSIS, dict.fromkeys(("Thermal", "Power")) | links)
    metrics = f"{CHASSIS}/ThermalSubsystem/ThermalMetrics"
    bmc.put(f"{CHASSIS}/ThermalSubsystem", {"ThermalMetrics": link(metrics)})
    readings = [{"DeviceName": "CPU Temp", "Reading": 51}]
    bmc.put(metrics, {"TemperatureReadingsCelsius": readings})
    bmc.put(f"{CHASSIS}/PowerSubsystem", {"Id": "PowerSubsystem"})
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", {"PowerWatts": {"Reading": 207.5}})


@pytest.mark.parametrize(
    "first",
    [
        {"status": 200, "body": SENSORLESS},
        {"status": 200, "body": {"Id": "empty"}},
        {"status": 404},
        {"status": 403},
    ],
    ids=["without sensors", "empty", "404", "403"],
)
async def test_chassis_with_sensors_is_found_behind_another_link(
    client: SupermicroRedfishClient, bmc: Bmc, first: dict[str, Any]
) -> None:
    """Read temperatures and power in each poll, and record the dead link."""
    link_chassis(bmc, CARD, CHASSIS)
    bmc.fail(CARD, **first)
    if first["status"] == 403:
        bmc.heal()
        bmc.put(CARD, SENSORLESS)
        bmc.unlicensed = (CARD,)
    for _ in range(3):
        assert_complete(await client.async_get_dynamic_data())
        errors = (await client.async_get_static_data()).errors
        assert set(errors) == (set() if first["status"] == 200 else {CARD})
    assert requested_paths(bmc).count(CARD) == 1


async def test_chassis_with_successors_of_thermal_is_found(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Prefer a chassis with subsystems to one without any reading."""
    move_readings_to_subsystems(bmc)
    link_chassis(bmc, CARD, CHASSIS)
    bmc.put(CARD, SENSORLESS)
    for _ in range(2):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert data.power
        assert [part.reading for part in data.thermal.temperatures] == [51]
        assert data.power.total_power_consumed_watts == 207.5


async def test_chassis_is_found_in_collection_without_a_usable_link(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Search all chassis if the links of the system are dead."""
    link_chassis(bmc, CARD, f"{CARD}2")
    assert_complete(await client.async_get_dynamic_data())
    assert {CARD, f"{CARD}2"} <= set((await client.async_get_static_data()).errors)


async def test_loss_of_temperatures_and_power_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Record errors if no chassis has readings, or none can be read."""
    link_chassis(bmc, CARD)
    bmc.put(CARD, SENSORLESS)
    put_members(bmc, f"{ROOT}/Chassis", [link(CARD)])
    assert {"thermal", "power"} <= set((await client.async_get_dynamic_data()).errors)
    await client.async_disconnect()
    await client.async_connect()
    bmc.fail(CARD, status=500)
    assert {"thermal", "power"} <= set((await client.async_get_dynamic_data()).errors)


@pytest.mark.parametrize("kind", ["500", "HTML", "half a body", "redirect loop"])
async def test_chassis_that_fails_for_long_is_skipped(
    client: SupermicroRedfishClient, bmc: Bmc, reader_clock: Clock, kind: str
) -> None:
    """Wait a minute for a failing link; then follow the next one."""
    link_chassis(bmc, CARD, CHASSIS)
    bmc.put(CARD, SENSORLESS)
    bmc.break_resource(CARD, kind)
    for _ in range(2):
        data = await client.async_get_dynamic_data()
        assert {"thermal", "power"} <= set(data.errors)
    reader_clock.tick(FAILING_LINK_SECONDS)
    assert_complete(await client.async_get_dynamic_data())
    assert CARD in (await client.async_get_static_data()).errors


@pytest.mark.parametrize("kind", ["404", "403", "to itself", "500", "HTML"])
async def test_container_that_cannot_be_read_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc, reader_clock: Clock, kind: str
) -> None:
    """Keep the current chassis if the link to its container is dead."""
    around = CHASSIS if kind == "to itself" else RACK
    links = bmc.resource(CHASSIS)["Links"]
    bmc.change(CHASSIS, {"Links": links | {"ContainedBy": link(around)}})
    if kind == "403":
        bmc.put(RACK, {"Id": "Rack"})
        bmc.unlicensed = (RACK,)
    elif around == RACK:
        bmc.break_resource(RACK, kind)
    if kind in ("500", "HTML"):
        assert "thermal" in (await client.async_get_dynamic_data()).errors
        reader_clock.tick(FAILING_LINK_SECONDS)
    for _ in range(2):
        data = await client.async_get_static_data()
        assert data.chassis
        assert data.chassis.model == "X12SPI-TF"
        assert set(data.errors) == (set() if around == CHASSIS else {RACK})
        assert_complete(await client.async_get_dynamic_data())


async def test_detour_ends_after_an_hour(
    client: SupermicroRedfishClient, bmc: Bmc, reader_clock: Clock
) -> None:
    """Use the first link again after an hour, as the BMC may have been starting.

    The request for it costs one poll in an hour while it cannot.
    """
    before = await client.async_get_dynamic_data()
    await client.async_disconnect()
    await client.async_connect()
    other = f"{ROOT}/Chassis/Other"
    readings = {"Thermal": link(f"{other}/Thermal"), "Power": link(f"{other}/Power")}
    bmc.put(other, link(other) | {"Id": "Other"} | readings)
    bmc.put(f"{other}/Thermal", {"Temperatures": [{"Name": "X", "ReadingCelsius": 5}]})
    bmc.put(f"{other}/Power", {"PowerControl": [{"PowerConsumedWatts": 5}]})
    link_chassis(bmc, CHASSIS, other)
    bmc.fail(CHASSIS, status=404)
    for _ in range(2):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert [part.name for part in data.thermal.temperatures] == ["X"]
    reader_clock.tick(RETRY_UNAVAILABLE_SECONDS)
    bmc.requests.clear()
    for _ in range(2):
        data = await client.async_get_dynamic_data()
        assert data.power
        assert data.power.total_power_consumed_watts == 5
    assert requested_paths(bmc).count(CHASSIS) == 1
    bmc.heal()
    assert await client.async_get_dynamic_data() == data
    reader_clock.tick(RETRY_UNAVAILABLE_SECONDS)
    data = await client.async_get_dynamic_data()
    assert (data.thermal, data.power) == (before.thermal, before.power)
    assert (await client.async_get_static_data()).errors == {}


async def test_dead_link_to_manager_or_oem_resource_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Follow the next link to a row of any kind, and record the dead one."""
    gone = f"{ROOT}/Managers/Gone"
    links = bmc.resource(SYSTEM)["Links"] | {"ManagedBy": [link(gone), link(MANAGER)]}
    bmc.change(SYSTEM, {"Links": links})
    for _ in range(2):
        data = await client.async_get_static_data()
        assert data.manager
        assert data.manager.firmware_version
        assert data.fan_mode
        assert set(data.errors) == {gone}


async def test_starting_bmc_without_its_system_is_not_replaced(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use no accelerator board instead of a host that is still missing."""
    board = f"{ROOT}/Systems/HGX_Baseboard_0"
    bmc.put(board, link(board) | {"Id": "HGX_Baseboard_0", "Manufacturer": "NVIDIA"})
    put_members(bmc, f"{ROOT}/Systems", [link(board), link(SYSTEM)])
    assert (await client.async_get_system()).is_on
    await client.async_disconnect()
    await client.async_connect()
    bmc.fail(SYSTEM, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_system()
    assert client.paths.get("system") != board
