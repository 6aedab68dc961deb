"""Migrate servers of the published integration, which has the same domain.

Its config entries have no unique id, and the identifier of its device is the UUID of
the host. Entities keep their entity id, history, name and area if they have a
counterpart on the same platform.
"""

from collections.abc import Mapping
from contextlib import suppress
from math import ceil
from typing import Any, Final

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_SCAN_INTERVAL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from .aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
    async_get_server_certificate,
)
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
from .identity import UnsupportedError, async_identify, normalize_host
from .published import counterpart, match_entities, published_entities
from .runtime_data import SupermicroConfigEntry
from .util import display_text

MINOR_VERSION: Final = 2


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


@callback
def async_convert_new_options(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> None:
    """Convert options that were set while the published integration was back."""
    if CONF_SCAN_INTERVAL in entry.options:
        options = _convert_options(entry.options)
        hass.config_entries.async_update_entry(entry, options=options)


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
                translation_placeholders={
                    "other": f"{display_text(other.title)} ({other.data[CONF_HOST]})"
                },
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
def has_published_entities(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Return whether there are entities to migrate, which takes the static data."""
    return any(True for _ in published_entities(er.async_get(hass), entry))


@callback
def async_migrate_registries(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Migrate the device and the entities, after the first refresh.

    This depends on the content of the registries only. It is therefore completed after
    a crash of Home Assistant, and repeated after a downgrade.
    """
    _migrate_device(hass, entry)
    registry = er.async_get(hass)
    published = list(published_entities(registry, entry))
    if not published:
        return
    new_ids = match_entities(entry, published)
    removed: dict[str, str] = {}
    for entity in published:
        entity_id, new_id = entity.entity_id, new_ids.get(entity.entity_id)
        if new_id and not registry.async_get_entity_id(entity.domain, DOMAIN, new_id):
            registry.async_update_entity(entity_id, new_unique_id=new_id)
        else:
            removed[entity_id] = counterpart(entry, entity, new_id)
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
