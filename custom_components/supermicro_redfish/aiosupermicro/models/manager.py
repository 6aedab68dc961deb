"""The BMC itself and its network (Manager, NetworkProtocol, EthernetInterface)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .actions import Action
from .base import Model, json_path, parse_datetime
from .common import Status, mac_in_uuid
from .enums import LinkStatus, ManagerType, PowerState, ResetType

_LOCALLY_ADMINISTERED = 0x02
# What boards put where a name server is missing.
_NO_ADDRESS = ("(null)", "0.0.0.0", "::")  # noqa: S104 - what boards write for none
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
    """The BMC itself (Manager)."""

    id: str | None = None
    name: str | None = None
    manager_type: ManagerType | str | None = None
    uuid: str | None = json_path("UUID")
    firmware_version: str | None = None
    model: str | None = None
    """The BMC's chip, "ASPEED" nearly everywhere; never the board's name."""
    status: Status = Status()
    date_time: str | None = None
    date_time_local_offset: str | None = None
    time_zone_name: str | None = None
    last_reset_time: str | None = None
    """When the BMC, not the host, last started; None on X10 and X11."""
    power_state: PowerState | str | None = None
    service_entry_point_uuid: str | None = json_path("ServiceEntryPointUUID")
    reset: Action | None = json_path("Actions/#Manager.Reset")

    @property
    def is_healthy(self) -> bool | None:
        """Whether the BMC is well; None where it does not say."""
        return self.status.is_healthy

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """The ways to restart the BMC; empty where the board lists none."""
        return self.reset.reset_types if self.reset else ()

    @property
    def last_reset_at(self) -> datetime | None:
        """When the BMC, not the host, last started."""
        return parse_datetime(self.last_reset_time)

    @property
    def mac_address(self) -> str | None:
        """The BMC's own MAC address, "7C:C2:55:00:00:01".

        Supermicro firmware puts it into the manager's UUID; None where the UUID
        is of another form.
        """
        return mac_in_uuid(self.uuid)


@dataclass(frozen=True, kw_only=True)
class ProtocolSettings(Model):
    """A network service of the BMC (a member of NetworkProtocol)."""

    protocol_enabled: bool | None = None
    """None where the board does not have the service."""
    port: int | None = None


@dataclass(frozen=True, kw_only=True)
class NTPSettings(ProtocolSettings):
    """Where the BMC gets its time (NetworkProtocol.NTP)."""

    ntp_servers: tuple[str, ...] = json_path("NTPServers", default=())


@dataclass(frozen=True, kw_only=True)
class NetworkProtocol(Model):
    """The network services of the BMC (ManagerNetworkProtocol)."""

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
    """None but on X12 and later."""
    telnet: ProtocolSettings | None = None
    """None on every recorded board."""
    ntp: NTPSettings | None = json_path("NTP")
    """None on X10 and X11, which have the OEM resource only."""

    @property
    def protocols(self) -> dict[str, ProtocolSettings]:
        """The services that this board has, by the names that a PATCH uses."""
        found = {name: getattr(self, field) for name, field in _PROTOCOLS.items()}
        return {
            name: settings
            for name, settings in found.items()
            if settings is not None and settings.protocol_enabled is not None
        }


@dataclass(frozen=True, kw_only=True)
class EthernetInterfaceIPv4Address(Model):
    """An IPv4 address of a network interface (IPv4Addresses)."""

    address: str | None = None
    subnet_mask: str | None = None
    gateway: str | None = None
    """On OpenBMC "0.0.0.0" where there is none."""
    address_origin: str | None = None
    """Static, DHCP, IPv4LinkLocal."""


@dataclass(frozen=True, kw_only=True)
class EthernetInterfaceIPv6Address(Model):
    """An IPv6 address of a network interface (IPv6Addresses)."""

    address: str | None = None
    prefix_length: int | None = None
    address_origin: str | None = None
    """Static, DHCPv6, LinkLocal, SLAAC."""


@dataclass(frozen=True, kw_only=True)
class EthernetInterface(Model):
    """A network interface of the BMC or the host (EthernetInterface)."""

    id: str | None = None
    name: str | None = None
    """The same for several cards of a host on X13."""
    description: str | None = None
    mac_address: str | None = json_path("MACAddress")
    """Colons between; capitals on BMCs, small letters on hosts."""
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
    """Mbit/s; 0 without a link, 65535 on a USB link of OpenBMC."""
    auto_neg: bool | None = None
    full_duplex: bool | None = None
    mtu_size: int | None = json_path("MTUSize")
    hostname: str | None = json_path("HostName")
    fqdn: str | None = json_path("FQDN")
    vlan_enabled: bool | None = json_path("VLAN/VLANEnable")
    vlan_id: int | None = json_path("VLAN/VLANId")
    name_servers: tuple[str, ...] = ()
    """As the BMC sent them; `dns_servers` leaves out "(null)" and the like."""
    lan_interface: str | None = json_path("Oem/Supermicro/LANInterface")
    """Which sockets the BMC may use: Dedicated, Shared or Failover."""
    lan_interface_options: tuple[str, ...] = json_path(
        "Oem/Supermicro/LANInterface@Redfish.AllowableValues", default=()
    )
    active_interface: str | None = json_path("Oem/Supermicro/ActiveInterface")
    """Which socket the BMC uses now."""

    @property
    def is_link_up(self) -> bool | None:
        """Whether there is a link; None where the BMC does not say."""
        link = self.link_status
        return None if link is None else link == LinkStatus.LINK_UP

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """The name servers that are set."""
        return tuple(name for name in self.name_servers if name not in _NO_ADDRESS)

    @property
    def is_internal(self) -> bool:
        """Whether this is the link between BMC and host, made of USB."""
        try:
            first_octet = int((self.mac_address or "")[:2], 16)
        except ValueError:
            return False
        return bool(first_octet & _LOCALLY_ADMINISTERED)
