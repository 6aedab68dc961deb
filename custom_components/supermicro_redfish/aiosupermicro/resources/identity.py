"""Find the addresses and UUIDs that identify a BMC."""

from __future__ import annotations

from ..models import EthernetInterface
from ..models.common import mac_from_uuid, normalize_mac
from .endpoints import MANAGER, MANAGER_INTERFACES, ROOT
from .reader import ResourceReader


async def async_get_mac_address(reader: ResourceReader) -> str | None:
    """Return the BMC's own MAC address in capitals with colons, None without one."""
    addresses, _, _ = await _async_get_identifiers(reader)
    return next(iter(addresses), None)


async def async_get_identifiers(
    reader: ResourceReader, *, former: bool = False
) -> list[str]:
    """Return the MAC addresses and UUIDs of a BMC, the most reliable first.

    These are the permanent MAC address and the MAC address of an interface to the
    network, the MAC address that the UUIDs of manager and service root are made of, and
    other UUIDs. The address of an internal interface to the host is included only with
    `former`: other machines may have the same one.
    """
    addresses, uuids, internal = await _async_get_identifiers(reader)
    return [*addresses, *uuids, *(internal if former else ())]


async def _async_get_identifiers(
    reader: ResourceReader,
) -> tuple[list[str], list[str], list[str]]:
    """Return MAC addresses, UUIDs without a MAC address, and internal addresses."""
    interfaces = await reader.members.async_get_all(
        MANAGER_INTERFACES, EthernetInterface
    )
    external = [nic for nic in interfaces if not nic.is_internal]
    manager = await reader.async_get(MANAGER, cached=True)
    root = await reader.async_get(ROOT, cached=True)
    uuids = [uuid for uuid in (manager.uuid, root.uuid) if uuid]
    addresses = [
        *(nic.permanent_mac_address for nic in external),
        *(nic.mac_address for nic in external),
        *map(mac_from_uuid, uuids),
    ]
    internal = [nic.mac_address for nic in interfaces if nic.is_internal]
    others = [uuid.lower() for uuid in uuids if not mac_from_uuid(uuid)]
    return _macs(addresses), _unique(others), _macs(internal)


def _macs(addresses: list[str | None]) -> list[str]:
    """Return MAC addresses in one notation, each once."""
    return _unique([normalize_mac(mac) for mac in addresses if mac])


def _unique(identifiers: list[str]) -> list[str]:
    """Return identifiers without repeated and blank ones."""
    return [*dict.fromkeys(text for text in identifiers if text.strip("0:-"))]
