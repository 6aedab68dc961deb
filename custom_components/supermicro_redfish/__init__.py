"""Supermicro servers in Home Assistant, by their BMC's Redfish API."""

import asyncio

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    EVENT_HOMEASSISTANT_STOP,
    Platform,
)
from homeassistant.core import Event, HomeAssistant

from .aiosupermicro import SupermicroRedfishClient
from .coordinator import (
    SupermicroConfigEntry,
    SupermicroRuntimeData,
    async_couple,
    create_runtime_data,
)
from .device import async_keep_server
from .session import async_create_bmc_session

PLATFORMS = [
    Platform.BUTTON,
    Platform.LIGHT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Connect to a BMC, read it once and show it."""
    session = async_create_bmc_session(hass)
    client = SupermicroRedfishClient(
        session,
        entry.data[CONF_HOST],
        entry.data[CONF_USERNAME],
        entry.data[CONF_PASSWORD],
    )
    Platform.NUMBER,

    async def async_log_out(_: Event | None = None) -> None:
        """Give the session back to the BMC, and the connection."""
        await client.async_disconnect()
        await session.close()

    # Home Assistant calls these when the set-up fails, too.
    entry.async_on_unload(async_log_out)
    entry.async_on_unload(
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, async_log_out)
    )
    runtime_data = entry.runtime_data = create_runtime_data(hass, entry, client)
    await _async_read_first(runtime_data)
    async_couple(hass, entry)
    async_keep_server(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def _async_read_first(runtime_data: SupermicroRuntimeData) -> None:
    """Read all at once, for what both cadences need, the library asks for but once."""
    results = await asyncio.gather(
        runtime_data.static.async_config_entry_first_refresh(),
        runtime_data.dynamic.async_config_entry_first_refresh(),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


async def async_unload_entry(hass: HomeAssistant, entry: SupermicroConfigEntry) -> bool:
    """Take the server's entities away; the session is given back after that."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
