"""What went wrong in the published client, one test for each case of its list.

The ids are those of the list in peers.md. What it says of Home Assistant is tested with
the integration. Cases that other modules of this folder cover whole:

| id | test |
| --- | --- |
| B2 | test_client: errors_are_of_this_package; test_certificate: all |
| B4 | test_auth: a_refused_password_is_not..., a_changed_password_is_tried_once |
| B7 | test_concurrency: a_full_table_of_sessions and the one after it |
| R1 | test_client: action_info_counts..., reset_types_without_action_info |
| R2 | test_models: power_supplies_of_all...; test_client: recorded_boards_... |
| R7 | test_models: versions_keep_their_letters |
| M1 | test_transport: each_status_has_its_exception, no_answer_in_time |
| M3 | test_concurrency: fifty_reads_with_a_dropped_token..., dropped_again_and_again |
| M9 | test_transport: what_is_no_json_object_is_no_answer |
| M10 | test_transport: two_at_a_time_and_a_writer_alone |
| M12 | test_concurrency: a_set_up_that_fails_after_the_login |
| L | test_conformance: models_are_frozen...; test_transport: hosts_may_be_given... |
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
import json
import re
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    BootSource,
    ConnectionError,  # noqa: A004
    FanModeType,
    InvalidResponseError,
    LicenseEntry,
    LicenseError,
    NotFoundError,
    Power,
    ResetType,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
    login,
)
from aiosupermicro.endpoints import ENDPOINTS
from aiosupermicro.transport import base_url
from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.changes import REMOVED
from tests.simulator.testing import as_old, changed

from . import (
    CHASSIS,
    ENTRIES,
    LOG,
    MANAGER,
    MEMORY,
    OEM,
    POWER,
    ROOT,
    SESSIONS,
    SYSTEM,
    THERMAL,
    collection,
    link,
    statuses,
)

LICENSES = f"{MANAGER}/LicenseManager/QueryLicense"


def _rewritten(board: Board, pattern: str, replacement: str) -> Board:
    """Return a board of which the JSON, and so every path, is written otherwise."""
    text = re.sub(pattern, replacement, json.dumps(board.resources))
    return replace(board, resources=json.loads(text))


# B: what was high


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("500", ServiceUnavailableError),
        ("503", ServiceUnavailableError),
        ("404", NotFoundError),
        ("page", InvalidResponseError),
        ("hang", TimeoutError),
        ("drop", ConnectionError),
    ],
)
async def test_b1_a_board_that_fails_has_no_data(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    fault: str,
    expected: type[SupermicroRedfishError],
) -> None:
    """Every poll raises while nothing can be read; none says that the host is off."""
    before = await client.async_get_all_data()
    patience = client._transport._seconds
    if fault == "hang":
        client._transport._seconds = 0.1
        bmc.hang("*", 1)
    elif fault == "drop":
        bmc.drop("*")
    elif fault == "page":
        bmc.fail("*", status=200, body="<html>", content_type="text/html")
    else:
        bmc.fail("*", status=int(fault))
    for read in (
        client.async_get_dynamic_data,
        client.async_get_static_data,
        client.async_get_all_data,
        client.async_get_dynamic_data,
    ):
        with pytest.raises(expected):
            await read()
    bmc.heal()
    client._transport._seconds = patience
    assert await client.async_get_all_data() == before
    assert bmc.logins == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (THERMAL, 400),
        (SYSTEM, 404),
        (f"{OEM}/NTP", 403),
        (MANAGER, 429),
    ],
)
async def test_b1_one_resource_that_fails_costs_that_one(
    client: SupermicroRedfishClient, bmc: Bmc, path: str, status: int
) -> None:
    """It is None and named among the errors; the others are as they were."""
    names = {THERMAL: "thermal", SYSTEM: "system", f"{OEM}/NTP": "ntp"}
    name = names.get(path, "manager")
    before = vars(await client.async_get_all_data())
    bmc.fail(path, status=status)
    after = vars(await client.async_get_all_data())
    assert [*after["errors"]] == [name]
    assert after["errors"][name].status == status
    assert after[name] is None
    for other in before.keys() - {name, "errors"}:
        assert after[other] == before[other]
    bmc.heal()
    assert getattr(await client.async_get_all_data(), name) == before[name]


@pytest.mark.parametrize("tls", [True, False])
async def test_b2_a_login_that_cannot_be_is_an_error(
    session: ClientSession, bmc: Bmc, *, tls: bool
) -> None:
    """No answer in time, or a host that speaks no TLS: connecting raises."""
    if tls:
        bmc.hang("*", 1)
    async with serve(bmc, tls=tls) as server:
        client = SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN", timeout=0.2 if tls else 5
        )
        with pytest.raises(TimeoutError if tls else ConnectionError) as caught:
            await client.async_connect()
        assert isinstance(caught.value, OSError)
    assert bmc.login_attempts == 0


LICENSE_LISTS: list[tuple[Any, list[str]]] = [
    ([], []),
    (None, []),
    ("none", []),
    (["{", "[]", "null", "7", '{"ProductKey": 7}', "[" * 5000], []),
    ([None, 7, {}, []], []),
    (['{"ProductKey": {"Node": {"LicenseName": "SFT-OOB-LIC"}}}'], ["SFT-OOB-LIC"]),
]


@pytest.mark.parametrize(("sent", "names"), LICENSE_LISTS)
async def test_b3_licences_are_documents_in_texts(
    client: SupermicroRedfishClient, bmc: Bmc, sent: Any, names: list[str]
) -> None:
    """Whatever stands there, a set-up does not fail of it."""
    bmc.change(LICENSES, {"Licenses": REMOVED})
    bmc.change(LICENSES, {"Licenses": sent})
    found = await client.async_get_license()
    assert [item.name for item in found.licenses] == names
    assert found.is_licensed is bool(names)
    assert (await client.async_get_static_data()).license == found
    assert bmc.logins == 1


async def test_b3_recorded_licences(client: SupermicroRedfishClient) -> None:
    """An id, a name and a date; never the key's signature."""
    (first, second) = (await client.async_get_license()).licenses
    assert first == LicenseEntry(
        license_id="1", name="SFT-OOB-LIC", create_date="20250304"
    )
    assert second.name == "SFT-DCMS-SINGLE"


@pytest.mark.parametrize("status", [403, 404])
async def test_b3_no_licences_at_all(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """A board that gives no licences is read all the same, in one login."""
    if status == 403:
        bmc.unlicensed = (LICENSES,)
    else:
        bmc.remove(LICENSES)
    for _ in range(3):
        data = await client.async_get_all_data()
        assert data.license is None
        assert isinstance(data.errors.get("license"), LicenseError | None)
        assert data.chassis
    assert statuses(bmc, "GET", LICENSES) == [status]
    assert bmc.logins == 1


async def test_b6_an_hour_of_polls_is_one_login(
    session: ClientSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session idles half a minute at a time, and is given back at the end."""
    monkeypatch.setattr(login, "monotonic", clock)
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, session_expiry="idle")
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for poll in range(120):
            if poll % 30 == 0:
                assert (await client.async_get_all_data()).errors == {}
            assert (await client.async_get_thermal()).temperatures
            clock.tick(30)
    assert bmc.login_attempts == bmc.logins == 1
    assert [item.method for item in bmc.requests].count("DELETE") == 1
    assert bmc.open_sessions == 0


async def test_b7_a_login_that_the_bmc_cannot_serve_is_one_request_a_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """There is no login before every read, and no read without a login."""
    await client.async_test_connection()
    bmc.requests.clear()
    bmc.fail(SESSIONS, status=503)
    for _ in range(10):
        with pytest.raises(ServiceUnavailableError):
            await client.async_get_all_data()
    assert [(item.method, item.path) for item in bmc.requests] == [
        ("POST", SESSIONS)
    ] * 10


@pytest.mark.parametrize("value", [None, REMOVED, "N/A", 7, True, [None], {"a": None}])
async def test_b8_any_field_may_be_anything(
    client: SupermicroRedfishClient, bmc: Bmc, value: Any
) -> None:
    """Resources all of whose fields are null, absent or of another type are read."""
    await client.async_get_all_data()
    for path in (SYSTEM, CHASSIS, MANAGER, THERMAL, POWER, f"{OEM}/NTP"):
        keys = [] if value is REMOVED else bmc.resource(path)
        bmc.put(path, {**dict.fromkeys(keys, value), **link(path)})
    data = await client.async_get_all_data()
    assert {*data.errors} <= {"inner_thermal"}
    assert data.system
    assert data.chassis
    assert data.manager
    assert data.thermal
    assert data.power
    assert data.system.is_healthy is data.chassis.is_intruded is None
    assert data.system.reset_types == ()
    assert data.thermal.temperatures == ()
    assert data.power.total_power_consumed_watts is None
    assert data.system.is_on is (False if value == "N/A" else None)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (SYSTEM, ("BiosVersion", "Boot", "Status")),
        (CHASSIS, ("Oem", "Status", "PhysicalSecurity")),
        (THERMAL, ("Fans",)),
        (POWER, ("Voltages", "PowerSupplies", "Redundancy", "Oem")),
    ],
)
async def test_b8_null_is_nothing(
    client: SupermicroRedfishClient, bmc: Bmc, path: str, keys: tuple[str, ...]
) -> None:
    """What boards were seen to leave null costs that and nothing beside it."""
    before = await client.async_get_all_data()
    bmc.change(path, dict.fromkeys(keys))
    data = await client.async_get_all_data()
    assert data.errors == {}
    assert data.thermal
    assert data.thermal.temperatures == (before.thermal and before.thermal.temperatures)
    assert data.system
    assert data.system.is_on
    assert data.power
    assert data.power.total_power_consumed_watts == 118


# R: what recorded boards showed


async def test_r3_a_chassis_that_does_not_say_is_not_off(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """X10 and X11 have no such key."""
    bmc.change(CHASSIS, {"PowerState": REMOVED})
    assert (await client.async_get_chassis()).power_state is None


@pytest.mark.parametrize(
    "security",
    [
        REMOVED,
        None,
        {"IntrusionSensor": None, "IntrusionSensorNumber": None},
        {"IntrusionSensor": REMOVED},
    ],
)
async def test_r4_a_chassis_without_a_sensor_is_not_closed(
    client: SupermicroRedfishClient, bmc: Bmc, security: Any
) -> None:
    """Nobody knows whether it was opened."""
    bmc.change(CHASSIS, {"PhysicalSecurity": security})
    assert (await client.async_get_chassis()).is_intruded is None


@pytest.mark.parametrize("level", ["Supermicro", None])
async def test_r5_old_boards_have_their_resources_elsewhere(
    session: ClientSession, level: str | None
) -> None:
    """Fan mode, NTP and POST code are read and written where the manager links them."""
    board = _rewritten(as_old(Board.load("x12spi-tf")), f"{OEM}/", f"{MANAGER}/")
    bmc = Bmc(board, task_seconds=0)
    if level is None:  # the oldest, of 2017
        links = bmc.resource(MANAGER)["Oem"]["Supermicro"]
        bmc.change(MANAGER, {"Oem": {"Supermicro": REMOVED, **links}})
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_static_data()
        assert data.fan_mode
        assert data.fan_mode.available_modes
        assert data.ntp
        assert data.snooping
        assert data.snooping.post_code
        await client.async_set_fan_mode(FanModeType.FULL_SPEED)
        await client.async_set_ntp_enabled(enabled=False)
    assert (bmc.fan_mode, bmc.ntp_enabled) == ("FullSpeed", False)
    assert not [item for item in bmc.requests if "/Oem/" in item.path]


@pytest.mark.parametrize("name", [None, *(n for n in RECORDINGS if n == "x10sdv")])
async def test_r5_a_recorded_old_board_is_commanded(
    session: ClientSession, name: str | None
) -> None:
    """Boards with the old paths obey."""
    bmc = Bmc(Board.load(RECORDED / name) if name else Board.load("x12spi-tf"))
    bmc.task_seconds = 0
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for mode in (await client.async_get_fan_mode()).available_modes:
            await client.async_set_fan_mode(mode)
            assert bmc.fan_mode == mode
        await client.async_set_ntp_enabled(enabled=not bmc.ntp_enabled)
        assert (await client.async_get_ntp()).enabled is bmc.ntp_enabled


async def test_r6_firmware_is_pushed_in_parts(client: SupermicroRedfishClient) -> None:
    """Supermicro's firmware has the multipart address and not the other."""
    service = await client.async_get_update_service()
    assert service.multipart_http_push_uri == "/redfish/v1/UpdateService/upload"
    assert service.http_push_uri is None


async def test_r8_boards_of_2017_spell_two_keys_otherwise(
    session: ClientSession,
) -> None:
    """Every fan has its name, every sensor its id, and none stands for all."""
    board = _rewritten(Board.load("x12spi-tf"), '"MemberId":', '"MemberID":')
    fans = [
        {"FanName" if key == "Name" else key: value for key, value in fan.items()}
        for fan in board.resources[THERMAL]["Fans"]
    ]
    board.resources[THERMAL]["Fans"] = fans
    async with (
        serve(Bmc(board)) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        data = await client.async_get_dynamic_data()
    assert data.thermal
    assert data.power
    assert [fan.name for fan in data.thermal.fans] == [fan["FanName"] for fan in fans]
    for sensors in (
        data.thermal.fans,
        data.thermal.temperatures,
        data.power.voltages,
        data.power.power_supplies,
    ):
        assert [item.member_id for item in sensors] == [
            str(place) for place in range(len(sensors))
        ]
    assert data.thermal.get_fan("2") is data.thermal.fans[2]


# M: what was middling


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
    bmc = Bmc(_rewritten(Board.load("x12spi-tf"), pattern, replacement))
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


async def test_m5_no_board_needs_more_than_ten_requests_for_a_refresh(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Fans, sensors, supplies and their metrics take turns, and all have theirs."""
    thermal, power = f"{CHASSIS}/ThermalSubsystem", f"{CHASSIS}/PowerSubsystem"
    parts = {
        f"{thermal}/Fans": [f"FAN{number}" for number in range(12)],
        f"{CHASSIS}/Sensors": [f"T{number}" for number in range(12)],
        f"{power}/PowerSupplies": [str(number) for number in range(4)],
    }
    bmc.change(
        CHASSIS,
        {
            "Thermal": None,
            "Power": None,
            "ThermalSubsystem": link(thermal),
            "PowerSubsystem": link(power),
            "Sensors": link(f"{CHASSIS}/Sensors"),
            "EnvironmentMetrics": link(f"{CHASSIS}/EnvironmentMetrics"),
        },
    )
    metrics = f"{thermal}/ThermalMetrics"
    bmc.put(
        thermal,
        link(thermal)
        | {"Fans": link(f"{thermal}/Fans"), "ThermalMetrics": link(metrics)},
    )
    bmc.put(metrics, link(metrics) | {"TemperatureReadingsCelsius": []})
    bmc.put(power, link(power) | {"PowerSupplies": link(f"{power}/PowerSupplies")})
    bmc.put(f"{CHASSIS}/EnvironmentMetrics", {"PowerWatts": {"Reading": 100}})
    for path, names in parts.items():
        bmc.put(path, collection(path, names))

    def measure(value: int) -> None:
        for path, names in parts.items():
            for name in names:
                body: dict[str, Any] = {"Id": name, "Name": name}
                body |= {"Reading": value, "ReadingType": "Temperature"}
                body["SpeedPercent"] = {"SpeedRPM": value}
                body["Metrics"] = link(f"{path}/{name}/Metrics")
                bmc.put(f"{path}/{name}", body)
                output = {"OutputPowerWatts": {"Reading": value}}
                bmc.put(f"{path}/{name}/Metrics", output)

    measure(1)
    for _ in range(9):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 10
        bmc.requests.clear()
    assert data.is_complete
    measure(2)
    for _ in range(8):
        data = await client.async_get_dynamic_data()
        assert len(bmc.requests) <= 10
        bmc.requests.clear()
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


async def test_m7_two_logs_are_told_apart(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Health events and maintenance, each in three requests, then in one."""
    events = await client.async_get_log_entries()
    assert [entry.message for entry in events] == [
        entry["Message"] for entry in bmc.resource(ENTRIES)["Members"]
    ]
    audit = await client.async_get_manager_log_entries()
    assert {entry.entry_type for entry in audit} == {"Oem"}
    assert {entry.entry_type for entry in events} == {"SEL"}
    bmc.requests.clear()
    assert await client.async_get_log_entries() == events
    assert [item.path for item in bmc.requests][-1] == ENTRIES
    assert len(bmc.requests) <= 2


def _entries(bmc: Bmc, ids: list[int]) -> list[dict[str, Any]]:
    """Return entries with these ids, whose messages tell their order."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    return [
        entry | {"Id": str(number), "Message": f"[X-{place}] event {place}"}
        for place, number in enumerate(ids)
    ]


LOGS = [
    ([1, 2, 3, 4], False),
    ([4, 3, 2, 1], True),
    ([4095, 4096, 1, 2], False),
    ([2, 1, 4096, 4095], True),
    ([5], False),
    ([], False),
]
"""The ids of entries as they are sent, and whether they run backwards."""


async def test_m7_entries_come_newest_last(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Whichever way the log runs, and where the numbers begin anew."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    for ids, is_reversed in LOGS:
        sent = [entry | {"Id": str(number)} for number in ids]
        bmc.put(ENTRIES, link(ENTRIES) | {"Members": sent})
        wanted = [str(number) for number in (ids[::-1] if is_reversed else ids)]
        assert [entry.id for entry in await client.async_get_log_entries()] == wanted
        for place, known in enumerate(wanted):
            later = await client.async_get_log_entries(after=known)
            assert [entry.id for entry in later] == wanted[place + 1 :]
        assert len(await client.async_get_log_entries(after="9999")) == len(ids)


async def test_m7_an_id_may_be_longer_than_any_number(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Python reads no number of thousands of digits; the entries are read."""
    entry = bmc.resource(ENTRIES)["Members"][0]
    ids = ["1", "9" * 5000, "2"]
    bmc.put(ENTRIES, link(ENTRIES) | {"Members": [entry | {"Id": i} for i in ids]})
    assert [entry.id for entry in await client.async_get_log_entries()] == ids


async def test_m7_a_log_in_pages(client: SupermicroRedfishClient, bmc: Bmc) -> None:
    """Each page names the next one; one that leads back to itself is the last."""
    entries = _entries(bmc, [1, 2, 3, 4, 5])
    pages = [entries[:2], entries[2:4], entries[4:]]
    paths = [ENTRIES, f"{ENTRIES}/Page2", f"{ENTRIES}/Page3"]
    for path, following, page in zip(paths, [*paths[1:], None], pages, strict=True):
        more = {"Members@odata.nextLink": following} if following else {}
        bmc.put(path, link(path) | {"Members": page} | more)
    assert len(await client.async_get_log_entries()) == 5
    bmc.change(paths[2], {"Members@odata.nextLink": ENTRIES})
    bmc.requests.clear()
    assert len(await client.async_get_log_entries()) == 5
    assert len(bmc.requests) <= 4


async def test_m7_entries_that_are_only_linked(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Each is read, in the order of the links; an entry by itself is nothing."""
    entries = _entries(bmc, [1, 2, 3])
    for entry in entries:
        bmc.put(f"{ENTRIES}/{entry['Id']}", entry)
    links = collection(ENTRIES, ["1", "2", "3"])["Members"]
    bmc.put(ENTRIES, link(ENTRIES) | {"Members": [*links, None, "?", {}, 5]})
    found = await client.async_get_log_entries()
    assert [entry.id for entry in found] == ["1", "2", "3"]


async def test_m7_a_log_without_a_name_is_not_the_one(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """The log of health events is known by its kind."""
    other = f"{SYSTEM}/LogServices/Dump"
    bmc.put(other, {"Entries": link(f"{other}/Entries")})
    bmc.put(f"{other}/Entries", {"Members": []})
    logs = f"{SYSTEM}/LogServices"
    bmc.put(logs, link(logs) | {"Members": [link(other), link(LOG)]})
    assert len(await client.async_get_log_entries()) == 9
    assert len(await client.async_get_log_entries("Log1")) == 9
    with pytest.raises(NotFoundError, match="SEL"):
        await client.async_get_log_entries("SEL")


async def test_m7_another_log_may_be_out_of_reach(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It hides neither the log of health events nor that this is gone itself."""
    logs, gone = f"{SYSTEM}/LogServices", f"{SYSTEM}/LogServices/Dump"
    bmc.put(logs, link(logs) | {"Members": [link(gone), link(LOG)]})
    assert len(await client.async_get_log_entries()) == 9
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries("Dump")
    await client.async_disconnect()
    await client.async_connect()
    other = {"Id": "Dump", "Entries": link(f"{gone}/Entries")}
    bmc.put(gone, other)
    bmc.fail(LOG, status=404)
    with pytest.raises(NotFoundError):
        await client.async_get_log_entries()


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


# L: what was small


@pytest.mark.parametrize(
    ("watts", "total"),
    [([118], 118), ([None, 70], 70), ([118, 70], 118), ([None], None), ([], None)],
)
def test_l_the_draw_is_the_first_that_is_measured(
    watts: list[float | None], total: float | None
) -> None:
    """More than one may be given; they may lie within each other, so none is added."""
    controls = [{"PowerConsumedWatts": value} for value in watts]
    power = Power.from_dict({"PowerControl": controls, "PowerSupplies": [{}]})
    assert power.total_power_consumed_watts == total


@pytest.mark.parametrize("name", ["NTP", "LLDP", "FanMode", "Snooping"])
async def test_l_what_a_board_lacks_is_not_off(
    client: SupermicroRedfishClient, bmc: Bmc, name: str
) -> None:
    """It is None among the others, and by itself an error."""
    bmc.remove(f"{OEM}/{name}")
    row = next(row for row in ENDPOINTS if row.model.__name__ == name)
    data = await client.async_get_static_data()
    assert getattr(data, row.name) is None
    assert data.errors == {}
    with pytest.raises(NotFoundError):
        await getattr(client, f"async_get_{row.name}")()


async def test_l_health_that_nobody_tells_is_unknown(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Neither well nor ill."""
    for path in (SYSTEM, CHASSIS, MANAGER):
        bmc.change(path, {"Status": REMOVED})
    data = await client.async_get_all_data()
    assert data.system
    assert data.chassis
    assert data.manager
    for part in (data.system, data.chassis, data.manager):
        assert part.is_healthy is None


async def test_l_no_boot_source_ends_the_override(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """None for once would be neither."""
    await client.async_set_boot_source(BootSource.PXE)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "Pxe"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    assert boot["BootSourceOverrideMode"] == "UEFI"
    await client.async_set_boot_source(BootSource.NONE)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "None"
    assert boot["BootSourceOverrideEnabled"] == "Disabled"
    assert boot["BootSourceOverrideMode"] == "UEFI"


@pytest.mark.parametrize("mode", ["PUE2", "LiquidCooling", "Whisper"])
async def test_l_every_fan_mode_of_the_board_can_be_set(
    client: SupermicroRedfishClient, bmc: Bmc, mode: str
) -> None:
    """Also one that no enum knows, and one that is not among its own values."""
    path = f"{OEM}/FanMode"
    key = "Mode@Redfish.AllowableValues"
    bmc.change(path, {key: REMOVED})
    bmc.change(path, {key: [mode, "Optimal"], "Mode": "Elsewhere"})
    modes = await client.async_get_fan_mode()
    assert modes.mode == "Elsewhere"
    assert modes.available_modes == (mode, "Optimal")
    await client.async_set_fan_mode(modes.available_modes[0])
    assert bmc.fan_mode == mode


@pytest.mark.parametrize(
    ("state", "active"), [("Lit", True), ("Blinking", True), ("Off", False)]
)
async def test_l_a_board_with_the_later_led_only(
    client: SupermicroRedfishClient, bmc: Bmc, state: str, *, active: bool
) -> None:
    """IndicatorLED is on its way out of Redfish."""
    bmc.change(SYSTEM, {"IndicatorLED": REMOVED})
    bmc.change(SYSTEM, {"LocationIndicatorActive": not active})
    await client.async_set_indicator_led(state)
    assert bmc.resource(SYSTEM)["LocationIndicatorActive"] is active
    assert "IndicatorLED" not in bmc.resource(SYSTEM)


# What else came to light when these were written


async def test_the_callers_session_may_raise_by_itself(
    server: Server, bmc: Bmc
) -> None:
    """Statuses keep their exceptions, and a dropped token is renewed."""
    async with (
        ClientSession(raise_for_status=True) as session,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_system()
        bmc.expire_sessions()
        assert (await client.async_get_system()).is_on
        bmc.fail(THERMAL, status=404)
        with pytest.raises(NotFoundError):
            await client.async_get_thermal()


async def test_a_redirect_to_nonsense_is_no_answer(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Nothing but exceptions of this package comes from what a BMC sends."""
    for location in ("http://[bad", "https://[::1", "https://127.0.0.1:99999/", "a:b"):
        bmc.fail(THERMAL, status=302, headers={"Location": location})
        with pytest.raises(InvalidResponseError):
            await client.async_get_thermal()


NAMES = ["a b", "a\r\nX-Auth-Token: b", "a\x00b", "ü", "\ud800", "%zz", "[::", "a\\b"]


async def test_a_link_may_be_of_any_characters(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """It is followed or found missing, and smuggles nothing into a request."""
    for name in NAMES:
        body = bmc.resource(MANAGER)
        body["Oem"] = {"Supermicro": {"FanMode": link(f"{OEM}/{name}")}}
        bmc.fail(MANAGER, status=200, body=json.dumps(body))
        with pytest.raises(NotFoundError):
            await client.async_get_fan_mode()
        asked = bmc.requests[-1]
        assert asked.path.startswith(f"{OEM}/")
        assert asked.token != "b"
        await client.async_disconnect()
        await client.async_connect()


@pytest.mark.parametrize(
    "host",
    [
        "1:2:3",
        "bmc\texample",
        "bmc\nexample",
        "bmc..example",
        ".",
        "-bmc",
        "a" * 64,
        "*",
        "a,b",
        "b%20c",
        "https://bmc/redfish/",
        "https://ADMIN:Secret-9@bmc",
        "ADMIN:Secret-9@[::1]",
    ],
)
def test_what_cannot_be_a_host_is_refused_at_once(host: str) -> None:
    """Not when a connection is made; and a password in it is not repeated."""
    with pytest.raises(ValueError, match="no host name") as caught:
        base_url(host)
    assert "Secret-9" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("HTTPS://bmc:8443", "https://bmc:8443"),
        ("bmc_1.lan.", "https://bmc_1.lan."),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("fe80::1%eth0", "https://[fe80::1%eth0]"),
    ],
)
def test_what_can_be_a_host_is_taken(host: str, url: str) -> None:
    """Capitals, underscores, other alphabets and zones."""
    assert str(base_url(host)) == url


async def test_an_unlicensed_old_board_says_which_licence(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Old X11 boards refuse even the root, which is no bad password."""
    bmc.unlicensed = (ROOT,)
    with pytest.raises(LicenseError) as caught:
        await client.async_connect()
    assert caught.value.license == "SUM DCMS OOB"
    assert bmc.login_attempts == 0


async def test_discovery_takes_six_requests(session: ClientSession) -> None:
    """Root, login, and the way to the one system, chassis and manager."""
    board = changed({CHASSIS: {"Thermal": REMOVED, "Power": REMOVED}})
    bmc = Bmc(board)
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_system()
        await client.async_get_chassis()
        await client.async_get_manager()
        assert len(bmc.requests) <= 6
