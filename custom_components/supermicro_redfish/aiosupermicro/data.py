"""What the bulk reads return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .exceptions import SupermicroRedfishError
from .models import (
    LLDP,
    NTP,
    Chassis,
    FanMode,
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
    """Several resources, each None where the board has none or it could not be read."""

    errors: Mapping[str, SupermicroRedfishError] = field(
        default_factory=dict, compare=False
    )
    """What could not be read, by the resource's name; not what the board lacks."""


@dataclass(frozen=True, kw_only=True)
class DynamicData(BulkData):
    """What moves by the second: three requests on most boards, ten at the most."""

    system: System | None = None
    thermal: Thermal | None = None
    power: Power | None = None
    is_complete: bool = True
    """Whether every fan, supply and sensor was read since the connection was made.

    While not, those that are missing in `thermal` and `power` may be still to come;
    on boards that have Thermal and Power it is always so.
    """


@dataclass(frozen=True, kw_only=True)
class StaticData(BulkData):
    """What changes rarely."""

    chassis: Chassis | None = None
    manager: Manager | None = None
    fan_mode: FanMode | None = None
    ntp: NTP | None = None
    lldp: LLDP | None = None
    snooping: Snooping | None = None
    license: License | None = None
    network_protocol: NetworkProtocol | None = None
    inner_thermal: Mapping[str, Thermal] = field(default_factory=dict)
    """The temperatures inside, by chassis, on machines of dozens of chassis."""
    reset_types: tuple[ResetType | str, ...] = ()
    """The ways to reset the host that the board advertises."""


@dataclass(frozen=True, kw_only=True)
class RedfishData(StaticData, DynamicData):
    """Everything that the bulk reads know."""
