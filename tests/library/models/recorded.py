"""The resources of all boards, shipped and recorded, by board and schema."""

from collections.abc import Iterator
import json
from typing import Any

from aiosupermicro import models as m
from aiosupermicro.models import Model

from .catalog import boards

RESOURCES: dict[str, type[Model]] = {
    "AccountService": m.AccountService,
    "ActionInfo": m.ActionInfo,
    "BootOption": m.BootOption,
    "Certificate": m.Certificate,
    "Chassis": m.Chassis,
    "ComputerSystem": m.System,
    "Drive": m.Drive,
    "EnvironmentMetrics": m.EnvironmentMetrics,
    "EthernetInterface": m.EthernetInterface,
    "EventDestination": m.EventDestination,
    "EventService": m.EventService,
    "Fan": m.FanResource,
    "FanMode": m.FanMode,
    "LldpService": m.LLDP,
    "LogEntry": m.LogEntry,
    "LogService": m.LogService,
    "Manager": m.Manager,
    "ManagerAccount": m.Account,
    "ManagerNetworkProtocol": m.NetworkProtocol,
    "Memory": m.Memory,
    "MetricReport": m.MetricReport,
    "NTP": m.NTP,
    "NetworkAdapter": m.NetworkAdapter,
    "NetworkPort": m.Port,
    "PCIeDevice": m.PCIeDevice,
    "PCIeSlots": m.PCIeSlots,
    "Port": m.Port,
    "Power": m.Power,
    "PowerSubsystem": m.PowerSubsystem,
    "PowerSupply": m.PowerSupplyResource,
    "PowerSupplyMetrics": m.PowerSupplyMetrics,
    "Processor": m.Processor,
    "QueryLicense": m.License,
    "Role": m.Role,
    "LeakDetector": m.LeakDetector,
    "Sensor": m.SensorResource,
    "ServiceRoot": m.ServiceRoot,
    "Session": m.Session,
    "SessionService": m.SessionService,
    "SmcNodeManager": m.NodeManager,
    "Snooping": m.Snooping,
    "SoftwareInventory": m.FirmwareInventory,
    "Storage": m.Storage,
    "StorageController": m.StorageController,
    "SysLockdown": m.SysLockdown,
    "Thermal": m.Thermal,
    "ThermalMetrics": m.ThermalMetrics,
    "UpdateService": m.UpdateService,
    "VirtualMedia": m.VirtualMedia,
    "Volume": m.Volume,
}
"""Models by the schema of Redfish or Supermicro that they decode."""


def schema_of(body: Any) -> str | None:
    """Return the schema of a resource, or None for any other value."""
    odata_type = body.get("@odata.type") if isinstance(body, dict) else None
    if not isinstance(odata_type, str):
        return None
    schema = odata_type.rpartition(".")[2]
    return schema if odata_type.startswith(f"#{schema}.") else None


def _resources(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the resources in a document, including those inside a collection."""
    if (schema := schema_of(value)) in RESOURCES:
        yield schema, value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _resources(inner)


def _recorded() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the resources of all boards, by board and schema."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for board in boards():
        for file in sorted(board.rglob("*.json")):
            document = json.loads(file.read_text(encoding="utf-8"))
            for schema, body in _resources(document):
                found.setdefault((board.name, schema), []).append(body)
    return found


RECORDED_RESOURCES = _recorded()
