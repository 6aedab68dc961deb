"""The Supermicro Redfish integration."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

from .aiosupermicro import SupermicroRedfishClient
from .aiosupermicro.http.credentials import UnsendableError
from .client import async_create_bmc_session, create_client
from .const import CONF_FAN_CONTROL, CONF_SERVICE_UUID, DOMAIN
from .entity import async_set_up_platforms
from .errors import translate_update_errors, translated
from .fan_control.recovery import (
    async_end_fan_control,
    async_recover_fans_on_failure,
    async_remove_fan_control,
)
from .fan_control.setup import async_start_fan_control
from .identity import OtherServerError, async_verify_identity, service_uuid
from .migration import (
    async_convert_new_options,
    async_identify_server,
    async_migrate_entry_data,
    async_migrate_registries,
    async_reload_duplicates,
    has_published_entities,
)
from .models import ServerData
from .refresh import (
    async_link_coordinators,
    async_listen_for_events,
    async_start_static,
    async_watch_health,
)
from .registry import (
    async_remove_stale_entities,
    async_remove_undescribed_entities,
    async_sync_device,
    is_device_removed,
)
from .repairs import (
    ISSUE_CERTIFICATE,
    async_delete_issues,
    async_report_licenses,
    async_report_migration,
)
from .runtime_data import (
    SupermicroConfigEntry,
    SupermicroRuntimeData,
    create_runtime_data,
)
from .services import async_setup_services
from .storage import DiscoveryStore, async_remove_stores

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.FAN,
    Platform.LIGHT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _: ConfigType) -> bool:
    """Set up the actions, which exist even without a server."""
    async_setup_services(hass)
    async_dispatcher_connect(
        hass, SIGNAL_CONFIG_ENTRY_CHANGED, partial(_async_handle_entry_change, hass)
    )
    return True


@callback
def _async_handle_entry_change(
    hass: HomeAssistant, _: ConfigEntryChange, entry: ConfigEntry
) -> None:
    """Delete the issue of a certificate once an entry is not set up anymore.

    Home Assistant does not call the integration for an entry whose setup has failed.
    """
    if entry.domain == DOMAIN and entry.state is ConfigEntryState.NOT_LOADED:
        async_delete_issues(hass, entry, ISSUE_CERTIFICATE)


async def async_migrate_entry(
    hass: HomeAssistant, entry: SupermicroConfigEntry
) -> bool:
    """Migrate the data of a config entry that can be migrated without its BMC."""
    async_migrate_entry_data(hass, entry)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Set up a server from a config entry."""
    async_convert_new_options(hass, entry)
    store = DiscoveryStore(hass, entry)
    discovery = await store.async_load()
    async with async_recover_fans_on_failure(hass, entry):
        client = await _async_create_client(hass, entry, discovery)
        await _async_verify_server(hass, entry, client)
        runtime_data = create_runtime_data(hass, entry, client, store)
        entry.runtime_data = runtime_data
        await runtime_data.dynamic.async_config_entry_first_refresh()
    if has_published_entities(hass, entry):
        await _async_read_static(runtime_data)
    async_migrate_registries(hass, entry)
    _async_watch_licenses(hass, entry)
    async_link_coordinators(hass, entry)
    async_sync_device(hass, entry)
    async_watch_health(hass, entry)
    if CONF_FAN_CONTROL in entry.options:
        await async_start_fan_control(hass, entry)
    else:
        await async_end_fan_control(hass, entry, client)
    await async_set_up_platforms(hass, entry, _platforms(entry))
    async_remove_undescribed_entities(hass, entry)
    async_remove_stale_entities(hass, entry)
    async_report_migration(hass, entry)
    _async_save_discovery(entry)
    async_start_static(hass, entry)
    async_listen_for_events(hass, entry)
    return True


async def _async_create_client(
    hass: HomeAssistant, entry: SupermicroConfigEntry, discovery: Mapping[str, Any]
) -> SupermicroRedfishClient:
    """Create a client that logs out when the entry is unloaded."""
    session = async_create_bmc_session(hass)
    try:
        client = create_client(session, entry.data, discovery)
    except UnsendableError as error:
        await session.close()
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="invalid_auth",
            translation_placeholders={"error": str(error)},
        ) from error
    except ValueError as error:
        await session.close()
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="invalid_host",
            translation_placeholders={"host": entry.data[CONF_HOST]},
        ) from error

    async def async_log_out(_: Event | None = None) -> None:
        """Give the fans back, and close the BMC's session and the connection."""
        await _async_stop_fan_control(entry)
        await client.async_disconnect()
        await session.close()

    # Home Assistant also calls these after a failed setup.
    entry.async_on_unload(async_log_out)
    # A one-time listener could not be removed after the event.
    entry.async_on_unload(
        hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, async_log_out)
    )
    return client


async def _async_verify_server(
    hass: HomeAssistant, entry: SupermicroConfigEntry, client: SupermicroRedfishClient
) -> None:
    """Verify that the BMC at the address is that of the config entry.

    The UUID of its service root is stored for discovery.
    An entry of the published integration has no BMC yet: it takes the current one.
    """
    try:
        async with translate_update_errors(
            hass, entry, lambda error: ConfigEntryNotReady(**translated(error))
        ):
            if entry.unique_id is None:
                await async_identify_server(hass, entry, client)
                return
            root = await async_verify_identity(client, entry.unique_id)
    except OtherServerError as error:
        # The right BMC may be back at the address later.
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="wrong_device",
            translation_placeholders={"host": entry.data[CONF_HOST]},
        ) from error
    uuid = service_uuid(root)
    if uuid is not None and entry.data.get(CONF_SERVICE_UUID) != uuid:
        data = {**entry.data, CONF_SERVICE_UUID: uuid}
        hass.config_entries.async_update_entry(entry, data=data)


async def _async_read_static(runtime_data: SupermicroRuntimeData) -> None:
    """Read the static data and the account, which a migration needs."""
    await runtime_data.static.async_config_entry_first_refresh()
    if not runtime_data.static.is_read:  # the BMC was lost meanwhile
        raise ConfigEntryNotReady from runtime_data.dynamic.last_exception
    await runtime_data.account.async_config_entry_first_refresh()


@callback
def _async_save_discovery(entry: SupermicroConfigEntry) -> None:
    """Save the discovery of the board after each poll of the static data."""
    data = entry.runtime_data

    @callback
    def save(_: ServerData) -> None:
        """Save the discovery, if it has changed."""
        data.store.async_save(data.client.discovery)

    if data.static.is_read:  # already read for a migration
        save(data.static.data)
    entry.async_on_unload(data.static.async_add_poll_listener(save))


@callback
def _async_watch_licenses(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Report missing licenses after each poll: a license may expire.

    Until the static data was read, the issue of the last run stays as it is.
    """
    data = entry.runtime_data

    @callback
    def report() -> None:
        """Report the missing licenses of the last polls."""
        if not data.static.is_read:
            return
        errors = {**data.static.data.errors, **data.dynamic.data.errors}
        async_report_licenses(hass, entry, errors)

    report()
    for coordinator in (data.static, data.dynamic):
        entry.async_on_unload(coordinator.async_add_listener(report))


async def async_unload_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Unload a config entry; Home Assistant then closes the session.

    The issue of a missing license remains, so that the user's choice to ignore it does.
    """
    await _async_stop_fan_control(entry)
    data = entry.runtime_data
    # A reload requests again what needed a license.
    if discovery := data.client.discovery:
        data.store.async_save({**discovery, "unlicensed": {}})
    return await hass.config_entries.async_unload_platforms(entry, _platforms(entry))


async def _async_stop_fan_control(entry: SupermicroConfigEntry) -> None:
    """Give the fans back to the BMC, unless this was done already."""
    data: SupermicroRuntimeData | None = getattr(entry, "runtime_data", None)
    if data is not None and data.fan_controller is not None:
        await data.fan_controller.async_stop()


def _platforms(entry: SupermicroConfigEntry) -> list[Platform]:
    """Return the platforms of a config entry: fans only while they are controlled."""
    data: SupermicroRuntimeData | None = getattr(entry, "runtime_data", None)
    has_fans = data is not None and data.fan_controller is not None
    return [name for name in PLATFORMS if has_fans or name is not Platform.FAN]


async def async_remove_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Remove the issues and the stores of a config entry."""
    async_delete_issues(hass, entry)
    await async_remove_stores(hass, entry.entry_id)
    await async_remove_fan_control(hass, entry)
    async_reload_duplicates(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SupermicroConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Let the user delete the device of a part that was removed from the server.

    The platforms forget its items at once, so that these may come back with any poll.
    """
    if not is_device_removed(entry, device):
        return False
    dr.async_get(hass).async_remove_device(device.id)
    entry.runtime_data.dynamic.async_update_listeners()
    return True
