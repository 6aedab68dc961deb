"""All that there is in a soak: a BMC, a Home Assistant, and who watches them."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import logging
from random import Random
import time
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, EventStateChangedData, callback

from tests.simulator import Bmc, Board, Server, serve
from tests.simulator.certificate import Certificate
from tests.simulator.faults import Fault

from .conduct import Conduct
from .home import Home, home
from .nature import Nature
from .shown import TELLS, UNAVAILABLE, UNKNOWN, as_state, is_free
from .timeline import Clock
from .told import Excuse, Told

_MOST_COMPLAINTS = 25
_MOST_WATTS = 700.0
_LONGEST_GAP = 600.0
"""How long the power is taken for known between two readings (README)."""
_SETUP_SECONDS = 120.0
"""What a set-up may take, and Home Assistant's question for a password."""
_RETRY_SECONDS = 600.0
"""How long Home Assistant waits at most before it sets an entry up once more."""


class SoakError(Exception):
    """Too much went wrong for going on."""


class World:
    """What the troubles do something to, and what is checked all the time."""

    def __init__(
        self, home: Home, bmc: Bmc, server: Server, clock: Clock, random: Random
    ) -> None:
        """Begin with nothing wrong."""
        self.home = home
        self.bmc = bmc
        self.server = server
        self.clock = clock
        self.random = random
        self.nature = Nature(bmc, random)
        self.told = Told(clock)
        self.conduct = Conduct(bmc, clock, self.told, self.complain)
        self.complaints: list[str] = []
        self._last_complaint = ""
        self._story: deque[str] = deque(maxlen=6)
        self.traits: dict[str, Any] = {}
        """What kind of a BMC it is."""
        self.tally: Counter[str] = Counter()
        """How often what went wrong, by its kind."""
        self.owner = asyncio.Lock()
        """Held by troubles that only the owner of the server can end."""
        self.active = 0
        self.is_disabled = False
        self._fired: defaultdict[str, set[str]] = defaultdict(set)
        self._energy = (0.0, clock.now)
        self._refusals_until = clock.now

    def complain(self, text: str) -> None:
        """Take note that something is not as it has to be."""
        if text != self._last_complaint:
            self._last_complaint = text
            self.complaints.append(
                f"{self._when()}: {text}\n    after: {', '.join(self._story)}"
            )

    def tell(self, text: str) -> None:
        """Keep what happened last, for those who have to find out about complaints."""
        self._story.append(f"{self._when()} {text}")

    def _when(self) -> str:
        """Return the day and the time."""
        day, rest = divmod(self.clock.elapsed, 86400)
        return f"{day + 1:.0f}/{time.strftime('%H:%M:%S', time.gmtime(rest))}"

    # What troubles use

    @contextmanager
    def wrong(
        self, kind: str, *, is_slow: bool = False, also: float = 0.0
    ) -> Iterator[None]:
        """Let something go wrong, for which values may be missing."""
        excuse = Excuse(kind, is_slow, also)
        self.told.excuse(excuse)
        self.tell(f"{kind} began")
        try:
            yield
        finally:
            self.tell(f"{kind} ended")
            self.told.end(excuse)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Let logins be refused, whereupon Home Assistant may ask for a password."""
        self._refusals_until = float("inf")
        try:
            yield
        finally:
            self._refusals_until = self.clock.now

    @contextmanager
    def fault(self, path: str, **fault: Any) -> Iterator[None]:
        """Let requests for a path go wrong."""
        new = Fault(path, **fault)
        self.tell(f"for {path}")
        self.bmc.faults.add(new)
        try:
            yield
        finally:
            new.times = 0

    async def minutes(self, least: float, most: float) -> None:
        """Let some minutes pass."""
        await asyncio.sleep(60 * self.random.uniform(least, most))

    # What is checked

    def check(self) -> None:
        """Judge all that is shown now."""
        if len(self.complaints) > _MOST_COMPLAINTS:
            raise SoakError("Too much is wrong to go on")
        sessions = self.conduct.open_sessions
        most = 2 if self.conduct.is_user_there else 0 if self.is_disabled else 1
        if sessions > most:
            self.complain(f"{sessions} sessions are open")
        if self._check_entry():
            wrong = [
                text
                for entity_id, entity in self.home.entities().items()
                if (text := self._judge(entity_id, entity))
            ]
            if wrong:
                more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
                self.complain("; ".join(wrong[:3]) + more)
            self._check_energy()

    def check_at_once(self, entity: str) -> None:
        """Judge an entity by what the BMC has now: it was just told to change it."""
        if not (entity_id := self.home.find(entity)):
            return
        state = self.home.hass.states.get(entity_id)
        for path, tell in TELLS.items():
            shown = tell(self.bmc.resource(path))
            if (
                state
                and entity in shown
                and as_state(shown[entity]) != as_state(state.state)
            ):
                self.complain(f"{entity} shows {state.state} after a command")

    def check_log(self) -> None:
        """Judge whether the entries of the log became events, each of them once."""
        twice = [text for text, times in self._fired.items() if len(times) > 1]
        if twice:
            self.complain(f"Events that came more than once: {twice[:3]}")
        missing = self.nature.messages - self._fired.keys()
        if missing:
            self.complain(f"Entries of the log that were no events: {missing}")

    @callback
    def on_state(self, event: Event[EventStateChangedData]) -> None:
        """Judge a state when it is written."""
        new = event.data["new_state"]
        if new is None or new.state == UNAVAILABLE:
            return
        entity = self.home.name(new.entity_id)
        if entity == "event.health_log":
            # The state is the moment of the event, also when it is shown once more.
            message = new.attributes.get("message")
            if message and new.state != UNKNOWN:
                self._fired[message].add(new.state)
        elif entity and (text := self._judge(new.entity_id, entity, new.state)):
            self.complain(text)

    def _check_entry(self) -> bool:
        """Judge the state of the entry; tell whether its entities are there."""
        state = self.home.entry.state
        if self.is_disabled:
            return False
        is_calm = self.told.is_calm_since(_RETRY_SECONDS + _SETUP_SECONDS)
        if self.home.is_asked_for_password:
            if self.clock.now > self._refusals_until + _SETUP_SECONDS:
                self.complain("A password is asked for, though none was refused")
                self._refusals_until = float("inf")
            return False
        if state is not ConfigEntryState.LOADED and is_calm and not self.active:
            self.complain(f"The entry is {state}: {self.home.entry.reason}")
        return state is ConfigEntryState.LOADED

    def _judge(self, entity_id: str, entity: str, state: str | None = None) -> str:
        """Return what is wrong with an entity."""
        if is_free(entity):
            return ""
        if state is None:
            shown = self.home.hass.states.get(entity_id)
            state = shown.state if shown else UNAVAILABLE
        if entity not in self.told.entities:
            return f"Nobody knows what {entity} has to show"
        return self.told.complaint(entity, state) or ""

    def _check_energy(self) -> None:
        """Judge the energy: it never falls, and rises no more than the host can."""
        entity_id = self.home.find("sensor.energy")
        if entity_id is None or not (shown := self.home.hass.states.get(entity_id)):
            return
        before, since = self._energy
        energy, now = float(shown.state), self.clock.now
        most = before + _MOST_WATTS * (now - since + _LONGEST_GAP) / 3.6e6
        if not before <= energy <= most:
            self.complain(f"The energy went from {before} to {energy} kWh")
        self._energy = energy, now


class _Errors(logging.Handler):
    """Complains of exceptions that nobody has caught."""

    def __init__(self, world: World) -> None:
        """Listen to what is logged."""
        super().__init__(logging.WARNING)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of what was logged."""
        self._world.conduct.count[f"logged {record.levelname}"] += 1
        if record.exc_info or record.name.startswith("asyncio"):
            error = record.exc_info and record.exc_info[1]
            text = f"Logged: {record.name}: {record.getMessage()}: {error!r}"
            # What a handler raises would be lost.
            self._world.complaints.append(
                f"{text}\n{logging.Formatter().format(record)}"
            )


def _traits(random: Random) -> dict[str, Any]:
    """Return what the BMC does where nobody knows which of two things BMCs do."""
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


@asynccontextmanager
async def world(clock: Clock, random: Random) -> AsyncIterator[World]:
    """Make a world whose entry is set up."""
    traits = _traits(random)
    latency = random.uniform(0.02, 0.8)
    bmc = Bmc(Board.load("x12spi-tf"), clock=clock, **traits)
    async with serve(bmc, latency=latency) as server, home(bmc, server) as there:
        new = World(there, bmc, server, clock, random)
        new.traits = traits | {"latency": latency}
        new.conduct.watch(server)
        handler = _Errors(new)
        logging.getLogger().addHandler(handler)
        there.hass.bus.async_listen("state_changed", new.on_state)
        try:
            await there.hass.config_entries.async_setup(there.entry.entry_id)
            await there.hass.async_block_till_done()
            yield new
        finally:
            logging.getLogger().removeHandler(handler)


CERTIFICATES: list[Certificate] = []
"""Made before time is left out, for then their dates would be of another class."""
