"""Interruptions: the end of an entry, or of Home Assistant, during an operation."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.conftest import until
from tests.integration import DYNAMIC
from tests.integration.paths import SESSIONS, SYSTEM, THERMAL
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import LED, STATIC_RESOURCES
from tests.scenario.hass_instance import HassInstance

from .matrix import NOT_CONNECTED

type Operation = Callable[[FaultScenario], Awaitable[None]]
type End = Callable[[HassInstance], Awaitable[None]]

_LATENCY_SECONDS = 0.1
"""The latency of the response that is interrupted."""
REMEMBERED_SETUP_REQUESTS = 29 + STATIC_RESOURCES
"""Number of requests of a setup with a stored discovery, on the shipped board."""


async def start(
    scenario: FaultScenario, operation: Awaitable[object], request: str
) -> None:
    """Start an operation; return while the BMC processes one of its requests."""
    since = len(scenario.bmc.requests)
    scenario.bmc.hang(request.partition(" ")[2], _LATENCY_SECONDS, times=1)
    scenario.tasks.append(asyncio.ensure_future(operation))
    await until(lambda: request in scenario.requests_since(since))


async def set_up(scenario: FaultScenario) -> HassInstance:
    """Set up an entry for the BMC."""
    scenario.create_entry()
    await scenario.instance.set_up()
    return scenario.instance


async def poll(scenario: FaultScenario) -> None:
    """Start a poll."""
    instance = await set_up(scenario)
    soon = dt_util.utcnow() + timedelta(seconds=DYNAMIC)

    async def fire() -> None:
        async_fire_time_changed(instance.hass, soon)

    await start(scenario, fire(), f"GET {THERMAL}")


async def log_in(scenario: FaultScenario) -> None:
    """Start the login of a setup."""
    await start(scenario, set_up(scenario), f"POST {SESSIONS}")


async def log_in_again(scenario: FaultScenario) -> None:
    """Start the login that replaces an expired session."""
    instance = await set_up(scenario)
    scenario.bmc.expire_sessions()
    await start(scenario, instance.call(LED, "turn_on"), f"POST {SESSIONS}")


async def command(scenario: FaultScenario) -> None:
    """Start a command of the user."""
    instance = await set_up(scenario)
    await start(scenario, instance.call(LED, "turn_on"), f"PATCH {SYSTEM}")


async def add_server(scenario: FaultScenario) -> None:
    """Start to add a server that is already set up."""
    instance = await set_up(scenario)
    await start(scenario, instance.add_server(scenario.account), f"POST {SESSIONS}")


async def outage(scenario: FaultScenario) -> None:
    """Lose the connection to the BMC."""
    await set_up(scenario)
    await scenario.close_port()
    await scenario.elapse(DYNAMIC)


async def failed_setup(scenario: FaultScenario) -> None:
    """Try to set the entry up while the BMC is unreachable."""
    await scenario.close_port()
    await set_up(scenario)


@dataclass(frozen=True)
class Interruption:
    """An end during an operation, with its expected effects."""

    name: str
    operation: Operation
    end: End
    _: KW_ONLY
    log: tuple[str, ...] = ()
    state: ConfigEntryState | None = None
    """The state of the entry afterwards, None if it does not matter."""
    requests: int = 1
    """The maximum number of requests after the end; one deletes the session."""
    logins: int = 1
    sessions: int = 0
    """The number of open sessions; a BMC that is unreachable keeps one."""


STOP, UNLOAD = HassInstance.stop, HassInstance.unload
RELOAD, REMOVE = HassInstance.reload, HassInstance.remove
_UNLOADED = ConfigEntryState.NOT_LOADED
_LOST: dict[str, Any] = {"log": (NOT_CONNECTED,), "requests": 0, "sessions": 1}

INTERRUPTIONS: tuple[Interruption, ...] = (
    Interruption("Home Assistant stops during a poll", poll, STOP),
    Interruption("Home Assistant stops during the login", log_in, STOP),
    Interruption(
        "Home Assistant stops during a second login", log_in_again, STOP, logins=2
    ),
    Interruption("Home Assistant stops during a command", command, STOP),
    Interruption(
        "Home Assistant stops while a server is added",
        add_server,
        STOP,
        logins=2,
        requests=2,
    ),
    Interruption("entry unloaded during a poll", poll, UNLOAD, state=_UNLOADED),
    Interruption("entry unloaded during a command", command, UNLOAD, state=_UNLOADED),
    Interruption(
        "entry reloaded during a poll",
        poll,
        RELOAD,
        state=ConfigEntryState.LOADED,
        requests=1 + REMEMBERED_SETUP_REQUESTS,
        logins=2,
        sessions=1,
    ),
    Interruption("entry removed during a poll", poll, REMOVE),
    Interruption("entry removed during an outage", outage, REMOVE, **_LOST),
    Interruption(
        "entry removed before its first successful setup",
        failed_setup,
        REMOVE,
        requests=0,
        logins=0,
    ),
    Interruption("Home Assistant stops during an outage", outage, STOP, **_LOST),
)
