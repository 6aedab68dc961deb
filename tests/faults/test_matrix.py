"""The fault matrix is true: every cell of every row is tried."""

from collections.abc import Iterable
import inspect
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import DYNAMIC, call, entry_state, requests_since, set_up, states
from tests.integration.dialog import begin, submit

from .matrix import MATRIX
from .pairs import PAIRS, Pair
from .row import LED, Command, Dialogue, Fault, Poll, Row, SetUp
from .scene import Scene

NOTHING = (STATE_UNAVAILABLE, STATE_UNKNOWN)

# What aiohttp has against showing the password with each request.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


def rows(cell: str, table: Iterable[Row | Pair]) -> pytest.MarkDecorator:
    """Try a cell of every row that has it."""
    filled = [
        pytest.param(row, getattr(row, cell), id=row.fault)
        for row in table
        if getattr(row, cell)
    ]
    return pytest.mark.parametrize(("row", "cell"), filled)


def kinds(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
    """Return the entities by their id, each as `platform.key`."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {
        item.entity_id: (
            f"{item.domain}.{item.unique_id.removeprefix(f'{entry.unique_id}_')}"
        )
        for item in registered
    }


def shown(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str]:
    """Return what is shown, by `platform.key`."""
    known = kinds(hass, entry)
    return {known[at]: state for at, state in states(hass).items() if at in known}


def lost(
    hass: HomeAssistant, entry: ConfigEntry, changes: list[Event[Any]]
) -> set[str]:
    """Return what was not to be seen for a moment at least, by `platform.key`."""
    known = kinds(hass, entry)
    seen = [(item.data["entity_id"], item.data["new_state"]) for item in changes]
    return {
        known[at]
        for at, new in seen
        if at in known and (not new or new.state in NOTHING)
    }


async def make(fault: Fault, scene: Scene) -> None:
    """Let something go wrong."""
    made = fault(scene)
    if inspect.isawaitable(made):
        await made


def require_log(scene: Scene, expected: tuple[str, ...]) -> None:
    """Make sure that the log has what is expected, each once."""
    log = scene.log
    assert len(log) == len(expected), log
    assert [words for words in expected if not any(words in line for line in log)] == []


def require_plain_log(scene: Scene) -> None:
    """Make sure that the log has no line twice, and no traceback."""
    records = [item for item in scene.caplog.records if DOMAIN in item.name]
    told = [item for item in records if item.levelno >= logging.INFO]
    assert not [item for item in told if item.exc_info]
    lines = [item.getMessage() for item in told]
    assert len(lines) == len(set(lines)), lines


async def require_end(scene: Scene, entry: ConfigEntry, parallel: int = 2) -> None:
    """Unload the entry: nothing is left of it, and never was the BMC asked too much."""
    assert scene.questions == []
    require_plain_log(scene)
    assert await scene.hass.config_entries.async_unload(entry.entry_id)
    await scene.hass.async_block_till_done(wait_background_tasks=True)
    assert scene.sessions == 0
    assert scene.bmc.peak_parallel <= parallel


def test_every_row_is_tried() -> None:
    """Each is another fault, and somewhere it is said what becomes of it."""
    table: list[Row | Pair] = [*MATRIX, *PAIRS]
    assert len({row.fault for row in table}) == len(table)
    cells = ("dialogue", "set_up", "poll", "command")
    assert [
        row.fault for row in MATRIX if not any(getattr(row, at) for at in cells)
    ] == []
    assert len(PAIRS) == 20


@rows("dialogue", MATRIX)
async def test_while_a_server_is_added(scene: Scene, row: Row, cell: Dialogue) -> None:
    """The form says what is wrong, and works once that is mended."""
    await make(row.made, scene)
    form = await submit(scene.hass, await begin(scene.hass), scene.account)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": cell.error}
    assert scene.bmc.login_attempts == cell.logins
    assert scene.sessions == 0
    require_log(scene, ())

    await scene.mend()
    result = await submit(scene.hass, form, scene.account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED, result["result"].reason
    assert scene.sessions == 1
    await require_end(scene, result["result"])


@rows("set_up", MATRIX)
async def test_at_the_start(
    hass: HomeAssistant, scene: Scene, entry: ConfigEntry, row: Row, cell: SetUp
) -> None:
    """What can be shown is shown; the rest is as soon as it can be."""
    await make(row.made, scene)
    await set_up(hass, entry)
    assert entry.state is cell.state
    assert entry.error_reason_translation_key == cell.because
    assert scene.questions == list(cell.asks)
    lacking = shown(hass, entry)
    assert not [kind for kind in lacking if kind.startswith(cell.lacks)]
    assert len(scene.bmc.requests) <= cell.requests
    assert scene.bmc.login_attempts == cell.logins
    assert scene.sessions == cell.sessions
    require_log(scene, cell.log)

    await make(row.mended, scene)
    if cell.is_final:
        await hass.config_entries.async_reload(entry.entry_id)
    await scene.elapse(cell.back_after)
    assert entry_state(entry) is ConfigEntryState.LOADED, entry.reason
    all_that_there_is = shown(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, entry) == all_that_there_is
    assert STATE_UNAVAILABLE not in all_that_there_is.values()
    assert {kind for kind in all_that_there_is if kind.startswith(cell.lacks)} == (
        all_that_there_is.keys() - lacking.keys()
    )
    await require_end(scene, entry)


@rows("poll", (*MATRIX, *PAIRS))
async def test_at_a_poll(
    hass: HomeAssistant,
    scene: Scene,
    entry: ConfigEntry,
    row: Row | Pair,
    cell: Poll,
) -> None:
    """What cannot be read is not shown, the rest is; afterwards all is as before."""
    await set_up(hass, entry)
    await scene.elapse(DYNAMIC)
    before, bmc = shown(hass, entry), scene.bmc
    scene.caplog.clear()
    requests, logins = len(bmc.requests), bmc.login_attempts

    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await make(row.made, scene)
    await scene.elapse(cell.seconds)
    seen = cell.shows.of(before)
    assert shown(hass, entry) == seen
    assert entry_state(entry) is ConfigEntryState.LOADED, entry.reason
    assert scene.questions == list(cell.asks)
    assert len(bmc.requests) - requests <= cell.requests, requests_since(bmc, requests)
    assert bmc.login_attempts - logins == cell.logins
    assert scene.sessions == cell.sessions
    require_log(scene, cell.log)

    logins = bmc.login_attempts
    await make(row.mended, scene)
    await scene.elapse(cell.back_after)
    assert shown(hass, entry) == cell.after.of(before)
    assert bmc.login_attempts - logins == cell.logins_after
    assert scene.sessions == cell.sessions_after
    require_log(scene, cell.log + cell.log_after)
    as_before = {kind for kind, state in before.items() if seen.get(kind) == state}
    passed = as_before & lost(hass, entry, changes)
    assert not [kind for kind in passed if not kind.startswith(cell.passing)]
    await require_end(scene, entry, cell.parallel)


@rows("command", MATRIX)
async def test_at_a_command(
    hass: HomeAssistant, scene: Scene, entry: ConfigEntry, row: Row, cell: Command
) -> None:
    """The user is told, unless it works; once it is mended, it does."""
    await set_up(hass, entry)
    bmc = scene.bmc
    logins = bmc.login_attempts
    await make(row.made, scene)
    before = shown(hass, entry)
    assert await command(hass, entry) == cell.error
    assert shown(hass, entry) == cell.seen.of(before)
    assert (bmc.indicator_led == "Lit") is cell.is_done
    writes = [item for item in requests_since(bmc) if item.startswith("PATCH")]
    assert len(writes) == cell.writes
    await scene.elapse(DYNAMIC)
    assert bmc.login_attempts - logins == cell.logins

    await make(row.mended, scene)
    await scene.elapse(cell.back_after)
    bmc.change("Systems/1", {"IndicatorLED": "Off"})
    await scene.elapse(DYNAMIC)
    assert await command(hass, entry) is None
    assert bmc.indicator_led == "Lit"
    assert shown(hass, entry)[LED] == "on"
    assert scene.sessions == 1
    await require_end(scene, entry)


async def command(hass: HomeAssistant, entry: ConfigEntry) -> Any:
    """Switch the identify LED on; return the key of what the user is told, if any."""
    try:
        await call(hass, entry, LED, "turn_on")
    except HomeAssistantError as error:
        return error.translation_key
    finally:
        await hass.async_block_till_done(wait_background_tasks=True)
    return None
