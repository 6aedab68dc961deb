"""What went wrong in the published client, one test for each case of its list.

The ids are those of the list in peers.md. What it says of Home Assistant is tested with
the integration. Here are those of B, which were high; the others are in the modules
whose names begin alike. Cases that other modules of this folder cover whole:

| id | test |
| --- | --- |
| B2 | test_client: errors_are_of_this_package; test_certificate: all |
| B4 | test_auth: a_refused_password_is_not..., a_changed_password_is_tried_once |
| B7 | test_password: a_full_table_of_sessions and the one after it |
| R1 | test_client: action_info_counts..., reset_types_without_action_info |
| R2 | test_models: power_supplies_of_all...; test_client: recorded_boards_... |
| R7 | test_models: versions_keep_their_letters |
| M1 | test_transport: each_status_has_its_exception, no_answer_in_time |
| M3 | test_concurrency: fifty_reads_with_a_dropped_token..., dropped_again_and_again |
| M9 | test_transport: what_is_no_json_object_is_no_answer |
| M10 | test_transport: two_at_a_time_and_a_writer_alone |
| M12 | test_closing: a_set_up_that_fails_after_the_login |
| L | test_conformance: models_are_frozen...; test_transport: hosts_may_be_given... |
"""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    ConnectionError,  # noqa: A004
    InvalidResponseError,
    LicenseEntry,
    LicenseError,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.http import authenticator
from tests.conftest import Clock
from tests.simulator import Bmc, Board, serve
from tests.simulator.changes import REMOVED

from . import CHASSIS, MANAGER, OEM, POWER, SESSIONS, SYSTEM, THERMAL, link, statuses

LICENSES = f"{MANAGER}/LicenseManager/QueryLicense"


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
    patience = client._transport._timeout
    if fault == "hang":
        client._transport._timeout = 0.1
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
    client._transport._timeout = patience
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
    monkeypatch.setattr(authenticator, "monotonic", clock)
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
