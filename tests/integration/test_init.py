"""Test setup, polls and unloading of an entry."""

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
    DYNAMIC,
    HOUR,
    STATIC,
    call,
    entity,
    logged_problems,
    reload,
    requests_since,
    set_up,
    stop,
    unload,
)
from .conftest import Elapse
from .paths import (
    CHASSIS,
    GET_DYNAMIC,
    MANAGER,
    POWER,
    SESSIONS,
    SYSTEM,
    THERMAL,
)

LED = "light.identify_led"
LOGOUT = f"DELETE {SESSIONS}/1"

type End = Callable[[HomeAssistant, ConfigEntry], Awaitable[None]]

every_end = pytest.mark.parametrize("end", [unload, stop])


async def begin_poll(hass: HomeAssistant, bmc: Bmc, path: str = THERMAL) -> None:
    """Begin a poll, and return when it has read the system and requests a path."""
    since = len(bmc.requests)
    async_fire_time_changed(hass, dt_util.utcnow() + DYNAMIC_INTERVAL)
    while f"GET {path}" not in requests_since(bmc, since):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert bmc.requests[since].status


# Setup and polls


async def test_setup_reads_each_resource_once(loaded: ConfigEntry, bmc: Bmc) -> None:
    """Share resources such as the system between both coordinators.

    The chassis is read for its links to the sensors, and later for its values.
    """
    assert loaded.state is ConfigEntryState.LOADED
    requests = requests_since(bmc)
    requests.remove(f"GET {CHASSIS}")
    assert len(requests) == len(set(requests))
    assert all(request.status < 400 for request in bmc.requests)


async def test_setup_requests_match_snapshot(
    loaded: ConfigEntry, bmc: Bmc, snapshot: SnapshotAssertion
) -> None:
    """Read the resources of the entities, and the links that lead to them."""
    assert loaded.state is ConfigEntryState.LOADED
    assert sorted(requests_since(bmc)) == snapshot


async def test_polls_use_one_session_and_one_connection(
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Poll for an hour with one login, one connection and no logged problem."""
    since = len(bmc.requests)
    await elapse(HOUR, step=DYNAMIC)
    polls = requests_since(bmc, since)
    assert polls.count(f"GET {THERMAL}") == HOUR / DYNAMIC
    assert polls.count(f"GET {MANAGER}") == HOUR / STATIC
    assert bmc.login_attempts == 1
    assert server.handshakes == 1
    assert bmc.peak_parallel == 1
    assert bmc.open_sessions == 1
    assert logged_problems(caplog) == []


async def test_dynamic_poll_sends_three_requests(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read system, thermal and power, and nothing else."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert sorted(requests_since(bmc, since)) == sorted(GET_DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_static_poll_reads_each_resource_once(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, snapshot: SnapshotAssertion
) -> None:
    """Send one request for each static resource of an entity."""
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(STATIC - DYNAMIC)
    assert loaded.runtime_data.static.last_update_success
    polls = Counter(GET_DYNAMIC * int(STATIC / DYNAMIC - 1))
    requests = Counter(requests_since(bmc, since))
    assert polls <= requests
    assert sorted((requests - polls).elements()) == snapshot


# Unloading


async def test_unloading_logs_out_and_stops_polls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Delete the session with the last request."""
    await unload(hass, loaded)
    assert loaded.state is ConfigEntryState.NOT_LOADED
    assert bmc.open_sessions == 0
    assert requests_since(bmc)[-1] == LOGOUT
    since = len(bmc.requests)
    await elapse(STATIC)
    assert requests_since(bmc, since) == []


async def test_reloading_replaces_the_session(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Log out of the old session and open a new one."""
    await reload(hass, loaded)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


async def test_stopping_home_assistant_logs_out(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Delete the session although Home Assistant does not unload entries."""
    await stop(hass, loaded)
    assert bmc.open_sessions == 0
    assert requests_since(bmc)[-1] == LOGOUT
    assert logged_problems(caplog) == []


@pytest.mark.usefixtures("short_timeout")
@every_end
async def test_end_during_poll_logs_out_without_problem(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """Cancel the poll, and do not take that for a failure of the BMC."""
    await set_up(hass, entry)
    bmc.hang(THERMAL, 0.1, times=1)
    await begin_poll(hass, bmc)
    await end(hass, entry)
    assert bmc.open_sessions == 0
    assert bmc.logins == 1
    assert logged_problems(caplog) == []


@every_end
async def test_end_during_command_logs_out_without_problem(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    caplog: pytest.LogCaptureFixture,
    end: End,
) -> None:
    """Complete the command, but do not read its result back."""
    await set_up(hass, entry)
    bmc.hang(SYSTEM, 0.1, times=1)
    since = len(bmc.requests)
    command = asyncio.create_task(call(hass, entry, LED, "turn_on"))
    await until(lambda: f"PATCH {SYSTEM}" in requests_since(bmc, since))
    await end(hass, entry)
    await command
    assert bmc.indicator_led == "Lit"
    assert requests_since(bmc, since) == [f"PATCH {SYSTEM}", LOGOUT]
    assert bmc.open_sessions == 0
    assert logged_problems(caplog) == []


# Commands during a poll


def add_thermal_subsystem(bmc: Bmc, fans: int) -> list[str]:
    """Replace Thermal by one resource per fan, as on Gen 14, and return their paths."""
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


async def test_running_poll_does_not_revert_command(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Keep the result of a command, which is newer than the poll's earlier reads.

    A command comes in between only where a poll sends one request after the other.
    """
    fans = add_thermal_subsystem(bmc, 3)
    await set_up(hass, entry)
    for fan in fans:
        bmc.hang(fan, 0.1, times=1)
    bmc.change(POWER, {"PowerControl": {0: {"PowerConsumedWatts": 119}}})
    await begin_poll(hass, bmc, fans[0])
    await call(hass, entry, LED, "turn_on")
    await hass.async_block_till_done(wait_background_tasks=True)
    write = requests_since(bmc).index(f"PATCH {SYSTEM}")
    assert f"GET {fans[-1]}" in requests_since(bmc, write)
    assert entity(hass, entry, "sensor.power_consumption").state == "119"
    assert bmc.indicator_led == "Lit"
    assert entity(hass, entry, LED).state == "on"
