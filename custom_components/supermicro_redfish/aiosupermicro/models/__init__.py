"""Frozen dataclasses for what a BMC answers."""

from .actions import Action, ActionInfo, ActionParameter
from .base import Model
from .chassis import Chassis, ChassisOem, PhysicalSecurity
from .common import Sensor, Status
from .enums import (
    BootSource,
    BootSourceEnabled,
    ChassisType,
    FanModeType,
    Health,
    IndicatorLED,
    IntrusionSensor,
    ManagerType,
    PowerState,
    ResetType,
    State,
)
from .logs import LogEntry, LogEntryOem
from .manager import EthernetInterface, EthernetInterfaceIPv4Address, Manager
from .oem import NTP, FanMode
from .power import (
    Battery,
    Power,
    PowerControl,
    PowerLimit,
    PowerMetrics,
    PowerSupply,
    Voltage,
)
from .system import Boot, MemorySummary, ProcessorSummary, ServiceRoot, System
from .thermal import Fan, Temperature, Thermal

__all__ = [
    "NTP",
    "Action",
    "ActionInfo",
    "ActionParameter",
    "Battery",
    "Boot",
    "BootSource",
    "BootSourceEnabled",
    "Chassis",
    "ChassisOem",
    "ChassisType",
    "EthernetInterface",
    "EthernetInterfaceIPv4Address",
    "Fan",
    "FanMode",
    "FanModeType",
    "Health",
    "IndicatorLED",
    "IntrusionSensor",
    "LogEntry",
    "LogEntryOem",
    "Manager",
    "ManagerType",
    "MemorySummary",
    "Model",
    "PhysicalSecurity",
    "Power",
    "PowerControl",
    "PowerLimit",
    "PowerMetrics",
    "PowerState",
    "PowerSupply",
    "ProcessorSummary",
    "ResetType",
    "Sensor",
    "ServiceRoot",
    "State",
    "Status",
    "System",
    "Temperature",
    "Thermal",
    "Voltage",
]
