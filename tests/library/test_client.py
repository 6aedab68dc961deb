"""The client: discovery, polls, bulk reads, and boards with missing values."""

from collections import Counter
from dataclasses import fields
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    BulkData,
    ConnectionError,  # noqa: A004
    DynamicData,
    InvalidResponseError,
    NotFoundError,
    RedfishData,
    ResetType,
    ServiceUnavailableError,
    StaticData,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from aiosupermicro.resources.endpoints import ENDPOINTS, Cadence
from tests.library import (
    CHASSIS,
    MANAGER,
    NTP,
    POWER,
    STATIC_RESOURCES,
    SYSTEM,
    THERMAL,
    connected_client,
    inject_fault,
    link,
    requested_paths,
    set_timeout,
    take_calls,
)
from tests.simulator import REMOVED, Bmc, Board, Server


async def test_first_bulk_read_requests_each_resource_once(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Log in and follow the links with five requests; read each resource with one."""
    data = await client.async_get_all_data()
    assert all((data.system, data.thermal, data.power, data.chassis))
    assert all((data.manager, data.fan_mode, data.ntp))
    assert data.errors == {}
    sent = take_calls(bmc)
    assert Counter(sent) == Counter(dict.fromkeys(sent, 1))
    assert len(sent) == 5 + 3 + STATIC_RESOURCES


async def test_discovery_takes_six_requests(session: ClientSession) -> None:
    """Read the root, log in, and follow the links to system, chassis and manager."""
    bmc = Bmc(Board.load("x12spi-tf"))
    async with connected_client(bmc, session) as client:
        await client.async_get_system()
        await client.async_get_chassis()
        await client.async_get_manager()
        assert len(bmc.requests) <= 6


async def test_poll_takes_three_requests(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read each dynamic resource with one request, and no static resource."""
    await client.async_get_all_data()
    take_calls(bmc)
    first = await client.async_get_dynamic_data()
    assert sorted(take_calls(bmc)) == sorted(
        ("GET", p) for p in (SYSTEM, THERMAL, POWER)
    )
    assert await client.async_get_dynamic_data() == first
    await client.async_get_static_data()
    assert len(take_calls(bmc)) == 3 + STATIC_RESOURCES


DATA_CLASSES: dict[Cadence, tuple[type[BulkData], ...]] = {
    Cadence.ONCE: (),
    Cadence.STATIC: (StaticData, RedfishData),
    Cadence.DYNAMIC: (DynamicData, RedfishData),
}
"""Results of the bulk reads that contain each endpoint, by its cadence."""


def test_bulk_reads_return_all_endpoints_with_cadence() -> None:
    """Return each endpoint that is static or dynamic in a field with its name.

    Supermicro's own resources may be in the mapping `oem` instead.
    """
    for row in ENDPOINTS:
        if any("Oem/" in link.pointer for link in row.links):
            continue
        for data_class in DATA_CLASSES[row.cadence]:
            names = {field.name for field in fields(data_class)}
            assert row.name in names, (
                f"Add the field {row.name} to {data_class.__name__} in data.py"
            )
    names = {row.name for row in ENDPOINTS if row.cadence is not Cadence.ONCE}
    assert names >= {
        *("system", "chassis", "manager", "thermal", "power", "fan_mode", "ntp"),
        *("lldp", "snooping", "license", "network_protocol"),
    }


async def test_client_sends_nothing_after_disconnect(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Delete the session, and send nothing until the caller connects again."""
    client = SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN")
    async with client:
        assert bmc.open_sessions == 1
    assert bmc.open_sessions == 0
    take_calls(bmc)
    with pytest.raises(ConnectionError):
        await client.async_get_system()
    assert take_calls(bmc) == []
    async with client:
        assert (await client.async_get_system()).is_on
    assert not session.closed


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (500, ServiceUnavailableError),
        (503, ServiceUnavailableError),
        (404, NotFoundError),
        ("page", InvalidResponseError),
        ("hang", TimeoutError),
        ("drop", ConnectionError),
    ],
)
async def test_bulk_read_raises_if_nothing_is_readable(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    fault: str | int,
    expected: type[SupermicroRedfishError],
) -> None:
    """Raise an error in each poll, instead of data as from a host that is off."""
    before = await client.async_get_all_data()
    if fault == "hang":
        set_timeout(client, 0.1)
    inject_fault(bmc, "*", fault)
    for read in (
        client.async_get_dynamic_data,
        client.async_get_static_data,
        client.async_get_all_data,
        client.async_get_dynamic_data,
    ):
        with pytest.raises(expected):
            await read()
    bmc.heal()
    set_timeout(client, 2)
    assert await client.async_get_all_data() == before
    assert bmc.logins == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [(THERMAL, 400), (THERMAL, 503), (SYSTEM, 404), (NTP, 403), (MANAGER, 429)],
)
async def test_bulk_read_returns_other_resources_after_failure(
    client: SupermicroRedfishClient, bmc: Bmc, path: str, status: int
) -> None:
    """Return None for the failed resource with its error, and keep the others."""
    names = {THERMAL: "thermal", SYSTEM: "system", NTP: "ntp"}
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


@pytest.mark.parametrize("value", [None, REMOVED, "N/A", 7, True, [None], {"a": None}])
async def test_bulk_read_accepts_any_value_in_any_field(
    client: SupermicroRedfishClient, bmc: Bmc, value: Any
) -> None:
    """Read resources whose fields are all null, missing or of another type."""
    await client.async_get_all_data()
    for path in (SYSTEM, CHASSIS, MANAGER, THERMAL, POWER, NTP):
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
    assert data.chassis.is_healthy is data.manager.is_healthy is None
    assert data.system.reset_types == ()
    assert data.thermal.temperatures == ()
    assert data.power.total_power_consumed_watts is None
    assert data.system.is_on is None


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (SYSTEM, ("BiosVersion", "Boot", "Status")),
        (CHASSIS, ("Oem", "Status", "PhysicalSecurity")),
        (THERMAL, ("Fans",)),
        (POWER, ("Voltages", "PowerSupplies", "Redundancy", "Oem")),
    ],
)
async def test_bulk_read_accepts_null_where_boards_send_it(
    client: SupermicroRedfishClient, bmc: Bmc, path: str, keys: tuple[str, ...]
) -> None:
    """Return all other values if some fields are null."""
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


SECURITY = ("IntrusionSensor", "IntrusionSensorNumber")


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"PowerState": REMOVED}, "power_state"),
        ({"PhysicalSecurity": REMOVED}, "is_intruded"),
        ({"PhysicalSecurity": None}, "is_intruded"),
        ({"PhysicalSecurity": dict.fromkeys(SECURITY)}, "is_intruded"),
        ({"PhysicalSecurity": {"IntrusionSensor": REMOVED}}, "is_intruded"),
    ],
)
async def test_missing_state_of_chassis_is_none(
    client: SupermicroRedfishClient, bmc: Bmc, changes: dict[str, Any], attribute: str
) -> None:
    """Return None, not off or closed, on X10 and X11."""
    bmc.change(CHASSIS, changes)
    assert getattr(await client.async_get_chassis(), attribute) is None


async def test_reset_types_come_from_action_info(
    client: SupermicroRedfishClient,
) -> None:
    """Prefer the ActionInfo: the list of the system is wrong on X12, missing on X13."""
    assert ResetType.POWER_CYCLE in await client.async_get_reset_types()
    assert ResetType.POWER_CYCLE not in (await client.async_get_system()).reset_types


async def test_static_data_without_a_field_sends_no_request_for_it(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Leave the fields out, and do not call them missing."""
    data = await client.async_get_static_data(without=("reset_types", "license"))
    assert (data.reset_types, data.license) == ((), None)
    assert {"reset_types", "license"}.isdisjoint({*data.missing, *data.errors})
    assert not [path for path in requested_paths(bmc) if "ResetActionInfo" in path]


async def test_reset_types_come_from_system_without_action_info(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Split two names that X12 joins into one; X10 has this list only."""
    listed = ["On", "GracefulShutdownGracefulRestart"]
    reset = {"ResetType@Redfish.AllowableValues": listed}
    bmc.remove(f"{SYSTEM}/ResetActionInfo")
    bmc.change(SYSTEM, {"Actions": {"#ComputerSystem.Reset": reset}})
    assert await client.async_get_reset_types() == [
        ResetType.ON,
        ResetType.GRACEFUL_SHUTDOWN,
        ResetType.GRACEFUL_RESTART,
    ]


async def test_mac_address_is_that_of_bmc_port(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the address in one spelling, from interface or UUID of the manager.

    The interface that leads to the host has an address without meaning.
    """
    nic = f"{MANAGER}/EthernetInterfaces/1"
    expected = bmc.resource(nic)["MACAddress"]
    assert await client.async_get_mac_address() == expected == expected.upper()
    bmc.change(nic, {"MACAddress": expected.lower().replace(":", "-")})
    assert await client.async_get_mac_address() == expected
    bmc.change(nic, {"MACAddress": "nonsense"})
    assert await client.async_get_mac_address() == "nonsense"
    bmc.remove(f"{MANAGER}/EthernetInterfaces")
    await client.async_disconnect()
    await client.async_connect()
    assert await client.async_get_mac_address() == expected


async def test_update_service_has_multipart_address(
    client: SupermicroRedfishClient,
) -> None:
    """Return the multipart address, the only one of Supermicro's firmware."""
    service = await client.async_get_update_service()
    assert service.multipart_http_push_uri == "/redfish/v1/UpdateService/upload"
    assert service.http_push_uri is None
