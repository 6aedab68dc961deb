"""The table of resources: how each is found, what it decodes to, how often it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from .models import (
    NTP,
    ActionInfo,
    Chassis,
    FanMode,
    Manager,
    Model,
    Power,
    ServiceRoot,
    System,
    Thermal,
)

ModelT = TypeVar("ModelT", bound=Model)


class Cadence(StrEnum):
    """How often a resource is worth reading."""

    ONCE = "once"
    STATIC = "static"
    DYNAMIC = "dynamic"


@dataclass(frozen=True)
class Way:
    """A link that leads to a resource: where it stands, and in which resource."""

    parent: Endpoint[Any]
    pointer: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Endpoint(Generic[ModelT]):
    """A resource of the BMC, by the links that lead to it; the first one counts."""

    name: str
    model: type[ModelT]
    cadence: Cadence = Cadence.ONCE
    ways: tuple[Way, ...] = ()
    choose_fn: Callable[[Mapping[str, Any]], bool] | None = None
    """Which of several linked resources is meant; without, or of none, the first."""
    climb: str | None = None
    """A link to be followed on for as long as there is one."""


def _is_host(system: Mapping[str, Any]) -> bool:
    """Tell the machine from the accelerator boards inside it, which others make."""
    return System.from_dict(system).is_supermicro


ROOT: Final = Endpoint(name="service_root", model=ServiceRoot)
SYSTEMS: Final = Endpoint(name="systems", model=Model, ways=(Way(ROOT, "Systems"),))
SYSTEM: Final = Endpoint(
    name="system",
    model=System,
    cadence=Cadence.DYNAMIC,
    ways=(Way(SYSTEMS, "Members"),),
    choose_fn=_is_host,
)
ALL_CHASSIS: Final = Endpoint(
    name="all_chassis", model=Model, ways=(Way(ROOT, "Chassis"),)
)
CHASSIS: Final = Endpoint(
    name="chassis",
    model=Chassis,
    cadence=Cadence.STATIC,
    ways=(Way(SYSTEM, "Links/Chassis"), Way(ALL_CHASSIS, "Members")),
    climb="Links/ContainedBy",
)
MANAGERS: Final = Endpoint(name="managers", model=Model, ways=(Way(ROOT, "Managers"),))
MANAGER: Final = Endpoint(
    name="manager",
    model=Manager,
    cadence=Cadence.STATIC,
    ways=(Way(SYSTEM, "Links/ManagedBy"), Way(MANAGERS, "Members")),
)
MANAGER_INTERFACES: Final = Endpoint(
    name="manager_interfaces", model=Model, ways=(Way(MANAGER, "EthernetInterfaces"),)
)
RESET_INFO: Final = Endpoint(
    name="reset_info",
    model=ActionInfo,
    ways=(Way(SYSTEM, "Actions/#ComputerSystem.Reset/@Redfish.ActionInfo"),),
)
THERMAL: Final = Endpoint(
    name="thermal",
    model=Thermal,
    cadence=Cadence.DYNAMIC,
    ways=(Way(CHASSIS, "Thermal"),),
)
POWER: Final = Endpoint(
    name="power", model=Power, cadence=Cadence.DYNAMIC, ways=(Way(CHASSIS, "Power"),)
)


def _oem(name: str, model: type[ModelT], key: str) -> Endpoint[ModelT]:
    """Return a manager's OEM resource; boards of 2017 lack the level Supermicro."""
    ways = (Way(MANAGER, f"Oem/Supermicro/{key}"), Way(MANAGER, f"Oem/{key}"))
    return Endpoint(name=name, model=model, cadence=Cadence.STATIC, ways=ways)


FAN_MODE: Final = _oem("fan_mode", FanMode, "FanMode")
NTP_SERVICE: Final = _oem("ntp", NTP, "NTP")

ENDPOINTS: Final[tuple[Endpoint[Any], ...]] = (
    ROOT,
    SYSTEMS,
    SYSTEM,
    ALL_CHASSIS,
    CHASSIS,
    MANAGERS,
    MANAGER,
    MANAGER_INTERFACES,
    RESET_INFO,
    THERMAL,
    POWER,
    FAN_MODE,
    NTP_SERVICE,
)
