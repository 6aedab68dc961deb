"""Results of the bulk reads.

The fields that the published client has are positional, in its order. A field that
belongs to the other cadence holds the last value. It is excluded from comparisons, so
that data differ only by fields of their own cadence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from typing import Any, Self

from .exceptions import NotFoundError, SupermicroRedfishError
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
    SensorResource,
    Snooping,
    System,
    Thermal,
)

__all__ = ["BulkData", "DynamicData", "RedfishData", "StaticData"]


@dataclass(frozen=True, kw_only=True)
class BulkData:
    """Several resources; each is None if it is missing or could not be read.

    `missing` and `errors` have the reason. A resource is in one of them at most.
    """

    errors: Mapping[str, SupermicroRedfishError] = field(
        default_factory=dict, compare=False
    )
    """Errors by name of the resource, or by path for a member of a collection.

    Missing resources are no errors, with two exceptions: one that was there before, and
    a board that has neither temperatures, fans nor power.
    """
    missing: Mapping[str, NotFoundError] = field(default_factory=dict, compare=False)
    """Resources that the board does not have, by name, with the error of each."""
    oem: Mapping[str, Any] = field(default_factory=dict)
    """Supermicro's own resources that have no field here, by name of their row."""

    def get_resource(self, name: str) -> Any:
        """Return a resource by name, None if it is missing or could not be read."""
        return getattr(self, name, self.oem.get(name))

    def replace_resources(self, resources: Mapping[str, Any]) -> Self:
        """Return the data with other resources, given by name."""
        names = {field.name for field in fields(self)}
        own = {name: resources[name] for name in resources if name in names}
        oem = {name: resources[name] for name in resources if name not in names}
        return replace(self, **own, oem={**self.oem, **oem})


@dataclass(frozen=True, kw_only=True)
class _MoreDynamicData(BulkData):
    """Frequently changing data that the published client does not have."""

    leak_detectors: tuple[LeakDetector, ...] = ()
    """Leak detectors of liquid-cooled machines; empty on all others."""
    sensors: tuple[SensorResource, ...] = ()
    """Sensors of the other chassis of a machine, without those in `thermal`, `power`.

    Temperatures, distances to their limits, powers and energy counters, where metric
    reports name them; elsewhere the temperatures of the last static read. Empty before
    the first static read, which finds them.
    """
    is_complete: bool = True
    """Whether all fans, power supplies and sensors were read since the connection.

    While False, later reads may add items to `thermal` and `power`. Always True on
    boards that have the resources Thermal and Power.
    """
    reading_age: float = field(default=0.0, compare=False)
    """Seconds since the oldest value in `thermal`, `power` and `sensors` was requested.

    The temperatures that boards without metric reports show as `sensors` do not count.
    """
    is_read_in_turns: bool = False
    """Whether some values are read in round robin and may be several polls old."""


@dataclass(frozen=True, kw_only=True)
class _MoreStaticData(BulkData):
    """Rarely changing data that the published client does not have."""

    inner_thermal: Mapping[str, Thermal] = field(default_factory=dict)
    """Internal temperatures by chassis, on machines with dozens of chassis."""
    reset_types: tuple[ResetType | str, ...] = ()
    """Supported reset types of the host."""


@dataclass(frozen=True)
class DynamicData(_MoreDynamicData):
    """Frequently changing data: 3 requests on most boards, 6 or 10 on newer ones."""

    thermal: Thermal | None = None
    power: Power | None = None
    fan_mode: FanMode | None = field(default=None, compare=False)
    """Fan mode as it was last read; `async_get_static_data` keeps it up to date.

    From Gen 14 on, None before the first `async_get_static_data`, without an error.
    """
    snooping: Snooping | None = field(default=None, compare=False)
    """POST code as it was last read; `async_get_static_data` keeps it up to date."""
    _: KW_ONLY
    system: System | None = None


@dataclass(frozen=True)
class StaticData(_MoreStaticData):
    """Rarely changing data."""

    system: System | None = field(default=None, compare=False)
    """Host as it was last read; `async_get_dynamic_data` keeps it up to date."""
    chassis: Chassis | None = None
    manager: Manager | None = None
    license: License | None = None
    ntp: NTP | None = None
    lldp: LLDP | None = None
    network_protocol: NetworkProtocol | None = None
    _: KW_ONLY
    fan_mode: FanMode | None = None
    snooping: Snooping | None = None


@dataclass(frozen=True)
class RedfishData(_MoreStaticData, _MoreDynamicData):
    """All data of both bulk reads."""

    system: System | None = None
    chassis: Chassis | None = None
    thermal: Thermal | None = None
    power: Power | None = None
    manager: Manager | None = None
    fan_mode: FanMode | None = None
    network_protocol: NetworkProtocol | None = None
    license: License | None = None
    snooping: Snooping | None = None
    ntp: NTP | None = None
    lldp: LLDP | None = None
