"""What each entity has to show for what the BMC says: a table, and no logic of ours.

An entity is `platform.key`, as in its unique id; what it shows is written as Home
Assistant writes states. What a resource does not name has nothing to show.
"""

from collections.abc import Callable, Mapping
from typing import Any

UNKNOWN = "unknown"
UNAVAILABLE = "unavailable"

ROOT = "/redfish/v1"
SYSTEM = f"{ROOT}/Systems/1"
CHASSIS = f"{ROOT}/Chassis/1"
THERMAL = f"{CHASSIS}/Thermal"
POWER = f"{CHASSIS}/Power"
MANAGER = f"{ROOT}/Managers/1"
OEM = f"{MANAGER}/Oem/Supermicro"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
LOG = f"{SYSTEM}/LogServices/Log1/Entries"
BACKPLANE = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane"
BAYS = tuple(f"{BACKPLANE}/Drives/Disk.Bay.{number}" for number in (0, 1))
SESSIONS = f"{ROOT}/SessionService/Sessions"

OFTEN = frozenset({SYSTEM, THERMAL, POWER})
"""What is read at every poll."""

FED_BY_HOST = (
    "sensor.post_code",
    "sensor.drive_temperature_Disk.Bay.0",
    "sensor.drive_temperature_Disk.Bay.1",
)
"""What is not known while the host is off, though the BMC may keep it."""

FREE = frozenset(
    {
        "sensor.account_access",
        "sensor.bmc_last_reset",
        "sensor.boot_progress",
        "sensor.energy",
        "sensor.licences",
        "sensor.response_time",
        "binary_sensor.certificate_expiring",
        "event.health_log",
    }
)
"""What follows from more than one resource, is counted, or never changes here."""

Shown = dict[str, Any]
Body = Mapping[str, Any]

_PROTOCOLS = ("HTTP", "IPMI", "KVMIP", "SNMP", "SSDP", "SSH", "VirtualMedia")
_FAN_MODES = {
    "Standard": "standard",
    "FullSpeed": "full_speed",
    "Optimal": "optimal",
    "HeavyIO": "heavy_io",
}
_BOOT_SOURCES = {"None": "none", "Pxe": "pxe", "Usb": "usb", "BiosSetup": "bios_setup"}


def as_state(value: Any) -> str:
    """Return a value as a state; numbers look alike, however they are written."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return UNKNOWN
    try:
        return repr(float(value))
    except ValueError:
        return str(value)


def is_free(entity: str) -> bool:
    """Tell whether nothing is known of what an entity has to show."""
    return entity in FREE or entity.startswith("button.")


def _has_problem(status: Body) -> bool | None:
    """Tell whether a status says that something is not well."""
    told = [status.get("Health"), status.get("HealthRollup")]
    told = [health for health in told if health]
    return any(health != "OK" for health in told) if told else None


def _status(body: Body) -> Body:
    """Return the status of a part."""
    return body.get("Status") or {}


def _system(body: Body) -> Shown:
    """Return what the system feeds."""
    boot = body.get("Boot") or {}
    is_override = boot.get("BootSourceOverrideEnabled") != "Disabled"
    source = boot.get("BootSourceOverrideTarget") if is_override else "None"
    led, power = body.get("IndicatorLED"), body.get("PowerState")
    has_power = None if power is None else power != "Off"
    delays = {"on": "On", "off": "Off", "cycle": "Cycle"}
    return {
        "binary_sensor.host_power": has_power,
        "switch.host_power": has_power,
        "binary_sensor.system_problem": _has_problem(_status(body)),
        "binary_sensor.processor_problem": _has_problem(
            _status(body.get("ProcessorSummary") or {})
        ),
        "binary_sensor.memory_problem": _has_problem(
            _status(body.get("MemorySummary") or {})
        ),
        "light.identify_led": None if led is None else led != "Off",
        "select.boot_source": _BOOT_SOURCES.get(source or ""),
        "sensor.bios_version": body.get("BiosVersion"),
        **{
            f"number.power_{name}_delay": body.get(f"Power{key}DelaySeconds")
            for name, key in delays.items()
        },
    }


def _thermal(body: Body) -> Shown:
    """Return what temperatures and fans feed."""
    temperatures = body.get("Temperatures") or ()
    distances = [
        item["UpperThresholdCritical"] - item["ReadingCelsius"]
        for item in temperatures
        if item.get("UpperThresholdCritical") and item.get("ReadingCelsius") is not None
    ]
    return {
        "sensor.headroom": min(distances, default=None),
        **{
            f"sensor.temperature_{item['Name']}": item.get("ReadingCelsius")
            for item in temperatures
            if item.get("Name")
        },
        **{
            f"sensor.fan_{item['Name']}": item.get("Reading")
            for item in body.get("Fans") or ()
            if item.get("Name")
        },
    }


def _power(body: Body) -> Shown:
    """Return what is measured of the power, its supplies and the voltages."""
    control = next(iter(body.get("PowerControl") or ()), None) or {}
    metrics = control.get("PowerMetrics") or {}
    supplies = [item for item in body.get("PowerSupplies") or () if item.get("Name")]
    healthy = sum(_status(item).get("Health") == "OK" for item in supplies)
    battery = (body.get("Oem") or {}).get("Supermicro") or {}
    group = next(iter(body.get("Redundancy") or ()), None) or {}
    needed = group.get("MinNumNeeded")
    is_known = bool(supplies) and needed is not None
    return {
        "sensor.power_consumption": control.get("PowerConsumedWatts"),
        "sensor.power_minimum": metrics.get("MinConsumedWatts"),
        "sensor.power_average": metrics.get("AverageConsumedWatts"),
        "sensor.power_maximum": metrics.get("MaxConsumedWatts"),
        "binary_sensor.redundancy_problem": healthy <= needed if is_known else None,
        "binary_sensor.battery_problem": _has_problem(
            _status(battery.get("Battery") or {})
        ),
        **{
            f"sensor.voltage_{item['Name']}": item.get("ReadingVolts")
            for item in body.get("Voltages") or ()
            if item.get("Name")
        },
        **{key: value for item in supplies for key, value in _supply(item).items()},
    }


def _supply(body: Body) -> Shown:
    """Return what a power supply feeds."""
    name, health = body["Name"], _status(body).get("Health")
    return {
        f"sensor.power_supply_input_{name}": body.get("PowerInputWatts"),
        f"sensor.power_supply_output_{name}": body.get("PowerOutputWatts"),
        f"sensor.power_supply_voltage_{name}": body.get("LineInputVoltage"),
        f"sensor.power_supply_health_{name}": health and str(health).lower(),
        f"binary_sensor.power_supply_problem_{name}": _has_problem(_status(body)),
    }


def _chassis(body: Body) -> Shown:
    """Return what the chassis feeds."""
    sensor = (body.get("PhysicalSecurity") or {}).get("IntrusionSensor")
    return {
        "binary_sensor.chassis_problem": _has_problem(_status(body)),
        "binary_sensor.intrusion": None if sensor is None else sensor != "Normal",
    }


def _manager(body: Body) -> Shown:
    """Return what the BMC says of itself."""
    return {
        "binary_sensor.bmc_problem": _has_problem(_status(body)),
        "sensor.bmc_version": body.get("FirmwareVersion"),
    }


def _protocols(body: Body) -> Shown:
    """Return which protocols are on."""
    return {
        f"switch.protocol_{name.lower()}": (body.get(name) or {}).get("ProtocolEnabled")
        for name in _PROTOCOLS
    }


def _drive(body: Body) -> Shown:
    """Return what a drive feeds."""
    name = body.get("Name")
    is_there = _status(body).get("State") != "Absent"
    body = body if is_there else {}
    oem = (body.get("Oem") or {}).get("Supermicro") or {}
    told = [_has_problem(_status(body)), body.get("FailurePredicted")]
    is_known = told[0] is not None
    return {
        f"sensor.drive_temperature_{name}": oem.get("Temperature"),
        f"sensor.drive_life_used_{name}": oem.get("PercentageDriveLifeUsed"),
        f"binary_sensor.drive_problem_{name}": True in told if is_known else None,
    }


def _log(body: Body) -> Shown:
    """Return how many entries nobody has acknowledged."""
    marks = [
        ((entry.get("Oem") or {}).get("Supermicro") or {}).get("MarkAsAcknowledged")
        for entry in body.get("Members") or ()
    ]
    return {"sensor.unacknowledged_events": marks.count(False)}


def _mode(body: Body) -> Shown:
    """Return the fan mode."""
    return {"select.fan_mode": _FAN_MODES.get(body.get("Mode") or "")}


TELLS: dict[str, Callable[[Body], Shown]] = {
    SYSTEM: _system,
    THERMAL: _thermal,
    POWER: _power,
    CHASSIS: _chassis,
    MANAGER: _manager,
    f"{OEM}/FanMode": _mode,
    f"{OEM}/NTP": lambda body: {"switch.ntp": body.get("NTPEnable")},
    f"{OEM}/LLDP": lambda body: {"switch.lldp": body.get("LLDPEnabled")},
    f"{OEM}/Snooping": lambda body: {"sensor.post_code": body.get("PostCode")},
    PROTOCOLS: _protocols,
    LOG: _log,
    **dict.fromkeys(BAYS, _drive),
}
"""What each resource tells, by its path."""
