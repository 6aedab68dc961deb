"""Sources that entities read their values from.

This is the table of them. `base` contains their classes, and `names` names their items.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
import re
from typing import Final

from ..aiosupermicro import (
    Drive,
    DynamicData,
    FirmwareInventory,
    LeakDetector,
    Power,
    PowerControl,
    PowerSupply,
    ResetType,
    SensorResource,
    SupermicroRedfishClient as Client,
    Thermal,
    VirtualMedia,
)
from ..aiosupermicro.models import Sensor
from ..aiosupermicro.resources import endpoints
from ..client import async_get_log_entries, async_get_virtual_media
from ..models import Headroom, ServerData
from ..models.items import ItemsByName, name_items
from .base import (
    EntitySource as EntitySource,
    ResourceSource as ResourceSource,
    account,
    dynamic,
    nested_source as nested_source,
    resource_source,
    single_source as single_source,
    static as static,
    static_source as static_source,
)

# Matches "CPU Temp", "CPU1 Temp", "System Temp" and "Inlet Temp", but not "CPU1_VRMIN
# Temp" and "GPU Inlet Temp". PhysicalContext does not suffice: X10 reports CPU for all.
_MAIN_TEMPERATURE = re.compile(
    r"(CPU ?\d*|System|Inlet|Ambient|Intake)( Temp(erature)?)?", re.IGNORECASE
)
MEASURE: Final = re.compile(
    r"(?:[ _]|(?<=[a-z]))(?:Temp(?:erature)?(?:Avg)?|Power|Pwr|Energy)"
    r"(?:[ _](?P<number>\d+))?$",
    re.IGNORECASE,
)
"""Matches the end of "PDB 0 Inlet Temp 0" and of "HGX GPU 0 Power 0"."""
_PROCESSOR = re.compile(r"\b[CG]PU(?:[ _]\d+)?$")
_PROCESSORS = "/Processors/"
_GPU_CONTEXTS = {"GPU", "Accelerator"}
_PROCESSOR_CONTEXTS = {"CPU", *_GPU_CONTEXTS}
_TEMPERATURE, _POWER = frozenset(("Temperature",)), frozenset(("Power",))
_ENERGY = frozenset(("EnergyJoules", "EnergykWh"))
_MAIN_CONTEXTS = {None, "CPU", "SystemBoard", "Intake", "Chassis", "Room"}
_TEMPERATURE_LIMIT = "TempLimit"
_TEMPERATURE_NAMES: Final[Mapping[str, re.Pattern[str]]] = {
    suffix: re.compile(f"{name}(?: Temp(?:erature)?)?", re.IGNORECASE)
    for suffix, name in {
        "_cpu_numbered": r"CPU ?(\d+)",
        "_cpu": "CPU",
        "_system": "System",
        "_inlet": "Inlet",
        "_ambient": "Ambient",
        "_intake": "Intake",
    }.items()
}


def _by_member_name[ItemT: (Sensor, PowerSupply)](
    entries: Iterable[ItemT],
) -> ItemsByName[ItemT]:
    """Return the entries of a list in Thermal or Power by name."""
    return name_items(
        entries,
        lambda entry: entry.member_id,
        lambda entry: getattr(entry, "serial_number", None),
    )


def _temperatures(data: DynamicData, *, is_main: bool) -> Mapping[str, Sensor]:
    """Return the temperatures of processors and air, or all others."""
    sensors = _by_member_name((data.thermal or Thermal()).temperatures)
    return sensors.select(lambda sensor: _is_main_temperature(sensor) is is_main)


def _is_main_temperature(sensor: Sensor) -> bool:
    """Return whether a temperature is that of a processor or of the air."""
    is_named = _MAIN_TEMPERATURE.fullmatch(sensor.name or "")
    return bool(is_named) and sensor.physical_context in _MAIN_CONTEXTS


def _inner_sensors(
    data: DynamicData, types: Collection[str], *, is_main: bool
) -> Mapping[str, SensorResource]:
    """Return sensors inside a machine of many chassis, of some types, by name.

    Several sensors may have one name, and in different chassis one Id as well. The main
    ones are those of processors themselves. Distances to a limit are left out.
    """
    sensors = [
        sensor
        for sensor in data.sensors
        if sensor.reading_type in types
        and not sensor.is_headroom
        and _TEMPERATURE_LIMIT not in (sensor.name or "")
    ]
    ids = Counter((sensor.name, sensor.id) for sensor in sensors)
    named = (
        sensor
        if sensor.id and ids[sensor.name, sensor.id] == 1
        else replace(sensor, id=sensor.chassis_id)
        for sensor in sensors
    )
    items = name_items(named, lambda sensor: sensor.id)
    return items.select(lambda sensor: _is_main_sensor(sensor) is is_main)


def _is_main_sensor(sensor: SensorResource) -> bool:
    """Return whether a sensor measures a whole processor, not one of its parts."""
    stem = MEASURE.sub("", sensor.name or "")
    return (
        sensor.physical_context in _PROCESSOR_CONTEXTS
        and _PROCESSOR.search(stem) is not None
    )


def _gpu_name(sensor: SensorResource) -> str | None:
    """Return the name of the GPU that a sensor belongs to, such as "GPU 0"."""
    if sensor.physical_context not in _GPU_CONTEXTS:
        return None
    processors = (p for p in sensor.related_items if _PROCESSORS in p)
    path = next(processors, "")
    return path.rpartition("/")[2].replace("_", " ") or None


def _fans(data: DynamicData, *, is_duty: bool) -> Mapping[str, Sensor]:
    """Return the fans with a duty cycle, or those with a speed."""
    fans = (data.thermal or Thermal()).fans
    return _by_member_name(fan for fan in fans if fan.is_duty is is_duty)


def _drives(data: ServerData) -> Mapping[str, Drive]:
    """Return the drives by bay.

    OpenBMC lists a bay twice with the same Id, once as empty and once with its drive.
    """
    drives = data.drives or ()
    occupied = {(drive.name, drive.id) for drive in drives if _has_drive(drive)}
    listed = [
        drive
        for drive in drives
        if _has_drive(drive) or (drive.name, drive.id) not in occupied
    ]
    return name_items(
        listed,
        lambda drive: drive.id,
        lambda drive: drive.serial_number,
        lambda drive: drive.serial_number or drive.id,
    )


def _has_drive(drive: Drive) -> bool:
    """Return whether the bay has a drive."""
    return not drive.status.is_absent


def _is_fitted(entry: Sensor | PowerSupply) -> bool:
    """Return whether the sensor or power supply is fitted."""
    return entry.is_fitted


def _power_control(power: Power) -> PowerControl | None:
    """Return the power measurement of the machine, if it has one."""
    has_reading = power.total_power_consumed_watts is not None
    return power.power_control[0] if has_reading else None


SYSTEM: Final = resource_source(dynamic, "system", Client.async_get_system)
THERMAL: Final = resource_source(dynamic, "thermal", Client.async_get_thermal)
HEADROOM: Final = nested_source(THERMAL, Headroom.from_thermal)
POWER: Final = resource_source(dynamic, "power", Client.async_get_power)
POWER_DRAW: Final = nested_source(
    POWER, lambda power: power if power.power_control else None
)
"""Power while it has a power control: the consumption can be read."""
POWER_CONTROL: Final = nested_source(POWER, _power_control)
CHASSIS: Final = static_source(endpoints.CHASSIS)
MANAGER: Final = static_source(endpoints.MANAGER)
FAN_MODE: Final = static_source(endpoints.FAN_MODE)
NTP: Final = static_source(endpoints.NTP_SERVICE)
LLDP: Final = static_source(endpoints.LLDP_SERVICE)
NEIGHBOR: Final = nested_source(LLDP, lambda lldp: lldp.neighbor)
SNOOPING: Final = static_source(endpoints.SNOOPING)
LICENSE: Final = static_source(endpoints.LICENSE)
NETWORK_PROTOCOL: Final = static_source(endpoints.NETWORK_PROTOCOL)
LOG: Final = resource_source(static, "log_entries", async_get_log_entries)
VIRTUAL_MEDIA: Final = ResourceSource[VirtualMedia](
    coordinator_fn=static,
    items_fn=lambda data: {
        slot.id: slot for slot in data.virtual_media or () if slot.id
    },
    name_patterns={"_numbered": re.compile(r"VirtualMedia(\d+)")},
    name="virtual_media",
    read_fn=async_get_virtual_media,
)
FIRMWARE: Final = EntitySource[FirmwareInventory](
    coordinator_fn=static,
    items_fn=lambda data: {
        image.id: image for image in data.firmware or () if image.id
    },
    is_present_fn=lambda image: image.is_present is True,
)
STAGED_BIOS: Final = single_source(
    static,
    lambda data: next(
        (image for image in data.firmware or () if image.is_staged_bios), None
    ),
)
CERTIFICATE: Final = single_source(static, lambda data: data.certificate)
PRIVILEGES: Final = single_source(account, lambda data: data)
POLL: Final = single_source(dynamic, lambda data: data)
"""Data of the last successful poll."""

UNKNOWN_RESETS: Final = EntitySource[str](
    coordinator_fn=static,
    items_fn=lambda data: {
        value: value for value in data.reset_types if not isinstance(value, ResetType)
    },
)
"""Reset types of the board that Redfish does not define."""
MAIN_TEMPERATURES: Final = EntitySource[Sensor](
    coordinator_fn=dynamic,
    items_fn=lambda data: _temperatures(data, is_main=True),
    name_patterns=_TEMPERATURE_NAMES,
    measure_pattern=MEASURE,
    is_present_fn=_is_fitted,
    is_removable=True,
)
OTHER_TEMPERATURES: Final = replace(
    MAIN_TEMPERATURES,
    items_fn=lambda data: _temperatures(data, is_main=False),
    name_patterns={},
)


def _inner_source(
    types: Collection[str], *, is_main: bool
) -> EntitySource[SensorResource]:
    """Return the source of sensors inside a machine of many chassis."""
    return EntitySource(
        coordinator_fn=dynamic,
        items_fn=partial(_inner_sensors, types=types, is_main=is_main),
        measure_pattern=MEASURE,
        part_fn=_gpu_name,
        is_present_fn=lambda sensor: sensor.is_fitted,
        is_removable=True,
    )


PROCESSOR_TEMPERATURES: Final = _inner_source(_TEMPERATURE, is_main=True)
INNER_TEMPERATURES: Final = _inner_source(_TEMPERATURE, is_main=False)
PROCESSOR_POWERS: Final = _inner_source(_POWER, is_main=True)
INNER_POWERS: Final = _inner_source(_POWER, is_main=False)
PROCESSOR_ENERGIES: Final = _inner_source(_ENERGY, is_main=True)
INNER_ENERGIES: Final = _inner_source(_ENERGY, is_main=False)
FANS: Final = EntitySource[Sensor](
    coordinator_fn=dynamic,
    items_fn=lambda data: _fans(data, is_duty=False),
    name_suffix=" RPM",
    is_present_fn=_is_fitted,
)
FAN_DUTIES: Final = replace(
    FANS, items_fn=lambda data: _fans(data, is_duty=True), name_suffix=" PWM"
)
VOLTAGES: Final = EntitySource[Sensor](
    coordinator_fn=dynamic,
    items_fn=lambda data: _by_member_name((data.power or Power()).voltages),
    is_present_fn=_is_fitted,
)
SUPPLIES: Final = EntitySource[PowerSupply](
    coordinator_fn=dynamic,
    items_fn=lambda data: _by_member_name((data.power or Power()).power_supplies),
    name_patterns={"_numbered": re.compile(r"Power Supply Bay (\d+)", re.IGNORECASE)},
    is_present_fn=_is_fitted,
    is_removable=True,
)
LEAK_DETECTORS: Final = EntitySource[LeakDetector](
    coordinator_fn=dynamic,
    items_fn=lambda data: name_items(data.leak_detectors, lambda detector: detector.id),
    is_present_fn=lambda detector: not detector.status.is_absent,
)
DRIVES: Final = EntitySource[Drive](
    coordinator_fn=static,
    items_fn=_drives,
    name_patterns={"_numbered": re.compile(r"Disk\.Bay\.(\d+(?: #.+)?)")},
    label_fn=lambda drive: drive.location,
    is_present_fn=_has_drive,
    is_removable=True,
)
