"""Columns of a table of faults: injection, expectation, recovery.

A row describes one fault in up to four situations: while a server is added, at the
start of Home Assistant, at a poll, at a command. A field that is left out has the value
of a healthy system.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
import inspect
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN

from custom_components.supermicro_redfish.aiosupermicro.resources.endpoints import (
    ENDPOINTS,
    Cadence,
)
from tests.integration.paths import BMC_CONNECTION

from .fault_scenario import FaultScenario
from .scenario import SHIPPED_BOARD

type Action = Callable[[FaultScenario], Awaitable[None] | None]
type Prefixes = tuple[str, ...]
"""Beginnings of `platform.key`."""

ALL: Prefixes = ("",)
"""All entities."""
LED = "light.identify_led"
"""The entity that commands are sent to."""
STATIC_RESOURCES = sum(row.cadence is Cadence.STATIC for row in ENDPOINTS)
"""The static resources in the table, all of which the shipped board has."""
SETUP_REQUESTS = 34 + STATIC_RESOURCES
"""The requests of a setup without faults, on the shipped board."""


@dataclass(frozen=True, kw_only=True)
class ExpectedStates:
    """The states of all entities, as changes to earlier states."""

    unavailable: Prefixes = ()
    unknown: Prefixes = ()
    states: Mapping[str, str] = field(default_factory=dict)
    """States of single entities, including new ones."""
    removed: Prefixes = ()

    def apply(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return the expected states, based on the earlier states."""
        return dict(self._apply(before)) | dict(self.states)

    def _apply(self, before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Return the expected states of the earlier entities."""
        for entity, state in before.items():
            if entity.startswith(self.removed):
                continue
            if entity.startswith(self.unavailable):
                yield entity, STATE_UNAVAILABLE
            else:
                is_unknown = entity.startswith(self.unknown)
                yield entity, STATE_UNKNOWN if is_unknown else state


def unavailable(*prefixes: str) -> ExpectedStates:
    """Expect that these entities are unavailable."""
    return ExpectedStates(unavailable=prefixes)


GONE = ExpectedStates(unavailable=ALL, states={BMC_CONNECTION: STATE_OFF})
"""Expect an outage: only the connection itself has a state."""


@dataclass(frozen=True)
class AddServer:
    """Expect a form with an error while a server is added."""

    error: str
    logins: int = 0


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """Expect the outcome of a setup during the fault."""

    state: ConfigEntryState = ConfigEntryState.LOADED
    reason: str | None = None
    """The translation key of the error."""
    missing: Prefixes = ()
    """Entities that appear only after the recovery."""
    log: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    """The sources of dialogs and the kinds of issues that the user is shown."""
    requests: int = SETUP_REQUESTS
    """The maximum number of requests."""
    logins: int = 1
    sessions: int = 1
    recovers_after: float = 30
    """Seconds from the end of the fault until all entities are back."""
    needs_reload: bool = False
    """Whether missing entities appear only after the entry was reloaded."""

    @classmethod
    def retry(cls, reason: str, **fields: Any) -> SetUp:
        """Expect that Home Assistant retries the setup by itself."""
        return cls._fail(ConfigEntryState.SETUP_RETRY, reason, fields)

    @classmethod
    def error(cls, reason: str, **fields: Any) -> SetUp:
        """Expect that Home Assistant waits for an action of the user."""
        return cls._fail(ConfigEntryState.SETUP_ERROR, reason, fields)

    @classmethod
    def _fail(cls, state: ConfigEntryState, reason: str, fields: Any) -> SetUp:
        """Expect a setup that fails after one request, the one for the root."""
        failed = {"missing": ALL, "requests": 1, "sessions": 0, **fields}
        return cls(state=state, reason=reason, **failed)


@dataclass(frozen=True, kw_only=True)
class Poll:
    """Expect states and requests while a loaded entry polls during the fault."""

    states: ExpectedStates = ExpectedStates()
    may_flicker: Prefixes = ()
    """Entities that may have no value in between; all others always have one."""
    log: tuple[str, ...] = ()
    """A part of each expected line; each is logged once."""
    prompts: tuple[str, ...] = ()
    seconds: float = 90
    """The duration of the fault: by default three polls of dynamic data."""
    requests: int = 9
    """The maximum number of requests in that time."""
    logins: int = 0
    """The number of logins in that time, including rejected ones."""
    sessions: int = 1
    recovers_after: float = 30
    """Seconds from the end of the fault until all entities have recovered."""
    states_after: ExpectedStates = ExpectedStates()
    log_after: tuple[str, ...] = ()
    """Further lines that are logged during the recovery."""
    logins_after: int = 0
    sessions_after: int = 1
    parallel: int = 2
    """The maximum number of requests that the BMC works on at once."""

    @classmethod
    def gone(cls, log: str, **fields: Any) -> Poll:
        """Expect that all entities are unavailable, with one log line."""
        return cls(states=GONE, log=(log,), **fields)


@dataclass(frozen=True)
class Command:
    """Expect the outcome of turning the identify LED on during the fault."""

    error: str | None = None
    """The translation key of the error, None if the command succeeds."""
    _: KW_ONLY
    is_applied: bool = False
    """Whether the LED is lit, which an error does not exclude."""
    states: ExpectedStates | None = None
    """The states after the command; by default only that of the LED changes."""
    writes: int = 1
    """The number of writes that reach the BMC."""
    logins: int = 0
    recovers_after: float = 30
    """Seconds from the end of the fault until commands succeed."""

    @property
    def expected_states(self) -> ExpectedStates:
        """The states after the command."""
        changed = {LED: "on"} if self.is_applied else {}
        return self.states or ExpectedStates(states=changed)


@dataclass(frozen=True)
class Fault:
    """A fault, and the expectations for each situation that it can occur in."""

    name: str
    inject: Action
    _: KW_ONLY
    add_server: AddServer | None = None
    set_up: SetUp | None = None
    poll: Poll | None = None
    command: Command | None = None
    recover: Action = FaultScenario.recover
    is_slow: bool = False
    """Whether a request times out, for which the timeout is shortened."""
    reason: str = ""
    """The reason that several faults occur together."""
    boards: tuple[str, ...] = (SHIPPED_BOARD,)
    """The boards that the fault is tested on."""


async def perform(action: Action, scenario: FaultScenario) -> None:
    """Perform an action, whether or not it is a coroutine function."""
    result = action(scenario)
    if inspect.isawaitable(result):
        await result


def in_turn(*actions: Action) -> Action:
    """Return an action that performs several actions one after the other."""

    async def perform_all(scenario: FaultScenario) -> None:
        for action in actions:
            await perform(action, scenario)

    return perform_all
