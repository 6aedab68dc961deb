"""Scenario of a soak, whose states are checked after all faults."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
import logging
import math
from random import Random
import time
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import CONF_PORT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity

from custom_components.supermicro_redfish.fan_control.probe import (
    ProbeError,
    async_probe_fans,
)
from tests.scenario.entity_values import ValueTable, as_state
from tests.scenario.expected import Disturbance, ExpectedState
from tests.scenario.scenario import Scenario
from tests.scenario.traffic import TrafficChecker
from tests.scenario.virtual_time import VirtualClock
from tests.simulator import Bmc
from tests.simulator.certificate import Certificate
from tests.simulator.faults import Fault

from .boards import BOARDS, SoakBoard, calibrate, spread_readings
from .workload import SensorWorkload, Workload

_MAX_VIOLATIONS = 25
_MAX_ENERGY_GAP_SECONDS = 600.0
"""The time between two readings up to which energy is counted, as in the README."""
_SETUP_SECONDS = 120.0
"""The maximum duration of a setup, and of Home Assistant's prompt for a password."""
_RETRY_SECONDS = 600.0
"""The maximum time until Home Assistant retries a setup."""


class SoakError(Exception):
    """Reason for which the soak cannot continue."""


@dataclass(kw_only=True)
class Environment(Scenario):
    """A continuously checked scenario, with its random numbers."""

    clock: VirtualClock
    random: Random
    board: SoakBoard
    traits: dict[str, Any]
    """The traits of the simulated BMC."""
    violations: list[str] = field(default_factory=list, init=False)
    injected: Counter[str] = field(default_factory=Counter, init=False)
    """The number of injected faults by kind."""
    owner: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """A lock for faults that end only when the owner of the server acts."""
    active_faults: int = field(default=0, init=False)
    is_disabled: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Begin without faults."""
        create = SensorWorkload if self.board.is_calibrated else Workload
        self.workload = create(self.bmc, self.random)
        self.expected = ExpectedState(self.clock)
        self.traffic = TrafficChecker(
            self.bmc, self.clock, self.expected, self.report_violation
        )
        self._last_violation = ""
        self._history: deque[str] = deque(maxlen=6)
        self._event_times: defaultdict[str, set[str]] = defaultdict(set)
        self._energy = (0.0, self.clock.now)
        self._rejected_until = self.clock.now
        self._rejections = 0
        """The number of current faults in which the password may be rejected."""
        self._is_retrying = False

    @property
    def name(self) -> str:
        """The name of the board in a report."""
        return next(name for name, board in BOARDS.items() if board is self.board)

    def report_violation(self, text: str) -> None:
        """Record a violation, with the events before it."""
        if text != self._last_violation:
            self._last_violation = text
            history = ", ".join(self._history)
            self.violations.append(f"{self._time()}: {text}\n    after: {history}")

    def note(self, text: str) -> None:
        """Record an event, to explain later violations."""
        self._history.append(f"{self._time()} {text}")

    def _time(self) -> str:
        """Return the day and the time."""
        day, rest = divmod(self.clock.elapsed, 86400)
        return f"{day + 1:.0f}/{time.strftime('%H:%M:%S', time.gmtime(rest))}"

    # Used by faults

    @contextmanager
    def disturbance(
        self, kind: str, *, is_slow: bool = False, extra_seconds: float = 0.0
    ) -> Iterator[None]:
        """Accept missing values during a fault and its recovery."""
        with self.expected.disturbance(Disturbance(kind, is_slow, extra_seconds)):
            self.note(f"{kind} began")
            try:
                yield
            finally:
                self.note(f"{kind} ended")

    @contextmanager
    def rejected_logins(self) -> Iterator[None]:
        """Accept that Home Assistant prompts for a password."""
        self._rejections += 1
        self._rejected_until = math.inf
        try:
            yield
        finally:
            self._rejections -= 1
            if not self._rejections:
                self._rejected_until = self.clock.now

    @contextmanager
    def failing(
        self,
        kind: str,
        path: str,
        *,
        is_slow: bool = False,
        extra_seconds: float = 0.0,
        **traits: Any,
    ) -> Iterator[None]:
        """Let requests for a path fail, and accept missing values."""
        with (
            self.disturbance(kind, is_slow=is_slow, extra_seconds=extra_seconds),
            self.bmc_fault(path, **traits),
        ):
            yield

    @contextmanager
    def bmc_fault(self, path: str, **traits: Any) -> Iterator[None]:
        """Let requests for a path fail."""
        fault = Fault(path, **traits)
        self.note(f"for {path}")
        self.bmc.faults.add(fault)
        try:
            yield
        finally:
            fault.times = 0

    async def switch_on(self) -> None:
        """Switch the host on, after a shutdown that is still in progress."""
        while self.bmc.power_state == "PoweringOff":
            await self.minutes(0.1, 0.2)
        if self.bmc.power_state == "Off":
            self.bmc.power("On")

    async def minutes(self, low: float, high: float) -> None:
        """Let a random number of minutes pass."""
        await asyncio.sleep(60 * self.random.uniform(low, high))

    # Checks

    def check(self) -> None:
        """Check sessions, the entry and all states."""
        if len(self.violations) > _MAX_VIOLATIONS:
            raise SoakError("Too many violations to continue")
        sessions = self.traffic.open_sessions
        limit = 2 if self.traffic.is_user_active else 0 if self.is_disabled else 1
        if sessions > limit:
            self.report_violation(f"{sessions} sessions are open")
        if self._check_entry():
            found = [
                text
                for entity_id, entity in self.instance.entities.items()
                if (text := self._violation(entity_id, entity))
            ]
            if found:
                more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
                self.report_violation("; ".join(found[:3]) + more)
            self._check_energy()

    def check_command(self, entity: str) -> None:
        """Check the state of an entity right after a command changed it."""
        if not self.instance.is_available(entity):
            return
        state = self.instance.states[entity]
        for path, values in self.expected.table.values.items():
            expected = values(self.bmc.resource(path))
            if entity in expected and as_state(expected[entity]) != as_state(state):
                self.report_violation(f"{entity} is {state} after a command")

    def check_log(self) -> None:
        """Check that each log entry fired one event."""
        repeated = [text for text, times in self._event_times.items() if len(times) > 1]
        if repeated:
            self.report_violation(f"Events fired more than once: {repeated[:3]}")
        missing = self.workload.messages - self._event_times.keys()
        if missing:
            self.report_violation(f"Log entries without an event: {missing}")

    @property
    def cached_resources(self) -> Mapping[str, Any]:
        """The resources that the library has cached, by path and query."""
        data = getattr(self.instance.entry, "runtime_data", None)
        return data.client.cached_resources if data else {}

    def check_cache(self, cached: Mapping[str, Any]) -> None:
        """Check that it holds each resource of the BMC at most alone and expanded."""
        versions = Counter(path.partition("?")[0] for path in cached)
        for path, count in versions.items():
            if count > 2 or not self.bmc.has(path):
                self.report_violation(f"The cache holds {path} {count} times")

    @callback
    def on_state(self, event: Event[EventStateChangedData]) -> None:
        """Check a state when it is written."""
        new = event.data["new_state"]
        if new is None or new.state == STATE_UNAVAILABLE:
            return
        entity = self.instance.entities.get(new.entity_id)
        if entity == "event.health_log":
            # The state is the time of the event, and may be written again.
            message = new.attributes.get("message")
            if message and new.state != STATE_UNKNOWN:
                self._event_times[message].add(new.state)
        elif entity and (text := self._violation(new.entity_id, entity, new.state)):
            self.report_violation(text)

    @callback
    def on_entry(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Accept missing values after a setup that Home Assistant has retried.

        The last retry may follow minutes after the fault, and static data comes later.
        """
        if entry.state is ConfigEntryState.SETUP_RETRY:
            self._is_retrying = True
        elif entry.state is ConfigEntryState.LOADED and self._is_retrying:
            self._is_retrying = False
            with self.disturbance("late setup"):
                pass

    def _check_entry(self) -> bool:
        """Check the state of the entry and return whether it has entities."""
        if self.is_disabled:
            return False
        if self.instance.reauth_flows:
            if self.clock.now > self._rejected_until + _SETUP_SECONDS:
                self.report_violation("Prompt for a password that was not rejected")
                self._rejected_until = math.inf
            return False
        is_loaded = self.instance.state is ConfigEntryState.LOADED
        calm = self.expected.is_undisturbed_for(_RETRY_SECONDS + _SETUP_SECONDS)
        if not is_loaded and calm and not self.active_faults:
            entry = self.instance.entry
            self.report_violation(f"The entry is {entry.state}: {entry.reason}")
        return is_loaded

    def _violation(self, entity_id: str, entity: str, state: str | None = None) -> str:
        """Return the reason why the state of an entity is wrong, or nothing."""
        if not self.expected.table.is_checked(entity):
            return ""
        if state is None:
            current = self.instance.hass.states.get(entity_id)
            state = current.state if current else STATE_UNAVAILABLE
        if entity not in self.expected.entities:
            return f"{entity} has no expected value"
        return self.expected.violation(entity, state) or ""

    def _check_energy(self) -> None:
        """Check that energy never decreases, and increases at most at full power."""
        entity_id = self.instance.find("sensor.energy")
        state = self.instance.hass.states.get(entity_id) if entity_id else None
        if not state or state.state == STATE_UNAVAILABLE:
            return
        before, since = self._energy
        energy, now = float(state.state), self.clock.now
        seconds = now - since + _MAX_ENERGY_GAP_SECONDS
        if not before <= energy <= before + self.board.max_watts * seconds / 3.6e6:
            self.report_violation(f"Energy went from {before} to {energy} kWh")
        self._energy = energy, now


class _LogChecker(logging.Handler):
    """Report exceptions that were logged instead of handled."""

    def __init__(self, environment: Environment) -> None:
        """Observe log records from the level warning on."""
        super().__init__(logging.WARNING)
        self._environment = environment

    def emit(self, record: logging.LogRecord) -> None:
        """Check one record."""
        self._environment.traffic.count[f"logged {record.levelname}"] += 1
        if record.exc_info or record.name.startswith("asyncio"):
            error = record.exc_info and record.exc_info[1]
            text = f"Logged: {record.name}: {record.getMessage()}: {error!r}"
            # An exception that a handler raises would be lost.
            self._environment.violations.append(
                f"{text}\n{logging.Formatter().format(record)}"
            )


def _random_traits(random: Random) -> dict[str, Any]:
    """Return random traits where BMCs differ."""
    return {
        "session_expiry": random.choice(("idle", "idle", "login")),
        "location": random.choice(("relative", "absolute")),
        "etag_header": random.random() < 0.7,
        "not_modified": random.random() < 0.7,
        "if_match_required": random.random() < 0.2,
        "html_404": random.random() < 0.3,
        "write_response": random.choice(("success", "resource", "nothing")),
        "shutdown_seconds": random.uniform(5, 120),
        "boot_seconds": random.uniform(20, 300),
    }


async def _elapse(seconds: float, step: float = 0) -> None:
    """Let virtual time pass; its steps are the timers themselves."""
    del step
    await asyncio.sleep(seconds)


async def probe_fans(env: Environment) -> str:
    """Return the reason why the fans cannot be controlled, or nothing."""
    entry = env.instance.entry
    client, settings = entry.runtime_data.client, {CONF_PORT: env.server.port}
    try:
        await async_probe_fans(client, entry.data, settings)
    except ProbeError as error:
        return error.key
    return ""


_CALIBRATION_SECONDS = 1200.0
"""Time in which each sensor is read, also where they take turns."""


async def _set_up(env: Environment) -> None:
    """Set the entry up, and find the entities of all sensors."""
    board = env.board
    if board.is_calibrated:
        env.expected.table = ValueTable(
            values={}, dynamic=frozenset(), host_powered=(), is_checked=lambda _: False
        )
    readings = spread_readings(env.bmc) if board.is_calibrated else {}
    env.instance.create_entry(env.bmc, env.server)
    await env.instance.set_up()
    if not board.is_calibrated:
        return
    await asyncio.sleep(_CALIBRATION_SECONDS)
    env.expected.table = table = calibrate(board, env.instance, readings)
    for path in table.values:
        env.expected.record(path, env.bmc.resource(path))


@asynccontextmanager
async def run_environment(
    clock: VirtualClock,
    random: Random,
    other_certificate: Certificate,
    board: SoakBoard = BOARDS["x12"],
) -> AsyncIterator[Environment]:
    """Run an environment whose entry is set up."""
    traits = _random_traits(random) | dict(board.traits)
    latency = random.uniform(0.02, 0.8)
    bmc = Bmc(board.load(), clock=clock, **traits)
    enabled = board.has_all_entities or Entity.entity_registry_enabled_default
    with patch.object(Entity, "entity_registry_enabled_default", new=enabled):
        async with Environment.run(
            bmc,
            latency=latency,
            clock=clock,
            elapse=_elapse,
            other_certificate=other_certificate,
            random=random,
            board=board,
            traits=traits | {"latency": latency},
        ) as environment:
            environment.traffic.observe(environment.server)
            handler = _LogChecker(environment)
            logging.getLogger().addHandler(handler)
            bus = environment.instance.hass.bus
            bus.async_listen("state_changed", environment.on_state)
            async_dispatcher_connect(
                environment.instance.hass,
                SIGNAL_CONFIG_ENTRY_CHANGED,
                environment.on_entry,
            )
            try:
                await _set_up(environment)
                yield environment
            finally:
                logging.getLogger().removeHandler(handler)
