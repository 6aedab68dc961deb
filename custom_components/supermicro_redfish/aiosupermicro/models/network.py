"""Network adapters of the host (NetworkAdapter, Port, NetworkPort)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .base import Model, json_path
from .chassis import PCIeInterface
from .common import Status
from .enums import LinkStatus, is_member

__all__ = ["NetworkAdapter", "NetworkController", "Port"]

_UP = (LinkStatus.LINK_UP, LinkStatus.UP)


def _as_list(raw: Any) -> Any:
    """Return a single address as a list; return other values unchanged."""
    return [raw] if isinstance(raw, str) else raw


@dataclass(frozen=True, kw_only=True)
class NetworkController(Model):
    """Controller of a network adapter (NetworkAdapter.Controllers)."""

    firmware_package_version: str | None = None
    location: str | None = json_path("Location/PartLocation/ServiceLabel")
    """Label of the slot."""
    pcie_interface: PCIeInterface = json_path("PCIeInterface", default=PCIeInterface())
    port_count: int | None = json_path("ControllerCapabilities/NetworkPortCount")


@dataclass(frozen=True, kw_only=True)
class NetworkAdapter(Model):
    """Network adapter (NetworkAdapter)."""

    id: str | None = None
    name: str | None = None
    """Equal for all adapters on X13."""
    manufacturer: str | None = None
    model: str | None = None
    part_number: str | None = None
    serial_number: str | None = None
    status: Status = Status()
    """Empty on X13."""
    controllers: tuple[NetworkController, ...] = ()
    """Empty on OpenBMC."""

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the adapter is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Port(Model):
    """Port of a network adapter (Port, NetworkPort or NetworkDeviceFunction)."""

    path: str | None = json_path("@odata.id")
    """Unique, which the Id is not."""
    id: str | None = None
    name: str | None = None
    port_id: str | None = json_path("PortId", "PhysicalPortNumber")
    status: Status = Status()
    """Empty on X13."""
    link_status: LinkStatus | str | None = None
    """None on X13 if the adapter does not report it to the BMC."""
    link_state: str | None = None
    """Setting of the port, Enabled or Disabled; None on X13."""
    current_speed_gbps: float | None = None
    """Link speed in Gbit/s; 0 without a link, None on X13."""
    max_speed_gbps: float | None = None
    """Maximum link speed in Gbit/s; None on X13, 0 on OpenBMC if unknown."""
    port_protocol: str | None = None
    port_type: str | None = None
    link_network_technology: str | None = json_path(
        "LinkNetworkTechnology", "ActiveLinkTechnology"
    )
    mac_addresses: tuple[str, ...] = json_path(
        "Ethernet/AssociatedMACAddresses",
        "AssociatedNetworkAddresses",
        "Ethernet/MACAddress",
        default=(),
        preprocess=_as_list,
    )

    @property
    def is_link_up(self) -> bool | None:
        """Return whether the link is up (LinkStatus); None if it is unknown."""
        is_known = is_member(self.link_status, LinkStatus)
        return self.link_status in _UP if is_known else None
