"""The value of each entity for the resources of the shipped board.

The table does not use the integration's own logic. An entity is `platform.key`, as in
its unique id. An entity that a resource does not name has no value.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from homeassistant.const import STATE_UNKNOWN

from tests.integration import paths
from tests.simulator.resources import normalize_path

DYNAMIC_PATHS = frozenset({paths.SYSTEM, paths.THERMAL, paths.POWER})
"""The resources that every poll reads."""

HOST_POWERED = (
    "sensor.post_code",
    "sensor.drive_temperature_Disk.Bay.0",
    "sensor.drive_temperature_Disk.Bay.1",
)
"""Entities that are unknown while the host is off, even if the BMC keeps a value."""

UNCHECKED = frozenset(
    {
        "sensor.account_access",
        "sensor.bmc_last_reset",
        "sensor.boot_progress",
        "sensor.energy",
        "sensor.licences",
        "sensor.response_time",
        "binary_sensor.bmc_connection",
        "binary_sensor.certificate_expiring",
        "binary_sensor.staged_bios",
        "event.health_log",
    }
)
"""Entities that combine resources, count, or never change here."""
UNCHECKED_PREFIXES = ("button.", "sensor.firmware_version_", "sensor.virtual_media_")
"""Entities without a state, and those that are read less often than the others."""

type Body = Mapping[str, Any]
type Values = dict[str, Any]

_PROTOCOLS = ("HTTP", "IPMI", "KVMIP", "SNMP", "SSDP", "SSH", "VirtualMedia")
_FAN_MODES = {
    "Standard": "standard",
    "FullSpeed": "full_speed",
    "Optimal": "optimal",
    "HeavyIO": "heavy_io",
}
_BOOT_SOURCES = {"None": "none", "Pxe": "pxe", "Usb": "usb", "BiosSetup": "bios_setup"}


def as_state(value: Any) -> str:
    """Return a value as the text of a state."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return STATE_UNKNOWN
    try:
        return repr(float(value))
    except ValueError:
        return str(value)


def is_checked(entity: str) -> bool:
    """Return whether the table knows the value of an entity."""
    return entity not in UNCHECKED and not entity.startswith(UNCHECKED_PREFIXES)


def _inner(body: Body, *keys: str) -> Any:
    """Return a nested value, None if it is missing."""
    value: Any = body
    for key in keys:
        value = (value or {}).get(key)
    return value


def _has_problem(body: Body, *keys: str) -> bool | None:
    """Return whether a status is not OK, None if it has no health."""
    status = _inner(body, *keys, "Status") or {}
    healths = [status.get("Health"), status.get("HealthRollup")]
    known = [health for health in healths if health]
    return any(health != "OK" for health in known) if known else None


def _differs(value: Any, normal: str) -> bool | None:
    """Return whether a value differs from the normal one, None without a value."""
    return None if value is None else value != normal


def _system(body: Body) -> Values:
    """Return the values of the system."""
    boot = body.get("Boot") or {}
    is_override = boot.get("BootSourceOverrideEnabled") != "Disabled"
    source = boot.get("BootSourceOverrideTarget") if is_override else "None"
    has_power = _differs(body.get("PowerState"), "Off")
    return {
        "binary_sensor.host_power": has_power,
        "switch.host_power": has_power,
        "binary_sensor.system_problem": _has_problem(body),
        "binary_sensor.processor_problem": _has_problem(body, "ProcessorSummary"),
        "binary_sensor.memory_problem": _has_problem(body, "MemorySummary"),
        "light.identify_led": _differs(body.get("IndicatorLED"), "Off"),
        "select.boot_source": _BOOT_SOURCES.get(source or ""),
        "sensor.bios_version": body.get("BiosVersion"),
        "number.power_on_delay": body.get("PowerOnDelaySeconds"),
        "number.power_off_delay": body.get("PowerOffDelaySeconds"),
        "number.power_cycle_delay": body.get("PowerCycleDelaySeconds"),
    }


def _named(body: Body, key: str, prefix: str, field: str) -> Values:
    """Return a field of each item of a list by the name of the item."""
    items = (item for item in body.get(key) or () if item.get("Name"))
    return {f"{prefix}_{item['Name']}": item.get(field) for item in items}


def _thermal(body: Body) -> Values:
    """Return the values of temperatures and fans."""
    distances = [
        item["UpperThresholdCritical"] - item["ReadingCelsius"]
        for item in body.get("Temperatures") or ()
        if item.get("UpperThresholdCritical") and item.get("ReadingCelsius") is not None
    ]
    return {
        "sensor.headroom": min(distances, default=None),
        **_named(body, "Temperatures", "sensor.temperature", "ReadingCelsius"),
        **_named(body, "Fans", "sensor.fan", "Reading"),
    }


def _power(body: Body) -> Values:
    """Return the values of power, power supplies and voltages."""
    control: Body = next(iter(body.get("PowerControl") or ()), {})
    supplies = [item for item in body.get("PowerSupplies") or () if item.get("Name")]
    healthy = sum(_inner(item, "Status", "Health") == "OK" for item in supplies)
    group: Body = next(iter(body.get("Redundancy") or ()), {})
    needed = _inner(group, "MinNumNeeded")
    is_known = bool(supplies) and needed is not None
    return {
        "sensor.power_consumption": _inner(control, "PowerConsumedWatts"),
        "sensor.power_minimum": _inner(control, "PowerMetrics", "MinConsumedWatts"),
        "sensor.power_average": _inner(control, "PowerMetrics", "AverageConsumedWatts"),
        "sensor.power_maximum": _inner(control, "PowerMetrics", "MaxConsumedWatts"),
        "binary_sensor.redundancy_problem": healthy <= needed if is_known else None,
        "binary_sensor.battery_problem": _has_problem(
            body, "Oem", "Supermicro", "Battery"
        ),
        **_named(body, "Voltages", "sensor.voltage", "ReadingVolts"),
        **dict(pair for item in supplies for pair in _supply(item)),
    }


def _supply(body: Body) -> Iterator[tuple[str, Any]]:
    """Return the values of a power supply."""
    name, health = body["Name"], _inner(body, "Status", "Health")
    yield f"sensor.power_supply_input_{name}", body.get("PowerInputWatts")
    yield f"sensor.power_supply_output_{name}", body.get("PowerOutputWatts")
    yield f"sensor.power_supply_voltage_{name}", body.get("LineInputVoltage")
    yield f"sensor.power_supply_health_{name}", health and str(health).lower()
    yield f"binary_sensor.power_supply_problem_{name}", _has_problem(body)


def _drive(body: Body) -> Values:
    """Return the values of a drive."""
    name = body.get("Name")
    if _inner(body, "Status", "State") == "Absent":
        body = {}
    oem = _inner(body, "Oem", "Supermicro") or {}
    problem = _has_problem(body)
    is_failing = True in (problem, body.get("FailurePredicted"))
    return {
        f"sensor.drive_temperature_{name}": oem.get("Temperature"),
        f"sensor.drive_life_used_{name}": oem.get("PercentageDriveLifeUsed"),
        f"binary_sensor.drive_problem_{name}": None if problem is None else is_failing,
    }


def _marks(body: Body) -> list[Any]:
    """Return whether each log entry is acknowledged."""
    entries = body.get("Members") or ()
    return [
        _inner(entry, "Oem", "Supermicro", "MarkAsAcknowledged") for entry in entries
    ]


def _last_message(body: Body) -> str | None:
    """Return the message of the newest log entry without its code."""
    entries = body.get("Members") or ()
    return str(entries[-1].get("Message")).rpartition("] ")[2] if entries else None


VALUES: dict[str, Callable[[Body], Values]] = {
    paths.SYSTEM: _system,
    paths.THERMAL: _thermal,
    paths.POWER: _power,
    paths.CHASSIS: lambda body: {
        "binary_sensor.chassis_problem": _has_problem(body),
        "binary_sensor.intrusion": _differs(
            _inner(body, "PhysicalSecurity", "IntrusionSensor"), "Normal"
        ),
    },
    paths.MANAGER: lambda body: {
        "binary_sensor.bmc_problem": _has_problem(body),
        "sensor.bmc_version": body.get("FirmwareVersion"),
    },
    paths.PROTOCOLS: lambda body: {
        f"switch.protocol_{name.lower()}": _inner(body, name, "ProtocolEnabled")
        for name in _PROTOCOLS
    },
    paths.FAN_MODE: lambda body: {
        "select.fan_mode": _FAN_MODES.get(body.get("Mode") or "")
    },
    paths.NTP: lambda body: {"switch.ntp": body.get("NTPEnable")},
    paths.LLDP: lambda body: {"switch.lldp": body.get("LLDPEnabled")},
    paths.SNOOPING: lambda body: {"sensor.post_code": body.get("PostCode")},
    paths.LOG: lambda body: {
        "sensor.last_event": _last_message(body),
        "sensor.unacknowledged_events": _marks(body).count(False),
    },
    **dict.fromkeys(paths.BAYS, _drive),
}
"""The values that each resource gives, by path."""


@dataclass(frozen=True, kw_only=True)
class ValueTable:
    """The values of the entities of a board, by path of their resource."""

    values: Mapping[str, Callable[[Body], Values]]
    dynamic: frozenset[str]
    """The resources that every poll reads."""
    host_powered: tuple[str, ...]
    """Entities that are unknown while the host is off, even if the BMC has a value."""
    is_checked: Callable[[str], bool]
    system: str = paths.SYSTEM
    """The path of the system, which has the power state of the host."""
    has_copies: bool = False
    """Whether readings are also shown in expanded collections, excerpts and reports."""


SHIPPED_TABLE = ValueTable(
    values=VALUES,
    dynamic=DYNAMIC_PATHS,
    host_powered=HOST_POWERED,
    is_checked=is_checked,
)
"""The table of the shipped board."""


def find_copies(value: Any) -> Iterator[tuple[str, Body]]:
    """Return the resources and readings of sensors inside a value, by path."""
    if isinstance(value, list):
        for item in value:
            yield from find_copies(item)
    elif isinstance(value, dict):
        if isinstance(path := value.get("DataSourceUri"), str):
            reading = value.get("SpeedRPM", value.get("Reading"))
            yield normalize_path(path), {"Reading": reading}
        elif isinstance(path := value.get("MetricProperty"), str):
            yield normalize_path(path), {"Reading": _metric(value.get("MetricValue"))}
        elif isinstance(path := value.get("@odata.id"), str) and "Reading" in value:
            yield normalize_path(path), value
        else:
            yield from find_copies([*value.values()])


def _metric(text: object) -> float | None:
    """Return the value of a metric, None for "nan" and other texts."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if isfinite(value) else None
