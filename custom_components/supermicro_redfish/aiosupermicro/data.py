"""Results of the bulk reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .exceptions import SupermicroRedfishError
from .models import (
    LLDP,
    NTP,
    Chassis,
    FanMode,
    LeakDetector,
    License,
    Manager,
    NetworkProtocol,
    Power,
    ResetType,
    Snooping,
    System,
    Thermal,
)

__all__ = ["BulkData", "DynamicData", "RedfishData", "StaticData"]


@dataclass(frozen=True, kw_only=True)
class BulkData:
    """Several resources; each is None if it is missing or could not be read."""

    errors: Mapping[str, SupermicroRedfishError] = field(
        default_factory=dict, compare=False
    )
    """Errors by name of the resource; missing resources are not errors."""


@dataclass(frozen=True, kw_only=True)
class DynamicData(BulkData):
    """Frequently changing data: 3 requests on most boards, 10 at most."""

    system: System | None = None
    thermal: Thermal | None = None
    power: Power | None = None
    leak_detectors: tuple[LeakDetector, ...] = ()
    """Leak detectors of liquid-cooled machines; empty on all others."""
    is_complete: bool = True
    """Whether all fans, power supplies and sensors were read since the connection.

    While False, later reads may add items to `thermal` and `power`. Always True on
    boards that have the resources Thermal and Power.
    """


@dataclass(frozen=True, kw_only=True)
class StaticData(BulkData):
    """Rarely changing data."""

    chassis: Chassis | None = None
    manager: Manager | None = None
    fan_mode: FanMode | None = None
    ntp: NTP | None = None
    lldp: LLDP | None = None
    snooping: Snooping | None = None
    license: License | None = None
    network_protocol: NetworkProtocol | None = None
    inner_thermal: Mapping[str, Thermal] = field(default_factory=dict)
    """Internal temperatures by chassis, on machines with dozens of chassis."""
    reset_types: tuple[ResetType | str, ...] = ()
    """Supported reset types of the host."""


@dataclass(frozen=True, kw_only=True)
class RedfishData(StaticData, DynamicData):
    """All data of the bulk reads."""
