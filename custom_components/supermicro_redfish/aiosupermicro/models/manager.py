"""The BMC itself and its network (Manager, EthernetInterface)."""

from __future__ import annotations

from dataclasses import dataclass
import re

from .actions import Action
from .base import Model, at
from .common import Status
from .enums import ManagerType, PowerState, ResetType

_MAC_IN_UUID = re.compile(r"0{8}-0{4}-0{4}-0{4}-([0-9A-F]{12})", re.IGNORECASE)
_LOCALLY_ADMINISTERED = 0x02


@dataclass(frozen=True, kw_only=True)
class Manager(Model):
    """The BMC itself (Manager)."""

    id: str | None = None
    name: str | None = None
    manager_type: ManagerType | str | None = None
    uuid: str | None = at("UUID")
    firmware_version: str | None = None
    model: str | None = None
    """The BMC's chip, "ASPEED" nearly everywhere; never the board's name."""
    status: Status = Status()
    date_time: str | None = None
    date_time_local_offset: str | None = None
    last_reset_time: str | None = None
    """When the BMC, not the host, last started; None on X10 and X11."""
    power_state: PowerState | str | None = None
    service_entry_point_uuid: str | None = at("ServiceEntryPointUUID")
    reset: Action | None = at("Actions/#Manager.Reset")

    @property
    def is_healthy(self) -> bool | None:
        """Whether the BMC is well; None where it does not say."""
        return self.status.is_healthy

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """The ways to restart the BMC; empty where the board lists none."""
        return self.reset.reset_types if self.reset else ()

    @property
    def mac_address(self) -> str | None:
        """The BMC's own MAC address as twelve hexadecimal digits in capitals.

        Supermicro firmware puts it into the manager's UUID; None where the UUID
        is of another form.
        """
        match = _MAC_IN_UUID.fullmatch(self.uuid or "")
        return match[1].upper() if match else None


@dataclass(frozen=True, kw_only=True)
class EthernetInterfaceIPv4Address(Model):
    """An IPv4 address of a network interface (IPv4Addresses)."""

    address: str | None = None
    subnet_mask: str | None = None
    gateway: str | None = None
    address_origin: str | None = None


@dataclass(frozen=True, kw_only=True)
class EthernetInterface(Model):
    """A network interface of the BMC or the host (EthernetInterface)."""

    id: str | None = None
    name: str | None = None
    mac_address: str | None = at("MACAddress")
    permanent_mac_address: str | None = at("PermanentMACAddress")
    status: Status = Status()
    ipv4_addresses: tuple[EthernetInterfaceIPv4Address, ...] = at(
        "IPv4Addresses", default=()
    )
    speed_mbps: int | None = None
    auto_neg: bool | None = None
    full_duplex: bool | None = None
    hostname: str | None = at("HostName")
    fqdn: str | None = at("FQDN")

    @property
    def is_internal(self) -> bool:
        """Whether this is the link between BMC and host, made of USB."""
        try:
            first_octet = int((self.mac_address or "")[:2], 16)
        except ValueError:
            return False
        return bool(first_octet & _LOCALLY_ADMINISTERED)
