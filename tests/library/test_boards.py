"""Every board, served as it was recorded, is read whole through the client."""

from collections.abc import Iterator
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import NotFoundError, SupermicroRedfishClient
from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc, Board, serve

SINGLE = [
    "service_root",
    "system",
    "chassis",
    "thermal",
    "power",
    "manager",
    "network_protocol",
    "event_service",
    "account_service",
    "session_service",
    "update_service",
    "fan_mode",
    "ntp",
    "lldp",
    "snooping",
    "license",
    "sys_lockdown",
    "node_manager",
]


def _boards() -> list[Any]:
    """Return all boards, shipped and recorded, by name."""
    recorded = [pytest.param(RECORDED / name, id=name) for name in RECORDINGS]
    return [*Board.names(), *recorded]


@pytest.fixture(params=_boards())
def board(request: pytest.FixtureRequest) -> Board:
    """Return a board."""
    return Board.load(request.param)


@pytest.fixture
def bmc(board: Board) -> Bmc:
    """Return a BMC on the real clock, for a large board takes its time."""
    return Bmc(board)


def _members(board: Board, collection: str) -> Iterator[dict[str, Any]]:
    """Return the recorded members of a collection."""
    for link in board.resources.get(collection, {}).get("Members", ()):
        if (path := link["@odata.id"].rstrip("/")) in board.resources:
            yield board.resources[path]


def _linked(board: Board, path: str, *keys: str) -> str:
    """Return where a link of a recorded resource leads to."""
    value: Any = board.resources.get(path, {})
    for key in keys:
        value = value.get(key, {})
        value = value[0] if isinstance(value, list) else value
    return str(value.get("@odata.id", "")).rstrip("/")


async def test_a_board_is_read_whole(
    board: Board, bmc: Bmc, session: ClientSession
) -> None:
    """Nothing raises, but for what the board has no link or file for."""
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        for name in SINGLE:
            try:
                await getattr(client, f"async_get_{name}")()
            except NotFoundError as error:
                missing = error.path
                assert missing is None or missing not in board.resources
        system, manager = client.paths["system"], client.paths["manager"]
        for name, kind in (("processors", "Processors"), ("memory", "Memory")):
            found = await _read(client, name)
            recorded = list(_members(board, _linked(board, system, kind)))
            if len(recorded) == _count(board, _linked(board, system, kind)):
                assert [item.id for item in found] == [body["Id"] for body in recorded]
        inventory = _linked(board, "/redfish/v1/UpdateService", "FirmwareInventory")
        firmware = await _read(client, "firmware_inventory")
        if _members_recorded(board, inventory):
            assert [(item.id, item.version) for item in firmware] == [
                (body["Id"], body.get("Version")) for body in _members(board, inventory)
            ]
        nics = await _read(client, "manager_ethernet_interfaces")
        recorded = list(_members(board, _linked(board, manager, "EthernetInterfaces")))
        assert {nic.mac_address for nic in nics} == {
            body.get("MACAddress") for body in recorded
        }
        for name in ("system_ethernet_interfaces", "pcie_devices", "network_adapters"):
            await _read(client, name)
        drives = await _read(client, "drives")
        groups = list(_members(board, _linked(board, system, "Storage")))
        links = [link["@odata.id"] for group in groups for link in group["Drives"]]
        if all(link in board.resources for link in links):
            bodies = [board.resources[link] for link in links]
            assert [(drive.name, drive.serial_number) for drive in drives] == [
                (body["Name"], body.get("SerialNumber") or None) for body in bodies
            ]
        for name in ("storage", "volumes", "ports", "certificates"):
            await _read(client, name)
    assert bmc.open_sessions == 0


async def test_logs_are_read_whole(
    board: Board, bmc: Bmc, session: ClientSession
) -> None:
    """Every recorded entry of both logs is there, in its order."""
    async with (
        serve(bmc) as server,
        SupermicroRedfishClient(session, server.host, "ADMIN", "ADMIN") as client,
    ):
        await client.async_get_manager()
        for parent, read in (
            (client.paths["system"], client.async_get_log_entries),
            (client.paths["manager"], client.async_get_manager_log_entries),
        ):
            log = _linked(board, _linked(board, parent, "LogServices"), "Members")
            recorded = board.resources.get(_linked(board, log, "Entries"))
            if recorded is None:
                continue
            entries = await read()
            assert [(entry.id, entry.message) for entry in entries] == [
                (body["Id"], body["Message"]) for body in recorded["Members"]
            ]
            last = entries[-1].id
            assert await read(after=last) == []


async def _read(client: SupermicroRedfishClient, name: str) -> list[Any]:
    """Return a collection, as far as its members were recorded."""
    try:
        found: list[Any] = await getattr(client, f"async_get_{name}")()
    except NotFoundError:
        return []
    return found


def _count(board: Board, collection: str) -> int:
    """Return how many members a collection names."""
    return len(board.resources.get(collection, {}).get("Members", ()))


def _members_recorded(board: Board, collection: str) -> bool:
    """Tell whether all members of a collection were recorded."""
    count = _count(board, collection)
    return 0 < count == len(list(_members(board, collection)))
