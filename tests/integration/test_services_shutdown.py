"""The action that shuts a host down, waits, and says what became of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.supermicro_redfish.host_poller import QUICK_INTERVAL
from tests.conftest import Clock
from tests.simulator import Bmc

from . import DYNAMIC, QUICK, RESET_INFO, SYSTEM, Answer, act, asked, set_up
from .conftest import Elapse
from .test_entities import RESET


@pytest.fixture
async def waiting() -> AsyncIterator[list[asyncio.Task[Answer]]]:
    """Return a place for actions that wait; what waits in the end is ended."""
    tasks: list[asyncio.Task[Answer]] = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def begin(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    waiting: list[asyncio.Task[Answer]],
) -> Any:
    """Return what begins a shutdown, and returns the task that waits for its end."""

    async def begin_shutdown(**data: Any) -> asyncio.Task[Answer]:
        task = asyncio.create_task(act(hass, loaded, "shutdown_and_wait", **data))
        waiting.append(task)
        await spin(lambda: task.done() or is_quick(loaded))
        return task

    return begin_shutdown


async def spin(condition: Callable[[], bool]) -> None:
    """Wait until something is so, while the time stands still."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("It never was")


def is_quick(entry: ConfigEntry) -> bool:
    """Tell whether the host is followed more closely."""
    return bool(entry.runtime_data.dynamic.update_interval == QUICK_INTERVAL)


async def test_a_host_that_shuts_down_is_waited_for(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It is told when it is off, and how long that took."""
    since = len(bmc.requests)
    task = await begin()
    assert bmc.requests[since + 1].body == {"ResetType": "GracefulShutdown"}
    await elapse(QUICK, QUICK)
    assert not task.done()
    await elapse(QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert bmc.power_state == "Off"


async def test_a_host_that_is_off_is_not_shut_down(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, clock: Clock
) -> None:
    """The BMC is asked, though: Home Assistant may not know it yet."""
    bmc.power("ForceOff")
    clock.tick(10)
    since = len(bmc.requests)
    answer = await act(hass, loaded, "shutdown_and_wait")
    assert answer == {"result": "already_off", "seconds": 0}
    assert asked(bmc, since) == [f"GET {SYSTEM}"]
    assert loaded.runtime_data.dynamic.data.system.power_state == "Off"


async def test_a_host_that_shuts_down_already_is_waited_for(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It is not told twice."""
    bmc.power("GracefulShutdown")
    since = len(bmc.requests)
    task = await begin()
    await elapse(2 * QUICK, QUICK)
    assert await task == {"result": "shut_down", "seconds": 10}
    assert f"POST {RESET}" not in asked(bmc, since)


async def test_a_host_that_does_not_answer_is_told(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It goes on running."""
    bmc.host.accepts_shutdown = False
    task = await begin(timeout=60)
    await elapse(60, QUICK)
    assert await task == {"result": "timed_out", "seconds": 60}
    assert bmc.power_state == "On"


async def test_a_host_that_does_not_answer_is_forced_if_that_is_wanted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """After it had its time."""
    bmc.host.accepts_shutdown = False
    task = await begin(timeout=60, force=True)
    await elapse(55, QUICK)
    assert bmc.power_state == "On"
    since = len(bmc.requests)
    await elapse(QUICK, QUICK)
    await spin(lambda: f"POST {RESET}" in asked(bmc, since) and is_quick(loaded))
    await elapse(QUICK, QUICK)
    assert await task == {"result": "forced", "seconds": 65}
    assert bmc.power_state == "Off"


async def test_a_host_that_nothing_ends_is_told(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """A minute after it was forced."""
    bmc.host.accepts_shutdown = False
    task = await begin(timeout=10, force=True)
    bmc.host._times = bmc.host._times.__class__(power=9999, shutdown=1, boot=1)
    since = len(bmc.requests)
    await elapse(10, QUICK)
    await spin(lambda: f"POST {RESET}" in asked(bmc, since))
    await elapse(60 + QUICK, QUICK)
    answer = await task
    assert answer["result"] == "timed_out"
    assert 70 <= answer["seconds"] <= 75


async def test_a_long_shutdown_is_followed_to_its_end(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """Who waits wants to know it soon, also after minutes."""
    bmc.host._times = bmc.host._times.__class__(power=3, shutdown=400, boot=30)
    task = await begin(timeout=600)
    await elapse(400, QUICK)
    assert await task == {"result": "shut_down", "seconds": 400}


async def test_a_bmc_that_is_away_meanwhile_may_still_tell_in_time(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, begin: Any
) -> None:
    """It does not end the waiting."""
    task = await begin(timeout=120)
    bmc.drop("*")
    await elapse(2 * DYNAMIC, QUICK)
    assert not task.done()
    bmc.heal()
    await elapse(DYNAMIC, QUICK)
    assert (await task)["result"] == "shut_down"


async def test_an_entry_that_is_unloaded_ends_the_waiting(
    hass: HomeAssistant, loaded: ConfigEntry, begin: Any
) -> None:
    """Nobody would tell it any more."""
    task = await begin()
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(HomeAssistantError) as failure:
        await task
    assert failure.value.translation_key == "unloaded_meanwhile"


async def test_a_shutdown_that_is_refused_says_why(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, begin: Any
) -> None:
    """An X11 lists it and refuses it; it is not forced for that."""
    bmc.fail(RESET, status=400)
    with pytest.raises(HomeAssistantError) as failure:
        await (await begin(force=True))
    assert failure.value.translation_key == "refused"
    assert bmc.power_state == "On"


@pytest.mark.parametrize(
    ("offered", "data", "named"),
    [
        (["On", "ForceOff"], {}, "GracefulShutdown"),
        (["On", "GracefulShutdown"], {"force": True}, "ForceOff"),
    ],
)
async def test_what_a_board_does_not_offer_is_told_at_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    offered: list[str],
    data: dict[str, Any],
    named: str,
) -> None:
    """Not when the time is up."""
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": offered}}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError, match=named):
        await act(hass, entry, "shutdown_and_wait", **data)
    assert asked(bmc, since) == []


@pytest.mark.parametrize("seconds", [0, 5, 3601, "soon"])
async def test_a_time_that_makes_no_sense_is_refused(
    hass: HomeAssistant, loaded: ConfigEntry, seconds: Any
) -> None:
    """No operating system is that fast."""
    with pytest.raises(vol.Invalid):
        await act(hass, loaded, "shutdown_and_wait", timeout=seconds)
