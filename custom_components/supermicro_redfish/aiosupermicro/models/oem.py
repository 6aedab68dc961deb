"""Resources that only Supermicro has (Oem.Supermicro of managers and systems)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
import json
from typing import Any

from .base import Model, json_path, parse_datetime
from .enums import FanModeType


@dataclass(frozen=True, kw_only=True)
class FanMode(Model):
    """How the BMC runs the fans (FanMode)."""

    mode: FanModeType | str | None = None
    available_modes: tuple[FanModeType | str, ...] = json_path(
        "Mode@Redfish.AllowableValues", default=()
    )
    """The modes that this board accepts; boards differ."""


@dataclass(frozen=True, kw_only=True)
class NTP(Model):
    """Where the BMC gets its time (NTP)."""

    enabled: bool | None = json_path("NTPEnable")
    primary_server: str | None = json_path("PrimaryNTPServer")
    secondary_server: str | None = json_path("SecondaryNTPServer")
    daylight_saving_time: bool | None = None


@dataclass(frozen=True, kw_only=True)
class LLDPReceive(Model):
    """What the switch says of itself (LLDPReceive, as in DMTF's Port)."""

    chassis_id: str | None = None
    chassis_id_subtype: str | None = None
    port_id: str | None = None
    """Colon-delimited hexadecimal octets by DMTF's schema."""
    port_id_subtype: str | None = None
    system_name: str | None = None
    system_description: str | None = None
    system_capabilities: tuple[str, ...] = ()
    management_address_ipv4: str | None = json_path("ManagementAddressIPv4")
    management_address_ipv6: str | None = json_path("ManagementAddressIPv6")
    management_address_mac: str | None = json_path("ManagementAddressMAC")
    management_vlan_id: int | None = None
    """4095 where there is none."""


@dataclass(frozen=True, kw_only=True)
class LLDP(Model):
    """What the BMC's network port knows of the switch (LldpService)."""

    enabled: bool | None = json_path("LLDPEnabled")
    receive: LLDPReceive = json_path("LLDPReceive", default=LLDPReceive())

    @property
    def neighbor(self) -> LLDPReceive | None:
        """The switch; None while it said nothing or nobody listens."""
        return self.receive if self.receive.is_valid else None


@dataclass(frozen=True, kw_only=True)
class Snooping(Model):
    """How far the host's BIOS got (Snooping)."""

    post_code: str | None = None
    """The last POST code, two lower-case hexadecimal digits."""


@dataclass(frozen=True, kw_only=True)
class SysLockdown(Model):
    """Whether the BMC refuses every change (SysLockdown)."""

    enabled: bool | None = json_path("SysLockdownEnabled")


def _licences(raw: Any) -> list[Any]:
    """Read the JSON documents that Supermicro puts into texts, as far as they go."""
    return [_licence(entry) for entry in raw] if isinstance(raw, list) else []


def _licence(raw: Any) -> Any:
    """Read one of them, without the key's signature."""
    try:
        found = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        return None
    for key in ("ProductKey", "Node"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found or None


@dataclass(frozen=True, kw_only=True)
class LicenseEntry(Model):
    """A licence of the BMC (a text in QueryLicense.Licenses)."""

    license_id: str | None = json_path("LicenseID")
    name: str | None = json_path("LicenseName")
    """Supermicro's own, such as "SFT-OOB-LIC" and "SFT-DCMS-SINGLE"."""
    create_date: str | None = None
    """Year, month and day without anything between."""

    @property
    def created_on(self) -> date | None:
        """The day when the licence was made."""
        try:
            return date.fromisoformat(self.create_date or "")
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class License(Model):
    """The licences of the BMC (LicenseManager/QueryLicense)."""

    licenses: tuple[LicenseEntry, ...] = json_path(
        "Licenses", default=(), preprocess=_licences
    )

    @property
    def is_licensed(self) -> bool:
        """Whether the BMC has any licence."""
        return bool(self.licenses)


@dataclass(frozen=True, kw_only=True)
class NodeManagerStatistics(Model):
    """Power since the statistics began, in watts (NodeManager.Statistics)."""

    mode: str | None = None
    current_value: float | None = None
    maximum_value: float | None = None
    minimum_value: float | None = None
    average_value: float | None = None
    reporting_period: int | None = None
    """Seconds since the statistics began."""
    timestamp: str | None = None
    """As the BMC sent it, malformed on X13; `measured_at` is the moment."""

    @property
    def measured_at(self) -> datetime | None:
        """When it was measured, by the BMC's clock."""
        return parse_datetime(self.timestamp)


@dataclass(frozen=True, kw_only=True)
class NodeManager(Model):
    """Intel's power statistics of the host (SmcNodeManager)."""

    id: str | None = None
    name: str | None = None
    statistics: tuple[NodeManagerStatistics, ...] = ()
