"""Keep the device and entity registries up to date with the hardware."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.typing import UNDEFINED, UndefinedType

from . import sources
from .aiosupermicro import BulkData, Chassis, DynamicData, Manager, System
from .const import DOMAIN, LOGGER
from .entity import unique_id
from .identity import configuration_url
from .models import ServerData
from .runtime_data import SupermicroConfigEntry
from .sources import EntitySource
from .util import server_name, shorten_name, strip_placeholder

_MAC_OCTETS: Final = 6
_INNER: Final = "inner_temperature"
_MAX_MISSING: Final = 4
"""Consecutive static polls without an item until it is removed: usually an hour."""


@dataclass(frozen=True, kw_only=True)
class _RemovableItems:
    """Items of a server that can be removed."""

    source: EntitySource[Any]
    is_known_fn: Callable[[Any, set[str]], bool]
    """Return whether the present items are known to be complete."""
    includes_fn: Callable[[str], bool] = lambda _: True
    """Return whether an item with this key can be removed."""


def _present(
    entry: SupermicroConfigEntry, source: EntitySource[Any], data: BulkData
) -> set[str]:
    """Return the keys of the items that are present, without empty bays."""
    coordinator = source.coordinator_fn(entry.runtime_data)
    items = coordinator.make_items(source.items_fn, data)
    return {key for key, item in items.items() if source.is_present_fn(item)}


_DRIVE_OWNERS: Final = ("/Drives/", "/Storage/", "/Chassis/", "chassis")


def _has_unread(data: BulkData, *parts: str) -> bool:
    """Return whether a resource with one of these texts in its path has failed."""
    return any(part in name for name in data.errors for part in parts)


_REMOVABLE: Final = (
    # A BMC that lists neither drives nor bays may not have found its storage yet.
    _RemovableItems(
        source=sources.DRIVES,
        is_known_fn=lambda static, _: (
            bool(static.drives)
            and all(drive.id for drive in static.drives)
            and not _has_unread(static, *_DRIVE_OWNERS)
        ),
    ),
    # A server without any power supply cannot run.
    _RemovableItems(
        source=sources.SUPPLIES,
        is_known_fn=lambda dynamic, present: (
            bool(present) and not _has_unread(dynamic, "/PowerSupplies")
        ),
    ),
    # Of the temperatures, those of memory modules. A BMC that has just started lists
    # no sensors.
    _RemovableItems(
        source=sources.OTHER_TEMPERATURES,
        is_known_fn=lambda dynamic, present: (
            bool(present) and not _has_unread(dynamic, "/Sensors", "/ThermalMetrics")
        ),
        includes_fn=lambda key: "DIMM" in key.upper(),
    ),
)


@callback
def async_remove_stale_entities(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> None:
    """Remove the entities of removed items.

    An item that is missing while the host is off, or while the BMC cannot be read, was
    not removed.
    """
    registry = er.async_get(hass)
    static = entry.runtime_data.static
    missing: Counter[str] = Counter()

    @callback
    def count_missing(data: ServerData) -> None:
        """Count the consecutive polls in which each item is missing.

        The update of the listeners lets the platforms forget a removed item, so that
        they can add it again.
        """
        dynamic = entry.runtime_data.dynamic.data
        _remove_headrooms(registry, entry, dynamic)
        if not (dynamic.system or System()).is_on:
            return
        for removable in _REMOVABLE:
            is_static = removable.source is sources.DRIVES
            polled: BulkData = data if is_static else dynamic
            present = _present(entry, removable.source, polled)
            if removable.is_known_fn(polled, present):
                for entity_id, key in _entities(registry, entry, removable):
                    missing[entity_id] = 0 if key in present else missing[entity_id] + 1
        for entity_id in [of for of, polls in missing.items() if polls >= _MAX_MISSING]:
            LOGGER.info(
                "%s: removed %s: hardware is no longer present", entry.title, entity_id
            )
            registry.async_remove(entity_id)
            del missing[entity_id]
            static.async_update_listeners()

    entry.async_on_unload(static.async_add_poll_listener(count_missing))


def _remove_headrooms(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry, data: DynamicData
) -> None:
    """Remove distances to a limit, which earlier versions showed as temperatures."""
    for sensor in data.sensors:
        if sensor.is_headroom and sensor.name:
            entity_id = registry.async_get_entity_id(
                Platform.SENSOR, DOMAIN, f"{entry.unique_id}_{_INNER}_{sensor.name}"
            )
            if entity_id:
                registry.async_remove(entity_id)


def _entities(
    registry: er.EntityRegistry,
    entry: SupermicroConfigEntry,
    removable: _RemovableItems,
) -> list[tuple[str, str]]:
    """Return the entity ids of removable items, each with the item's key."""
    rows = chain.from_iterable(entry.runtime_data.descriptions.values())
    prefixes = {
        unique_id(entry, row, "") + "_"
        for row in rows
        if row.source is removable.source
    }
    return [
        (registered.entity_id, key)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id)
        for prefix in prefixes
        if registered.unique_id.startswith(prefix)
        and removable.includes_fn(key := registered.unique_id.removeprefix(prefix))
    ]


@callback
def async_remove_undescribed_entities(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> None:
    """Remove the entities that the integration no longer offers to the account.

    This is done once, when the static data and the account were read.
    """
    data = entry.runtime_data
    is_done = False

    @callback
    def remove_once(_: ServerData) -> None:
        """Remove them unless the account is not known yet."""
        nonlocal is_done
        if not is_done and data.account.data is not None:
            is_done = True
            _remove_undescribed(er.async_get(hass), entry)

    if data.static.is_read:  # already read for a migration
        remove_once(data.static.data)
    entry.async_on_unload(data.static.async_add_poll_listener(remove_once))


@callback
def _remove_undescribed(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> None:
    """Remove the entities without a description that the account may use."""
    privileges = entry.runtime_data.privileges
    descriptions = {
        domain: [row for row in rows if privileges.allow(row.privilege)]
        for domain, rows in entry.runtime_data.descriptions.items()
    }
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if not any(
            f"{registered.unique_id}_".startswith(unique_id(entry, row, "") + "_")
            for row in descriptions.get(registered.domain, ())
        ):
            registry.async_remove(registered.entity_id)


@callback
def async_sync_device(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Register the server as a device, and update it after each change."""
    register = partial(_register_device, hass, entry)
    register()
    entry.async_on_unload(entry.runtime_data.static.async_add_listener(register))


@callback
def _register_device(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Register the server with the data of the last polls."""
    static, dynamic = entry.runtime_data.static.data, entry.runtime_data.dynamic.data
    system = dynamic.system or System()
    chassis = static.chassis or Chassis()
    manager = static.manager or Manager()
    assert entry.unique_id is not None  # noqa: S101 - set by the config flow
    model, board = server_name(system, chassis), strip_placeholder(chassis.model)
    serial_number = (
        strip_placeholder(system.serial_number)
        or strip_placeholder(chassis.serial_number)
        or chassis.oem.board_serial_number
    )
    is_chassis_known = static.chassis is not None or (
        entry.runtime_data.static.is_read and "chassis" not in static.errors
    )
    is_complete = dynamic.system is not None and is_chassis_known
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.unique_id)},
        connections=_connections(entry.unique_id),
        configuration_url=configuration_url(entry.data[CONF_HOST]),
        name=shorten_name(entry.title),
        manufacturer=_known(system.manufacturer),
        model=_known(model if is_complete else None),
        model_id=_known(None if board == model else board),
        serial_number=_known(serial_number if is_complete else None),
        sw_version=_known(manager.firmware_version),
    )


def is_device_removed(entry: SupermicroConfigEntry, device: dr.AnyDeviceEntry) -> bool:
    """Return whether the part of a device, such as a GPU, is no longer fitted.

    False unless the last poll was complete, with the host on, and has shown another
    part: without any, the metric reports may not have been read. Such a device is not
    removed automatically, as a failed GPU is no longer in the readings either.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return False
    data = entry.runtime_data
    polled = data.dynamic.data
    is_server = (DOMAIN, entry.unique_id) in device.identifiers
    is_known = data.dynamic.last_update_success and polled.is_complete
    if is_server or not is_known or not (polled.system or System()).is_on:
        return False
    present = {
        (DOMAIN, f"{entry.unique_id}_{part}")
        for row in chain.from_iterable(data.descriptions.values())
        for item in row.source.get_items(data).values()
        if (part := row.source.part_fn(item))
    }
    return bool(present) and present.isdisjoint(device.identifiers)


def _known(text: str | None) -> str | UndefinedType:
    """Return a text, or UNDEFINED to keep the registered one if it cannot be read."""
    return shorten_name(text or "") or UNDEFINED


def _connections(unique_id: str) -> set[tuple[str, str]]:
    """Return the BMC's MAC address as a connection, unless the unique id is a UUID."""
    is_mac = len(unique_id.split(":")) == _MAC_OCTETS
    return {(dr.CONNECTION_NETWORK_MAC, unique_id)} if is_mac else set()
