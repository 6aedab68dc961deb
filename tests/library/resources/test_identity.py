"""Addresses and UUIDs that identify a BMC, and those that do not."""

from typing import Any

import pytest

from aiosupermicro import SupermicroRedfishClient
from tests.library import MANAGER, ROOT, link, put_collection
from tests.simulator import Bmc

NICS = f"{MANAGER}/EthernetInterfaces"
PERMANENT, OWN = "7C:C2:55:00:00:77", "7C:C2:55:00:00:78"
INNER = "BE:B5:71:00:00:01"
UUIDS = ("3f2b7f1e-1c1d-4a5e-9b1c-0123456789ab", "9d0c6a52-77aa-4d0e-8a3f-ba9876543210")
ZEROS = "00:00:00:00:00:00"
IN_UUID = f"00000000-0000-0000-0000-{OWN.replace(':', '')}"


def identify_as(bmc: Bmc, nics: dict[str, dict[str, Any]], *uuids: str | None) -> None:
    """Set the network interfaces of the BMC, and the UUIDs of manager and root."""
    put_collection(bmc, NICS, {name: {"Id": name, **nic} for name, nic in nics.items()})
    manager, root = uuids or (None, None)
    bmc.change(MANAGER, {"UUID": manager, "EthernetInterfaces": link(NICS)})
    bmc.change(ROOT, {"UUID": root})


LINK_LOCAL = {"IPv4Addresses": [{"Address": "169.254.3.254"}]}


@pytest.mark.parametrize(
    ("nics", "uuids", "expected"),
    [
        pytest.param(
            {
                "1": {"MACAddress": ZEROS, "PermanentMACAddress": PERMANENT},
                "ToHost": {"MACAddress": INNER},
            },
            UUIDS,
            [PERMANENT, *UUIDS],
            id="reported: permanent address beside zeros",
        ),
        pytest.param(
            {"1": {"MACAddress": OWN, "PermanentMACAddress": PERMANENT}},
            UUIDS,
            [PERMANENT, OWN, *UUIDS],
            id="permanent address before a changed one",
        ),
        pytest.param(
            {"1": {"MACAddress": ZEROS}, "ToHost": {"MACAddress": INNER}},
            UUIDS,
            [*UUIDS],
            id="UUID before the address of an inner interface",
        ),
        pytest.param(
            {
                "usb0": {"MACAddress": INNER},
                "hostusb0": {"MACAddress": "7C:C2:55:00:00:01"},
                "hmcusb1": {"MACAddress": "7C:C2:55:00:00:02"},
            },
            UUIDS,
            [*UUIDS],
            id="inner interfaces by name",
        ),
        pytest.param(
            {"1": {"MACAddress": "7C:C2:55:00:00:03", **LINK_LOCAL}},
            UUIDS,
            [*UUIDS],
            id="inner interface by address",
        ),
        pytest.param(
            {"ToHost": {"MACAddress": INNER}, "1": {"MACAddress": OWN}},
            UUIDS,
            [OWN, *UUIDS],
            id="inner interface first",
        ),
        pytest.param(
            {"ToHost": {"MACAddress": INNER}},
            (IN_UUID, UUIDS[1]),
            [OWN, UUIDS[1]],
            id="address in the UUID of the manager",
        ),
        pytest.param({}, (None, IN_UUID), [OWN], id="address in the UUID of the root"),
        pytest.param(
            {"1": {"MACAddress": ZEROS}},
            ("00000000-0000-0000-0000-000000000000", None),
            [],
            id="nothing but zeros",
        ),
    ],
)
async def test_bmc_is_known_by_its_own_address_or_uuid(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    nics: dict[str, dict[str, Any]],
    uuids: tuple[str | None, str | None],
    expected: list[str],
) -> None:
    """Return addresses and UUIDs, but not those of an internal interface."""
    identify_as(bmc, nics, *uuids)
    assert await client.async_get_identifiers() == expected
    addresses = [item for item in expected if item.count(":") == 5]
    assert await client.async_get_mac_address() == next(iter(addresses), None)


async def test_former_identifier_remains_valid(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the address of an internal interface last, for existing entries."""
    identify_as(bmc, {"ToHost": {"MACAddress": INNER}}, *UUIDS)
    assert await client.async_get_identifiers(former=True) == [*UUIDS, INNER]


async def test_unreadable_interface_does_not_change_the_identity(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Identify the BMC by the interface that can be read."""
    nics = {"1": {"MACAddress": OWN}, "2": {"MACAddress": "7C:C2:55:00:00:79"}}
    identify_as(bmc, nics, *UUIDS)
    bmc.fail(f"{NICS}/2", status=500)
    assert (await client.async_get_identifiers())[0] == OWN
