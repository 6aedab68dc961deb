"""The static cadence: each part costs itself only, and nothing is asked for in vain."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.supermicro_redfish.const import CONF_DYNAMIC_INTERVAL, DOMAIN
from tests.conftest import until
from tests.simulator import Bmc

from . import (
    BACKPLANE,
    CERTIFICATES,
    DRIVE,
    DRIVE_TEMPERATURE,
    DYNAMIC,
    FAN_MODE,
    LOG,
    POWER,
    STATIC,
    STORAGE,
    SYSTEM,
    THERMAL,
    entity,
    entity_id,
    logged_problems,
    requests_since,
    set_up,
)
from .conftest import Elapse

LOGS = f"{SYSTEM}/LogServices"
PARTS = {
    STORAGE: DRIVE_TEMPERATURE,
    LOGS: "event.health_log",
    CERTIFICATES: "binary_sensor.certificate_expiring",
}
EVERY_PART = pytest.mark.parametrize("path", PARTS)


@EVERY_PART
@pytest.mark.parametrize("status", [500, 503, 403, 404])
async def test_a_part_that_fails_at_first_costs_itself_only(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, path: str, status: int
) -> None:
    """The others are shown."""
    bmc.fail(f"{path}*", status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    for part, of in PARTS.items():
        assert (entity_id(hass, entry, of) is None) is (part == path)


@EVERY_PART
async def test_a_part_that_could_not_be_read_is_shown_once_it_can(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """No reload is needed."""
    bmc.fail(f"{path}*", status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(STATIC)
    assert entity(hass, entry, PARTS[path]).state != STATE_UNAVAILABLE


@EVERY_PART
@pytest.mark.parametrize("status", [404, 403])
async def test_what_the_board_lacks_or_refuses_is_asked_for_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    path: str,
    status: int,
) -> None:
    """And is nothing to complain about in the log."""
    if status == 404:
        for resource in list(bmc.board.resources):
            if resource.startswith(path):
                bmc.remove(resource)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(2 * STATIC)
    assert requests_since(bmc).count(f"GET {path}") == 1
    assert entity_id(hass, entry, PARTS[path]) is None
    assert logged_problems(caplog) == []


async def test_a_licence_that_only_a_drive_wants_is_asked_for_once(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The groups of drives alone would be read in vain."""
    bmc.unlicensed = (f"{BACKPLANE}/Drives",)
    await set_up(hass, entry)
    since = len(bmc.requests)
    await elapse(STATIC)
    assert not [r for r in requests_since(bmc, since) if STORAGE in r or BACKPLANE in r]
    issues = ir.async_get(hass).issues
    assert [issue for domain, issue in issues if domain == DOMAIN]


async def test_no_poll_waits_for_a_part_that_takes_its_time(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The parts are read one after the other, so that a place is left for a poll."""
    await set_up(hass, entry)
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    for path in (DRIVE, LOG):
        bmc.hang(path, 0.5)
    since = len(bmc.requests)
    slow = hass.async_create_task(static.async_refresh())
    while f"GET {DRIVE}" not in requests_since(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await dynamic.async_refresh()
    assert dynamic.last_update_success
    assert f"GET {THERMAL}" in requests_since(bmc, since)
    assert f"GET {LOG}" not in requests_since(bmc, since)
    await slow
    assert f"GET {LOG}" in requests_since(bmc, since)


async def test_what_moves_is_read_anew_when_the_set_up_took_long(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """A slow BMC takes minutes for all the rest: nobody is shown what was before."""
    options = {CONF_DYNAMIC_INTERVAL: 1}
    hass.config_entries.async_update_entry(entry, options=options)
    bmc.hang(FAN_MODE, 1.2, times=1)
    await set_up(hass, entry)
    assert requests_since(bmc).count(f"GET {THERMAL}") == 2


async def test_what_changed_while_the_bmc_was_away_is_never_shown_as_it_was(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What was missed is shown when it has been read anew, not when the BMC is back."""
    fan_mode, ntp = (
        entity_id(hass, loaded, of) for of in ("select.fan_mode", "switch.ntp")
    )
    shown: dict[str, list[str]] = {str(fan_mode): [], str(ntp): []}

    @callback
    def see(event: Event[EventStateChangedData]) -> None:
        if new := event.data["new_state"]:
            shown[new.entity_id].append(new.state)

    async_track_state_change_event(hass, shown, see)
    bmc.drop("*")
    await elapse(STATIC + DYNAMIC)
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    bmc.heal()
    await elapse(2 * DYNAMIC)
    assert shown == {
        fan_mode: [STATE_UNAVAILABLE, "full_speed"],
        ntp: [STATE_UNAVAILABLE, "on"],
    }


async def test_a_poll_does_not_wait_for_what_is_read_rarely(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """However much there is of it: one of two places is always free."""
    await set_up(hass, entry)
    bmc.hang("*", 0.02)
    since = len(bmc.requests)
    runtime_data = entry.runtime_data
    rest = hass.async_create_task(runtime_data.static.async_refresh())
    await until(lambda: len(bmc.requests) > since + 1)
    before = len(bmc.requests)
    await runtime_data.dynamic.async_refresh()
    meanwhile = requests_since(bmc, before)
    assert {f"GET {path}" for path in (SYSTEM, THERMAL, POWER)} <= set(meanwhile)
    assert len(meanwhile) <= 2 * 3
    await rest
    assert len(bmc.requests) - before > len(meanwhile)
