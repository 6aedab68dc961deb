"""What may be PATCHed, and with which values."""

from __future__ import annotations

from collections.abc import Iterator
import json
from typing import Any

from .messages import Json, Refusal

# The properties that can be written, by the type of the resource. What the recordings
# cannot tell is taken from the DMTF's schemas.
_PROTOCOLS = ("HTTP", "HTTPS", "SNMP", "IPMI", "SSH", "VirtualMedia", "KVMIP", "SSDP")

WRITABLE = {
    kind: frozenset(properties.split())
    for kind, properties in {
        "ComputerSystem": "AssetTag IndicatorLED LocationIndicatorActive "
        "PowerOnDelaySeconds PowerOffDelaySeconds PowerCycleDelaySeconds "
        "Boot.BootSourceOverrideEnabled Boot.BootSourceOverrideMode "
        "Boot.BootSourceOverrideTarget Boot.HttpBootUri Boot.BootNext Boot.BootOrder",
        "Chassis": "AssetTag IndicatorLED LocationIndicatorActive "
        "PhysicalSecurity.IntrusionSensor",
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
        "LogEntry": "Oem.Supermicro.MarkAsAcknowledged",
        "SessionService": "SessionTimeout",
        "AccountService": "AuthFailureLoggingThreshold AccountLockoutThreshold "
        "AccountLockoutDuration AccountLockoutCounterResetAfter",
        "ManagerAccount": "UserName Password RoleId Enabled Locked",
        "EventService": "DeliveryRetryAttempts DeliveryRetryIntervalSeconds",
        "EventDestination": "Destination Context Protocol SNMP.TrapCommunity "
        "Oem.Supermicro.Severity Oem.Supermicro.EnableSubscription",
    }.items()
}

# Values of properties whose boards list none.
_ENUMS = {
    "IndicatorLED": ("Off", "Lit", "Blinking"),
    "BootSourceOverrideEnabled": ("Disabled", "Once", "Continuous"),
    "BootSourceOverrideMode": ("Legacy", "UEFI"),
    "IntrusionSensor": ("Normal",),
    "RoleId": ("Administrator", "Operator", "ReadOnly"),
    "Privilege": ("Administrator", "Operator", "User", "Callback"),
}

_RANGES = {"SessionTimeout": ["30:86400:1"]}

SECRETS = frozenset({"Password", "RadiusSecret"})
"""What can be written and reads as null."""


def type_of(body: Json) -> str:
    """Return the resource type without its version: `ComputerSystem`."""
    return str(body.get("@odata.type", "")).lstrip("#").partition(".")[0]


def is_writable(body: Json) -> bool:
    """Whether a resource has anything to be PATCHed."""
    return type_of(body) in WRITABLE


def check(patch: Json, body: Json) -> None:
    """Refuse a PATCH that names an unknown property or holds an impossible value."""
    writable = WRITABLE[type_of(body)]
    for parent, key, value, name in _leaves(patch, body):
        if key not in parent:
            raise Refusal("Base.PropertyUnknown", name, related=_pointer(name))
        if name not in writable:
            raise Refusal("Base.PropertyNotWritable", name, related=_pointer(name))
        _check_value(parent, key, value, name)


def _leaves(
    patch: Json, body: Json, prefix: str = ""
) -> Iterator[tuple[Json, str, Any, str]]:
    """Go through the values of a PATCH, with the objects that they are to change."""
    for key, value in patch.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and isinstance(body.get(key), dict):
            yield from _leaves(value, body[key], f"{name}.")
        else:
            yield body, key, value, name


def _check_value(parent: Json, key: str, value: Any, name: str) -> None:
    """Refuse a value that is of another type, or not among the allowed ones."""
    related = _pointer(name)
    text = value if isinstance(value, str) else json.dumps(value)
    if not _same_type(value, parent[key]):
        raise Refusal("Base.PropertyValueTypeError", text, name, related=related)
    # Boards list even numbers and booleans as strings: ["100", "1000"], ["false"].
    allowed = parent.get(f"{key}@Redfish.AllowableValues", _ENUMS.get(key))
    if allowed is not None and text not in allowed:
        raise Refusal("Base.PropertyValueNotInList", text, name, related=related)
    ranges = parent.get(f"{key}@Redfish.AllowableNumbers", _RANGES.get(key))
    if ranges is not None and not any(_in_range(value, item) for item in ranges):
        raise Refusal("Base.PropertyValueOutOfRange", text, name, related=related)


def _same_type(value: Any, current: Any) -> bool:
    """Whether a value can take the place of the current one."""
    if current is None:
        return not isinstance(value, dict)
    if isinstance(current, bool) or isinstance(value, bool):
        return isinstance(current, bool) and isinstance(value, bool)
    if isinstance(current, (int, float)):
        return isinstance(value, (int, float))
    return isinstance(value, type(current))


def _in_range(value: float, numbers: str) -> bool:
    """Whether a number is in `least:most:step`, of which all may be missing."""
    least, most, step = ([*numbers.split(":"), "", ""])[:3]
    if not step and not most:
        return value == float(least)
    low = float(least or value)
    is_step = (value - low) % float(step or 1) == 0
    return is_step and low <= value <= float(most or value)


def _pointer(name: str) -> tuple[str, ...]:
    """Return where in the request a property is."""
    return (f"/{name.replace('.', '/')}",)
