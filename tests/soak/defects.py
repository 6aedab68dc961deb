"""Defects of the product that a soak has to find, each with a fault that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
import math
from typing import Any

import pytest

from custom_components.supermicro_redfish import coordinator, session
from custom_components.supermicro_redfish.aiosupermicro import (
    AuthenticationError,
    gate,
    login,
)
from custom_components.supermicro_redfish.aiosupermicro.models import Sensor
from custom_components.supermicro_redfish.entity import SupermicroEntity
from custom_components.supermicro_redfish.log_memory import LogMemory

from .environment import Environment
from .faults import SoakFault, expire_sessions, log_entries, new_password
from .user_actions import reload_entry

type Patch = pytest.MonkeyPatch


async def retry_after_an_hour(env: Environment) -> None:
    """Ask for an hour without requests, which is more than is respected."""
    answer = env.bmc.phrases.error(503)
    answer.headers["Retry-After"] = "3600"
    with (
        env.disturbance("Retry-After of an hour", extra_seconds=300),
        env.bmc_fault("*", answer=answer),
    ):
        await env.minutes(1, 2)


async def outage(env: Environment) -> None:
    """Drop all connections for some minutes."""
    with env.disturbance("outage"), env.bmc_fault("*", is_drop=True):
        await env.minutes(5, 6)


async def _do_nothing(*_: Any, **__: Any) -> None:
    """Replace a coroutine function."""


def leak_sessions(patch: Patch) -> None:
    """Never delete a session."""
    patch.setattr(login.Login, "_async_delete", _do_nothing)


def renew_sessions(patch: Patch) -> None:
    """Log in for each request."""
    patch.setattr(login.SessionState, "needs_refresh", True)


def repeat_password(patch: Patch) -> None:
    """Send a rejected password once more."""
    log_in = login.Login.async_credential

    async def log_in_twice(self: login.Login, *args: Any, **kwargs: Any) -> Any:
        try:
            return await log_in(self, *args, **kwargs)
        except AuthenticationError:
            self._opening = None
            return await log_in(self, *args, **kwargs)

    patch.setattr(login.Login, "async_credential", log_in_twice)


def ignore_request_limit(patch: Patch) -> None:
    """Send all requests at once."""
    patch.setattr(session, "MAX_CONCURRENT_REQUESTS", 9)
    patch.setattr(gate.Gate, "_has_room", lambda *_: True)


def keep_stale_states(patch: Patch) -> None:
    """Keep the last state of each entity."""
    patch.setattr(SupermicroEntity, "available", True)


def show_wrong_values(patch: Patch) -> None:
    """Add one to each reading."""
    measured: Any = vars(Sensor)["reading"]

    def reading(sensor: Sensor) -> float | None:
        value: float | None = measured.fget(sensor)
        return None if value is None else value + 1

    patch.setattr(Sensor, "reading", property(reading))


def respect_any_retry_after(patch: Patch) -> None:
    """Wait as long as Retry-After demands."""
    patch.setattr(coordinator, "_LONGEST_RETRY", math.inf)


def repeat_log_events(patch: Patch) -> None:
    """Treat all log entries as new each time."""
    patch.setattr(LogMemory, "learn", lambda _, entries: list(entries))


def ignore_log_entries(patch: Patch) -> None:
    """Treat no log entry as new."""
    patch.setattr(LogMemory, "learn", lambda *_: [])


@dataclass(frozen=True)
class Defect:
    """A defect, the fault under which it shows, and a part of the violation."""

    introduce: Callable[[Patch], None]
    fault: SoakFault
    violation: str


DEFECTS = (
    Defect(leak_sessions, reload_entry, "2 sessions are open"),
    Defect(renew_sessions, expire_sessions, "Session deleted without a reason"),
    Defect(repeat_password, new_password, "Rejected password sent again"),
    Defect(ignore_request_limit, expire_sessions, "parallel requests"),
    Defect(keep_stale_states, outage, "last reported"),
    Defect(show_wrong_values, expire_sessions, "which was never reported"),
    Defect(
        respect_any_retry_after,
        retry_after_an_hour,
        "is unavailable long after the last fault",
    ),
    Defect(repeat_log_events, log_entries, "Events fired more than once"),
    Defect(ignore_log_entries, log_entries, "Log entries without an event"),
)
