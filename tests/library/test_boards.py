"""Complete reading of every board, shipped and recorded.

The tests find the resources of a board by walking through its recording. The client
follows links instead. `OUT_OF_REACH` lists the resources that it does not return.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    NotFoundError,
    RedfishData,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    models as m,
)
from aiosupermicro.models import Model
from tests.simulator import Bmc, serve

from . import OPENBMC, ROOT, connected_client
from .boards import BOARDS, FULL, OVERLAY, ids, load, read, read_all

pytestmark = pytest.mark.usefixtures("network")

each_board = pytest.mark.parametrize("name", BOARDS)

SINGLES = {
    "Thermal": "async_get_thermal",
    "Power": "async_get_power",
    "Manager": "async_get_manager",
    "Chassis": "async_get_chassis",
    "ComputerSystem": "async_get_system",
    "ManagerNetworkProtocol": "async_get_network_protocol",
    "AccountService": "async_get_account_service",
    "EventService": "async_get_event_service",
    "SessionService": "async_get_session_service",
    "UpdateService": "async_get_update_service",
    "FanMode": "async_get_fan_mode",
    "NTP": "async_get_ntp",
    "LldpService": "async_get_lldp",
    "Snooping": "async_get_snooping",
    "QueryLicense": "async_get_license",
    "SysLockdown": "async_get_sys_lockdown",
    "SmcNodeManager": "async_get_node_manager",
}
"""Schemas of single resources, and the methods that return them."""

ITEMS: dict[str, type[Model]] = {
    "Memory": m.Memory,
    "Processor": m.Processor,
    "Drive": m.Drive,
    "EthernetInterface": m.EthernetInterface,
    "SoftwareInventory": m.FirmwareInventory,
    "LogEntry": m.LogEntry,
    "PCIeDevice": m.PCIeDevice,
    "NetworkAdapter": m.NetworkAdapter,
    "Port": m.Port,
    "Storage": m.Storage,
    "Certificate": m.Certificate,
    "Sensor": m.SensorResource,
    "BootOption": m.BootOption,
}
"""Schemas of the members of collections, and their models."""

LISTS: dict[str, tuple[str, str, type[Model]]] = {
    "Temperatures": ("thermal", "temperatures", m.Temperature),
    "Fans": ("thermal", "fans", m.Fan),
    "Voltages": ("power", "voltages", m.Voltage),
    "PowerSupplies": ("power", "power_supplies", m.PowerSupply),
    "PowerControl": ("power", "power_control", m.PowerControl),
}
"""Lists in Thermal and Power: their fields in a bulk read, and the models inside."""

_ALL = ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi"]

RESET_TYPES = {
    "x12spi-tf": [*_ALL, "ForceOn", "PowerCycle"],
    "x10sdv": [*_ALL, "ForceOn"],
    "x11dpu": [],
    "x12-fw0104": [*_ALL, "ForceOn"],
    FULL: [*_ALL, "ForceOn", "PowerCycle"],
}

OUT_OF_REACH = {
    OPENBMC: {"/SoftwareInventory/": "drivers of the host, not of the board"},
    FULL: {"/NetworkPorts/": "each is a Port in the later schema as well"},
    OVERLAY: {
        "/NetworkPorts/": "as above",
        "/Drives/Disk.Bay.22": "of the other machine: no collection here lists it",
    },
}
"""Recorded resources that the client does not return, by a part of their path."""

MAX_DEVICE_REQUESTS = {
    "async_get_drives": 1 + 1 + 1 + 10,
    "async_get_pcie_devices": 16,
    "async_get_network_adapters": 3 + 5,
    "async_get_ports": 3 + 5 + 5 + 6,
}
"""Requests for the devices in the twenty chassis of a GB300's host."""

ORDERED = {
    "async_get_processors": "Systems/{}/Processors",
    "async_get_memory": "Systems/{}/Memory",
    "async_get_firmware_inventory": "UpdateService/FirmwareInventory",
    "async_get_log_entries": "Systems/{}/LogServices/Log1/Entries",
    "async_get_manager_log_entries": "Managers/{}/LogServices/Log1/Entries",
}
"""Methods that return members of a collection, with the path of the collection."""


def _schema(body: dict[str, Any]) -> str:
    """Return the schema of a resource; the older NetworkPort is a Port."""
    schema = str(body.get("@odata.type", "")).lstrip("#").partition(".")[0]
    return "Port" if schema == "NetworkPort" else schema


def _walk(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return all recorded resources, and those inside a collection."""
    board = load(name)
    for path, body in board.resources.items():
        if path not in board.synthesized or _schema(body) == "LogEntry":
            yield path, body


def _expected_items(name: str, schema: str) -> Counter[Model]:
    """Return the decoded resources of a schema that the client should return."""
    found = Counter[Model]()
    for path, body in _walk(name):
        is_other = (
            _schema(body) != schema
            or any(part in path for part in OUT_OF_REACH.get(name, {}))
            # Certificates of the boot loader and of other chips
            or (schema == "Certificate" and "/NetworkProtocol/" not in path)
            # Ports of a GPU or a CPU, not of a network adapter
            or (schema == "Port" and "/Processors/" in path)
            # Pending settings of a processor
            or path.endswith("/Settings")
        )
        if not is_other:
            found[ITEMS[schema].from_dict(body)] += 1
    return found


@each_board
async def test_every_method_returns_or_raises_not_found(name: str) -> None:
    """Raise NotFoundError only for a resource without a link or a file."""
    for system in ids(name, "system"):
        outcomes, bmc = await read(name, system)
        for outcome in outcomes.values():
            if isinstance(outcome, SupermicroRedfishError):
                assert type(outcome) is NotFoundError
                assert outcome.path not in bmc.board.resources
            elif isinstance(outcome, RedfishData):
                assert outcome.errors == {}
        plain = [request for request in bmc.requests if not request.query]
        assert {request.status for request in plain} <= {200, 201, 304, 404}
        assert bmc.logins == 1
        assert bmc.open_sessions == 0
        assert bmc.peak_parallel <= 2


@each_board
async def test_recorded_resource_is_returned(name: str) -> None:
    """Return every single resource of the recording."""
    outcomes = (await read(name)).outcomes
    schemas = {_schema(body) for path, body in _walk(name) if "HGX_" not in path}
    for schema in schemas & SINGLES.keys():
        outcome = outcomes[SINGLES[schema]]
        assert isinstance(outcome, Model)
        assert outcome.is_valid


@pytest.mark.parametrize("schema", ITEMS)
@each_board
async def test_recorded_items_are_returned(name: str, schema: str) -> None:
    """Return every DIMM, CPU, drive, log entry, firmware, card, port and sensor."""
    found = Counter(
        item
        for outcome in await read_all(name)
        if isinstance(outcome, list)
        for item in outcome
        if type(item) is ITEMS[schema]
    )
    expected = _expected_items(name, schema)
    # An item that two systems share is read twice.
    assert set(found) == set(expected)
    if len(ids(name, "system")) == 1:
        assert found == expected


@pytest.mark.parametrize("list_name", LISTS)
@pytest.mark.parametrize("name", [name for name in BOARDS if name != OPENBMC])
async def test_recorded_sensors_are_returned(name: str, list_name: str) -> None:
    """Return every temperature, fan, voltage and power supply in its order."""
    resource, field, model = LISTS[list_name]
    data = (await read(name)).outcomes["async_get_all_data"]
    owner = getattr(data, resource)
    assert list(getattr(owner, field) if owner else ()) == [
        model.from_dict(entry)
        for _, body in _walk(name)
        if _schema(body) in ("Thermal", "Power")
        for entry in body.get(list_name, ())
    ]


def _sensor_name(path: str) -> str:
    """Return the name of the sensor at a path."""
    return path.rpartition("/")[2].replace("_", " ")


async def test_temperatures_of_all_chassis_are_returned() -> None:
    """Return the temperatures of dozens of chassis, the outer one and inner ones.

    Distances to a limit are no temperatures. A value may be that of the sensor, of its
    metric or of any excerpt: they were recorded at different times.
    """
    for name in filter(OPENBMC.__eq__, BOARDS):
        data = (await read(name)).outcomes["async_get_all_data"]
        expected = defaultdict(set)
        sensors = dict(_walk(name))
        for body in sensors.values():
            for excerpt in body.get("TemperatureReadingsCelsius", ()):
                path = excerpt["DataSourceUri"]
                if not m.SensorResource.from_dict(sensors[path]).is_headroom:
                    expected[_sensor_name(path)].add(excerpt["Reading"])
        for path, body in sensors.items():
            for metric in body.get("MetricValues", ()):
                if (name_ := _sensor_name(metric["MetricProperty"])) in expected:
                    expected[name_].add(float(metric["MetricValue"]))
            if _sensor_name(path) in expected:
                expected[_sensor_name(path)].add(body["Reading"])
        found = {
            sensor.name: sensor.reading_celsius
            for thermal in (data.thermal, *data.inner_thermal.values())
            for sensor in thermal.temperatures
        }
        assert len(expected) == 40
        assert found.keys() == expected.keys()
        # One sensor was recorded twice, with two readings.
        assert all(reading in expected[sensor] for sensor, reading in found.items())


@pytest.mark.parametrize("name", [name for name in BOARDS if name in RESET_TYPES])
async def test_reset_types_are_returned(name: str) -> None:
    """Return the reset types of the list or ActionInfo, with joined ones split."""
    outcomes = (await read(name)).outcomes
    expected = RESET_TYPES[name]
    assert outcomes["async_get_reset_types"] == expected
    assert [*outcomes["async_get_all_data"].reset_types] == expected


@each_board
async def test_oem_resources_are_returned(name: str) -> None:
    """Return fan mode, NTP, POST code, licenses and power statistics as recorded."""
    outcomes = (await read(name)).outcomes
    own = {_schema(body): body for _, body in _walk(name)}
    for schema, model in (
        ("FanMode", m.FanMode),
        ("NTP", m.NTP),
        ("Snooping", m.Snooping),
        ("LldpService", m.LLDP),
        ("SmcNodeManager", m.NodeManager),
    ):
        if schema in own:
            assert outcomes[SINGLES[schema]] == model.from_dict(own[schema])
    if licenses := own.get("QueryLicense"):
        found = outcomes["async_get_license"].licenses
        assert len(found) == len(licenses["Licenses"]) > 0
        for license_, text in zip(found, licenses["Licenses"], strict=True):
            assert f'"{license_.name}"' in text
            assert f'"{license_.license_id}"' in text


def test_resources_out_of_reach_are_recorded() -> None:
    """Require a recorded resource for each exception."""
    for name in filter(OUT_OF_REACH.__contains__, BOARDS):
        paths = [path for path, body in _walk(name) if _schema(body) in ITEMS]
        for part in OUT_OF_REACH[name]:
            assert any(part in path for path in paths)


@pytest.mark.parametrize("method", ORDERED)
@each_board
async def test_members_are_returned_in_order_of_collection(
    name: str, method: str
) -> None:
    """Return the members of a collection as the board lists them."""
    outcomes, bmc = await read(name)
    recorded = bmc.board.resources
    path = f"{ROOT}/{ORDERED[method].format(ids(name, 'system')[0])}"
    members = recorded.get(path, {}).get("Members", ())
    bodies = [recorded.get(member["@odata.id"], member) for member in members]
    if bodies and all("Id" in body for body in bodies):
        assert [item.id for item in outcomes[method]] == [body["Id"] for body in bodies]


@each_board
@pytest.mark.parametrize("kind", ["system", "chassis"])
async def test_system_and_chassis_are_selected_by_id(
    name: str, kind: str, session: ClientSession
) -> None:
    """Select the host by default; raise NotFoundError for unknown Ids."""
    own = (await read(name)).outcomes[f"async_get_{kind}"]
    async with serve(Bmc(load(name))) as server:

        async def get(selected: str | None) -> tuple[str, str]:
            selection: dict[str, Any] = {kind: selected}
            async with SupermicroRedfishClient(
                session, server.host, "ADMIN", "ADMIN", **selection
            ) as client:
                found = await getattr(client, f"async_get_{kind}")()
                return found.id, client.paths[kind].rpartition("/")[2]

        for selected in (None, *ids(name, kind)):
            assert await get(selected) == (selected or own.id,) * 2
        with pytest.raises(NotFoundError, match="none"):
            await get("none")


@each_board
async def test_poll_takes_at_most_ten_requests(
    name: str, session: ClientSession
) -> None:
    """Limit the first poll, which includes discovery, and every later one."""
    bmc = Bmc(load(name))
    async with connected_client(bmc, session) as client:
        for most in (10, *[10 if name == OPENBMC else 3] * 36):
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) <= most
            bmc.requests.clear()
        assert data.is_complete


@each_board
async def test_devices_of_all_chassis_are_read_once(
    name: str, session: ClientSession
) -> None:
    """Read other chassis only if the chassis of the host contains some."""
    bmc = Bmc(load(name))
    async with connected_client(bmc, session) as client:
        with suppress(NotFoundError):
            await client.async_get_chassis()
        for method, most in MAX_DEVICE_REQUESTS.items():
            bmc.requests.clear()
            with suppress(NotFoundError):
                await getattr(client, method)()
            if name == OPENBMC:
                bmc.requests.clear()
                await getattr(client, method)()
                assert len(bmc.requests) <= most
            requests = Counter((sent.path, sent.query) for sent in bmc.requests)
            assert set(requests.values()) <= {1}
            if name != OPENBMC:
                assert (f"{ROOT}/Chassis", "") not in requests
