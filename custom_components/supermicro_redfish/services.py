"""Actions: what a server can be told and asked beyond its entities."""

import asyncio
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from . import sources
from .aiosupermicro import Health, LogEntry, PowerState, ResetType
from .const import DOMAIN
from .coordinator import SupermicroConfigEntry, SupermicroRuntimeData, is_host_off

ATTR_FORCE: Final = "force"
ATTR_LIMIT: Final = "limit"
ATTR_LOG: Final = "log"
ATTR_PRIMARY: Final = "primary"
ATTR_SECONDARY: Final = "secondary"
ATTR_SEVERITY: Final = "severity"
ATTR_TIMEOUT: Final = "timeout"

LOG_HEALTH: Final = "health"
LOG_MAINTENANCE: Final = "maintenance"

RESULT_OFF: Final = "already_off"
RESULT_SHUT_DOWN: Final = "shut_down"
RESULT_FORCED: Final = "forced"
RESULT_TIMED_OUT: Final = "timed_out"

_FORCE_SECONDS = 60
"""How long a host may take to be off that was forced to."""

_SERVER: Final[dict[vol.Marker, Any]] = {vol.Required(ATTR_DEVICE_ID): cv.string}
_ADDRESS = vol.All(cv.string, str.strip)

SET_NTP_SERVERS: Final = "set_ntp_servers"
_NTP_SCHEMA = vol.Schema(
    {
        **_SERVER,
        vol.Required(ATTR_PRIMARY): vol.All(_ADDRESS, vol.Length(min=1)),
        vol.Optional(ATTR_SECONDARY, default=""): _ADDRESS,
    }
)

GET_LOG_ENTRIES: Final = "get_log_entries"
_LOG_SCHEMA = vol.Schema(
    {
        **_SERVER,
        vol.Optional(ATTR_LOG, default=LOG_HEALTH): vol.In(
            [LOG_HEALTH, LOG_MAINTENANCE]
        ),
        vol.Optional(ATTR_SEVERITY): vol.All(
            cv.ensure_list, [vol.In([health.lower() for health in Health])]
        ),
        vol.Optional(ATTR_LIMIT, default=50): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=1000)
        ),
    }
)

SHUTDOWN_AND_WAIT: Final = "shutdown_and_wait"
_SHUTDOWN_SCHEMA = vol.Schema(
    {
        **_SERVER,
        vol.Optional(ATTR_TIMEOUT, default=300): vol.All(
            vol.Coerce(int), vol.Range(min=10, max=3600)
        ),
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, SET_NTP_SERVERS, _async_set_ntp_servers, schema=_NTP_SCHEMA
    )
    hass.services.async_register(
        DOMAIN,
        GET_LOG_ENTRIES,
        _async_get_log_entries,
        schema=_LOG_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SHUTDOWN_AND_WAIT,
        _async_shut_down_and_wait,
        schema=_SHUTDOWN_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


def _entry(call: ServiceCall) -> SupermicroConfigEntry:
    """Return the entry of the server that is meant by one of its devices."""
    entry: SupermicroConfigEntry
    _, entry = service.async_get_device_and_config_entry(
        call.hass, DOMAIN, call.data[ATTR_DEVICE_ID]
    )
    return entry


async def _async_set_ntp_servers(call: ServiceCall) -> None:
    """Set where the BMC gets its time."""
    data = _entry(call).runtime_data
    async with data.commanding():
        await data.client.async_set_ntp_servers(
            call.data[ATTR_PRIMARY], call.data[ATTR_SECONDARY]
        )
        await sources.NTP.async_read_back(data)


async def _async_get_log_entries(call: ServiceCall) -> ServiceResponse:
    """Return the newest entries of a log as the BMC has them now."""
    data = _entry(call).runtime_data
    is_health = call.data[ATTR_LOG] == LOG_HEALTH
    read = (
        data.client.async_get_log_entries
        if is_health
        else data.client.async_get_manager_log_entries
    )
    async with data.commanding():
        entries = await read()
    wanted = _newest(entries, call.data.get(ATTR_SEVERITY), call.data[ATTR_LIMIT])
    return {"entries": [_shown(entry) for entry in wanted]}


def _newest(
    entries: list[LogEntry], severities: list[str] | None, limit: int
) -> Iterable[LogEntry]:
    """Return the newest entries of some severities, the newest first."""
    wanted = (
        entry
        for entry in reversed(entries)
        if severities is None or str(entry.severity).lower() in severities
    )
    return islice(wanted, limit)


def _shown(entry: LogEntry) -> dict[str, Any]:
    """Return what of an entry is of use, each None where the board does not say."""
    created = entry.created_at
    return {
        "id": entry.id,
        "created": created.isoformat() if created else entry.created,
        "severity": entry.severity.lower() if entry.severity else None,
        "code": entry.code,
        "message": entry.text,
        "event": entry.entry_code.lower() if entry.entry_code else None,
        "sensor": entry.oem.sensor_name,
        "sensor_type": entry.sensor_type,
        "user": entry.oem.user,
    }


async def _async_shut_down_and_wait(call: ServiceCall) -> ServiceResponse:
    """Shut the host down, wait until it is off, and tell what happened."""
    entry = _entry(call)
    began = call.hass.loop.time()
    async with entry.runtime_data.commanding():
        result = await _async_shut_down(entry, call.data)
    return {"result": result, "seconds": round(call.hass.loop.time() - began)}


async def _async_shut_down(
    entry: SupermicroConfigEntry, wanted: Mapping[str, Any]
) -> str:
    """Shut the host down, and force it off if it takes too long and that is wanted."""
    data = entry.runtime_data
    timeout: int = wanted[ATTR_TIMEOUT]
    force: bool = wanted[ATTR_FORCE]
    _require(data, ResetType.GRACEFUL_SHUTDOWN, *[ResetType.FORCE_OFF] * force)
    system = await sources.SYSTEM.async_read(data)
    if system.power_state == PowerState.OFF:
        return RESULT_OFF
    if system.power_state == PowerState.POWERING_OFF:
        data.dynamic.async_expect(ResetType.GRACEFUL_SHUTDOWN, timeout)
    else:
        await data.dynamic.async_reset_host(ResetType.GRACEFUL_SHUTDOWN, timeout)
    if await _async_wait_until_off(entry, timeout):
        return RESULT_SHUT_DOWN
    if force:
        await data.dynamic.async_reset_host(ResetType.FORCE_OFF)
        if await _async_wait_until_off(entry, _FORCE_SECONDS):
            return RESULT_FORCED
    return RESULT_TIMED_OUT


def _require(data: SupermicroRuntimeData, *reset_types: ResetType) -> None:
    """Make sure that the board offers all that may be needed, before it begins."""
    for reset_type in reset_types:
        if reset_type not in data.static.data.reset_types:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="reset_not_offered",
                translation_placeholders={"reset_type": reset_type},
            )


async def _async_wait_until_off(entry: SupermicroConfigEntry, seconds: float) -> bool:
    """Wait for the host to be off; False if that takes longer.

    A BMC that cannot be reached for a while may still tell in time.
    """
    dynamic = entry.runtime_data.dynamic
    over = asyncio.Event()

    @callback
    def look() -> None:
        """End the waiting where the host is off, or nobody watches it any more."""
        if is_host_off(dynamic.data) or entry.state is not ConfigEntryState.LOADED:
            over.set()

    stop_looking = dynamic.async_add_listener(look), entry.async_on_state_change(look)
    try:
        look()
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        return False
    finally:
        for stop in stop_looking:
            stop()
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="unloaded_meanwhile"
        )
    return True
