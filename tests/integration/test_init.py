"""A server's life in Home Assistant: set-up, polls and the end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from syrupy.assertion import SnapshotAssertion

from custom_components.supermicro_redfish.const import DYNAMIC_INTERVAL
from tests.conftest import until
from tests.simulator import REMOVED, Bmc, Server

from . import (
    CHASSIS,
    DYNAMIC,
    GET_STATIC,
    HOUR,
    MANAGER,
    POWER,
    SESSIONS,
    STATIC,
    SYSTEM,
    THERMAL,
    call,
    entity,
    logged_problems,
    requests_since,
    set_up,
    stop,
    unload,
)
from .conftest import Elapse

GET_DYNAMIC = [f"GET {SYSTEM}", f"GET {THERMAL}", f"GET {POWER}"]
DELETE = f"DELETE {SESSIONS}/1"

type End = Callable[[HomeAssistant, ConfigEntry], Awaitable[None]]


async def begin_poll(hass: HomeAssistant, bmc: Bmc, until: str = THERMAL) -> None:
    """Begin a poll, and return when it has read the system and waits for the rest."""
    since = len(bmc.requests)
    async_fire_time_changed(hass, dt_util.utcnow() + DYNAMIC_INTERVAL)
    while f"GET {until}" not in requests_since(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert bmc.requests[since].status


async def test_a_set_up_asks_for_nothing_twice(loaded: ConfigEntry, bmc: Bmc) -> None:
    """What both coordinators need, such as the system, is asked for once."""
    assert loaded.state is ConfigEntryState.LOADED
    requests = requests_since(bmc)
    assert len(requests) == len(set(requests))
    assert all(request.status < 400 for request in bmc.requests)


async def test_a_set_up_asks_for_what_is_shown(
    loaded: ConfigEntry, bmc: Bmc, snapshot: SnapshotAssertion
) -> None:
    """The way from the root to it, and nothing besides."""
    assert loaded.state is ConfigEntryState.LOADED
    assert sorted(requests_since(bmc)) == snapshot


async def test_a_set_up_and_an_hour_of_polls_are_nothing_to_complain_about(
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One login does, and one connection (B6)."""
    since = len(bmc.requests)
    for _ in range(int(HOUR / DYNAMIC)):
        await elapse(DYNAMIC)
    polls = requests_since(bmc, since)
    assert polls.count(f"GET {THERMAL}") == HOUR / DYNAMIC
    assert polls.count(f"GET {MANAGER}") == HOUR / STATIC
    assert bmc.login_attempts == 1
    assert server.handshakes == 1
    assert bmc.peak_parallel == 1
    assert bmc.open_sessions == 1
    assert logged_problems(caplog) == []


async def test_a_dynamic_poll_asks_for_what_moves(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is three requests."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert sorted(requests_since(bmc, since)) == sorted(GET_DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_a_static_poll_asks_for_what_is_shown(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It is one request for each resource."""
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(STATIC - DYNAMIC)
    assert loaded.runtime_data.static.last_update_success
    assert Counter(requests_since(bmc, since)) == Counter(GET_STATIC) + Counter(
        GET_DYNAMIC * int(STATIC / DYNAMIC - 1)
    )


async def test_unloading_gives_the_session_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """And nothing is asked for after that."""
    await unload(hass, loaded)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    assert bmc.open_sessions == 0
    assert requests_since(bmc)[-1] == DELETE
    since = len(bmc.requests)
    await elapse(STATIC)
    assert requests_since(bmc, since) == []


async def test_reloading_gives_one_session_back_and_takes_another(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """A reload is an end and a beginning."""
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


async def test_the_end_of_home_assistant_gives_the_session_back(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant unloads nothing when it stops."""
    await stop(hass, loaded)
    assert bmc.open_sessions == 0
    assert requests_since(bmc)[-1] == DELETE
    assert logged_problems(caplog) == []


@pytest.mark.usefixtures("short_timeout")
@pytest.mark.parametrize("end", [unload, stop])
async def test_an_end_during_a_poll_leaves_no_session_and_no_complaint(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """The poll is broken off, which is no failure of the BMC."""
    await set_up(hass, entry)
    bmc.hang(THERMAL, 0.1, times=1)
    await begin_poll(hass, bmc)
    await end(hass, entry)
    assert bmc.open_sessions == 0
    assert bmc.logins == 1
    assert logged_problems(caplog) == []


@pytest.mark.parametrize("end", [unload, stop])
async def test_an_end_during_a_command_leaves_no_session_and_no_complaint(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """The command is done, but what became of it is not read any more."""
    await set_up(hass, entry)
    bmc.hang(SYSTEM, 0.1, times=1)
    since = len(bmc.requests)
    command = asyncio.create_task(call(hass, entry, "light.identify_led", "turn_on"))
    await until(lambda: f"PATCH {SYSTEM}" in requests_since(bmc, since))
    await end(hass, entry)
    await command
    assert bmc.indicator_led == "Lit"
    assert requests_since(bmc, since) == [f"PATCH {SYSTEM}", DELETE]
    assert bmc.open_sessions == 0
    assert logged_problems(caplog) == []


def put_subsystem(bmc: Bmc, fans: int) -> list[str]:
    """Let a board have a resource for each fan, as Gen 14 does; return their paths."""
    subsystem = f"{CHASSIS}/ThermalSubsystem"
    paths = [f"{subsystem}/Fans/{number}" for number in range(fans)]
    links = [{"@odata.id": path} for path in paths]
    new = {"Thermal": REMOVED, "ThermalSubsystem": {"@odata.id": subsystem}}
    bmc.change(CHASSIS, new)
    bmc.put(subsystem, {"Fans": {"@odata.id": f"{subsystem}/Fans"}})
    bmc.put(f"{subsystem}/Fans", {"Members": links})
    for path in paths:
        name = f"FAN{path[-1]}"
        bmc.put(path, {"@odata.id": path, "Name": name, "SpeedPercent": {"Reading": 9}})
    return paths


async def test_a_poll_that_is_under_way_does_not_undo_a_command(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """What was read back after a command is newer than what the poll read before.

    Only where a poll is one request after the other a command comes in between.
    """
    fans = put_subsystem(bmc, 3)
    await set_up(hass, entry)
    for fan in fans:
        bmc.hang(fan, 0.1, times=1)
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": 119}}})
    await begin_poll(hass, bmc, fans[0])
    await call(hass, entry, "light.identify_led", "turn_on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"GET {fans[-1]}" in requests_since(
        bmc, requests_since(bmc).index(f"PATCH {SYSTEM}")
    )
    assert entity(hass, entry, "sensor.power_consumption").state == "119"
    assert bmc.indicator_led == "Lit"
    assert entity(hass, entry, "light.identify_led").state == "on"
