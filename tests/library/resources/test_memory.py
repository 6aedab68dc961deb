"""The discovery of a board, which a later client verifies and uses."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import DynamicData, LicenseError, SupermicroRedfishClient
from aiosupermicro.const import RETRY_UNAVAILABLE_SECONDS
from aiosupermicro.http import cache
from aiosupermicro.resources import availability
from tests.conftest import Clock
from tests.library import (
    CHASSIS,
    FAN_MODE,
    MANAGER,
    NTP,
    OEM,
    POWER,
    ROOT,
    SESSIONS,
    SYSTEM,
    THERMAL,
    light_led,
    link,
    rewrite_board,
    take_calls,
)
from tests.simulator import Bmc, Server
from tests.simulator.gen14 import make_gen14
from tests.simulator.responses import license_error

Discovery = dict[str, Any]
Connect = Callable[..., Any]
"""A function that connects a client with a discovery."""

WARM_START = [
    ("GET", ROOT),
    ("POST", SESSIONS),
    ("GET", SYSTEM),
    ("GET", THERMAL),
    ("GET", POWER),
]


@pytest.fixture
def connect(session: ClientSession, server: Server, bmc: Bmc) -> Connect:
    """Return a function that connects a client with the discovery of another."""

    @asynccontextmanager
    async def connected(
        discovery: Any = None, **options: Any
    ) -> AsyncIterator[SupermicroRedfishClient]:
        async with SupermicroRedfishClient(
            session,
            server.host,
            bmc.username,
            bmc.password,
            discovery=discovery,
            **options,
        ) as client:
            yield client

    return connected


@pytest.fixture
async def discovery(connect: Connect, bmc: Bmc) -> Discovery:
    """Return the discovery of a client after all bulk reads."""
    async with connect() as client:
        await client.async_get_dynamic_data(with_settings=False)
        await client.async_get_static_data()
        found: Discovery = json.loads(json.dumps(client.discovery))
    bmc.requests.clear()
    return found


def assert_readings(data: DynamicData) -> None:
    """Check that all readings of the board are there."""
    assert data.system
    assert data.thermal
    assert data.thermal.temperatures
    assert data.power
    assert data.power.power_supplies
    assert not data.errors


async def read(client: SupermicroRedfishClient) -> DynamicData:
    """Read the dynamic data without the resources of the static data."""
    return await client.async_get_dynamic_data(with_settings=False)


async def test_known_board_takes_five_requests(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Read root, system, Thermal and Power, and log in."""
    async with connect(discovery) as client:
        assert_readings(await read(client))
        assert take_calls(bmc) == WARM_START
        static = await client.async_get_static_data()
        assert client.discovery == discovery
    assert not static.errors
    paths = [path for _, path in take_calls(bmc)]
    assert f"{ROOT}/Systems" not in paths
    assert len(paths) == len(set(paths))


async def test_discovery_has_no_secrets(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Omit the account, the token and serial numbers from the discovery."""
    text = json.dumps(discovery)
    system = bmc.resource(SYSTEM)
    for secret in (
        bmc.username,
        bmc.password,
        system["SerialNumber"],
        system["UUID"],
        bmc.resource(ROOT)["UUID"],
    ):
        assert secret
        assert secret not in text


async def test_same_bmc_is_recognized_without_more_requests(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Use the system that identifies the BMC as that of the first read."""
    async with connect(discovery) as client:
        assert await client.async_is_same_bmc()
        assert_readings(await read(client))
        assert take_calls(bmc) == WARM_START
    async with connect() as client:
        bmc.requests.clear()
        assert not await client.async_is_same_bmc()
        assert not bmc.requests


def change_root(bmc: Bmc) -> None:
    """Change the service root, as another firmware mostly does."""
    bmc.change(ROOT, {"RedfishVersion": "1.99.0"})


def change_uuid(bmc: Bmc) -> None:
    """Replace the BMC at the address by another one with the same firmware."""
    bmc.change(ROOT, {"UUID": "00000000-0000-0000-0000-7CC255000001"})


def change_serial_number(bmc: Bmc) -> None:
    """Replace the mainboard; the BMC copies the UUID."""
    bmc.change(SYSTEM, {"SerialNumber": "S1"})


def move_system(bmc: Bmc) -> None:
    """Move all resources of the system."""
    rename(bmc, SYSTEM, f"{ROOT}/Systems/Node")


def move_chassis(bmc: Bmc) -> None:
    """Move all resources of the chassis."""
    rename(bmc, CHASSIS, f"{ROOT}/Chassis/Main")


def move_thermal(bmc: Bmc) -> None:
    """Move one resource; nothing else shows it before it is requested."""
    rename(bmc, THERMAL, f"{CHASSIS}/ThermalMetrics")


def rename(bmc: Bmc, old: str, new: str) -> None:
    """Move a resource and all below it, with all links."""
    board = rewrite_board(bmc.board, f'"{old}(?=["/])', f'"{new}')
    for path in [*bmc.board.resources]:
        if path.startswith(old):
            bmc.remove(path)
    for path, body in board.resources.items():
        bmc.put(path, body)


@pytest.mark.parametrize(
    "change",
    [
        change_root,
        change_uuid,
        change_serial_number,
        move_system,
        move_chassis,
        move_thermal,
    ],
)
async def test_changed_board_is_discovered_in_the_same_poll(
    connect: Connect, bmc: Bmc, discovery: Discovery, change: Callable[[Bmc], None]
) -> None:
    """Read all resources, as without a discovery, and discover the board again."""
    change(bmc)
    async with connect(discovery) as client:
        assert_readings(await read(client))
        assert ("GET", f"{ROOT}/Systems") in take_calls(bmc)
        static = await client.async_get_static_data()
        assert not static.errors
        await read(client)
        changed = client.discovery
    assert changed != discovery
    bmc.requests.clear()
    async with connect(changed) as client:
        assert_readings(await read(client))
        assert len(bmc.requests) == len(WARM_START)


@pytest.mark.parametrize("change", [change_root, change_uuid, change_serial_number])
async def test_other_bmc_is_not_the_same(
    connect: Connect, bmc: Bmc, discovery: Discovery, change: Callable[[Bmc], None]
) -> None:
    """Recognize another BMC before any other resource is read."""
    change(bmc)
    async with connect(discovery) as client:
        assert not await client.async_is_same_bmc()


async def test_alias_of_old_path_is_not_used(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Follow the links of the system, although the old chassis still responds."""
    resources = {**bmc.board.resources}
    move_chassis(bmc)
    for path in (CHASSIS, THERMAL, POWER):
        bmc.put(path, resources[path])
    bmc.requests.clear()
    async with connect(discovery) as client:
        assert (await client.async_get_thermal()).temperatures
        assert_readings(await read(client))
    assert ("GET", THERMAL) not in take_calls(bmc)


async def test_moved_setting_is_found_at_its_new_link(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Follow the link of the manager, although the old path still responds."""
    bmc.put(f"{OEM}/Fans/Mode", bmc.resource(FAN_MODE) | {"Mode": "HeavyIO"})
    fan_mode = {"FanMode": link(f"{OEM}/Fans/Mode")}
    bmc.change(MANAGER, {"Oem": {"Supermicro": fan_mode}})
    async with connect(discovery) as client:
        await read(client)
        await client.async_get_static_data()
        assert (await client.async_get_fan_mode()).mode == "HeavyIO"


async def test_updated_firmware_is_discovered_anew(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Discard the verdicts of another firmware, although all links are the same."""
    bmc.change(MANAGER, {"FirmwareVersion": "99"})
    stored = discovery | {"readings": {"way": {"works": True}}}
    async with connect(stored) as client:
        await read(client)
        assert client.discovery["readings"]["way"] == {"works": True}
        await client.async_get_static_data()
        assert_readings(await read(client))
        assert client.discovery["firmware"] == "99"
        assert "way" not in client.discovery["readings"]


async def test_resources_are_read_again_after_a_firmware_update(
    connect: Connect, bmc: Bmc
) -> None:
    """Use no value that was read before the update."""
    async with connect() as client:
        for number in range(3):
            await client.async_get_static_data()
            bmc.change(MANAGER, {"FirmwareVersion": f"99.{number}"})
            await client.async_get_static_data()
            bmc.change(FAN_MODE, {"Mode": ("HeavyIO", "FullSpeed", "Optimal")[number]})
            static = await client.async_get_static_data()
            assert static.fan_mode
            assert static.fan_mode.mode == ("HeavyIO", "FullSpeed", "Optimal")[number]


async def test_board_that_loses_thermal_uses_its_subsystems(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Read the fallback in the poll that finds Thermal and Power missing."""
    make_gen14(bmc)
    for path in (THERMAL, POWER):
        bmc.remove(path)
    async with connect(discovery) as client:
        data = await read(client)
    assert not data.errors
    assert data.thermal
    assert [item.name for item in data.thermal.temperatures] == ["CPU Temp"]
    assert data.power
    assert data.power.total_power_consumed_watts == 207.5


async def test_board_that_gains_thermal_uses_it(connect: Connect, bmc: Bmc) -> None:
    """Read Thermal and Power from the static poll on that finds them."""
    bodies = {path: bmc.resource(path) for path in (CHASSIS, THERMAL, POWER)}
    make_gen14(bmc)
    async with connect() as client:
        await read(client)
        await client.async_get_static_data()
        found = client.discovery
    assert "thermal" in found["missing"]
    for path, body in bodies.items():
        bmc.put(path, body)
    async with connect(found) as client:
        before = await read(client)
        await client.async_get_static_data()
        after = await read(client)
    assert before.thermal
    assert after.thermal
    assert len(before.thermal.temperatures) == 1 < len(after.thermal.temperatures)


async def test_refused_license_is_not_requested_again(
    connect: Connect, bmc: Bmc
) -> None:
    """Raise the same LicenseError, and request no parent resources."""
    bmc.fail(f"{SYSTEM}/Storage*", status=403, body=license_error())
    async with connect() as client:
        await read(client)
        with pytest.raises(LicenseError) as first:
            await client.async_get_drives()
        found = json.loads(json.dumps(client.discovery))
    async with connect(found) as client:
        await read(client)
        bmc.requests.clear()
        with pytest.raises(LicenseError) as second:
            await client.async_get_drives()
        assert not bmc.requests
        assert client.discovery["unlicensed"] == found["unlicensed"]
    assert first.value.license == second.value.license == "DCMS"
    assert str(first.value) == str(second.value)


@pytest.mark.parametrize(
    "malformed",
    [
        "text",
        [1],
        {"version": 1},
        {"version": 2},
        {"paths": 5},
        {"paths": {"system": 5, "thermal": None, 7: "/redfish"}},
        {"paths": {"system": "//evil.example/redfish", "thermal": "x"}},
        {"links": [], "missing": 1, "unlicensed": "x", "readings": None},
        {"bmc": None},
        {"unlicensed": {"drives": None}, "readings": {"expanded": 5}},
    ],
)
async def test_malformed_discovery_is_ignored(
    connect: Connect, bmc: Bmc, discovery: Discovery, malformed: Any
) -> None:
    """Discover the board as if there was none."""
    if isinstance(malformed, dict) and malformed.keys() != {"version"}:
        malformed = discovery | malformed
    async with connect(malformed) as client:
        assert_readings(await read(client))
        assert not (await client.async_get_static_data()).errors


async def test_bmc_without_uuid_has_no_discovery(connect: Connect, bmc: Bmc) -> None:
    """Return no discovery, as it could be used for another BMC."""
    bmc.change(ROOT, {"UUID": "00000000-0000-0000-0000-000000000000"})
    async with connect() as client:
        await read(client)
        assert client.discovery == {}


async def test_discovery_of_other_system_is_ignored(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Discover the chassis that the caller wants."""
    async with connect(discovery, chassis="1") as client:
        await read(client)
    assert ("GET", f"{ROOT}/Systems") in take_calls(bmc)


async def test_path_past_a_dead_link_is_not_remembered(
    connect: Connect, bmc: Bmc
) -> None:
    """Find the resource by its first link after a restart."""
    bmc.fail(CHASSIS, status=404)
    bmc.put(f"{ROOT}/Chassis/2", bmc.resource(CHASSIS))
    bmc.change(f"{ROOT}/Chassis", {"Members": [link(f"{ROOT}/Chassis/2")]})
    async with connect() as client:
        await read(client)
        assert client.paths["chassis"] == f"{ROOT}/Chassis/2"
        assert client.discovery == {}


async def test_resource_behind_a_dead_link_is_requested_after_a_restart(
    connect: Connect, bmc: Bmc
) -> None:
    """Remember a missing link, but no missing resource behind one."""
    bmc.fail(NTP, status=404)
    async with connect() as client:
        await client.async_get_static_data()
        discovery = client.discovery
    bmc.heal()
    bmc.requests.clear()
    async with connect(discovery) as client:
        await client.async_get_static_data()
    assert ("GET", NTP) in take_calls(bmc)


async def test_discovery_outlives_the_connection(
    connect: Connect, bmc: Bmc, discovery: Discovery
) -> None:
    """Return the discovery after the logout as well, and use it for the next login."""
    async with connect(discovery) as client:
        await read(client)
    assert client.discovery["paths"] == discovery["paths"]
    bmc.requests.clear()
    async with client:
        assert_readings(await read(client))
        assert {*take_calls(bmc)} == {*WARM_START}


async def test_accepted_etag_is_sent_first_after_a_restart(
    connect: Connect, bmc: Bmc
) -> None:
    """Name the ETag of the body at once where the BMC rejects that of the header."""
    bmc.etags = "quoted twice"
    bmc.if_match = "body's tag"
    bmc.if_match_required = True
    async with connect() as client:
        await client.async_get_system()
        await light_led(client)
        found = client.discovery
    assert found["etags"] == "body"
    bmc.change(SYSTEM, {"IndicatorLED": "Off"})
    bmc.requests.clear()
    async with connect(found) as client:
        await client.async_get_system()
        await light_led(client)
    assert len([item for item in bmc.requests if item.method == "PATCH"]) == 2


async def test_reads_during_a_change_of_the_firmware_are_repeated_later(
    connect: Connect,
    discovery: Discovery,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Request resources again that were read while the discovery was discarded."""
    monkeypatch.setattr(cache, "monotonic", clock)
    bmc.change(MANAGER, {"FirmwareVersion": "99.99.99"})
    async with connect(discovery) as client:
        client.set_max_concurrent_requests(9)
        await client.async_get_static_data()
        for interval in (90, 900):
            clock.tick(interval)
            enabled = not bmc.store[NTP]["NTPEnable"]
            bmc.change(NTP, {"NTPEnable": enabled})
            static = await client.async_get_static_data()
            assert static.ntp
            assert static.ntp.enabled is enabled


@pytest.mark.parametrize("is_late", [False, True])
async def test_path_that_leads_nowhere_is_not_remembered(
    connect: Connect,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_late: bool,
) -> None:
    """Keep the other findings, whether or not its error is still remembered."""
    monkeypatch.setattr(availability, "monotonic", clock)
    bmc.remove(f"{SYSTEM}/ResetActionInfo")
    async with connect() as client:
        await client.async_get_dynamic_data()
        await client.async_get_static_data()
        clock.tick((RETRY_UNAVAILABLE_SECONDS + 1) * is_late)
        discovery = client.discovery
    assert discovery["paths"]["thermal"] == THERMAL
    assert "reset_info" not in discovery["paths"]


async def test_dead_path_of_an_earlier_run_is_dropped_once(
    connect: Connect, bmc: Bmc
) -> None:
    """Discover the board anew, and do not expect the missing resource any more."""
    async with connect() as client:
        await client.async_get_dynamic_data()
        await client.async_get_static_data()
        discovery = client.discovery
    bmc.remove(f"{SYSTEM}/ResetActionInfo")
    for number in range(3):
        async with connect(discovery) as client:
            await client.async_get_dynamic_data()
            await client.async_get_static_data()
            assert await client.async_is_same_bmc() is (number > 0)
            discovery = client.discovery
        assert "reset_info" not in discovery["paths"]
