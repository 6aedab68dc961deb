"""Actions of the Supermicro Redfish integration."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import (
    config_validation as cv,
    entity_registry as er,
    service,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.network import is_host_valid
import voluptuous as vol

from . import sources
from .aiosupermicro import (
    Health,
    LogEntry,
    NotFoundError,
    PowerState,
    ResetType,
    SupermicroRedfishError,
    System,
    background,
)
from .const import DOMAIN, LOGGER
from .coordinator import SupermicroConfigEntry, SupermicroRuntimeData
from .util import is_host_off

ATTR_ENTRIES: Final = "entries"
ATTR_BOOT: Final = "boot"
ATTR_FORCE: Final = "force"
ATTR_IMAGE: Final = "image"
ATTR_LIMIT: Final = "limit"
ATTR_LOG: Final = "log"
ATTR_PRIMARY: Final = "primary"
ATTR_SECONDARY: Final = "secondary"
ATTR_SEVERITY: Final = "severity"
ATTR_SLOT: Final = "slot"
ATTR_SINCE: Final = "since"
ATTR_TIMEOUT: Final = "timeout"
ATTR_UNACKNOWLEDGED: Final = "unacknowledged"

LOG_HEALTH: Final = "health"
LOG_MAINTENANCE: Final = "maintenance"

RESULT_OFF: Final = "already_off"
RESULT_SHUT_DOWN: Final = "shut_down"
RESULT_FORCED: Final = "forced"
RESULT_TIMED_OUT: Final = "timed_out"

_FORCE_OFF_SECONDS = 60
"""Maximum time that a forced power-off takes."""

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

INSERT_MEDIA: Final = "insert_media"
_INSERT_SCHEMA = vol.Schema(
    {
        **_SERVER,
        vol.Required(ATTR_IMAGE): vol.All(cv.string, str.strip, vol.Length(min=1)),
        vol.Optional(ATTR_SLOT): cv.string,
        vol.Inclusive(CONF_USERNAME, "account"): cv.string,
        vol.Inclusive(CONF_PASSWORD, "account"): cv.string,
        vol.Optional(ATTR_BOOT, default=False): cv.boolean,
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)

EJECT_MEDIA: Final = "eject_media"
_EJECT_SCHEMA = vol.Schema({**_SERVER, vol.Optional(ATTR_SLOT): cv.string})

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
        vol.Optional(ATTR_SINCE): cv.datetime,
        vol.Optional(ATTR_UNACKNOWLEDGED, default=False): cv.boolean,
        vol.Optional(ATTR_LIMIT, default=50): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=1000)
        ),
    }
)

ACKNOWLEDGE_LOG_ENTRIES: Final = "acknowledge_log_entries"
_ACKNOWLEDGE_SCHEMA = vol.Schema(
    {
        **_SERVER,
        vol.Optional(ATTR_ENTRIES): vol.All(cv.ensure_list, [cv.string]),
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
    """Set up the actions of the integration."""
    hass.services.async_register(
        DOMAIN, SET_NTP_SERVERS, _async_set_ntp_servers, schema=_NTP_SCHEMA
    )
    hass.services.async_register(
        DOMAIN, INSERT_MEDIA, _async_insert_media, schema=_INSERT_SCHEMA
    )
    hass.services.async_register(
        DOMAIN, EJECT_MEDIA, _async_eject_media, schema=_EJECT_SCHEMA
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
        ACKNOWLEDGE_LOG_ENTRIES,
        _async_acknowledge_log_entries,
        schema=_ACKNOWLEDGE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SHUTDOWN_AND_WAIT,
        _async_shut_down_and_wait,
        schema=_SHUTDOWN_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


def _get_entry(call: ServiceCall) -> SupermicroConfigEntry:
    """Return the config entry of the device in an action call."""
    entry: SupermicroConfigEntry
    _, entry = service.async_get_device_and_config_entry(
        call.hass, DOMAIN, call.data[ATTR_DEVICE_ID]
    )
    return entry


async def _async_get_authorized_entry(
    call: ServiceCall, permission: str, *unique_id_ends: str
) -> SupermicroConfigEntry:
    """Return the config entry of an action call, if the user may make the call.

    The user needs the permission for the entities of the device, or for those whose
    unique ids have certain ends, if there are any. Calls of automations have no user.

    Raises:
        Unauthorized: The user lacks the permission.

    """
    entry = _get_entry(call)
    if call.context.user_id is None:
        return entry
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context, permission=permission)
    registry = er.async_get(call.hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    relevant = [item for item in entities if item.unique_id.endswith(unique_id_ends)]
    for item in relevant or entities:
        if not user.permissions.check_entity(item.entity_id, permission):
            raise Unauthorized(
                context=call.context, entity_id=item.entity_id, permission=permission
            )
    return entry


async def _async_set_ntp_servers(call: ServiceCall) -> None:
    """Set the time servers of the BMC."""
    data = (await _async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
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


async def _async_insert_media(call: ServiceCall) -> None:
    """Insert an image, and boot from it once if requested.

    The boot source is found first: nothing is inserted if the host cannot boot from it.
    """
    data = (await _async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
    async with data.translate_command_errors():
        source = None
        if call.data[ATTR_BOOT]:
            source = await data.client.async_get_media_boot_source()
        async with _media_read_back(data):
            await data.client.async_insert_media(
                call.data[ATTR_IMAGE],
                call.data.get(ATTR_SLOT),
                username=call.data.get(CONF_USERNAME),
                password=call.data.get(CONF_PASSWORD),
            )
        if source is not None:
            await data.client.async_set_boot_source(source)
            system = await sources.SYSTEM.async_read(data)
            force: bool = call.data[ATTR_FORCE]
            await data.dynamic.async_reset_host(_start_type(system, force=force))


@asynccontextmanager
async def _media_read_back(data: SupermicroRuntimeData) -> AsyncGenerator[None]:
    """Read the slots after a command; with the next poll if it has failed.

    A BMC may carry out a command whose response is lost.
    """
    try:
        yield
    except SupermicroRedfishError:
        data.static.async_expire_resource(sources.VIRTUAL_MEDIA.name)
        raise
    await sources.VIRTUAL_MEDIA.async_read_back(data)


def _start_type(system: System, *, force: bool) -> ResetType:
    """Return the reset that boots a host, which may be off."""
    if system.power_state == PowerState.OFF:
        return ResetType.ON
    return ResetType.FORCE_RESTART if force else ResetType.GRACEFUL_RESTART


async def _async_eject_media(call: ServiceCall) -> None:
    """Eject the medium of a slot, or those of all slots."""
    data = (await _async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
    async with data.translate_command_errors(), _media_read_back(data):
        await data.client.async_eject_media(call.data.get(ATTR_SLOT))


async def _async_get_log_entries(call: ServiceCall) -> ServiceResponse:
    """Read a log and return its newest entries."""
    entry = await _async_get_authorized_entry(call, POLICY_READ, "_health_log")
    data = entry.runtime_data
    is_health = call.data[ATTR_LOG] == LOG_HEALTH
    read = (
        data.client.async_get_log_entries
        if is_health
        else data.client.async_get_manager_log_entries
    )
    async with data.translate_command_errors():
        entries = await read()
    matching = filter(partial(_matches, call.data), reversed(entries))
    newest = islice(matching, call.data[ATTR_LIMIT])
    return {"entries": [_entry_as_dict(entry) for entry in newest]}


def _matches(options: Mapping[str, Any], entry: LogEntry) -> bool:
    """Return whether an entry passes all filters of an action call.

    An entry without a time passes no filter by time, as its age is unknown.
    """
    severities = options.get(ATTR_SEVERITY)
    if severities is not None and str(entry.severity).lower() not in severities:
        return False
    if options[ATTR_UNACKNOWLEDGED] and entry.is_acknowledged is not False:
        return False
    since: datetime | None = options.get(ATTR_SINCE)
    created = entry.created_at
    return since is None or (created is not None and created >= dt_util.as_utc(since))


def _entry_as_dict(entry: LogEntry) -> dict[str, Any]:
    """Return the useful fields of a log entry, None for each that is missing."""
    created = entry.created_at
    return {
        "id": entry.id,
        "created": created.isoformat() if created else entry.created,
        "severity": entry.severity.lower() if entry.severity else None,
        "acknowledged": entry.is_acknowledged,
        "code": entry.code,
        "message": entry.text,
        "event": entry.entry_code.lower() if entry.entry_code else None,
        "sensor": entry.oem.sensor_name,
        "sensor_type": entry.sensor_type,
        "user": entry.oem.user,
    }


async def _async_acknowledge_log_entries(call: ServiceCall) -> ServiceResponse:
    """Acknowledge health events, and return how many there are."""
    entry = await _async_get_authorized_entry(
        call, POLICY_CONTROL, "_acknowledge_events"
    )
    data = entry.runtime_data
    wanted = call.data.get(ATTR_ENTRIES)
    async with data.translate_command_errors():
        entries = await sources.LOG.async_read(data)
        count = await async_acknowledge(
            data, [item for item in entries if wanted is None or item.id in wanted]
        )
    return {"entries": count}


async def async_acknowledge(
    data: SupermicroRuntimeData, entries: Iterable[LogEntry]
) -> int:
    """Acknowledge those entries that are not, and return their number.

    It takes one request for each. The BMC's refusal of the first one is raised. The
    others follow in the background, since a log may have thousands.

    Raises:
        SupermicroRedfishError: The BMC rejected the first request.

    """
    waiting = [
        entry
        for entry in entries
        if entry.is_acknowledged is False and entry.path not in data.acknowledging
    ]
    for entry in waiting[:1]:
        await data.client.async_acknowledge_log_entry(entry)
    coordinator = data.static
    coordinator.config_entry.async_create_background_task(
        coordinator.hass,
        _async_acknowledge_rest(data, waiting[1:]),
        "Acknowledge log entries",
    )
    return len(waiting)


async def _async_acknowledge_rest(
    data: SupermicroRuntimeData, entries: list[LogEntry]
) -> None:
    """Acknowledge entries one after the other, then read the log.

    An entry that was deleted meanwhile is skipped.
    """
    paths = {entry.path for entry in entries if entry.path}
    data.acknowledging.update(paths)
    try:
        for entry in entries:
            with suppress(NotFoundError):
                await data.client.async_acknowledge_log_entry(entry)
    except SupermicroRedfishError as error:
        LOGGER.warning(
            "%s: not all log entries were acknowledged: %s", data.static.name, error
        )
    finally:
        data.acknowledging.difference_update(paths)
    with background():
        await sources.LOG.async_read_back(data)


async def _async_shut_down_and_wait(call: ServiceCall) -> ServiceResponse:
    """Shut the host down, wait until it is off, and return the result."""
    entry = await _async_get_authorized_entry(call, POLICY_CONTROL)
    started_at = call.hass.loop.time()
    async with entry.runtime_data.translate_command_errors():
        result = await _async_shut_down(entry, call.data)
    return {"result": result, "seconds": round(call.hass.loop.time() - started_at)}


async def _async_shut_down(
    entry: SupermicroConfigEntry, options: Mapping[str, Any]
) -> str:
    """Shut the host down, and force it off after the timeout if requested."""
    data = entry.runtime_data
    timeout: int = options[ATTR_TIMEOUT]
    force: bool = options[ATTR_FORCE]
    await _async_require(
        data, ResetType.GRACEFUL_SHUTDOWN, *[ResetType.FORCE_OFF] * force
    )
    system = await sources.SYSTEM.async_read(data)
    if system.power_state == PowerState.OFF:
        return RESULT_OFF
    if system.power_state == PowerState.POWERING_OFF:
        data.dynamic.async_expect_reset(ResetType.GRACEFUL_SHUTDOWN, timeout)
    else:
        await data.dynamic.async_reset_host(ResetType.GRACEFUL_SHUTDOWN, timeout)
    if await _async_wait_until_off(entry, timeout):
        return RESULT_SHUT_DOWN
    if force:
        await data.dynamic.async_reset_host(ResetType.FORCE_OFF)
        if await _async_wait_until_off(entry, _FORCE_OFF_SECONDS):
            return RESULT_FORCED
    return RESULT_TIMED_OUT


async def _async_require(data: SupermicroRuntimeData, *reset_types: ResetType) -> None:
    """Verify that the board supports all resets that may be needed.

    An automation may call the action before the static data was read.
    """
    supported = data.static.data.reset_types
    for reset_type in reset_types:
        if reset_type not in (supported or await data.client.async_get_reset_types()):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="reset_not_offered",
                translation_placeholders={"reset_type": reset_type},
            )


async def _async_wait_until_off(entry: SupermicroConfigEntry, seconds: float) -> bool:
    """Wait until the host is off, and return False after a timeout.

    An outage of the BMC does not end the wait: it may respond again in time.
    """
    dynamic = entry.runtime_data.dynamic
    done = asyncio.Event()

    @callback
    def check() -> None:
        """End the wait if the host is off or the entry was unloaded."""
        if is_host_off(dynamic.data) or entry.state is not ConfigEntryState.LOADED:
            done.set()

    unsubscribe = dynamic.async_add_listener(check), entry.async_on_state_change(check)
    try:
        check()
        async with asyncio.timeout(seconds):
            await done.wait()
    except TimeoutError:
        return False
    finally:
        for remove_listener in unsubscribe:
            remove_listener()
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="unloaded_meanwhile"
        )
    return True
