"""Actions of the Supermicro Redfish integration."""

from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.network import is_host_valid
import voluptuous as vol

from .. import sources
from ..const import DOMAIN
from . import log_entries, media, shutdown
from .permissions import SERVER_FIELD, async_get_authorized_entry

ATTR_PRIMARY: Final = "primary"
ATTR_SECONDARY: Final = "secondary"

SET_NTP_SERVERS: Final = "set_ntp_servers"
INSERT_MEDIA: Final = "insert_media"
EJECT_MEDIA: Final = "eject_media"
GET_LOG_ENTRIES: Final = "get_log_entries"
ACKNOWLEDGE_LOG_ENTRIES: Final = "acknowledge_log_entries"
SHUTDOWN_AND_WAIT: Final = "shutdown_and_wait"

_ADDRESS = vol.All(cv.string, str.strip)
_NTP_SCHEMA = vol.Schema(
    {
        **SERVER_FIELD,
        vol.Required(ATTR_PRIMARY): vol.All(_ADDRESS, vol.Length(min=1)),
        vol.Optional(ATTR_SECONDARY, default=""): _ADDRESS,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Set up the actions of the integration."""
    hass.services.async_register(
        DOMAIN, SET_NTP_SERVERS, _async_set_ntp_servers, schema=_NTP_SCHEMA
    )
    hass.services.async_register(
        DOMAIN, INSERT_MEDIA, media.async_insert_media, schema=media.INSERT_SCHEMA
    )
    hass.services.async_register(
        DOMAIN, EJECT_MEDIA, media.async_eject_media, schema=media.EJECT_SCHEMA
    )
    hass.services.async_register(
        DOMAIN,
        GET_LOG_ENTRIES,
        log_entries.async_get_log_entries,
        schema=log_entries.LOG_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        ACKNOWLEDGE_LOG_ENTRIES,
        log_entries.async_acknowledge_log_entries,
        schema=log_entries.ACKNOWLEDGE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SHUTDOWN_AND_WAIT,
        shutdown.async_shut_down_and_wait,
        schema=shutdown.SHUTDOWN_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_set_ntp_servers(call: ServiceCall) -> None:
    """Set the time servers of the BMC."""
    data = (await async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
    servers = call.data[ATTR_PRIMARY], call.data[ATTR_SECONDARY]
    for server in filter(None, servers):
        if not is_host_valid(server):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="invalid_time_server",
                translation_placeholders={"server": server},
            )
    async with data.translate_command_errors():
        await data.client.async_set_ntp_servers(*servers)
        await sources.NTP.async_read_back(data)
