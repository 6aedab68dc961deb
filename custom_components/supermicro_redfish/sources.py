"""Sources that entities read their values from.

A source belongs to a coordinator. It has one item for a single resource, such as the
system, and many for a list, such as fans or drives.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from hashlib import blake2b
from operator import attrgetter
import re
from typing import Any, Final, NamedTuple, Protocol

from .aiosupermicro import (
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
    SupermicroRedfishError,
    Thermal,
    VirtualMedia,
)
from .aiosupermicro.models import Model, Sensor
from .aiosupermicro.resources import endpoints
from .aiosupermicro.resources.endpoints import Endpoint
from .client import async_get_log_entries, async_get_virtual_media
from .const import LOGGER, MAX_KNOWN_LISTS
from .coordinator import SupermicroCoordinator, SupermicroRuntimeData
from .models import Headroom, ItemsByName, ServerData

type CoordinatorFn = Callable[[SupermicroRuntimeData], SupermicroCoordinator[Any]]

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

SERIAL_MARK: Final = "§"
"""Prefix of a digest in a key; entity names have the position instead."""


@dataclass(frozen=True, kw_only=True)
class EntitySource[ItemT]:
    """Items of one kind, which entities read their values from."""

    coordinator_fn: CoordinatorFn
    """Return the coordinator that polls the items."""
    items_fn: Callable[[Any], Mapping[str, ItemT]]
    """Return the items in the coordinator's data, by a stable identifier."""
    name_suffix: str = ""
    """Suffix of the board's names that the entity name already contains."""
    measure_pattern: re.Pattern[str] | None = None
    """Suffix with a number, which is left out if the rest of the name is unique."""
    part_fn: Callable[[ItemT], str | None] = lambda _: None
    """Return the name of the part of the server that has a device of its own."""
    name_patterns: Mapping[str, re.Pattern[str]] = field(
        default_factory=dict, hash=False
    )
    """Names with a translation of their own, by the suffix of its key.

    A group is the number in the entity name.
    """
    label_fn: Callable[[ItemT], str | None] = lambda _: None
    """Return the label printed on the hardware, if the board reports it."""
    is_present_fn: Callable[[ItemT], bool] = lambda _: True
    """Return whether the item itself is fitted, not only its bay or slot."""
    is_removable: bool = False
    """Whether an item may be removed for good and come back as a new one."""

    def get_items(self, data: SupermicroRuntimeData) -> Mapping[str, ItemT]:
        """Return the items of the last poll."""
        return self.coordinator_fn(data).get_items(self.items_fn)


@dataclass(frozen=True, kw_only=True)
class ResourceSource[ItemT](EntitySource[ItemT]):
    """Resource that can be read separately, or a part of one."""

    name: str
    """Name of the resource in the coordinator's data."""
    read_fn: Callable[[Client], Awaitable[Any]]
    """Read the resource."""

    async def async_read(self, data: SupermicroRuntimeData) -> Any:
        """Read the resource between two polls, update its entities and return it.

        Raises:
            SupermicroRedfishError: The resource cannot be read.

        """
        resource = await self.read_fn(data.client)
        self.coordinator_fn(data).async_set_resource(self.name, resource)
        return resource

    async def async_read_back(self, data: SupermicroRuntimeData) -> None:
        """Read the resource after a command.

        The command has succeeded, so a failed read is no error: a poll follows.
        """
        coordinator = self.coordinator_fn(data)
        try:
            await self.async_read(data)
        except SupermicroRedfishError as error:
            LOGGER.debug(
                "%s: %s cannot be read back: %s", coordinator.name, self.name, error
            )
            if not coordinator.hass.is_stopping:
                await coordinator.async_request_refresh()


dynamic: Final[CoordinatorFn] = attrgetter("dynamic")
static: Final[CoordinatorFn] = attrgetter("static")
account: Final[CoordinatorFn] = attrgetter("account")


def single_source[ItemT](
    coordinator_fn: CoordinatorFn, item_fn: Callable[[Any], ItemT | None]
) -> EntitySource[ItemT]:
    """Return the source of a single item, which a board may lack."""
    return EntitySource(
        coordinator_fn=coordinator_fn, items_fn=lambda data: _single(item_fn(data))
    )


def resource_source[ItemT](
    coordinator_fn: CoordinatorFn,
    name: str,
    read_fn: Callable[[Client], Awaitable[ItemT]],
) -> ResourceSource[ItemT]:
    """Return the source of a resource in the coordinator's data."""
    return ResourceSource(
        coordinator_fn=coordinator_fn,
        items_fn=lambda data: _single(data.get_resource(name)),
        name=name,
        read_fn=read_fn,
    )


def static_source[ModelT: Model](endpoint: Endpoint[ModelT]) -> ResourceSource[ModelT]:
    """Return the source of a resource that rarely changes, by its row."""
    return resource_source(
        static, endpoint.name, lambda client: client.async_read_resource(endpoint)
    )


def nested_source[ParentT, ItemT](
    parent: ResourceSource[ParentT], item_fn: Callable[[ParentT], ItemT | None]
) -> ResourceSource[ItemT]:
    """Return the source of a part of a resource, which is read with the resource."""
    return ResourceSource(
        coordinator_fn=parent.coordinator_fn,
        items_fn=lambda data: _single(
            next(map(item_fn, parent.items_fn(data).values()), None)
        ),
        name=parent.name,
        read_fn=parent.read_fn,
    )


def _single[ItemT](item: ItemT | None) -> Mapping[str, ItemT]:
    """Return an optional item as a mapping of items."""
    return {} if item is None else {"": item}


class _Named(Protocol):
    """An entry of a list, with a name."""

    @property
    def name(self) -> str | None:
        """Name of the entry."""


class _Identity(NamedTuple):
    """Values that the key of an entry is made from."""

    name: str
    entry_id: str | None
    serial: str | None
    former_id: str | None


class _Keys(NamedTuple):
    """Keys of the entries of a list."""

    keys: tuple[str, ...]
    """Key of each entry, in groups of the same name."""
    places: tuple[int, ...]
    """Place of each of these entries in the list."""
    long_keys: dict[str, str]
    former_keys: dict[str, tuple[str, ...]]


def _by_name[ItemT: _Named](
    entries: Iterable[ItemT],
    id_fn: Callable[[ItemT], str | None],
    serial_fn: Callable[[ItemT], str | None] = lambda _: None,
    former_id_fn: Callable[[ItemT], str | None] | None = None,
) -> ItemsByName[ItemT]:
    """Return entries by name, as their position in the list may change.

    All entries with a repeated or missing name have a longer key, so that none takes
    the place of another: with the Id, else with a digest of the serial number, else
    with the position among them. An entry without any value is an empty row, which a
    starting BMC may list.
    """
    filled = [entry for entry in entries if entry != _empty(type(entry))]
    former_id_fn = former_id_fn or id_fn
    keys = _make_keys(
        tuple(
            (entry.name or "", id_fn(entry), serial_fn(entry), former_id_fn(entry))
            for entry in filled
        )
    )
    return ItemsByName(
        zip(keys.keys, map(filled.__getitem__, keys.places), strict=True),
        long_keys=keys.long_keys,
        former_keys=keys.former_keys,
    )


@cache
def _empty(item_class: type[Any]) -> Any:
    """Return an entry without any value."""
    return item_class()


@lru_cache(maxsize=MAX_KNOWN_LISTS)
def _make_keys(
    identities: tuple[tuple[str, str | None, str | None, str | None], ...],
) -> _Keys:
    """Return the keys of a list, which are the same for most polls and servers."""
    groups: dict[str, list[tuple[int, _Identity]]] = {}
    for place, values in enumerate(identities):
        identity = _Identity(*values)
        groups.setdefault(identity.name, []).append((place, identity))
    keys: dict[str, int] = {}
    long_keys: dict[str, str] = {}
    former_keys: dict[str, tuple[str, ...]] = {}
    unique_names = {name for name, group in groups.items() if name and len(group) == 1}
    for name, group in groups.items():
        suffixes = _distinguish([identity for _, identity in group])
        for (place, identity), suffix in zip(group, suffixes, strict=True):
            is_unique = name in unique_names
            long_key = f"{name} {suffix}".strip()
            while long_key in unique_names or long_key in long_keys.values():
                long_key += " #"
            key = name if is_unique else long_key
            keys[key] = place
            long_keys[key] = long_key
            if name and not is_unique:
                former = f"{name} #{identity.former_id}"
                is_first = identity is group[0][1]
                former_keys[key] = (name, former) if is_first else (former, name)
    return _Keys((*keys,), (*keys.values(),), long_keys, former_keys)


def _distinguish(group: list[_Identity]) -> list[str]:
    """Return a unique suffix for each of several entries with the same name."""
    ids = Counter(identity.entry_id for identity in group)
    serials = Counter(identity.serial for identity in group)
    suffixes = []
    for position, (_, entry_id, serial, _) in enumerate(group, start=1):
        if entry_id and ids[entry_id] == 1:
            suffixes.append(f"#{entry_id}")
        elif serial and serials[serial] == 1:
            digest = blake2b(serial.encode(), digest_size=4).hexdigest()
            suffixes.append(f"{SERIAL_MARK}{digest}")
        else:
            suffixes.append(f"({position})")
    return suffixes


def _by_member_name[ItemT: (Sensor, PowerSupply)](
    entries: Iterable[ItemT],
) -> ItemsByName[ItemT]:
    """Return the entries of a list in Thermal or Power by name."""
    return _by_name(
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
    items = _by_name(named, lambda sensor: sensor.id)
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
    return _by_name(
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
"""Result of the last poll, successful or not."""

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
    items_fn=lambda data: _by_name(data.leak_detectors, lambda detector: detector.id),
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
