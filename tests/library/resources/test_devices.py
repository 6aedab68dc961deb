"""Drives, cards and ports that boards list in unusual places, or twice."""

from typing import Any

import pytest

from aiosupermicro import SupermicroRedfishClient
from tests.library import CHASSIS, SYSTEM, link, put_collection
from tests.simulator import Bmc

STORAGE = f"{SYSTEM}/Storage"
IN_CHASSIS, IN_GROUP = f"{CHASSIS}/Drives/0", f"{STORAGE}/Second/Drives/0"
INTERFACES = f"{SYSTEM}/NetworkInterfaces"
CARD = f"{CHASSIS}/NetworkAdapters/Card"


def put_drives(bmc: Bmc, in_chassis: dict[str, Any], in_group: dict[str, Any]) -> None:
    """Add one drive to the chassis and one to a storage group."""
    bmc.put(STORAGE, link(STORAGE) | {"Members": [link(f"{STORAGE}/Second")]})
    bmc.put(f"{STORAGE}/Second", {"Id": "Second", "Drives": [link(IN_GROUP)]})
    bmc.put(IN_GROUP, {"Id": "0"} | in_group)
    bmc.change(CHASSIS, {"Drives": link(f"{CHASSIS}/Drives")})
    put_collection(bmc, f"{CHASSIS}/Drives", {"0": {"Id": "0"} | in_chassis})


ONE = {"Model": "M", "SerialNumber": "S"}


@pytest.mark.parametrize(
    ("in_chassis", "in_group", "count"),
    [
        pytest.param(ONE, ONE, 1, id="reported: same serial number"),
        pytest.param(ONE, ONE | {"Id": "Other", "Name": "x"}, 1, id="other names"),
        pytest.param(ONE, ONE | {"SerialNumber": " S "}, 1, id="spaces"),
        pytest.param(link(IN_GROUP), link(IN_GROUP), 1, id="same link, no serial"),
        pytest.param(ONE, ONE | {"SerialNumber": "T"}, 2, id="other serial number"),
        pytest.param(ONE, ONE | {"Model": "N"}, 2, id="other model"),
        pytest.param({}, {}, 2, id="no serial number"),
        pytest.param(
            {"SerialNumber": ""}, {"SerialNumber": ""}, 2, id="blank serial number"
        ),
        *(
            pytest.param(
                ONE | {"SerialNumber": text}, ONE | {"SerialNumber": text}, 2, id=text
            )
            for text in ("N/A", "00000000", "Unknown")
        ),
    ],
)
async def test_drive_with_two_paths_is_returned_once(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    in_chassis: dict[str, Any],
    in_group: dict[str, Any],
    count: int,
) -> None:
    """Recognize a drive by model and serial number, or by its own link."""
    put_drives(bmc, in_chassis, in_group)
    for _ in range(2):
        assert len(await client.async_get_drives()) == count


@pytest.mark.parametrize("count", [2, 3])
async def test_drives_of_one_collection_are_never_the_same(
    client: SupermicroRedfishClient, bmc: Bmc, count: int
) -> None:
    """Return all drives, even with the same model and serial number."""
    put_drives(bmc, ONE, {})
    names = [str(number) for number in range(count)]
    put_collection(bmc, f"{CHASSIS}/Drives", dict.fromkeys(names, ONE))
    assert len(await client.async_get_drives()) == 1 + count


async def test_drive_that_fails_at_one_path_is_read_at_the_other(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the drive, and record the path that failed."""
    put_drives(bmc, ONE, ONE)
    for path in (IN_CHASSIS, IN_GROUP):
        bmc.fail(path, status=500)
        assert len(await client.async_get_drives()) == 1
        assert list(client.member_errors) == [path]
        bmc.heal()


async def test_drive_is_found_by_a_link_of_the_chassis(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a drive that no collection and no storage group lists."""
    bmc.put(f"{CHASSIS}/Bay", link(f"{CHASSIS}/Bay") | ONE)
    bmc.change(CHASSIS, {"Links": {"Drives": [link(f"{CHASSIS}/Bay")]}})
    drives = await client.async_get_drives()
    assert "S" in {drive.serial_number for drive in drives}


def put_interfaces(bmc: Bmc, **interface: Any) -> None:
    """Add a network interface to the system, whose chassis lists no adapters."""
    bmc.change(SYSTEM, {"NetworkInterfaces": link(INTERFACES)})
    put_collection(bmc, INTERFACES, {"1": {"Id": "1", **interface}})


PORT = {"Id": "1", "LinkStatus": "LinkUp", "CurrentSpeedGbps": 25}
ADDRESSES = {"Ethernet": {"AssociatedMACAddresses": ["7C:C2:55:00:00:10"]}}


@pytest.mark.parametrize("key", ["Ports", "NetworkPorts"])
async def test_ports_are_found_by_network_interfaces(
    client: SupermicroRedfishClient, bmc: Bmc, key: str
) -> None:
    """Find an adapter to which only the system links, and its ports."""
    put_interfaces(bmc, Links={"NetworkAdapter": link(CARD)})
    bmc.put(CARD, {"Id": "Card", "Model": "X710", key: link(f"{CARD}/{key}")})
    put_collection(bmc, f"{CARD}/{key}", {"1": PORT | ADDRESSES})
    (adapter,) = await client.async_get_network_adapters()
    assert adapter.model == "X710"
    (port,) = await client.async_get_ports()
    assert port.is_link_up
    assert port.mac_addresses == ("7C:C2:55:00:00:10",)


async def test_ports_of_an_interface_without_adapter_are_found(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the ports to which the interface itself links."""
    put_interfaces(bmc, Ports=link(f"{INTERFACES}/1/Ports"))
    put_collection(bmc, f"{INTERFACES}/1/Ports", {"1": PORT})
    assert await client.async_get_network_adapters() == []
    (port,) = await client.async_get_ports()
    assert port.is_link_up


async def test_ports_are_found_by_device_functions(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the MAC addresses of an adapter that has only functions."""
    functions = f"{CARD}/NetworkDeviceFunctions"
    put_interfaces(bmc, Links={"NetworkAdapter": link(CARD)})
    bmc.put(CARD, {"Id": "Card", "NetworkDeviceFunctions": link(functions)})
    ethernet = {"MACAddress": "7C:C2:55:00:00:11"}
    put_collection(bmc, functions, {"0": {"Id": "0", "Ethernet": ethernet}})
    (port,) = await client.async_get_ports()
    assert port.mac_addresses == ("7C:C2:55:00:00:11",)


async def test_unreadable_network_interface_affects_only_its_ports(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the ports of the other interfaces."""
    bmc.change(SYSTEM, {"NetworkInterfaces": link(INTERFACES)})
    interface = {"Links": {"NetworkAdapter": link(CARD)}}
    put_collection(bmc, INTERFACES, {"1": {}, "2": interface})
    bmc.put(CARD, {"Id": "Card", "Ports": link(f"{CARD}/Ports")})
    put_collection(bmc, f"{CARD}/Ports", {"1": PORT})
    bmc.fail(f"{INTERFACES}/1", status=500)
    assert len(await client.async_get_ports()) == 1
    assert f"{INTERFACES}/1" in client.member_errors
