"""Migrate servers of the published integration, which has the same domain.

Its config entries have no unique id. The unique ids of its entities begin with the id
of the config entry, and the identifier of its device is the UUID of the host. Entities
keep their entity id, history, name and area if they have a counterpart on the same
platform.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from math import ceil
from typing import Any, Final, NamedTuple

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_SCAN_INTERVAL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from . import binary_sensor, button, select, sensor, switch
from .aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
    async_get_server_certificate,
)
from .aiosupermicro.models import Sensor
from .const import (
    CONF_DYNAMIC_INTERVAL,
    CONF_REMOVED_ENTITIES,
    CONF_STATIC_INTERVAL,
    CONF_UNVERIFIED_CERTIFICATE,
    DOMAIN,
    DYNAMIC_LIMITS,
    LOGGER,
    STATIC_LIMITS,
)
from .coordinator import SupermicroConfigEntry, SupermicroRuntimeData
from .entity import ItemDescription, unique_id
from .identity import UnsupportedError, async_identify, normalize_host
from .util import is_host_off

MINOR_VERSION: Final = 2

type Row = ItemDescription[Any]

_ROWS: Final[Mapping[str, tuple[Row, ...]]] = {
    "binary_sensor": binary_sensor.DESCRIPTIONS,
    "button": button.DESCRIPTIONS,
    "select": select.DESCRIPTIONS,
    "sensor": sensor.DESCRIPTIONS,
    "switch": switch.DESCRIPTIONS,
}
"""Descriptions by platform, for the platforms of the published integration."""

COUNTERPARTS: Final[Mapping[str, str]] = {
    "binary_sensor.system_power": "binary_sensor.host_power",
    "binary_sensor.system_health": "binary_sensor.system_problem",
    "binary_sensor.chassis_health": "binary_sensor.chassis_problem",
    "binary_sensor.bmc_health": "binary_sensor.bmc_problem",
    "binary_sensor.intrusion": "binary_sensor.intrusion",
    "binary_sensor.cmos_battery": "binary_sensor.battery_problem",
    "binary_sensor.license_active": "sensor.licences",
    "binary_sensor.ntp_enabled": "switch.ntp",
    "binary_sensor.lldp_enabled": "switch.lldp",
    "sensor.power_consumption": "sensor.power_consumption",
    "sensor.bios_version": "sensor.bios_version",
    "sensor.bmc_firmware": "sensor.bmc_version",
    "sensor.post_code": "sensor.post_code",
    "sensor.api_response_time": "sensor.response_time",
    "button.power_on": "button.reset_on",
    "button.power_off": "button.reset_force_off",
    "button.graceful_shutdown": "button.reset_graceful_shutdown",
    "button.graceful_restart": "button.reset_graceful_restart",
    "button.force_restart": "button.reset_force_restart",
    "button.send_nmi": "button.reset_nmi",
    "button.bmc_restart": "button.restart_bmc",
    "button.reset_intrusion": "button.rearm_intrusion",
    "switch.indicator_led": "light.identify_led",
    "switch.http_protocol": "switch.protocol_http",
    "switch.ssh_protocol": "switch.protocol_ssh",
    "switch.ipmi_protocol": "switch.protocol_ipmi",
    "switch.snmp_protocol": "switch.protocol_snmp",
    "select.fan_mode": "select.fan_mode",
    "select.boot_source": "select.boot_source",
}
"""Platform and key of an entity, by those in the published integration.

An entity whose counterpart belongs to another platform cannot be kept.
"""

SENSOR_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("temperature",),
    "fan": ("fan", "fan_duty"),
    "voltage": ("voltage",),
}
"""Keys of the sensors of a list, by the key in the published integration."""


@callback
def async_migrate_entry_data(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Convert the data and options of a config entry, without its BMC.

    Only the minor version rises, so that Home Assistant still loads the entry after a
    downgrade.
    """
    if entry.unique_id is not None:
        hass.config_entries.async_update_entry(entry, minor_version=MINOR_VERSION)
        return
    data = {CONF_VERIFY_SSL: False, **entry.data}
    # The setup reports a malformed host.
    with suppress(ValueError):
        data[CONF_HOST] = normalize_host(data[CONF_HOST])
    hass.config_entries.async_update_entry(
        entry,
        data=data,
        options=_convert_options(entry.options),
        minor_version=MINOR_VERSION,
    )
    # The published integration may have stored this issue. It cannot be fixed here.
    ir.async_delete_issue(hass, DOMAIN, f"connection_failed_{entry.entry_id}")


def _convert_options(options: Mapping[str, Any]) -> dict[str, int]:
    """Convert the options of the published integration.

    Its static interval has the same name, but is given in seconds. The options for
    bursts and concurrent requests have no counterpart.
    """
    converted = {}
    if seconds := options.get(CONF_SCAN_INTERVAL):
        shortest, longest = DYNAMIC_LIMITS
        converted[CONF_DYNAMIC_INTERVAL] = min(max(int(seconds), shortest), longest)
    if seconds := options.get(CONF_STATIC_INTERVAL):
        shortest, longest = STATIC_LIMITS
        converted[CONF_STATIC_INTERVAL] = min(
            max(ceil(seconds / 60), shortest), longest
        )
    return converted


async def async_identify_server(
    hass: HomeAssistant, entry: SupermicroConfigEntry, client: SupermicroRedfishClient
) -> None:
    """Set the unique id of a config entry that has none.

    Raises:
        ConfigEntryError: Another config entry has this BMC.
        ConfigEntryNotReady: The device is not the BMC of a Supermicro server. A BMC
            that is starting may not yet identify itself.
        SupermicroRedfishError: The BMC cannot be read.

    """
    try:
        server = await async_identify(client)
    except UnsupportedError as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="not_supported",
            translation_placeholders={"host": entry.data[CONF_HOST]},
        ) from error
    data = entry.data | await _async_get_unverified_certificate(entry)
    entries = hass.config_entries
    while other := entries.async_entry_for_domain_unique_id(DOMAIN, server.unique_id):
        if other.source != SOURCE_IGNORE:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="duplicate_entry",
                translation_placeholders={"other": other.title},
            )
        await entries.async_remove(other.entry_id)
    entries.async_update_entry(entry, unique_id=server.unique_id, data=data)


async def _async_get_unverified_certificate(
    entry: SupermicroConfigEntry,
) -> dict[str, str]:
    """Return the data that offers to pin the certificate, if it is not verified."""
    if entry.data[CONF_VERIFY_SSL]:
        return {}
    try:
        certificate = await async_get_server_certificate(entry.data[CONF_HOST])
    except SupermicroRedfishError as error:
        LOGGER.debug("%s: certificate cannot be read: %s", entry.title, error)
        return {}
    return {CONF_UNVERIFIED_CERTIFICATE: certificate.fingerprint}


@callback
def async_reload_duplicates(hass: HomeAssistant) -> None:
    """Reload the config entries that could not be migrated because of another one."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.unique_id is None and entry.state is ConfigEntryState.SETUP_ERROR:
            hass.config_entries.async_schedule_reload(entry.entry_id)


@callback
def async_migrate_registries(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Migrate the device and the entities, after the first refresh.

    This depends on the content of the registries only. It is therefore completed after
    a crash of Home Assistant, and repeated after a downgrade.
    """
    if CONF_SCAN_INTERVAL in entry.options:
        options = _convert_options(entry.options)
        hass.config_entries.async_update_entry(entry, options=options)
    _migrate_device(hass, entry)
    registry = er.async_get(hass)
    published = list(_published_entities(registry, entry))
    if not published:
        return
    new_ids = {**_match_settings(entry, published), **_match_sensors(entry, published)}
    removed: dict[str, str] = {}
    for entity_id, domain, key, _ in published:
        new_id = new_ids.get(entity_id)
        if new_id and not registry.async_get_entity_id(domain, DOMAIN, new_id):
            registry.async_update_entity(entity_id, new_unique_id=new_id)
            continue
        removed[entity_id] = (
            f"{domain}.{new_id.removeprefix(f'{entry.unique_id}_')}"
            if new_id
            else COUNTERPARTS.get(f"{domain}.{key}", "")
        )
        registry.async_remove(entity_id)
    LOGGER.info(
        "%s: migrated %d entities of the published integration, removed %s",
        entry.title,
        len(published) - len(removed),
        ", ".join(removed) or "none",
    )
    removed = entry.data.get(CONF_REMOVED_ENTITIES, {}) | removed
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REMOVED_ENTITIES: removed}
    )


@callback
def _migrate_device(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Give the device the identifier of this integration, and remove further devices.

    Its visible name stays, because the entity ids begin with it. The published
    integration left a device behind whenever it could not read the UUID.
    """
    devices, entities = dr.async_get(hass), er.async_get(hass)
    identifier = (DOMAIN, str(entry.unique_id))

    def entities_of(device: dr.DeviceEntry) -> list[er.RegistryEntry]:
        """Return the entities of a device."""
        return er.async_entries_for_device(
            entities, device.id, include_disabled_entities=True
        )

    former = sorted(
        dr.async_entries_for_config_entry(devices, entry.entry_id),
        key=lambda device: (
            identifier in device.identifiers,
            len(entities_of(device)),
        ),
        reverse=True,
    )
    if all(identifier in device.identifiers for device in former):
        return
    kept, *others = former
    if identifier not in kept.identifiers:
        has_name = (DOMAIN, "") not in kept.identifiers and kept.name != entry.title
        devices.async_update_device(
            kept.id,
            new_identifiers={identifier},
            name_by_user=kept.name_by_user or (kept.name if has_name else None),
            hw_version=None,
        )
    for device in others:
        for registered in entities_of(device):
            entities.async_update_entity(registered.entity_id, device_id=kept.id)
        devices.async_remove_device(device.id)


class _PublishedEntity(NamedTuple):
    """Registry entry of the published integration."""

    entity_id: str
    domain: str
    key: str
    name: str | None
    """Name in the published integration; that of a sensor is the board's own."""


def _published_entities(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> Iterator[_PublishedEntity]:
    """Return the registry entries with a unique id of the published integration."""
    prefix = f"{entry.entry_id}_"
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if registered.unique_id.startswith(prefix):
            yield _PublishedEntity(
                registered.entity_id,
                registered.domain,
                registered.unique_id.removeprefix(prefix),
                registered.original_name,
            )


def _match_settings(
    entry: SupermicroConfigEntry, published: list[_PublishedEntity]
) -> dict[str, str]:
    """Return the new unique ids of entities that a server has once, by entity id."""
    new_ids = {}
    for entity_id, domain, key, _ in published:
        counterpart = COUNTERPARTS.get(f"{domain}.{key}", "")
        platform, _, new_key = counterpart.partition(".")
        rows = [row for row in _ROWS.get(domain, ()) if row.key == new_key]
        if platform == domain and _is_supported(entry.runtime_data, rows[0]):
            new_ids[entity_id] = unique_id(entry, rows[0], "")
    return new_ids


def _is_supported(data: SupermicroRuntimeData, row: Row) -> bool:
    """Return whether the server supports an entity, or may do so.

    A resource that could not be read, or the data of a host that is off, decides
    nothing.
    """
    if row.privilege is not None and not data.privileges.allow(row.privilege):
        return False
    if any(map(row.has, row.source.get_items(data).values())):
        return True
    coordinator = row.source.coordinator_fn(data)
    if coordinator is data.dynamic and is_host_off(data.dynamic.data):
        return True
    resource = getattr(row.source, "name", "reset_types")
    return resource in coordinator.data.errors


class _Item(NamedTuple):
    """Sensor that the board lists."""

    row: Row
    key: str
    sensor: Sensor


def _match_sensors(
    entry: SupermicroConfigEntry, published: list[_PublishedEntity]
) -> dict[str, str]:
    """Return the new unique ids of temperatures, fans and voltages, by entity id."""
    new_ids = {}
    for kind, keys in SENSOR_KEYS.items():
        rows = [row for row in sensor.DESCRIPTIONS if row.key in keys]
        waiting = {
            item: item.key.removeprefix(f"{kind}_")
            for item in published
            if item.domain == "sensor" and item.key.startswith(f"{kind}_")
        }
        items = [
            _Item(row, key, item)
            for row in rows
            for key, item in row.source.get_items(entry.runtime_data).items()
        ]
        for entity, item in _match_items(waiting, items):
            new_ids[entity.entity_id] = unique_id(entry, item.row, item.key)
        if not _is_complete(entry.runtime_data, items):
            for entity in waiting:
                if entity.name and entity.entity_id not in new_ids:
                    new_ids[entity.entity_id] = unique_id(entry, rows[0], entity.name)
    return new_ids


def _is_complete(data: SupermicroRuntimeData, items: list[_Item]) -> bool:
    """Return whether the board's list is complete, so that a sensor can be gone.

    A BMC that has just started lists no sensors, and some boards list fewer sensors
    while the host is off.
    """
    dynamic = data.dynamic.data
    return bool(items) and dynamic.is_complete and not is_host_off(dynamic)


def _match_items(
    waiting: Mapping[_PublishedEntity, str], items: list[_Item]
) -> Iterator[tuple[_PublishedEntity, _Item]]:
    """Match published sensors, with their MemberIds, to the items of the board.

    The name identifies a sensor if it is unique on the board, because the MemberId is
    a position that may have changed. The MemberId decides between sensors of the same
    name, and identifies a sensor that was renamed. No item is matched twice.
    """
    names = Counter(item.sensor.name for item in items)
    rules: tuple[Callable[[_PublishedEntity, str, Sensor], bool], ...] = (
        lambda entity, member_id, sensor: (
            sensor.name == entity.name and sensor.member_id == member_id
        ),
        lambda entity, _, sensor: (
            sensor.name == entity.name and names[sensor.name] == 1
        ),
        lambda entity, member_id, sensor: (
            sensor.member_id == member_id and not names[entity.name]
        ),
    )
    waiting, free = dict(waiting), list(items)
    for rule in rules:
        for entity, member_id in list(waiting.items()):
            found = [item for item in free if rule(entity, member_id, item.sensor)]
            if len(found) == 1:
                yield entity, found[0]
                free.remove(found[0])
                del waiting[entity]
