"""The table of resources: the links to each, its model and its cadence.

`families.md` beside this module lists the deviations of firmware families, and where
each is handled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from ..models import (
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
from ..payload import JsonObject

ModelT = TypeVar("ModelT", bound=Model)


class Cadence(StrEnum):
    """Interval at which a resource is read."""

    ONCE = "once"
    STATIC = "static"
    DYNAMIC = "dynamic"


@dataclass(frozen=True)
class Link:
    """Link to a resource, as a pointer in its parent."""

    parent: Endpoint[Any]
    pointer: str
    """The keys to the link, such as "Links/Chassis"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Endpoint(Generic[ModelT]):
    """Resource of the BMC, with the links to it in order of preference."""

    name: str
    model: type[ModelT]
    cadence: Cadence = Cadence.ONCE
    links: tuple[Link, ...] = ()
    select_fn: Callable[[JsonObject], bool] | None = None
    """Selects one of several linked resources; the first one if it matches none."""
    parent_pointer: str | None = None
    """A link to follow upwards, to the last resource that `select_fn` matches."""
    expand_levels: int = 1
    """Levels of a collection that are read with one request, where that works.

    0 for a collection whose members are not all needed.
    """
    tree_levels: int = 0
    """Levels inside a resource that its first read returns as well, where that works.

    These are resources that are needed anyway. The resource itself has no measured
    values: it is not compared with a single read.
    """


Source = Endpoint[Any] | str
"""A row of the table, or the path that another resource links to."""


def _is_host(system: JsonObject) -> bool:
    """Return whether a system is the machine, not an accelerator board inside it."""
    return System.from_dict(system).is_supermicro


def _has_readings(chassis: JsonObject) -> bool:
    """Return whether a chassis has temperatures, fans or power.

    Boards list the chassis of a SmartNIC or of a backplane before the host's own.
    """
    return not _READINGS.isdisjoint(chassis)


_READINGS = frozenset(("Thermal", "Power", "ThermalSubsystem", "PowerSubsystem"))


def _link_only(
    name: str, parent: Endpoint[Any], pointer: str, *, expand_levels: int = 1
) -> Endpoint[Model]:
    """Return a row that is read for its links only, such as a collection."""
    return Endpoint(
        name=name,
        model=Model,
        links=(Link(parent, pointer),),
        expand_levels=expand_levels,
    )


ROOT: Final = Endpoint(name="service_root", model=ServiceRoot)
SYSTEMS: Final = _link_only("systems", ROOT, "Systems")
SYSTEM: Final = Endpoint(
    name="system",
    model=System,
    cadence=Cadence.DYNAMIC,
    links=(Link(SYSTEMS, "Members"),),
    select_fn=_is_host,
)
ALL_CHASSIS: Final = _link_only("all_chassis", ROOT, "Chassis")
CHASSIS: Final = Endpoint(
    name="chassis",
    model=Chassis,
    cadence=Cadence.STATIC,
    links=(Link(SYSTEM, "Links/Chassis"), Link(ALL_CHASSIS, "Members")),
    select_fn=_has_readings,
    parent_pointer="Links/ContainedBy",
)
MANAGERS: Final = _link_only("managers", ROOT, "Managers")
MANAGER: Final = Endpoint(
    name="manager",
    model=Manager,
    cadence=Cadence.STATIC,
    links=(Link(SYSTEM, "Links/ManagedBy"), Link(MANAGERS, "Members")),
)
MANAGER_INTERFACES: Final = _link_only(
    "manager_interfaces", MANAGER, "EthernetInterfaces"
)
RESET_INFO: Final = Endpoint(
    name="reset_info",
    model=ActionInfo,
    links=(Link(SYSTEM, "Actions/#ComputerSystem.Reset/@Redfish.ActionInfo"),),
)
THERMAL: Final = Endpoint(
    name="thermal",
    model=Thermal,
    cadence=Cadence.DYNAMIC,
    links=(Link(CHASSIS, "Thermal"),),
)
POWER: Final = Endpoint(
    name="power", model=Power, cadence=Cadence.DYNAMIC, links=(Link(CHASSIS, "Power"),)
)


THERMAL_SUBSYSTEM: Final = Endpoint(
    name="thermal_subsystem",
    model=Model,
    links=(Link(CHASSIS, "ThermalSubsystem"),),
    tree_levels=3,
)
"""Metrics, fans and leak detectors are inside; the last ones at the third level."""
THERMAL_METRICS: Final = _link_only(
    "thermal_metrics", THERMAL_SUBSYSTEM, "ThermalMetrics"
)
FANS: Final = _link_only("fans", THERMAL_SUBSYSTEM, "Fans")
LEAK_DETECTION: Final = _link_only("leak_detection", THERMAL_SUBSYSTEM, "LeakDetection")
LEAK_DETECTORS: Final = _link_only("leak_detectors", LEAK_DETECTION, "LeakDetectors")
ENVIRONMENT_METRICS: Final = _link_only("environment", CHASSIS, "EnvironmentMetrics")
POWER_SUBSYSTEM: Final = Endpoint(
    name="power_subsystem",
    model=PowerSubsystem,
    links=(Link(CHASSIS, "PowerSubsystem"),),
    tree_levels=3,
)
"""The power supplies are inside; their metrics at the third level."""
POWER_SUPPLIES: Final = _link_only(
    "power_supplies", POWER_SUBSYSTEM, "PowerSupplies", expand_levels=2
)
"""The second level contains the Metrics of the supplies."""
SENSORS: Final = _link_only("sensors", CHASSIS, "Sensors")


def _oem(name: str, model: type[ModelT], *keys: str) -> Endpoint[ModelT]:
    """Return a row for an OEM resource of the manager.

    Boards of 2017 lack the level "Supermicro".
    """
    pointers = [f"Oem/{level}{key}" for key in keys for level in ("Supermicro/", "")]
    links = tuple(Link(MANAGER, pointer) for pointer in pointers)
    return Endpoint(name=name, model=model, cadence=Cadence.STATIC, links=links)


FAN_MODE: Final = _oem("fan_mode", FanMode, "FanMode")
NTP_SERVICE: Final = _oem("ntp", NTP, "NTP")
LLDP_SERVICE: Final = _oem("lldp", LLDP, "LLDP", "LldpService")
SNOOPING: Final = _oem("snooping", Snooping, "Snooping")
SYS_LOCKDOWN: Final = Endpoint(
    name="sys_lockdown",
    model=SysLockdown,
    links=(Link(MANAGER, "Oem/Supermicro/SysLockdown"),),
)
LICENSE_MANAGER: Final = _link_only(
    "license_manager", MANAGER, "Oem/Supermicro/LicenseManager"
)
LICENSE: Final = Endpoint(
    name="license",
    model=License,
    cadence=Cadence.STATIC,
    links=(Link(LICENSE_MANAGER, "QueryLicense"),),
)
NODE_MANAGER: Final = Endpoint(
    name="node_manager",
    model=NodeManager,
    links=(
        Link(SYSTEM, "Oem/Supermicro/NodeManager"),
        Link(SYSTEM, "Oem/Supermicro/SmcNodeManager"),
    ),
)
NETWORK_PROTOCOL: Final = Endpoint(
    name="network_protocol",
    model=NetworkProtocol,
    cadence=Cadence.STATIC,
    links=(Link(MANAGER, "NetworkProtocol"),),
    tree_levels=2,
)
"""The certificates are inside."""


def _service(
    name: str, model: type[ModelT], key: str, *, tree_levels: int = 0
) -> Endpoint[ModelT]:
    """Return a row for a service that the root links to."""
    links = (Link(ROOT, key),)
    return Endpoint(name=name, model=model, links=links, tree_levels=tree_levels)


ACCOUNT_SERVICE: Final = _service(
    "account_service", AccountService, "AccountService", tree_levels=1
)
EVENT_SERVICE: Final = _service("event_service", EventService, "EventService")
SESSION_SERVICE: Final = _service("session_service", SessionService, "SessionService")
UPDATE_SERVICE: Final = _service(
    "update_service", UpdateService, "UpdateService", tree_levels=1
)
TELEMETRY_SERVICE: Final = _link_only("telemetry_service", ROOT, "TelemetryService")
METRIC_REPORTS: Final = _link_only("metric_reports", TELEMETRY_SERVICE, "MetricReports")
METRIC_REPORT_DEFINITIONS: Final = _link_only(
    "metric_report_definitions", TELEMETRY_SERVICE, "MetricReportDefinitions"
)

BOOT_OPTIONS: Final = _link_only("boot_options", SYSTEM, "Boot/BootOptions")
ACCOUNTS: Final = _link_only("accounts", ACCOUNT_SERVICE, "Accounts", expand_levels=0)
PROCESSORS: Final = _link_only("processors", SYSTEM, "Processors")
MEMORY: Final = _link_only("memory", SYSTEM, "Memory")
SYSTEM_INTERFACES: Final = _link_only("system_interfaces", SYSTEM, "EthernetInterfaces")
PCIE_DEVICES: Final = _link_only("pcie_devices", CHASSIS, "PCIeDevices")
STORAGE: Final = _link_only("storage", SYSTEM, "Storage", expand_levels=2)
"""The second level contains the Drives of the groups."""
DRIVES: Final = _link_only("drives", CHASSIS, "Drives")
NETWORK_INTERFACES: Final = _link_only(
    "network_interfaces", SYSTEM, "NetworkInterfaces"
)
NETWORK_ADAPTERS: Final = _link_only("network_adapters", CHASSIS, "NetworkAdapters")
VIRTUAL_MEDIA: Final = Endpoint(
    name="virtual_media",
    model=Model,
    links=(Link(MANAGER, "VirtualMedia"), Link(SYSTEM, "VirtualMedia")),
)
MEDIA_CONFIGURATION: Final = _link_only(
    "media_configuration", VIRTUAL_MEDIA, "Oem/Supermicro/VirtualMediaConfig"
)
SYSTEM_LOGS: Final = _link_only("system_logs", SYSTEM, "LogServices")
MANAGER_LOGS: Final = _link_only("manager_logs", MANAGER, "LogServices")
FIRMWARE: Final = _link_only(
    "firmware", UPDATE_SERVICE, "FirmwareInventory", expand_levels=0
)
CERTIFICATES: Final = _link_only("certificates", NETWORK_PROTOCOL, "HTTPS/Certificates")

ENDPOINTS: Final[tuple[Endpoint[Any], ...]] = tuple(
    row for row in tuple(globals().values()) if isinstance(row, Endpoint)
)
"""All rows of this module, in the order above."""
