"""Defects of the published client that were middling: those of M."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    DynamicData,
    FanModeType,
    InvalidResponseError,
    NotFoundError,
    ResetType,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from tests.conftest import Clock
from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.changes import REMOVED
from tests.simulator.testing import as_old

from . import (
    CHASSIS,
    MANAGER,
    MEMORY,
    OEM,
    ROOT,
    SESSIONS,
    SYSTEM,
    THERMAL,
    collection,
    link,
    rewritten,
    statuses,
)


async def test_m2_a_passing_failure_is_not_remembered(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The next poll has the temperatures again, and one poll asks once."""
    before = await client.async_get_dynamic_data()
    for status in (503, 404, 403, 429, 500):
        bmc.requests.clear()
        bmc.fail(THERMAL, status=status, times=1)
        data = await client.async_get_dynamic_data()
        assert data.thermal is None
        assert data.errors["thermal"].status == status
        assert statuses(bmc, "GET", THERMAL) == [status]
        assert await client.async_get_dynamic_data() == before


async def test_m2_a_collection_that_was_there_is_not_empty(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """A BMC that starts answers 404 for a while: the memory has not been taken out."""
    modules = await client.async_get_memory()
    assert modules
    bmc.fail(MEMORY, status=404, times=1)
    with pytest.raises(NotFoundError):
        await client.async_get_memory()
    assert await client.async_get_memory() == modules


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"/(Systems|Chassis|Managers)/1\b", r"/\1/Self"),
        (r"/(Systems|Chassis|Managers)/1\b", r"/\1/{node-7}~a.b"),
        (r'("@odata.id": "/redfish/v1/[^"#]*[^/"#])"', r'\1/"'),
        (r'("target": "/redfish/v1/[^"#]*[^/"#])"', r'\1/"'),
    ],
    ids=["Self", "odd", "slashes", "slashes of actions"],
)
async def test_m4_paths_are_not_known_beforehand(
    client: SupermicroRedfishClient,
    session: ClientSession,
    pattern: str,
    replacement: str,
) -> None:
    """With other ids, and with slashes at all ends, the board is the same."""
    expected = await client.async_get_all_data()
    await client.async_disconnect()
    bmc = Bmc(rewritten(Board.load("x12spi-tf"), pattern, replacement))
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as own_client,
    ):
        data = await own_client.async_get_all_data()
        assert data.errors == {}
        for name in ("thermal", "power", "manager", "fan_mode", "ntp", "reset_types"):
            ours, theirs = (vars(item)[name] for item in (data, expected))
            if name == "manager":
                ours, theirs = (replace(item, reset=None) for item in (ours, theirs))
            assert ours == theirs
        await own_client.async_set_fan_mode(FanModeType.FULL_SPEED)
        await own_client.async_system_reset(ResetType.FORCE_OFF)
        asked = [item.path for item in bmc.requests]
    assert bmc.fan_mode == "FullSpeed"
    assert bmc.power_state == "PoweringOff"
    assert {item.status for item in bmc.requests} <= {200, 201, 304}
    assert len([path for path in asked if path.endswith("/Thermal")]) == 1


async def test_m4_a_slash_makes_no_other_resource(session: ClientSession) -> None:
    """Where some links end in one, nothing is read twice, and a system has its name."""
    asked = []
    for ending in ("", "/"):
        bmc = Bmc(Board.load("x12spi-tf"))
        for key, other in (("Chassis", CHASSIS), ("ManagedBy", MANAGER)):
            bmc.change(SYSTEM, {"Links": {key: REMOVED}})
            bmc.change(SYSTEM, {"Links": {key: [link(other + ending)]}})
        members = [link(SYSTEM + ending)]
        bmc.put(f"{ROOT}/Systems", link(f"{ROOT}/Systems") | {"Members": members})
        async with (
            serve(bmc) as server,
            SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN", system="1"
            ) as client,
        ):
            assert (await client.async_get_all_data()).errors == {}
            await client.async_get_certificates()
        asked.append(sorted(item.path for item in bmc.requests))
    assert asked[0] == asked[1]


async def test_m5_a_board_with_both_generations_is_read_in_the_old_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Two requests tell what dozens would."""
    for name in ("ThermalSubsystem", "PowerSubsystem", "EnvironmentMetrics"):
        bmc.change(CHASSIS, {name: link(f"{CHASSIS}/{name}")})
        bmc.put(f"{CHASSIS}/{name}", link(f"{CHASSIS}/{name}"))
    data = await client.async_get_dynamic_data()
    assert data.thermal
    assert data.thermal.temperatures
    assert not [item for item in bmc.requests if "Subsystem" in item.path]


THERMALS, POWERS = f"{CHASSIS}/ThermalSubsystem", f"{CHASSIS}/PowerSubsystem"
PARTS = {
    f"{THERMALS}/Fans": [f"FAN{number}" for number in range(12)],
    f"{CHASSIS}/Sensors": [f"T{number}" for number in range(12)],
    f"{POWERS}/PowerSupplies": [str(number) for number in range(4)],
}


def _put_subsystems(bmc: Bmc) -> None:
    """Let a board have a resource for each sensor, fan and supply."""
    new = ("ThermalSubsystem", "PowerSubsystem", "Sensors", "EnvironmentMetrics")
    links = {name: link(f"{CHASSIS}/{name}") for name in new}
    bmc.change(CHASSIS, {"Thermal": None, "Power": None} | links)
    metrics = f"{THERMALS}/ThermalMetrics"
    fans = {"Fans": link(f"{THERMALS}/Fans"), "ThermalMetrics": link(metrics)}
    bmc.put(THERMALS, link(THERMALS) | fans)
    bmc.put(metrics, link(metrics) | {"TemperatureReadingsCelsius": []})
    bmc.put(POWERS, link(POWERS) | {"PowerSupplies": link(f"{POWERS}/PowerSupplies")})
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", {"PowerWatts": {"Reading": 100}})
    for path, names in PARTS.items():
        bmc.put(path, collection(path, names))


def _measure(bmc: Bmc, value: int) -> None:
    """Let all of them measure the same."""
    for path, names in PARTS.items():
        for name in names:
            body: dict[str, Any] = {"Id": name, "Name": name}
            body |= {"Reading": value, "ReadingType": "Temperature"}
            body["SpeedPercent"] = {"SpeedRPM": value}
            body["Metrics"] = link(f"{path}/{name}/Metrics")
            bmc.put(f"{path}/{name}", body)
            output = {"OutputPowerWatts": {"Reading": value}}
            bmc.put(f"{path}/{name}/Metrics", output)


async def _refreshed(
    client: SupermicroRedfishClient, bmc: Bmc, times: int
) -> DynamicData:
    """Return what some refreshes in a row have found, none of which asked for much."""
    for _ in range(times):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 10
        bmc.requests.clear()
    return data


async def test_m5_no_board_needs_more_than_ten_requests_for_a_refresh(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Fans, sensors, supplies and their metrics take turns, and all have theirs."""
    _put_subsystems(bmc)
    _measure(bmc, 1)
    assert (await _refreshed(client, bmc, 9)).is_complete
    _measure(bmc, 2)
    data = await _refreshed(client, bmc, 8)
    assert data.thermal
    assert {t.reading for t in data.thermal.temperatures} == {2}
    assert {fan.reading_rpm for fan in data.thermal.fans} == {2}
    assert data.power
    assert {item.power_output_watts for item in data.power.power_supplies} == {2}
    assert len(data.thermal.temperatures) == len(data.thermal.fans) == 12


@pytest.mark.parametrize("etag_header", [True, False])
@pytest.mark.parametrize("not_modified", [True, False])
async def test_m6_every_read_is_conditional(
    session: ClientSession, clock: Clock, *, etag_header: bool, not_modified: bool
) -> None:
    """The second time each resource is asked for with its ETag, header or not."""
    bmc = Bmc(
        Board.load("x12spi-tf"),
        clock=clock,
        etag_header=etag_header,
        not_modified=not_modified,
    )
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):

        async def everything() -> list[Any]:
            return [
                await client.async_get_service_root(),
                await client.async_get_account_service(),
                await client.async_get_memory(),
                await client.async_get_log_entries(),
                vars(await client.async_get_dynamic_data()),
                vars(await client.async_get_static_data()),
            ]

        first = await everything()
        await everything()
        bmc.requests.clear()
        client.stats.cache_hits = 0
        again = await everything()
        assert again == first
        statuses = {item.status for item in bmc.requests}
        assert statuses == {304 if not_modified else 200}
        assert all("if-none-match" in item.headers for item in bmc.requests)
        assert client.stats.cache_hits == not_modified * len(bmc.requests)
        assert (again[4]["system"] is first[4]["system"]) is not_modified


async def test_m6_boards_without_etags_are_read_anew(
    session: ClientSession,
) -> None:
    """X11 has none: nothing is conditional, and nothing is old."""
    bmc = Bmc(as_old(Board.load("x12spi-tf")))
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        first = await client.async_get_dynamic_data()
        bmc.set_reading("CPU Temp", 83)
        second = await client.async_get_dynamic_data()
        assert second != first
        assert second.thermal
        assert 83 in {t.reading for t in second.thermal.temperatures}
    assert not [item for item in bmc.requests if "if-none-match" in item.headers]


async def test_m6_a_command_forgets_what_it_touches(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """What was commanded is read without a condition, done or refused."""
    await client.async_get_all_data()
    commands: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        (SYSTEM, lambda: client.async_set_indicator_led("Lit")),
        (SYSTEM, lambda: client.async_set_indicator_led("Purple")),
        (SYSTEM, lambda: client.async_system_reset(ResetType.FORCE_OFF)),
        (f"{OEM}/FanMode", lambda: client.async_set_fan_mode("FullSpeed")),
        (CHASSIS, client.async_reset_intrusion_sensor),
    ]
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    for path, command in commands:
        try:
            await command()
        except SupermicroRedfishError:
            assert statuses(bmc, "PATCH", SYSTEM)[-1] == 400
        bmc.requests.clear()
        await client.async_get_all_data()
        (read,) = (item for item in bmc.requests if item.path == path)
        assert (read.status, "if-none-match" in read.headers) == (200, False)


@pytest.mark.parametrize("status", [304, 302, 307, 399])
async def test_m9_a_success_that_is_none(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Neither "not modified" that nobody asked nor a redirect to nowhere is data."""
    body = None if status == 304 else {"PowerState": "Off"}
    bmc.fail(SYSTEM, status=status, body=b"" if body is None else body)
    with pytest.raises(InvalidResponseError):
        await client.async_get_system()
    bmc.heal()
    assert (await client.async_get_system()).is_on
    if body is not None:
        bmc.fail(SYSTEM, status=status, body=body, method="PATCH")
        with pytest.raises(InvalidResponseError):
            await client.async_set_indicator_led("Lit")


async def test_m9_an_error_that_calls_itself_a_success(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It is no resource all of whose fields are absent."""
    body = {"error": {"code": "Base.v1_10_3.GeneralError", "message": "Busy."}}
    bmc.fail(SYSTEM, status=200, body=body)
    with pytest.raises(InvalidResponseError, match="with an error"):
        await client.async_get_system()


LOCATIONS = {
    "relative": "{path}",
    "absolute": "{url}{path}",
    "by another name": "https://bmc.lan:8443{path}",
    "without TLS": "http://192.0.2.1{path}/",
    "missing": None,
    "nonsense": "http://[",
    "empty": "",
    "nowhere but by its Id": "",
}


@pytest.mark.parametrize("case", LOCATIONS)
async def test_m8_wherever_the_session_is_said_to_be_it_is_given_back(
    client: SupermicroRedfishClient, server: Server, bmc: Bmc, case: str
) -> None:
    """A BMC may call itself otherwise than its user does, or tell it in the body."""
    held = bmc.sessions.create("ADMIN")
    path = f"{SESSIONS}/{held.id}"
    headers = {"X-Auth-Token": held.token}
    if location := LOCATIONS[case]:
        headers["Location"] = location.format(url=server.url, path=path)
    body = {"Id": held.id} if "Id" in case else bmc.resource(path)
    bmc.fail(SESSIONS, status=201, body=body, headers=headers, method="POST", times=1)
    await client.async_connect()
    assert (await client.async_get_system()).is_on
    assert bmc.open_sessions == 1
    await client.async_disconnect()
    assert bmc.open_sessions == 0
    assert statuses(bmc, "DELETE", path) == [200]


@pytest.mark.parametrize(("wanted", "peak"), [(None, 1), (-3, 1), (4, 4), (99, 10)])
async def test_m10_the_number_of_requests_at_a_time_is_bounded(
    client: SupermicroRedfishClient, bmc: Bmc, wanted: int | None, peak: int
) -> None:
    """From one to ten, and one where nobody says and nothing takes long."""
    await client.async_get_update_service()
    if wanted is not None:
        client.set_max_concurrent_requests(wanted)
    bmc.hang("*", 0.02 * peak)
    await client.async_get_firmware_inventory()
    assert bmc.peak_parallel == peak


async def test_m16_sensors_keep_their_names_when_they_change_places(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The place in the list may shift; name and number tell which one it is."""
    before = await client.async_get_thermal()
    body = bmc.resource(THERMAL)
    for key in ("Temperatures", "Fans"):
        moved = [
            sensor | {"MemberId": str(place)}
            for place, sensor in enumerate(reversed(body[key]))
        ]
        body[key] = moved
    bmc.put(THERMAL, body)
    after = await client.async_get_thermal()
    for name in ("temperatures", "fans"):
        old, new = (
            {(item.name, item.sensor_number): item.reading for item in vars(data)[name]}
            for data in (before, after)
        )
        assert len(old) > 3
        assert new == old
        assert vars(before)[name] != vars(after)[name]
