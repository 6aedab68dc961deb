"""Read the drives, volumes and cards of a machine.

They belong to the groups of its storage, to its system or to any of its chassis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
import re

from ..const import MAX_FIRMWARE_IMAGES
from ..exceptions import LicenseError, ResourceError
from ..models import (
    Drive,
    FirmwareInventory,
    NetworkAdapter,
    PCIeDevice,
    Port,
    SensorResource,
    Volume,
)
from ..payload import JsonObject, find_link, find_links
from .chassis import async_get_device_paths
from .endpoints import (
    DRIVES,
    FIRMWARE,
    NETWORK_ADAPTERS,
    NETWORK_INTERFACES,
    PCIE_DEVICES,
    SENSORS,
    STORAGE,
    SYSTEM,
    ModelT,
)
from .reader import ResourceReader

_ALL_DRIVES = "drives of all groups and chassis"
_FIRMWARE_IMAGE = re.compile(r".*/(Backup|Golden|Staging)_[^/]+", re.IGNORECASE)
_NO_SERIAL_NUMBERS = ("", "n/a", "na", "none", "null", "unknown", "not available")


async def async_get_drives(reader: ResourceReader) -> list[Drive]:
    """Return the drives of all storage groups and chassis, each once.

    A board may list a drive at two paths, in its storage group and in its chassis.
    """
    with reader.availability.remember_license(_ALL_DRIVES):
        groups = await _async_get_storage_groups(reader)
        paths = [path for group in groups for path in find_links(group, "Drives")]
        paths += await _async_get_chassis_drives(reader, is_optional=bool(paths))
        bodies = await reader.members.async_get(paths)
    return _without_repeated(bodies)


async def _async_get_chassis_drives(
    reader: ResourceReader, *, is_optional: bool
) -> list[str]:
    """Return the paths of the drives of all chassis.

    If the storage groups have some, a failing chassis costs its own drives only.
    """
    try:
        return await async_get_device_paths(reader, DRIVES)
    except LicenseError:
        raise
    except ResourceError:
        if not is_optional:
            raise
        return []


def _without_repeated(bodies: Mapping[str, JsonObject]) -> list[Drive]:
    """Return each drive once, also if it has two paths.

    It has the same model and serial number at both, or the same own path. Drives of one
    collection are different ones, even if all of them have one serial number.
    """
    drives = {path: Drive.from_dict(body) for path, body in bodies.items()}
    keys = {path: (drive.model, drive.serial_number) for path, drive in drives.items()}
    alike = Counter((path.rpartition("/")[0], key) for path, key in keys.items())
    unique: dict[Hashable, Drive] = {}
    for path, drive in drives.items():
        key = keys[path]
        is_alone = alike[path.rpartition("/")[0], key] == 1
        is_known = is_alone and _is_serial_number(drive.serial_number)
        own_path = find_link({"Drive": bodies[path]}, "Drive") or path
        unique.setdefault(key if is_known else own_path, drive)
    return [*unique.values()]


def _is_serial_number(text: str | None) -> bool:
    """Return whether a text identifies a drive, unlike "N/A" or zeros."""
    return (text or "").strip(" 0-").lower() not in _NO_SERIAL_NUMBERS


async def async_get_firmware_images(
    reader: ResourceReader,
) -> list[FirmwareInventory]:
    """Return the firmware that is stored beside the running one.

    Its Id distinguishes it, which is also the last segment of its path.
    """
    paths = await reader.members.async_list(FIRMWARE)
    images = [path for path in paths if _FIRMWARE_IMAGE.fullmatch(path)]
    return await reader.members.async_get_models(
        images[:MAX_FIRMWARE_IMAGES], FirmwareInventory
    )


async def async_get_volumes(reader: ResourceReader) -> list[Volume]:
    """Return the volumes of all storage groups."""
    groups = await _async_get_storage_groups(reader)
    return await _async_get_members_of(reader, groups, Volume, "Volumes")


async def async_get_network_adapters(reader: ResourceReader) -> list[NetworkAdapter]:
    """Return the network adapters of all chassis, or else those of the system."""
    paths = await _async_get_adapter_paths(reader)
    return await reader.members.async_get_models(paths, NetworkAdapter)


async def async_get_sensors(reader: ResourceReader) -> list[SensorResource]:
    """Return the Sensor resources of all chassis."""
    paths = await async_get_device_paths(reader, SENSORS)
    return await reader.members.async_get_models(paths, SensorResource)


async def async_get_ports(reader: ResourceReader) -> list[Port]:
    """Return the ports of all network adapters.

    Some boards have only the functions of an adapter, or ports without an adapter.
    """
    paths = await _async_get_adapter_paths(reader)
    owners = [*(await reader.members.async_get(paths)).values()]
    if not owners:
        owners = await _async_get_network_interfaces(reader)
    keys = ("Ports", "NetworkPorts", "NetworkDeviceFunctions")
    return await _async_get_members_of(reader, owners, Port, *keys)


async def async_get_pcie_devices(reader: ResourceReader) -> list[PCIeDevice]:
    """Return the PCIe devices of all chassis, or of the system on X11."""
    paths = await async_get_device_paths(reader, PCIE_DEVICES)
    if not paths:
        system = await reader.async_get_json(SYSTEM, cached=True)
        paths = find_links(system, "PCIeDevices")
    return await reader.members.async_get_models(paths, PCIeDevice)


async def _async_get_adapter_paths(reader: ResourceReader) -> list[str]:
    """Return the paths of the network adapters.

    Some boards link to them only from the system, by its network interfaces.
    """
    paths = await async_get_device_paths(reader, NETWORK_ADAPTERS)
    if not paths:
        for interface in await _async_get_network_interfaces(reader):
            paths += find_links(interface, "Links/NetworkAdapter")
    return paths


async def _async_get_network_interfaces(reader: ResourceReader) -> list[JsonObject]:
    """Return the network interfaces of the system."""
    paths = await reader.members.async_list(NETWORK_INTERFACES)
    return [*(await reader.members.async_get(paths)).values()]


async def _async_get_storage_groups(reader: ResourceReader) -> Iterable[JsonObject]:
    """Return the groups of drives."""
    paths = await reader.members.async_list(STORAGE)
    return (await reader.members.async_get(paths)).values()


async def _async_get_members_of(
    reader: ResourceReader,
    bodies: Iterable[JsonObject],
    model: type[ModelT],
    *pointers: str,
) -> list[ModelT]:
    """Return the members of the first collection that each resource links to."""
    links = [[find_link(body, pointer) for pointer in pointers] for body in bodies]
    collections = [next(filter(None, found), None) for found in links]
    paths = await reader.members.async_list(*filter(None, collections))
    return await reader.members.async_get_models(paths, model)
