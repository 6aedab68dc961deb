"""Find the addresses and UUIDs that identify a BMC."""

from __future__ import annotations

from collections.abc import Iterator

from ..models import EthernetInterface, Manager, ServiceRoot
from ..models.common import mac_from_uuid, normalize_mac
from .endpoints import MANAGER, MANAGER_INTERFACES, ROOT
from .reader import ResourceReader


async def async_get_mac_address(reader: ResourceReader) -> str | None:
    """Return the BMC's own MAC address in capitals with colons, None without one."""
    identifiers = await async_get_identifiers(reader)
    return next((found for found in identifiers if ":" in found), None)


async def async_get_identifiers(reader: ResourceReader) -> list[str]:
    """Return the identifiers of a BMC, the most reliable first.

    These are the permanent MAC address and the MAC address of an interface to the
    network, the MAC address that the UUIDs of manager and service root are made of, and
    other UUIDs. The address of an interface to the host is none: other machines may
    share it.
    """
    interfaces = await reader.async_get_members(MANAGER_INTERFACES, EthernetInterface)
    manager = await reader.async_get(MANAGER, cached=True)
    root = await reader.async_get(ROOT, cached=True)
    found = _identifiers(interfaces, manager, root)
    return [*dict.fromkeys(text for text in found if text.strip("0:-"))]


def _identifiers(
    interfaces: list[EthernetInterface], manager: Manager, root: ServiceRoot
) -> Iterator[str]:
    """Return all identifiers, blank ones included."""
    external = [nic for nic in interfaces if not nic.is_internal]
    uuids = [uuid for uuid in (manager.uuid, root.uuid) if uuid]
    addresses = [
        *(nic.permanent_mac_address for nic in external),
        *(nic.mac_address for nic in external),
        *map(mac_from_uuid, uuids),
    ]
    yield from (normalize_mac(address) for address in addresses if address)
    yield from (uuid.lower() for uuid in uuids if not mac_from_uuid(uuid))
