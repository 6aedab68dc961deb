"""Actions for the entries of logs."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .. import sources
from ..aiosupermicro import (
    Health,
    LogEntry,
    NotFoundError,
    SupermicroRedfishError,
)
from ..const import LOGGER
from ..runtime_data import SupermicroRuntimeData
from .permissions import SERVER_FIELD, async_get_authorized_entry

ATTR_ENTRIES: Final = "entries"
ATTR_LIMIT: Final = "limit"
ATTR_LOG: Final = "log"
ATTR_SEVERITY: Final = "severity"
ATTR_SINCE: Final = "since"
ATTR_UNACKNOWLEDGED: Final = "unacknowledged"

LOG_HEALTH: Final = "health"
LOG_MAINTENANCE: Final = "maintenance"

LOG_SCHEMA = vol.Schema(
    {
        **SERVER_FIELD,
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
ACKNOWLEDGE_SCHEMA = vol.Schema(
    {
        **SERVER_FIELD,
        vol.Optional(ATTR_ENTRIES): vol.All(cv.ensure_list, [cv.string]),
    }
)


async def async_get_log_entries(call: ServiceCall) -> ServiceResponse:
    """Read a log and return its newest entries."""
    entry = await async_get_authorized_entry(call, POLICY_READ, "_health_log")
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


async def async_acknowledge_log_entries(call: ServiceCall) -> ServiceResponse:
    """Acknowledge health events, and return how many there are."""
    entry = await async_get_authorized_entry(
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
    await sources.LOG.async_read_back(data)
