"""The table of resources: how each is found, what it decodes to, how often it moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

from .models import (
    LLDP,
    NTP,
    AccountService,
    ActionInfo,
    Chassis,
    EventService,
    FanMode,
    License,
    Manager,
    Model,
    NetworkProtocol,
    NodeManager,
    Power,
    PowerSubsystem,
    ServiceRoot,
    SessionService,
    Snooping,
    SysLockdown,
    System,
    Thermal,
    UpdateService,
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


class Substitute(Protocol):
    """Reads something else where a resource is missing."""

    def __call__(self, *, is_linked: bool, is_brief: bool) -> Awaitable[Any]:
        """Return what stands in for the resource.

        Args:
            is_linked: Whether the board links to the resource itself.
            is_brief: Whether it is to be told in a few requests, as far as it is known.

        Raises:
            NotFoundError: The board has nothing of the kind.

        """


def _is_host(system: Mapping[str, Any]) -> bool:
    """Tell the machine from the accelerator boards inside it, which others make."""
    return System.from_dict(system).is_supermicro


def _step(name: str, parent: Endpoint[Any], pointer: str) -> Endpoint[Model]:
    """Return a resource of which only the links count: a collection, or a step."""
    return Endpoint(name=name, model=Model, ways=(Way(parent, pointer),))


ROOT: Final = Endpoint(name="service_root", model=ServiceRoot)
SYSTEMS: Final = _step("systems", ROOT, "Systems")
SYSTEM: Final = Endpoint(
    name="system",
    model=System,
    cadence=Cadence.DYNAMIC,
    ways=(Way(SYSTEMS, "Members"),),
    choose_fn=_is_host,
)
ALL_CHASSIS: Final = _step("all_chassis", ROOT, "Chassis")
CHASSIS: Final = Endpoint(
    name="chassis",
    model=Chassis,
    cadence=Cadence.STATIC,
    ways=(Way(SYSTEM, "Links/Chassis"), Way(ALL_CHASSIS, "Members")),
    climb="Links/ContainedBy",
)
MANAGERS: Final = _step("managers", ROOT, "Managers")
MANAGER: Final = Endpoint(
    name="manager",
    model=Manager,
    cadence=Cadence.STATIC,
    ways=(Way(SYSTEM, "Links/ManagedBy"), Way(MANAGERS, "Members")),
)
MANAGER_INTERFACES: Final = _step("manager_interfaces", MANAGER, "EthernetInterfaces")
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


THERMAL_SUBSYSTEM: Final = _step("thermal_subsystem", CHASSIS, "ThermalSubsystem")
THERMAL_METRICS: Final = _step("thermal_metrics", THERMAL_SUBSYSTEM, "ThermalMetrics")
FANS: Final = _step("fans", THERMAL_SUBSYSTEM, "Fans")
ENVIRONMENT_METRICS: Final = _step("environment", CHASSIS, "EnvironmentMetrics")
POWER_SUBSYSTEM: Final = Endpoint(
    name="power_subsystem",
    model=PowerSubsystem,
    ways=(Way(CHASSIS, "PowerSubsystem"),),
)
POWER_SUPPLIES: Final = _step("power_supplies", POWER_SUBSYSTEM, "PowerSupplies")
SENSORS: Final = _step("sensors", CHASSIS, "Sensors")


def _oem(name: str, model: type[ModelT], *keys: str) -> Endpoint[ModelT]:
    """Return a manager's OEM resource; boards of 2017 lack the level Supermicro."""
    pointers = [f"Oem/{level}{key}" for key in keys for level in ("Supermicro/", "")]
    ways = tuple(Way(MANAGER, pointer) for pointer in pointers)
    return Endpoint(name=name, model=model, cadence=Cadence.STATIC, ways=ways)


FAN_MODE: Final = _oem("fan_mode", FanMode, "FanMode")
NTP_SERVICE: Final = _oem("ntp", NTP, "NTP")
LLDP_SERVICE: Final = _oem("lldp", LLDP, "LLDP", "LldpService")
SNOOPING: Final = _oem("snooping", Snooping, "Snooping")
SYS_LOCKDOWN: Final = Endpoint(
    name="sys_lockdown",
    model=SysLockdown,
    ways=(Way(MANAGER, "Oem/Supermicro/SysLockdown"),),
)
LICENSE_MANAGER: Final = _step(
    "license_manager", MANAGER, "Oem/Supermicro/LicenseManager"
)
LICENSE: Final = Endpoint(
    name="license",
    model=License,
    cadence=Cadence.STATIC,
    ways=(Way(LICENSE_MANAGER, "QueryLicense"),),
)
NODE_MANAGER: Final = Endpoint(
    name="node_manager",
    model=NodeManager,
    ways=(
        Way(SYSTEM, "Oem/Supermicro/NodeManager"),
        Way(SYSTEM, "Oem/Supermicro/SmcNodeManager"),
    ),
)
NETWORK_PROTOCOL: Final = Endpoint(
    name="network_protocol",
    model=NetworkProtocol,
    cadence=Cadence.STATIC,
    ways=(Way(MANAGER, "NetworkProtocol"),),
)


def _service(name: str, model: type[ModelT], key: str) -> Endpoint[ModelT]:
    """Return a service that the root links to."""
    return Endpoint(name=name, model=model, ways=(Way(ROOT, key),))


ACCOUNT_SERVICE: Final = _service("account_service", AccountService, "AccountService")
EVENT_SERVICE: Final = _service("event_service", EventService, "EventService")
SESSION_SERVICE: Final = _service("session_service", SessionService, "SessionService")
UPDATE_SERVICE: Final = _service("update_service", UpdateService, "UpdateService")

BOOT_OPTIONS: Final = _step("boot_options", SYSTEM, "Boot/BootOptions")
ACCOUNTS: Final = _step("accounts", ACCOUNT_SERVICE, "Accounts")
PROCESSORS: Final = _step("processors", SYSTEM, "Processors")
MEMORY: Final = _step("memory", SYSTEM, "Memory")
SYSTEM_INTERFACES: Final = _step("system_interfaces", SYSTEM, "EthernetInterfaces")
PCIE_DEVICES: Final = _step("pcie_devices", CHASSIS, "PCIeDevices")
STORAGE: Final = _step("storage", SYSTEM, "Storage")
DRIVES: Final = _step("drives", CHASSIS, "Drives")
NETWORK_ADAPTERS: Final = _step("network_adapters", CHASSIS, "NetworkAdapters")
SYSTEM_LOGS: Final = _step("system_logs", SYSTEM, "LogServices")
MANAGER_LOGS: Final = _step("manager_logs", MANAGER, "LogServices")
FIRMWARE: Final = _step("firmware", UPDATE_SERVICE, "FirmwareInventory")
CERTIFICATES: Final = _step("certificates", NETWORK_PROTOCOL, "HTTPS/Certificates")

ENDPOINTS: Final = tuple(row for row in globals().values() if isinstance(row, Endpoint))
"""All rows, in the order above."""
