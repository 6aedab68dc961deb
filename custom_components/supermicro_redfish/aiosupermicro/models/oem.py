"""Supermicro's own resources (Oem.Supermicro of managers and systems)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
import json
from typing import Any

from .base import Model, accept_published, json_path
from .enums import FanModeType
from .values import parse_datetime

__all__ = [
    "LLDP",
    "NTP",
    "FanMode",
    "LLDPReceive",
    "License",
    "LicenseEntry",
    "NodeManager",
    "NodeManagerStatistics",
    "Snooping",
    "SysLockdown",
]


@dataclass(frozen=True, kw_only=True)
class FanMode(Model):
    """Fan mode (FanMode)."""

    _valid_with = ("mode", "available_modes")

    mode: FanModeType | str | None = None
    available_modes: tuple[FanModeType | str, ...] = json_path(
        "Mode@Redfish.AllowableValues", default=()
    )
    """Modes that this board supports."""


@dataclass(frozen=True, kw_only=True)
class NTP(Model):
    """Settings of the NTP client (NTP)."""

    _valid_with = ()

    enabled: bool | None = json_path("NTPEnable")
    primary_server: str | None = json_path("PrimaryNTPServer")
    secondary_server: str | None = json_path("SecondaryNTPServer")
    daylight_saving_time: bool | None = None


@dataclass(frozen=True, kw_only=True)
class LLDPReceive(Model):
    """LLDP data of the connected switch (LLDPReceive, as in DMTF's Port)."""

    chassis_id: str | None = None
    chassis_id_subtype: str | None = None
    port_id: str | None = None
    """Hexadecimal octets with colons, according to DMTF's schema."""
    port_id_subtype: str | None = None
    system_name: str | None = None
    system_description: str | None = None
    system_capabilities: tuple[str, ...] = ()
    management_address_ipv4: str | None = json_path("ManagementAddressIPv4")
    management_address_ipv6: str | None = json_path("ManagementAddressIPv6")
    management_address_mac: str | None = json_path("ManagementAddressMAC")
    management_vlan_id: int | None = None
    """4095 without a management VLAN."""


@dataclass(frozen=True, kw_only=True)
class LLDP(Model):
    """LLDP of the BMC's network port (LldpService)."""

    _valid_with = ()

    enabled: bool | None = json_path("LLDPEnabled")
    receive: LLDPReceive = json_path("LLDPReceive", default=LLDPReceive())

    @property
    def neighbor(self) -> LLDPReceive | None:
        """Connected switch (LLDPReceive); None if LLDP is off or nothing was received.

        The BMC sends an empty object in both cases.
        """
        return self.receive if self.receive.is_valid else None


@dataclass(frozen=True, kw_only=True)
class Snooping(Model):
    """POST code of the host's BIOS (Snooping)."""

    _valid_with = ("post_code",)

    post_code: str | None = None
    """Last POST code, two hexadecimal digits in lower case."""


@dataclass(frozen=True, kw_only=True)
class SysLockdown(Model):
    """Lockdown of the system; the BMC rejects all changes (SysLockdown)."""

    enabled: bool | None = json_path("SysLockdownEnabled")


def _parse_licenses(raw: Any) -> list[Any]:
    """Parse the licenses, which Supermicro sends as JSON documents in texts."""
    return [_parse_license(entry) for entry in raw] if isinstance(raw, list) else []


def _parse_license(raw: Any) -> Any:
    """Parse a license without its signature; return None if it is malformed.

    A license without the levels "ProductKey" and "Node", as the published client
    expects it, is accepted as well; no recorded board sends it.
    """
    try:
        value = json.loads(raw, strict=False) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        return None
    if isinstance(value, Mapping) and "LicenseID" in value:
        return value
    for key in ("ProductKey", "Node"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value or None


@dataclass(frozen=True)
class LicenseEntry(Model):
    """License of the BMC (a text in QueryLicense.Licenses)."""

    license_id: str | None = json_path("LicenseID")
    license_type: str | None = None
    """None on all recorded boards, like the next three fields."""
    license_status: str | None = None
    description: str | None = None
    expiration: str | None = None
    name: str | None = json_path("LicenseName")
    """Supermicro's name, such as "SFT-OOB-LIC" or "SFT-DCMS-SINGLE"."""
    create_date: str | None = None
    """Date as sent by the BMC, "YYYYMMDD"; `created_on` is the parsed value."""

    @property
    def created_on(self) -> date | None:
        """Date of creation (CreateDate); None if it is missing or malformed."""
        try:
            return date.fromisoformat(self.create_date or "")
        except ValueError:
            return None


def _licenses_of_flag(
    is_licensed: Any, values: Mapping[str, Any]
) -> dict[str, tuple[LicenseEntry, ...]]:
    """Return the keyword `licenses`, with an unnamed license for a bare flag."""
    unnamed = (LicenseEntry(),) if is_licensed else ()
    return {"licenses": tuple(values.get("licenses") or unnamed)}


@accept_published(is_licensed=_licenses_of_flag)
@dataclass(frozen=True, kw_only=True)
class License(Model):
    """Licenses of the BMC (LicenseManager/QueryLicense)."""

    _valid_with = ()

    licenses: tuple[LicenseEntry, ...] = json_path(
        "Licenses", default=(), preprocess=_parse_licenses
    )

    @property
    def is_licensed(self) -> bool:
        """Return whether the BMC has a license."""
        return bool(self.licenses)


@dataclass(frozen=True, kw_only=True)
class NodeManagerStatistics(Model):
    """Power statistics in watts (NodeManager.Statistics)."""

    mode: str | None = None
    current_value: float | None = None
    maximum_value: float | None = None
    minimum_value: float | None = None
    average_value: float | None = None
    reporting_period: int | None = None
    """Seconds since the start of the statistics."""
    timestamp: str | None = None
    """Date and time as sent, malformed on X13; `measured_at` is the parsed value."""

    @property
    def measured_at(self) -> datetime | None:
        """Date and time of the measurement by the BMC's clock (Timestamp).

        None if it is missing or has no UTC offset.
        """
        return parse_datetime(self.timestamp)


@dataclass(frozen=True, kw_only=True)
class NodeManager(Model):
    """Power statistics of the host from Intel Node Manager (SmcNodeManager)."""

    id: str | None = None
    name: str | None = None
    statistics: tuple[NodeManagerStatistics, ...] = ()
