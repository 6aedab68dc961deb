"""Test the events that OpenBMC sends on a stream."""

import asyncio
from collections.abc import Callable
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc
from tests.simulator.event_streams import EventStreams

from . import DYNAMIC, HOUR, MINUTE, requests_since, set_up, stop, unload
from .conftest import Elapse
from .health_log import FiredEvents, add_to_log
from .paths import LOG

GET_LOG = f"GET {LOG}"

pytestmark = pytest.mark.usefixtures("hass_storage")


def real_time() -> float:
    """Return the seconds of a clock that does not stand still in tests."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for messages on the network until a condition is true, in no time."""
    ended = real_time() + 5
    while not condition():
        await asyncio.sleep(0)
        assert real_time() < ended, "The condition did not become true"


@pytest.fixture
def streams(bmc: Bmc) -> EventStreams:
    """Return the streams of the board, which is given some."""
    return bmc.enable_event_streams()


@pytest.fixture
async def listening(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    streams: EventStreams,
    entry: ConfigEntry,
) -> ConfigEntry:
    """Return a loaded entry that listens."""
    await set_up(hass, entry)
    await until(lambda: streams.open == 1)
    return entry


def log_reads(bmc: Bmc, since: int = 0) -> int:
    """Return the number of reads of the log."""
    return requests_since(bmc, since).count(GET_LOG)


async def finish(hass: HomeAssistant) -> None:
    """Let the events on the stream arrive, and their reads end."""
    ended = real_time() + 0.05
    await until(lambda: real_time() > ended)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_event_is_fired_at_once(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    fired: FiredEvents,
) -> None:
    """Fire the event of a new log entry within a second, without a poll."""
    add_to_log(bmc, "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)")
    sent = real_time()
    streams.publish("Fake")
    await until(lambda: fired.messages != [])
    assert real_time() - sent < 1
    assert fired.messages == ["PS2 Status, Power Supply input lost (AC/DC)"]
    assert bmc.open_sessions == 1
    assert listening.state.recoverable


async def test_log_is_read_when_the_stream_is_open(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Read the entries logged without a stream, also after a reconnection."""
    await elapse(DYNAMIC)
    streams.close()
    await finish(hass)
    add_to_log(bmc, "A")
    await elapse(15)
    await until(lambda: streams.open == 1)
    await finish(hass)
    assert fired.messages == []
    await elapse(5)
    await finish(hass)
    assert fired.messages == ["A"]
    assert listening.state.recoverable


async def test_flood_of_events_is_bounded(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Read the log a few times in a minute of 10,000 events, and fire the last one."""
    since = len(bmc.requests)
    for second in range(60):
        streams.send(b"".join(streams.event("A") for _ in range(167)))
        if second == 59:
            add_to_log(bmc, "last")
        await elapse(1)
        await finish(hass)
    assert 3 <= log_reads(bmc, since) <= 10
    await elapse(MINUTE)
    assert fired.messages == ["last"]


async def test_events_of_a_log_are_fired_within_three_seconds(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Read a log with new entries every two seconds."""
    for number in range(5):
        add_to_log(bmc, str(number))
        streams.publish("A")
        await elapse(3)
        await finish(hass)
        assert fired.messages[-1] == str(number)


async def test_refused_stream_is_tried_again_more_and_more_rarely(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    streams: EventStreams,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Try it every 15 minutes in the end, and read no log for it."""
    streams.limit = 0
    await set_up(hass, entry)
    await until(lambda: streams.opened == 1)
    await finish(hass)
    since = len(bmc.requests)
    await elapse(2 * HOUR)
    tries = requests_since(bmc, since).count(f"GET {streams.path}")
    assert 10 <= tries <= 15
    assert log_reads(bmc, since) <= 9, "more than the usual polls"


async def test_stream_that_leads_nowhere_is_rarely_tried(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    streams: EventStreams,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Try it every 15 minutes: a firmware update may add it."""
    assert streams.path
    bmc.fail(streams.path, status=404)
    await set_up(hass, entry)
    await finish(hass)
    await elapse(2 * HOUR)
    assert 7 <= requests_since(bmc).count(f"GET {streams.path}") <= 9


@pytest.mark.parametrize("end", [unload, stop])
async def test_stream_is_closed_at_the_end(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    end: Callable[[HomeAssistant, ConfigEntry], Any],
) -> None:
    """Leave neither a stream nor a session, nor a task."""
    await end(hass, listening)
    await until(lambda: streams.open == 0)
    assert bmc.open_sessions == 0
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "Listen for events" not in names


async def test_expired_session_continues_with_one_login(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Log in once for polls and stream together."""
    bmc.expire_sessions()
    streams.close()
    await finish(hass)
    await elapse(DYNAMIC)
    await until(lambda: streams.open == 1)
    add_to_log(bmc, "A")
    streams.publish("A")
    await until(lambda: fired.messages == ["A"])
    assert bmc.login_attempts == 2
    assert bmc.open_sessions == 1


async def test_stream_returns_with_the_bmc(
    hass: HomeAssistant,
    listening: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Send no attempts during an outage, and listen soon after it."""
    bmc.drop("*")
    streams.close()
    await finish(hass)
    await elapse(HOUR)
    attempts = requests_since(bmc).count(f"GET {streams.path}")
    assert attempts <= 3
    bmc.heal()
    await elapse(2 * DYNAMIC)
    await until(lambda: streams.open == 1)


async def test_account_without_privileges_does_not_listen(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    streams: EventStreams,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
) -> None:
    """Send no request that the BMC would refuse."""
    bmc.role = "ReadOnly"
    await set_up(hass, entry)
    await elapse(HOUR)
    assert f"GET {streams.path}" not in requests_since(bmc)


async def test_board_without_stream_is_asked_once(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read its event service once, in the background of the setup."""
    await elapse(HOUR)
    assert requests_since(bmc).count("GET /redfish/v1/EventService") == 1
