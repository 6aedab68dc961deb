"""Ends that come in the middle of something: what was going on, what the BMC sees."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.conftest import until
from tests.integration import (
    DYNAMIC,
    SESSIONS,
    SYSTEM,
    THERMAL,
    call,
    requests_since,
    set_up,
    stop,
    unload,
)
from tests.integration.dialog import begin, submit

from .scene import Scene

type Doing = Callable[[Scene, ConfigEntry], Awaitable[None]]
type Ending = Callable[[HomeAssistant, ConfigEntry], Awaitable[None]]

LATE = 0.1
"""Seconds that the answer takes in whose middle the end comes."""


async def reach(scene: Scene, doing: Awaitable[object], request: str) -> None:
    """Begin to do something, and return while a request of it is under way."""
    since = len(scene.bmc.requests)
    scene.bmc.hang(request.partition(" ")[2], LATE, times=1)
    scene.tasks.append(asyncio.ensure_future(doing))
    await until(lambda: request in requests_since(scene.bmc, since))


async def poll(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of a poll."""
    await set_up(scene.hass, entry)
    soon = dt_util.utcnow() + timedelta(seconds=DYNAMIC)

    async def fire() -> None:
        async_fire_time_changed(scene.hass, soon)

    await reach(scene, fire(), f"GET {THERMAL}")


async def log_in(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of the login, while the server is set up."""
    await reach(scene, set_up(scene.hass, entry), f"POST {SESSIONS}")


async def log_in_again(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of the login that replaces a session."""
    await set_up(scene.hass, entry)
    scene.bmc.expire_sessions()
    command = call(scene.hass, entry, "light.identify_led", "turn_on")
    await reach(scene, command, f"POST {SESSIONS}")


async def command(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of a command."""
    await set_up(scene.hass, entry)
    turned = call(scene.hass, entry, "light.identify_led", "turn_on")
    await reach(scene, turned, f"PATCH {SYSTEM}")


async def dialogue(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of adding a server that is there already."""
    await set_up(scene.hass, entry)
    form = await begin(scene.hass)
    await reach(scene, submit(scene.hass, form, scene.account), f"POST {SESSIONS}")


async def outage(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of an outage."""
    await set_up(scene.hass, entry)
    await scene.close_port()
    await scene.elapse(DYNAMIC)


async def vain_attempt(scene: Scene, entry: ConfigEntry) -> None:
    """Be in the middle of the attempts to set a server up that is down."""
    await scene.close_port()
    await set_up(scene.hass, entry)


async def remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the entry."""
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Reload the entry."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@dataclass(frozen=True, kw_only=True)
class End:
    """An end in the middle of something, and what the BMC sees of it."""

    of: str
    """What ends in the middle of what, in plain words."""
    doing: Doing
    ending: Ending
    log: tuple[str, ...] = ()
    state: ConfigEntryState | None = None
    """What becomes of the entry; None where it does not matter any more."""
    requests: int = 1
    """How many come after the end at most: the session is given back."""
    logins: int = 1
    sessions: int = 0
    """How many of ours the BMC still has; one that is down keeps its one."""


STOPS, UNLOADED, REMOVED, RELOADED = stop, unload, remove, reload

ENDS: tuple[End, ...] = (
    End(of="Home Assistant stops in the middle of a poll", doing=poll, ending=STOPS),
    End(
        of="Home Assistant stops in the middle of the login",
        doing=log_in,
        ending=STOPS,
    ),
    End(
        of="Home Assistant stops in the middle of a new login",
        doing=log_in_again,
        ending=STOPS,
        logins=2,
    ),
    End(
        of="Home Assistant stops in the middle of a command",
        doing=command,
        ending=STOPS,
    ),
    End(
        of="Home Assistant stops in the middle of adding a server",
        doing=dialogue,
        ending=STOPS,
        logins=2,
        requests=2,
    ),
    End(
        of="the entry is unloaded in the middle of a poll",
        doing=poll,
        ending=UNLOADED,
        state=ConfigEntryState.NOT_LOADED,
    ),
    End(
        of="the entry is unloaded in the middle of a command",
        doing=command,
        ending=UNLOADED,
        state=ConfigEntryState.NOT_LOADED,
    ),
    End(
        of="the entry is reloaded in the middle of a poll",
        doing=poll,
        ending=RELOADED,
        state=ConfigEntryState.LOADED,
        requests=30,
        logins=2,
        sessions=1,
    ),
    End(of="the entry is removed in the middle of a poll", doing=poll, ending=REMOVED),
    End(
        of="the entry is removed while the BMC is down",
        doing=outage,
        ending=REMOVED,
        log=("no connection",),
        requests=0,
        sessions=1,
    ),
    End(
        of="the entry is removed before it was ever set up",
        doing=vain_attempt,
        ending=REMOVED,
        requests=0,
        logins=0,
    ),
    End(
        of="Home Assistant stops while the BMC is down",
        doing=outage,
        ending=STOPS,
        log=("no connection",),
        requests=0,
        sessions=1,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Twice:
    """The same BMC by two addresses."""

    of: str
    first: str
    second: str


BY_ADDRESS, BY_NAME = "127.0.0.1:{port}", "bmc.example:{port}"

TWICE: tuple[Twice, ...] = (
    Twice(of="by address, then by name", first=BY_ADDRESS, second=BY_NAME),
    Twice(of="by name, then by address", first=BY_NAME, second=BY_ADDRESS),
    Twice(
        of="by name, then by URL", first=BY_NAME, second="https://bmc.example:{port}/"
    ),
)
