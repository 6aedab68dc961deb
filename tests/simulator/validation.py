"""Validate a PATCH: writable properties and their allowed values."""

from __future__ import annotations

from collections.abc import Iterator
import json
from typing import Any, NamedTuple

from .resources import JsonObject, resource_type
from .responses import RedfishError

_PROTOCOLS = ("HTTP", "HTTPS", "SNMP", "IPMI", "SSH", "VirtualMedia", "KVMIP", "SSDP")

WRITABLE = {
    kind: frozenset(properties.split())
    for kind, properties in {
        "ComputerSystem": "AssetTag IndicatorLED LocationIndicatorActive "
        "PowerOnDelaySeconds PowerOffDelaySeconds PowerCycleDelaySeconds "
        "PowerRestorePolicy "
        "Boot.BootSourceOverrideEnabled Boot.BootSourceOverrideMode "
        "Boot.BootSourceOverrideTarget Boot.HttpBootUri Boot.BootNext Boot.BootOrder",
        "Chassis": "AssetTag IndicatorLED LocationIndicatorActive "
        "PhysicalSecurity.IntrusionSensor",
        "IsoConfig": "Host Path Username Password",
        "Drive": "IndicatorLED LocationIndicatorActive",
        "Manager": "AutoDSTEnabled DateTime DateTimeLocalOffset TimeZoneName",
        "ManagerNetworkProtocol": "HostName NTP.ProtocolEnabled NTP.NTPServers "
        + " ".join(f"{name}.ProtocolEnabled {name}.Port" for name in _PROTOCOLS),
        "EthernetInterface": "HostName FQDN AutoNeg FullDuplex MTUSize SpeedMbps "
        "VLAN.VLANEnable VLAN.VLANId DHCPv4.DHCPEnabled IPv4StaticAddresses "
        "StaticNameServers Oem.Supermicro.LANInterface",
        "FanMode": "Mode",
        "NTP": "NTPEnable PrimaryNTPServer SecondaryNTPServer DaylightSavingTime",
        "LldpService": "LLDPEnabled",
        "SysLockdown": "SysLockdownEnabled",
        "KCSInterface": "Privilege",
        "MouseMode": "Mode",
        "SMCRAKP": "Mode",
        "Syslog": "EnableSyslog SyslogServer SyslogServerIP SyslogPortNumber",
        "RADIUS": "RadiusEnabled RadiusServer RadiusPortNumber RadiusSecret",
        "IPAccessControl": "ServiceEnabled",
        "SecureBoot": "SecureBootEnable",
        "LogService": "ServiceEnabled Oem.Supermicro.ACPowerOnEventLog "
        "Oem.Supermicro.FIFOEventLog Oem.Supermicro.SmartPowerEventLog",
        "LogEntry": "Oem.Supermicro.MarkAsAcknowledged Resolved",
        "SessionService": "SessionTimeout",
        "AccountService": "AuthFailureLoggingThreshold AccountLockoutThreshold "
        "AccountLockoutDuration AccountLockoutCounterResetAfter",
        "ManagerAccount": "UserName Password RoleId Enabled Locked",
        "EventService": "DeliveryRetryAttempts DeliveryRetryIntervalSeconds",
        "EventDestination": "Destination Context Protocol SNMP.TrapCommunity "
        "Oem.Supermicro.Severity Oem.Supermicro.EnableSubscription",
    }.items()
}
"""The writable properties by the type of the resource, nested keys joined with dots.

Recordings do not show which properties are writable. Where nothing else is known, the
DMTF's schemas decide."""

# Allowed values of the properties that have no such list on any board.
_ENUMS = {
    "IndicatorLED": ("Off", "Lit", "Blinking"),
    "BootSourceOverrideEnabled": ("Disabled", "Once", "Continuous"),
    "BootSourceOverrideMode": ("Legacy", "UEFI"),
    "IntrusionSensor": ("Normal",),
    "PowerRestorePolicy": ("AlwaysOn", "AlwaysOff", "LastState"),
    "RoleId": ("Administrator", "Operator", "ReadOnly"),
    "Privilege": ("Administrator", "Operator", "User", "Callback"),
}

_RANGES = {"SessionTimeout": ["30:86400:1"]}

SECRETS = frozenset({"Password", "RadiusSecret"})
"""Properties that can be written and always read as null."""


class _Value(NamedTuple):
    """A value in a PATCH."""

    value: Any
    key: str
    parent: JsonObject
    """The object of the resource that has the key."""
    name: str
    """The keys from the resource to the value, joined with dots."""

    def reject(self, message: str) -> RedfishError:
        """Return an error about the property."""
        return RedfishError(message, self.name, related=self._pointer)

    def reject_value(self, message: str) -> RedfishError:
        """Return an error about the value of the property."""
        return RedfishError(message, self.text, self.name, related=self._pointer)

    @property
    def text(self) -> str:
        """The value as in a list of allowable values.

        Boards list even numbers and booleans as strings: ["100", "1000"], ["false"].
        """
        return self.value if isinstance(self.value, str) else json.dumps(self.value)

    @property
    def _pointer(self) -> tuple[str, ...]:
        """The JSON pointer to the value in the request."""
        return (f"/{self.name.replace('.', '/')}",)


def is_writable(body: JsonObject) -> bool:
    """Return whether a resource has writable properties."""
    return resource_type(body) in WRITABLE


def validate(patch: JsonObject, body: JsonObject) -> None:
    """Reject a PATCH with unknown or read-only properties, or with invalid values."""
    writable = WRITABLE[resource_type(body)]
    for item in _values(patch, body):
        if item.key not in item.parent:
            raise item.reject("Base.PropertyUnknown")
        if item.name not in writable:
            raise item.reject("Base.PropertyNotWritable")
        _validate_value(item)


def _values(patch: JsonObject, body: JsonObject, prefix: str = "") -> Iterator[_Value]:
    """Return the values of a PATCH."""
    for key, value in patch.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and isinstance(body.get(key), dict):
            yield from _values(value, body[key], f"{name}.")
        else:
            yield _Value(value, key, body, name)


def _validate_value(item: _Value) -> None:
    """Reject a value of another type, or one that is not allowed."""
    value, key, parent, _ = item
    if not _has_type_of(value, parent[key]):
        raise item.reject_value("Base.PropertyValueTypeError")
    allowed = parent.get(f"{key}@Redfish.AllowableValues", _ENUMS.get(key))
    if allowed is not None and item.text not in allowed:
        raise item.reject_value("Base.PropertyValueNotInList")
    ranges = parent.get(f"{key}@Redfish.AllowableNumbers", _RANGES.get(key))
    if ranges is not None and not any(_in_range(value, numbers) for numbers in ranges):
        raise item.reject_value("Base.PropertyValueOutOfRange")


def _has_type_of(value: Any, current: Any) -> bool:
    """Return whether a value has the JSON type of the current one."""
    if current is None:
        return not isinstance(value, dict)
    if isinstance(current, bool) or isinstance(value, bool):
        return isinstance(current, bool) and isinstance(value, bool)
    if isinstance(current, (int, float)):
        return isinstance(value, (int, float))
    return isinstance(value, type(current))


def _in_range(value: float, numbers: str) -> bool:
    """Return whether a number is in `minimum:maximum:step`; each part may be missing.

    A minimum alone allows only that number.
    """
    minimum, maximum, step = ([*numbers.split(":"), "", ""])[:3]
    if not step and not maximum:
        return value == float(minimum)
    low = float(minimum or value)
    is_step = (value - low) % float(step or 1) == 0
    return is_step and low <= value <= float(maximum or value)
