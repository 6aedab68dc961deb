"""Find the MAC address that identifies a BMC."""

from __future__ import annotations

from ..models import EthernetInterface
from ..models.common import normalize_mac
from .endpoints import MANAGER, MANAGER_INTERFACES
from .reader import ResourceReader


async def async_get_mac_address(reader: ResourceReader) -> str | None:
    """Return the BMC's own MAC address in capitals with colons, None without one.

    An interface to the network is preferred to the manager's UUID, which contains the
    address on many boards, and that to an interface to the host.
    """
    interfaces = await reader.async_get_members(MANAGER_INTERFACES, EthernetInterface)
    manager = await reader.async_get(MANAGER, cached=True)
    addresses = (
        *(nic.mac_address for nic in interfaces if not nic.is_internal),
        manager.mac_address,
        *(nic.mac_address for nic in interfaces),
    )
    own = next((mac for mac in addresses if mac and mac.strip("0:-")), None)
    return own and normalize_mac(own)
