"""The columns of the fault matrix: what the user sees, and what the BMC sees."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN

from .scenario import Scene

type Fault = Callable[[Scene], Awaitable[None] | None]
type Kinds = tuple[str, ...]
"""Beginnings of `platform.key`; an empty one means all entities."""


WHOLE = 29
"""The requests of a set-up on a good day."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the user sees of the entities, as far as it differs from before."""

    unavailable: Kinds = ()
    unknown: Kinds = ()
    says: Mapping[str, str] = field(default_factory=dict)
    """What single entities say, also new ones."""
    loses: Kinds = ()

    def of(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return what is seen where something else was seen before."""
        return dict(self._of(before)) | dict(self.says)

    def _of(self, before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Return what became of the entities that there were."""
        for kind, state in before.items():
            if kind.startswith(self.loses):
                continue
            seen = STATE_UNKNOWN if kind.startswith(self.unknown) else state
            yield kind, STATE_UNAVAILABLE if kind.startswith(self.unavailable) else seen


LED = "light.identify_led"
"""What is commanded."""


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """The fault while a server is being added: what the form says."""

    error: str
    logins: int = 0


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """The fault is there when Home Assistant starts."""

    state: ConfigEntryState
    because: str | None = None
    """The key of the reason that the user is told."""
    lacks: Kinds = ()
    """What is not shown at first, and is as soon as all is well."""
    log: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """What the user is asked: the source of a dialogue, the kind of an issue."""
    requests: int = 1
    """How many there are at most; the root is asked before anyone logs in."""
    logins: int = 1
    sessions: int = 1
    back_after: float = 30
    """How long it takes after the end of the fault until all is shown."""
    is_final: bool = False
    """Whether what is lacking is not asked for again until the server is reloaded."""


def loaded(**cells: Any) -> SetUp:
    """Return that the server is shown."""
    return SetUp(state=ConfigEntryState.LOADED, **{"requests": WHOLE, **cells})


def tried_again(because: str, **cells: Any) -> SetUp:
    """Return that Home Assistant tries again by itself, and says why."""
    state = ConfigEntryState.SETUP_RETRY
    return SetUp(state=state, because=because, lacks=("",), sessions=0, **cells)


def given_up(because: str | None, **cells: Any) -> SetUp:
    """Return that Home Assistant waits for its user."""
    state = ConfigEntryState.SETUP_ERROR
    return SetUp(state=state, because=because, lacks=("",), sessions=0, **cells)


@dataclass(frozen=True, kw_only=True)
class Poll:
    """The fault comes while the server is shown."""

    shows: View = View()
    passing: Kinds = ()
    """What else is not to be seen for a while; all else always is."""
    log: tuple[str, ...] = ()
    """What is logged, each once, by some of its words."""
    asks: tuple[str, ...] = ()
    seconds: float = 90
    """How long it is watched: three polls of what moves."""
    requests: int = 9
    """How many there are at most meanwhile."""
    logins: int = 0
    """How many there are meanwhile, refused ones, too."""
    sessions: int = 1
    back_after: float = 30
    """How long it takes after the end of the fault until all is well."""
    after: View = View()
    log_after: tuple[str, ...] = ()
    """What else is logged until all is well."""
    logins_after: int = 0
    sessions_after: int = 1
    parallel: int = 2
    """How many requests it works on at a time at most."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """The fault is there when the identify LED is switched on."""

    error: str | None = None
    """The key of what the user is told; None if it works."""
    is_done: bool = False
    """Whether the LED is lit, whatever the user is told."""
    shows: View | None = None
    """What the user sees then; without, the LED as it is, and all else as before."""
    writes: int = 1
    """How many writes reach the BMC."""
    logins: int = 0
    back_after: float = 30
    """How long it takes after the end of the fault until it works again."""

    @property
    def seen(self) -> View:
        """What the user sees after the command."""
        return self.shows or View(says={LED: "on"} if self.is_done else {})


@dataclass(frozen=True)
class Row:
    """A fault, and what becomes of it wherever it can come."""

    fault: str
    """What it is, in plain words."""
    made: Fault
    """How it is made."""
    dialogue: Dialogue | None = None
    set_up: SetUp | None = None
    poll: Poll | None = None
    command: Command | None = None
    mended: Fault = Scene.mend
    """How it ends."""
    is_slow: bool = False
    """Whether somebody loses patience, which takes but a moment here."""
