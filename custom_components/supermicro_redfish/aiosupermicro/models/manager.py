"""BMC and its network settings (Manager, NetworkProtocol, EthernetInterface)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
import re

from .actions import Action
from .base import Model, json_path
from .common import Status, mac_from_uuid
from .enums import LinkStatus, ManagerType, PowerState, ResetType, is_member
from .values import parse_datetime

__all__ = [
    "EthernetInterface",
    "EthernetInterfaceIPv4Address",
    "EthernetInterfaceIPv6Address",
    "Manager",
    "NTPSettings",
    "NetworkProtocol",
    "ProtocolSettings",
]

_LOCALLY_ADMINISTERED = 0x02
_INTERNAL_ID = re.compile(r"to_?host|hostusb|hmcusb|usb\d", re.IGNORECASE)
_LINK_LOCAL = re.compile(r"169\.254\.")
_UNSET_ADDRESSES = ("(null)", "0.0.0.0", "::")  # noqa: S104 - sent for unset servers
_PROTOCOLS = {
    "HTTP": "http",
    "HTTPS": "https",
    "SSH": "ssh",
    "IPMI": "ipmi",
    "SNMP": "snmp",
    "KVMIP": "kvmip",
    "VirtualMedia": "virtual_media",
    "SSDP": "ssdp",
    "Telnet": "telnet",
    "NTP": "ntp",
}


@dataclass(frozen=True, kw_only=True)
class Manager(Model):
    """BMC (Manager)."""

    id: str | None = None
    name: str | None = None
    manager_type: ManagerType | str | None = None
    uuid: str | None = json_path("UUID")
    firmware_version: str | None = None
    model: str | None = None
    """Chip of the BMC, on most boards "ASPEED"; not the model of the board."""
    status: Status = Status()
    date_time: str | None = None
    date_time_local_offset: str | None = None
    time_zone_name: str | None = None
    last_reset_time: str | None = None
    """Date and time of the last start of the BMC as sent; None on X10 and X11."""
    power_state: PowerState | str | None = None
    service_entry_point_uuid: str | None = json_path("ServiceEntryPointUUID")
    reset: Action | None = json_path("Actions/#Manager.Reset")

    @property
    def is_valid(self) -> bool:
        """Return whether there are a UUID and a firmware version."""
        return bool(self.uuid) and self.firmware_version not in (None, "Unknown")

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the BMC is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """Supported reset types (Actions/#Manager.Reset); empty if none are listed."""
        return self.reset.reset_types if self.reset else ()

    @property
    def last_reset_at(self) -> datetime | None:
        """Date and time of the last start of the BMC, not of the host.

        Parsed from LastResetTime; None on X10 and X11.
        """
        return parse_datetime(self.last_reset_time)

    @property
    def mac_address(self) -> str | None:
        """MAC address of the BMC, such as "7C:C2:55:00:00:01".

        Supermicro firmware derives the UUID of the manager from it. None for UUIDs of
        another format.
        """
        return mac_from_uuid(self.uuid)


@dataclass(frozen=True, kw_only=True)
class ProtocolSettings(Model):
    """Settings of a network service of the BMC (a property of NetworkProtocol)."""

    protocol_enabled: bool | None = None
    """Whether the service is enabled; None if the board does not have it."""
    port: int | None = None
    """TCP or UDP port."""


@dataclass(frozen=True, kw_only=True)
class NTPSettings(ProtocolSettings):
    """Settings of the NTP client (NetworkProtocol.NTP)."""

    ntp_servers: tuple[str, ...] = json_path("NTPServers", default=())


@dataclass(frozen=True, kw_only=True)
class NetworkProtocol(Model):
    """Network services of the BMC (ManagerNetworkProtocol)."""

    _valid_with = ("https.port",)

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    hostname: str | None = json_path("HostName")
    fqdn: str | None = json_path("FQDN")
    http: ProtocolSettings = json_path("HTTP", default=ProtocolSettings())
    https: ProtocolSettings = json_path("HTTPS", default=ProtocolSettings())
    ssh: ProtocolSettings = json_path("SSH", default=ProtocolSettings())
    ipmi: ProtocolSettings = json_path("IPMI", default=ProtocolSettings())
    snmp: ProtocolSettings = json_path("SNMP", default=ProtocolSettings())
    kvmip: ProtocolSettings = json_path("KVMIP", default=ProtocolSettings())
    virtual_media: ProtocolSettings = ProtocolSettings()
    ssdp: ProtocolSettings | None = json_path("SSDP")
    """None before X12."""
    telnet: ProtocolSettings | None = None
    """None on all recorded boards."""
    ntp: NTPSettings | None = json_path("NTP")
    """None on X10 and X11, which have only the OEM resource."""

    @property
    def protocols(self) -> dict[str, ProtocolSettings]:
        """Services of this board by their names in a PATCH request."""
        protocols = {name: getattr(self, field) for name, field in _PROTOCOLS.items()}
        return {
            name: settings
            for name, settings in protocols.items()
            if settings is not None and settings.protocol_enabled is not None
        }


@dataclass(frozen=True, kw_only=True)
class EthernetInterfaceIPv4Address(Model):
    """IPv4 address of a network interface (IPv4Addresses)."""

    address: str | None = None
    subnet_mask: str | None = None
    gateway: str | None = None
    """Address of the gateway; "0.0.0.0" on OpenBMC without a gateway."""
    address_origin: str | None = None
    """Static, DHCP or IPv4LinkLocal."""


@dataclass(frozen=True, kw_only=True)
class EthernetInterfaceIPv6Address(Model):
    """IPv6 address of a network interface (IPv6Addresses)."""

    address: str | None = None
    prefix_length: int | None = None
    address_origin: str | None = None
    """Static, DHCPv6, LinkLocal or SLAAC."""


@dataclass(frozen=True, kw_only=True)
class EthernetInterface(Model):
    """Network interface of the BMC or the host (EthernetInterface)."""

    _valid_with = ("mac_address",)

    id: str | None = None
    name: str | None = None
    """Not unique on X13, where several interfaces of a host share a name."""
    description: str | None = None
    mac_address: str | None = json_path("MACAddress")
    """MAC address with colons, in upper or lower case."""
    permanent_mac_address: str | None = json_path("PermanentMACAddress")
    status: Status = Status()
    interface_enabled: bool | None = None
    link_status: LinkStatus | str | None = None
    """None on X10 and X11."""
    ipv4_addresses: tuple[EthernetInterfaceIPv4Address, ...] = json_path(
        "IPv4Addresses", default=()
    )
    ipv6_addresses: tuple[EthernetInterfaceIPv6Address, ...] = json_path(
        "IPv6Addresses", default=()
    )
    ipv6_default_gateway: str | None = json_path("IPv6DefaultGateway")
    dhcp_enabled: bool | None = json_path("DHCPv4/DHCPEnabled")
    speed_mbps: int | None = None
    """Link speed in Mbit/s; 0 without a link, 65535 for a USB link on OpenBMC."""
    auto_neg: bool | None = None
    full_duplex: bool | None = None
    mtu_size: int | None = json_path("MTUSize")
    hostname: str | None = json_path("HostName")
    fqdn: str | None = json_path("FQDN")
    vlan_enabled: bool | None = json_path("VLAN/VLANEnable")
    vlan_id: int | None = json_path("VLAN/VLANId")
    name_servers: tuple[str, ...] = ()
    """Name servers as sent by the BMC; `dns_servers` omits unset ones ("(null)")."""
    lan_interface: str | None = json_path("Oem/Supermicro/LANInterface")
    """Setting for the LAN port of the BMC: Dedicated, Shared or Failover."""
    lan_interface_options: tuple[str, ...] = json_path(
        "Oem/Supermicro/LANInterface@Redfish.AllowableValues", default=()
    )
    active_interface: str | None = json_path("Oem/Supermicro/ActiveInterface")
    """LAN port that the BMC uses now."""

    @property
    def is_link_up(self) -> bool | None:
        """Return whether the link is up (LinkStatus); None if it is unknown."""
        link = self.link_status
        return link == LinkStatus.LINK_UP if is_member(link, LinkStatus) else None

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """Configured name servers (NameServers)."""
        return tuple(name for name in self.name_servers if name not in _UNSET_ADDRESSES)

    @property
    def is_internal(self) -> bool:
        """Return whether this is an internal link between BMC and host, or another BMC.

        It has the Id of one, a locally administered MAC address or only link-local
        addresses. Other machines may have the same MAC address there.
        """
        addresses = [item.address for item in self.ipv4_addresses if item.address]
        return (
            bool(_INTERNAL_ID.match(self.id or ""))
            or any(map(_is_local, (self.permanent_mac_address, self.mac_address)))
            or (bool(addresses) and all(map(_LINK_LOCAL.match, addresses)))
        )


def _is_local(mac: str | None) -> bool:
    """Return whether a MAC address is locally administered."""
    try:
        return bool(int((mac or "")[:2], 16) & _LOCALLY_ADMINISTERED)
    except ValueError:
        return False
