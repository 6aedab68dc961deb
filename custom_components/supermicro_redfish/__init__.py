"""Supermicro servers in Home Assistant, by their BMC's Redfish API."""

import asyncio

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    EVENT_HOMEASSISTANT_STOP,
    Platform,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .aiosupermicro import SupermicroRedfishClient
from .client import async_create_bmc_session, trust
from .const import DOMAIN
from .coordinator import (
    SupermicroConfigEntry,
    SupermicroRuntimeData,
    create_runtime_data,
)
from .device import async_keep_server
from .errors import reading, translated
from .identity import OtherServerError, async_require_same_server
from .issues import CERTIFICATE, async_forget, async_report_licenses
from .log_store import async_forget_log
from .refresh import async_couple, async_watch_health
from .registry import async_clean_up
from .services import async_setup_services

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.LIGHT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _: ConfigType) -> bool:
    """Register the actions, which are there before any server is."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Connect to a BMC, read it once and show it."""
    session = async_create_bmc_session(hass)
    client = SupermicroRedfishClient(
        session,
        entry.data[CONF_HOST],
        entry.data[CONF_USERNAME],
        entry.data[CONF_PASSWORD],
        verify_ssl=trust(entry.data[CONF_VERIFY_SSL]),
    )

    async def async_log_out(_: Event | None = None) -> None:
        """Give the session back to the BMC, and the connection."""
        await client.async_disconnect()
        await session.close()

    # Home Assistant calls these when the set-up fails, too.
    entry.async_on_unload(async_log_out)
    # It stops but once; a listener for one time cannot be taken back after that.
    entry.async_on_unload(
        hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, async_log_out)
    )
    await _async_check_server(hass, entry, client)
    runtime_data = entry.runtime_data = create_runtime_data(hass, entry, client)
    await _async_read_first(runtime_data)
    _async_follow_licenses(hass, entry)
    async_couple(hass, entry)
    async_keep_server(hass, entry)
    async_watch_health(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_clean_up(hass, entry)
    return True


async def _async_check_server(
    hass: HomeAssistant, entry: SupermicroConfigEntry, client: SupermicroRedfishClient
) -> None:
    """Make sure that it is the entry's server that answers."""
    try:
        async with reading(
            hass, entry, lambda error: ConfigEntryNotReady(**translated(error))
        ):
            await async_require_same_server(client, entry.unique_id)
    except OtherServerError as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="wrong_device",
            translation_placeholders={"host": entry.data[CONF_HOST]},
        ) from error


async def _async_read_first(runtime_data: SupermicroRuntimeData) -> None:
    """Read all at once, for what both cadences need, the library asks for but once."""
    results = await asyncio.gather(
        runtime_data.static.async_config_entry_first_refresh(),
        runtime_data.dynamic.async_config_entry_first_refresh(),
        runtime_data.account.async_config_entry_first_refresh(),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


@callback
def _async_follow_licenses(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Tell of a missing licence, also of one that is missing from some day on."""
    data = entry.runtime_data

    @callback
    def report() -> None:
        async_report_licenses(hass, entry, data.errors)

    report()
    for coordinator in (data.static, data.dynamic):
        entry.async_on_unload(coordinator.async_add_listener(report))


async def async_unload_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Take the server's entities away; the session is given back after that.

    The issue of a missing licence stays, and with it that the user ignores it.
    """
    async_forget(hass, entry, CERTIFICATE)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Leave no issue behind, and nothing of the log."""
    async_forget(hass, entry)
    await async_forget_log(hass, entry.entry_id)
