"""Test the action that shuts the host down, waits and returns the result."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from tests.conftest import Clock
from tests.simulator import Bmc

from . import (
    DYNAMIC,
    QUICK,
    ActionResponse,
    call_action,
    requests_since,
    set_host_times,
    set_up,
)
from .conftest import Elapse
from .host_poller import interval, polled_power_state
from .paths import RESET, RESET_INFO, SYSTEM

SHUTDOWN = "shutdown_and_wait"

type Task = asyncio.Task[ActionResponse]


@pytest.fixture
async def tasks() -> AsyncIterator[list[Task]]:
    """Return a list for tasks of running actions, and cancel them at the end."""
    running: list[Task] = []
    yield running
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture
def begin(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, tasks: list[Task]
) -> Callable[..., Any]:
    """Return a function that begins a shutdown and returns the task of the action."""

    async def begin_shutdown(**data: Any) -> Task:
        task = asyncio.create_task(call_action(hass, loaded, SHUTDOWN, **data))
        tasks.append(task)
        await spin(lambda: task.done() or interval(loaded) == QUICK)
        return task

    return begin_shutdown


async def spin(condition: Callable[[], bool]) -> None:
    """Wait for a condition without advancing the time."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("The condition did not become true")


async def test_shutdown_returns_when_host_is_off(
    bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Return the seconds that the shutdown took."""
    since = len(bmc.requests)
    task = await begin()
    assert bmc.requests[since + 1].body == {"ResetType": "GracefulShutdown"}
    await elapse(QUICK, QUICK)
    assert not task.done()
    await elapse(QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert bmc.power_state == "Off"


async def test_shutdown_works_before_static_data_was_read(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Read the supported reset types for an early call."""
    static = loaded.runtime_data.static
    static.data = replace(static.data, reset_types=())
    task = await begin()
    await elapse(4 * QUICK, QUICK)
    assert (await task)["result"] == "shut_down"
    assert bmc.power_state == "Off"


async def test_shutdown_reads_power_state_of_host_first(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, clock: Clock
) -> None:
    """Send no reset to a host that was powered off since the last poll."""
    bmc.power("ForceOff")
    clock.tick(10)
    since = len(bmc.requests)
    response = await call_action(hass, loaded, SHUTDOWN)
    assert response == {"result": "already_off", "seconds": 0}
    assert requests_since(bmc, since) == [f"GET {SYSTEM}"]
    assert polled_power_state(loaded) == "Off"


async def test_running_shutdown_is_not_requested_again(
    bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Wait for the end of a shutdown that was started elsewhere."""
    bmc.power("GracefulShutdown")
    since = len(bmc.requests)
    task = await begin()
    await elapse(2 * QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert f"POST {RESET}" not in requests_since(bmc, since)


@pytest.mark.parametrize(
    ("options", "seconds"), [({"timeout": 60}, 60), ({}, 300)], ids=str
)
async def test_ignored_shutdown_times_out(
    bmc: Bmc, elapse: Elapse, begin: Any, options: dict[str, int], seconds: int
) -> None:
    """Keep a host on that ignores the request for five minutes or the given time."""
    bmc.host.accepts_shutdown = False
    task = await begin(**options)
    await elapse(seconds, QUICK)
    assert task.done()
    assert await task == {"result": "timed_out", "seconds": seconds}
    assert bmc.power_state == "On"


async def test_ignored_shutdown_is_forced_on_request(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Cut the power after the timeout."""
    bmc.host.accepts_shutdown = False
    task = await begin(timeout=60, force=True)
    await elapse(55, QUICK)
    assert bmc.power_state == "On"
    since = len(bmc.requests)
    await elapse(QUICK, QUICK)
    await spin(
        lambda: (
            f"POST {RESET}" in requests_since(bmc, since) and interval(loaded) == QUICK
        )
    )
    await elapse(QUICK, QUICK)
    assert await task == {"result": "forced", "seconds": 65}
    assert bmc.power_state == "Off"


async def test_ineffective_forced_shutdown_times_out(
    bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Return a timeout one minute after the forced power-off."""
    bmc.host.accepts_shutdown = False
    task = await begin(timeout=10, force=True)
    set_host_times(bmc, power=9999, shutdown=1, boot=1)
    since = len(bmc.requests)
    await elapse(10, QUICK)
    await spin(lambda: f"POST {RESET}" in requests_since(bmc, since))
    await elapse(60 + QUICK, QUICK)
    response = await task
    assert response["result"] == "timed_out"
    assert 70 <= response["seconds"] <= 75


async def test_long_shutdown_is_polled_quickly_to_its_end(
    bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Return promptly also after more than the usual time of quick polls."""
    set_host_times(bmc, shutdown=400)
    task = await begin(timeout=600)
    await elapse(400, QUICK)
    assert await task == {"result": "shut_down", "seconds": 400}


async def test_shutdown_continues_over_connection_loss(
    bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Return the result if the BMC is back before the timeout."""
    task = await begin(timeout=120)
    bmc.drop("*")
    await elapse(2 * DYNAMIC, QUICK)
    assert not task.done()
    bmc.heal()
    await elapse(DYNAMIC, QUICK)
    assert (await task)["result"] == "shut_down"


async def test_shutdown_fails_when_entry_is_unloaded(
    hass: HomeAssistant, loaded: ConfigEntry, begin: Any
) -> None:
    """Raise an error, because no poll can detect the result any more."""
    task = await begin()
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(HomeAssistantError) as failure:
        await task
    assert failure.value.translation_key == "unloaded_meanwhile"


async def test_refused_shutdown_is_not_forced(bmc: Bmc, begin: Any) -> None:
    """Raise the error of a board that lists the reset type but refuses it, as X11."""
    bmc.fail(RESET, status=400)
    with pytest.raises(HomeAssistantError) as failure:
        await (await begin(force=True))
    assert failure.value.translation_key == "refused"
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    ("offered", "data", "missing"),
    [
        (["On", "ForceOff"], {}, "GracefulShutdown"),
        (["On", "GracefulShutdown"], {"force": True}, "ForceOff"),
    ],
)
async def test_missing_reset_type_is_reported_before_shutdown(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    offered: list[str],
    data: dict[str, Any],
    missing: str,
) -> None:
    """Check both reset types at the beginning, and send no request."""
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": offered}}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError, match=missing):
        await call_action(hass, entry, SHUTDOWN, **data)
    assert requests_since(bmc, since) == []


@pytest.mark.parametrize("seconds", [0, 5, 3601, "soon"])
async def test_timeout_out_of_range_is_rejected(
    hass: HomeAssistant, loaded: ConfigEntry, seconds: Any
) -> None:
    """Require enough time for an operating system, and at most an hour."""
    with pytest.raises(vol.Invalid):
        await call_action(hass, loaded, SHUTDOWN, timeout=seconds)
