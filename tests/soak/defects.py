"""Known defects that a soak has to detect, each with a fault that triggers it."""

from dataclasses import dataclass
import math
from typing import Any
from unittest.mock import patch

from custom_components.supermicro_redfish import client, errors
from custom_components.supermicro_redfish.aiosupermicro import AuthenticationError
from custom_components.supermicro_redfish.aiosupermicro.http import credentials
from custom_components.supermicro_redfish.aiosupermicro.http.authenticator import (
    Authenticator,
)
from custom_components.supermicro_redfish.aiosupermicro.http.limiter import (
    RequestLimiter,
)
from custom_components.supermicro_redfish.aiosupermicro.models import Sensor
from custom_components.supermicro_redfish.entity import SupermicroEntity
from custom_components.supermicro_redfish.sensor import SupermicroSensor
from custom_components.supermicro_redfish.storage import SeenLogEntries

from .environment import Environment
from .faults import SoakFault, expire_sessions, log_entries, new_password
from .user_actions import reload_entry


async def retry_after_an_hour(env: Environment) -> None:
    """Request a pause of an hour, which is longer than the accepted maximum."""
    response = env.bmc.response_builder.error(503)
    response.headers["Retry-After"] = "3600"
    with env.failing("Retry-After", "*", extra_seconds=300, response=response):
        await env.minutes(1, 2)


async def outage(env: Environment) -> None:
    """Drop all connections for some minutes."""
    with env.failing("outage", "*", is_drop=True):
        await env.minutes(5, 6)


async def wrong_readings(env: Environment) -> None:
    """Add a thousand to the readings that sensors show."""
    read: Any = vars(SupermicroSensor)["native_value"].fget

    def read_wrong(sensor: SupermicroSensor) -> Any:
        value = read(sensor)
        return value + 1000 if isinstance(value, float) else value

    with patch.object(SupermicroSensor, "native_value", property(read_wrong)):
        await env.minutes(2, 3)


async def _do_nothing(*_: Any, **__: Any) -> None:
    """Do nothing, in place of a coroutine function."""


_log_in: Any = Authenticator.async_get_credentials
_reading: Any = vars(Sensor)["reading"].fget


async def _log_in_twice(self: Authenticator, *args: Any, **kwargs: Any) -> Any:
    """Send a rejected password once more."""
    try:
        return await _log_in(self, *args, **kwargs)
    except AuthenticationError:
        self.allow_retry()
        return await _log_in(self, *args, **kwargs)


def _wrong_reading(sensor: Sensor) -> float | None:
    """Add one to a reading."""
    reading: float | None = _reading(sensor)
    return None if reading is None else reading + 1


@dataclass(frozen=True)
class Defect:
    """A defect, the fault that triggers it, and a part of the violation."""

    name: str
    fault: SoakFault
    violation: str
    patches: tuple[tuple[Any, str, Any], ...]
    """Targets, attributes and values."""


DEFECTS = (
    Defect(
        "sessions are never deleted",
        reload_entry,
        "2 sessions are open",
        ((Authenticator, "_async_delete_session", _do_nothing),),
    ),
    Defect(
        "each request logs in",
        expire_sessions,
        "Session deleted without a reason",
        ((credentials, "SESSION_REFRESH_THRESHOLD", -1),),
    ),
    Defect(
        "rejected password is sent again",
        new_password,
        "Rejected password sent again",
        ((Authenticator, "async_get_credentials", _log_in_twice),),
    ),
    Defect(
        "number of requests is not limited",
        expire_sessions,
        "parallel requests",
        (
            (client, "MAX_CONCURRENT_REQUESTS", 9),
            (RequestLimiter, "_has_slot", lambda *_: True),
        ),
    ),
    Defect(
        "last state is kept",
        outage,
        "last reported",
        ((SupermicroEntity, "available", True),),
    ),
    Defect(
        "wrong values",
        expire_sessions,
        "which was never reported",
        ((Sensor, "reading", property(_wrong_reading)),),
    ),
    Defect(
        "any Retry-After is respected",
        retry_after_an_hour,
        "is unavailable long after the last fault",
        ((errors, "MAX_RETRY_AFTER", math.inf),),
    ),
    Defect(
        "all log entries are new",
        log_entries,
        "Events fired more than once",
        ((SeenLogEntries, "mark_seen", lambda _, entries: list(entries)),),
    ),
    Defect(
        "no log entry is new",
        log_entries,
        "Log entries without an event",
        ((SeenLogEntries, "mark_seen", lambda *_: []),),
    ),
)
