"""Bulk data as the published client returns them, and the reasons for None."""

import asyncio
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    DynamicData,
    FanModeType,
    NotFoundError,
    RedfishData,
    ServiceUnavailableError,
    StaticData,
    SupermicroRedfishClient,
)
from tests.library import (
    CHASSIS,
    FAN_MODE,
    MANAGER,
    MEMORY,
    OEM,
    POWER,
    SYSTEM,
    THERMAL,
    connected_client,
    link,
    requested_paths,
    take_calls,
)
from tests.simulator import REMOVED, Bmc, Board

SNOOPING = f"{OEM}/Snooping"
POLL = sorted((SYSTEM, THERMAL, POWER))


async def test_first_dynamic_data_have_fan_mode_and_post_code(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read fan mode and POST code once with the first dynamic data."""
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.fan_mode.mode is FanModeType.OPTIMAL
    assert data.fan_mode.is_valid
    assert data.snooping
    assert data.snooping.is_valid
    assert (data.errors, data.missing) == ({}, {})
    take_calls(bmc)
    for _ in range(3):
        assert await client.async_get_dynamic_data() == data
        assert sorted(requested_paths(bmc)) == POLL
        take_calls(bmc)


async def test_each_bulk_read_keeps_the_values_of_the_other_up_to_date(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the last values of the other cadence without a request."""
    static = await client.async_get_static_data()
    assert static.system
    assert static.system.asset_tag != "rack 7"
    assert requested_paths(bmc).count(SYSTEM) == 1
    await client.async_get_dynamic_data()
    bmc.change(SYSTEM, {"AssetTag": "rack 7"})
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    bmc.change(SNOOPING, {"PostCode": "b2"})
    take_calls(bmc)
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.fan_mode.mode is FanModeType.OPTIMAL
    static = await client.async_get_static_data()
    assert static.system
    assert static.system.asset_tag == "rack 7"
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.fan_mode.mode is FanModeType.FULL_SPEED
    assert data.snooping
    assert data.snooping.post_code == "b2"
    sent = requested_paths(bmc)
    assert (sent.count(FAN_MODE), sent.count(SNOOPING), sent.count(SYSTEM)) == (1, 1, 2)


async def test_values_of_other_cadence_are_not_compared(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report no change if only values of the other cadence have changed."""
    static = await client.async_get_static_data()
    dynamic = await client.async_get_dynamic_data()
    bmc.change(SYSTEM, {"AssetTag": "rack 7"})
    changed = await client.async_get_dynamic_data()
    assert changed != dynamic
    assert await client.async_get_static_data() == static
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    assert await client.async_get_static_data() != static
    assert await client.async_get_dynamic_data() == changed
    assert RedfishData(fan_mode=static.fan_mode) != RedfishData()


async def test_all_data_are_fresh(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Read each resource again for RedfishData, of both cadences."""
    await client.async_get_all_data()
    bmc.change(SYSTEM, {"AssetTag": "rack 7"})
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    bmc.change(SNOOPING, {"PostCode": "b2"})
    data = await client.async_get_all_data()
    assert data.system
    assert data.fan_mode
    assert data.snooping
    assert data.system.asset_tag == "rack 7"
    assert data.fan_mode.mode is FanModeType.FULL_SPEED
    assert data.snooping.post_code == "b2"


async def test_command_is_seen_in_the_next_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a changed resource once more, also one of the other cadence."""
    await client.async_get_dynamic_data()
    await client.async_get_static_data()
    await client.async_set_fan_mode("FullSpeed")
    await client.async_set_indicator_led("Lit")
    take_calls(bmc)
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.fan_mode.mode is FanModeType.FULL_SPEED
    assert sorted(requested_paths(bmc)) == sorted([*POLL, FAN_MODE])
    take_calls(bmc)
    await client.async_get_dynamic_data()
    assert sorted(requested_paths(bmc)) == POLL


async def test_simultaneous_first_reads_request_each_resource_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Share the requests of both bulk reads, as at the start of the integration."""
    static, dynamic = await asyncio.gather(
        client.async_get_static_data(), client.async_get_dynamic_data()
    )
    sent = requested_paths(bmc)
    assert len(sent) == len(set(sent))
    assert static.fan_mode is dynamic.fan_mode
    assert static.system == dynamic.system


async def test_failed_resource_is_not_requested_by_each_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the error of the last read, and the value of the next successful one."""
    bmc.fail(FAN_MODE, status=503)
    for _ in range(3):
        data = await client.async_get_dynamic_data()
        assert data.fan_mode is None
        assert isinstance(data.errors["fan_mode"], ServiceUnavailableError)
        assert "fan_mode" not in data.missing
    assert requested_paths(bmc).count(FAN_MODE) == 1
    bmc.heal()
    await client.async_get_static_data()
    data = await client.async_get_dynamic_data()
    assert data.fan_mode
    assert data.errors == {}
    bmc.fail(FAN_MODE, status=503)
    static = await client.async_get_static_data()
    assert static.fan_mode is None
    assert [*static.errors] == ["fan_mode"]
    assert (await client.async_get_dynamic_data()).fan_mode == data.fan_mode


@pytest.mark.parametrize("body", [{}, {"Mode": None}, {"Mode": 3}])
async def test_resource_without_values_is_not_requested_by_each_poll(
    client: SupermicroRedfishClient, bmc: Bmc, body: dict[str, Any]
) -> None:
    """Accept an empty resource as the last value."""
    bmc.fail(FAN_MODE, status=200, body=body)
    for _ in range(3):
        data = await client.async_get_dynamic_data()
        assert data.fan_mode
        assert not data.fan_mode.is_valid
    assert requested_paths(bmc).count(FAN_MODE) == 1


async def test_missing_resource_has_a_reason(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return None for a missing resource, and name it in `missing`."""
    bmc.change(MANAGER, {"Oem": {"Supermicro": {"FanMode": REMOVED}}})
    bmc.remove(f"{OEM}/NTP")
    bmc.change(CHASSIS, {"Power": REMOVED, "Sensors": REMOVED})
    for read in (
        client.async_get_dynamic_data,
        client.async_get_static_data,
        client.async_get_all_data,
    ):
        data = await read()
        empty = {
            name
            for name in ("fan_mode", "ntp", "power", "lldp", "chassis", "thermal")
            if getattr(data, name, "") is None
        }
        assert set(data.missing) == empty
        assert all(isinstance(item, NotFoundError) for item in data.missing.values())
        assert data.errors == {}
    assert empty == {"fan_mode", "ntp", "power"}


async def test_resource_that_is_missing_later_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Distinguish a BMC that is starting from a board without the resource."""
    await client.async_get_all_data()
    bmc.remove(POWER)
    data = await client.async_get_dynamic_data()
    assert data.power is None
    assert isinstance(data.errors["power"], NotFoundError)
    assert data.missing == {}


@pytest.mark.parametrize("is_link", [True, False])
async def test_board_without_any_readings_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc, *, is_link: bool
) -> None:
    """Report both resources only if neither is found."""
    for path in (THERMAL, POWER):
        bmc.remove(path)
    if not is_link:
        bmc.change(CHASSIS, {"Thermal": REMOVED, "Power": REMOVED})
    bmc.change(CHASSIS, {"Sensors": REMOVED})
    for read in (client.async_get_dynamic_data, client.async_get_all_data):
        data = await read()
        assert data.system
        assert (data.thermal, data.power) == (None, None)
        assert {*data.errors} == {"thermal", "power"}
        assert all(isinstance(item, NotFoundError) for item in data.errors.values())
        assert not {"thermal", "power"} & data.missing.keys()


async def test_failed_member_is_an_error_of_static_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report members of collections by path, in bulk data and by the client."""
    path = f"{MEMORY}/1"
    await client.async_get_memory()
    bmc.fail(path, status=500)
    modules = await client.async_get_memory()
    assert modules
    assert [*client.member_errors] == [path]
    for read in (client.async_get_static_data, client.async_get_all_data):
        data = await read()
        assert isinstance(data.errors[path], ServiceUnavailableError)
    assert (await client.async_get_dynamic_data()).errors == {}
    bmc.heal()
    assert len(await client.async_get_memory()) == len(modules) + 1
    assert client.member_errors == {}
    assert (await client.async_get_static_data()).errors == {}


async def test_dead_link_is_an_error_of_static_data(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Report the dead link, and find the resource by another link."""
    wrong = "/redfish/v1/Chassis/SmartNIC"
    bmc.change(SYSTEM, {"Links": {"Chassis": [link(wrong), link(CHASSIS)]}})
    data = await client.async_get_all_data()
    assert data.thermal
    assert isinstance(data.errors[wrong], NotFoundError)


def test_bulk_data_are_constructed_without_errors() -> None:
    """Construct bulk data from published fields alone."""
    values: list[Any] = [object() for _ in range(11)]
    assert RedfishData(*values).errors == {}
    assert StaticData(*values[:7]).missing == {}
    assert DynamicData(*values[:4]).is_complete


async def test_board_with_single_resources_gets_no_extra_request(
    session: ClientSession,
) -> None:
    """Return fan mode and POST code from the cache on boards with many reads."""
    bmc = Bmc(Board.load("x12spi-tf"))
    environment = f"{CHASSIS}/EnvironmentMetrics"
    bmc.change(
        CHASSIS,
        {
            "Thermal": REMOVED,
            "Power": REMOVED,
            "Sensors": REMOVED,
            "ThermalSubsystem": link(f"{CHASSIS}/ThermalSubsystem"),
            "PowerSubsystem": link(f"{CHASSIS}/PowerSubsystem"),
            "EnvironmentMetrics": link(environment),
        },
    )
    for name in ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics"):
        bmc.put(f"{CHASSIS}/{name}", link(f"{CHASSIS}/{name}") | {"Id": name})
    async with connected_client(bmc, session) as client:
        data = await client.async_get_dynamic_data()
        assert data.thermal
        assert (data.fan_mode, data.snooping) == (None, None)
        assert not {FAN_MODE, SNOOPING, MANAGER} & {*requested_paths(bmc)}
        static = await client.async_get_static_data()
        take_calls(bmc)
        data = await client.async_get_dynamic_data()
        assert data.fan_mode is static.fan_mode is not None
        assert data.snooping is static.snooping is not None
        assert not {FAN_MODE, SNOOPING} & {*requested_paths(bmc)}


async def test_temperature_of_metrics_has_the_id_of_its_sensor(
    session: ClientSession,
) -> None:
    """Return the Id of the Sensor resource as MemberId, also with a trailing slash."""
    bmc = Bmc(Board.load("x12spi-tf"))
    metrics = f"{CHASSIS}/ThermalSubsystem/ThermalMetrics"
    environment = f"{CHASSIS}/EnvironmentMetrics"
    subsystem = f"{CHASSIS}/ThermalSubsystem"
    links = {
        "ThermalSubsystem": link(subsystem),
        "EnvironmentMetrics": link(environment),
    }
    bmc.change(CHASSIS, {"Thermal": REMOVED, "Sensors": REMOVED, **links})
    bmc.put(subsystem, link(subsystem) | {"ThermalMetrics": link(metrics)})
    sensors = f"{CHASSIS}/Sensors"
    readings = [
        {"DataSourceUri": f"{sensors}/CPU_Temp", "Reading": 51},
        {"DataSourceUri": f"{sensors}/Inlet_Temp/", "Reading": 24},
        {"DeviceName": "System", "Reading": 30},
    ]
    bmc.put(metrics, link(metrics) | {"TemperatureReadingsCelsius": readings})
    speeds = [{"DataSourceUri": f"{sensors}/FAN1", "SpeedRPM": 900, "Reading": 40}]
    bmc.put(environment, link(environment) | {"FanSpeedsPercent": speeds})
    async with connected_client(bmc, session) as client:
        thermal = await client.async_get_thermal()
    assert [(item.member_id, item.name) for item in thermal.temperatures] == [
        ("CPU_Temp", "CPU Temp"),
        ("Inlet_Temp", "Inlet Temp"),
        (None, "System"),
    ]
    found = thermal.get_temperature("Inlet_Temp")
    assert found
    assert found.reading_celsius == 24
    fan = thermal.get_fan("FAN1")
    assert fan
    assert (fan.name, fan.reading_rpm) == ("FAN1", 900)
