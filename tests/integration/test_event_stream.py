"""Test the events that OpenBMC sends on a stream."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc
from tests.simulator.event_streams import EventStreams

from . import (
    DYNAMIC,
    HOUR,
    MINUTE,
    real_time,
    requests_since,
    set_up,
    stop,
    unload,
    until,
)
from .conftest import Elapse
from .health_log import FiredEvents, add_to_log
from .paths import LOG

pytestmark = pytest.mark.usefixtures("hass_storage")


@pytest.fixture
def streams(bmc: Bmc) -> EventStreams:
    """Return the streams that are added to the board."""
    return bmc.enable_event_streams()


@dataclass
class Listening:
    """An entry for a BMC with streams, and the events that it fires."""

    hass: HomeAssistant
    entry: ConfigEntry
    streams: EventStreams
    bmc: Bmc
    elapse: Elapse
    fired: FiredEvents

    async def start(self) -> None:
        """Set up the entry, and wait until its stream is open."""
        await set_up(self.hass, self.entry)
        await self.until_open()

    async def until_open(self) -> None:
        """Wait until a stream is open."""
        await until(lambda: self.streams.open == 1)

    async def finish(self) -> None:
        """Wait until events on the stream and their log reads are done."""
        ended = real_time() + 0.05
        await until(lambda: real_time() > ended)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def count_log_reads(self, since: int) -> int:
        """Return the number of reads of the log."""
        return requests_since(self.bmc, since).count(f"GET {LOG}")

    def count_attempts(self, since: int = 0) -> int:
        """Return the number of attempts to open a stream."""
        return requests_since(self.bmc, since).count(f"GET {self.streams.path}")


@pytest.fixture
def stopped(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    streams: EventStreams,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> Listening:
    """Return an entry that is not set up. Time stands still."""
    return Listening(hass, entry, streams, bmc, elapse, fired)


@pytest.fixture
async def listening(stopped: Listening) -> Listening:
    """Return a loaded entry that listens."""
    await stopped.start()
    return stopped


async def test_event_is_fired_at_once(listening: Listening) -> None:
    """Fire the event of a new log entry within a second, without a poll."""
    add_to_log(listening.bmc, "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)")
    sent = real_time()
    listening.streams.publish("Fake")
    await until(lambda: listening.fired.messages != [])
    assert real_time() - sent < 1
    assert listening.fired.messages == ["PS2 Status, Power Supply input lost (AC/DC)"]
    assert listening.bmc.open_sessions == 1


async def test_log_is_read_when_the_stream_is_open(listening: Listening) -> None:
    """Read the entries logged without a stream, also after a reconnection."""
    await listening.elapse(DYNAMIC)
    listening.streams.close()
    await listening.finish()
    add_to_log(listening.bmc, "A")
    await listening.elapse(15)
    await listening.until_open()
    await listening.finish()
    assert listening.fired.messages == []
    await listening.elapse(5)
    await listening.finish()
    assert listening.fired.messages == ["A"]


@pytest.mark.long
async def test_flood_of_events_is_bounded(listening: Listening) -> None:
    """Read the log a few times per minute despite 10,000 events."""
    since = len(listening.bmc.requests)
    streams = listening.streams
    for second in range(60):
        streams.send(b"".join(streams.event("A") for _ in range(167)))
        if second == 59:
            add_to_log(listening.bmc, "last")
        await listening.elapse(1)
        await listening.finish()
    assert 3 <= listening.count_log_reads(since) <= 10
    await listening.elapse(MINUTE)
    assert listening.fired.messages == ["last"]


async def test_events_of_a_log_are_fired_within_three_seconds(
    listening: Listening,
) -> None:
    """Read a log with new entries every two seconds."""
    for number in range(5):
        add_to_log(listening.bmc, str(number))
        listening.streams.publish("A")
        await listening.elapse(3)
        await listening.finish()
        assert listening.fired.messages[-1] == str(number)


@pytest.mark.long
async def test_refused_stream_is_retried_with_growing_pauses(
    stopped: Listening,
) -> None:
    """Retry every 15 minutes in the end, without reading the log."""
    stopped.streams.limit = 0
    await set_up(stopped.hass, stopped.entry)
    await until(lambda: stopped.streams.opened == 1)
    await stopped.finish()
    since = len(stopped.bmc.requests)
    await stopped.elapse(2 * HOUR)
    assert 10 <= stopped.count_attempts(since) <= 15
    assert stopped.count_log_reads(since) <= 9, "more than the usual polls"


async def test_missing_stream_is_rarely_tried(stopped: Listening) -> None:
    """Retry a missing stream every 15 minutes, as an update may add it."""
    assert stopped.streams.path
    stopped.bmc.fail(stopped.streams.path, status=404)
    await set_up(stopped.hass, stopped.entry)
    await stopped.finish()
    await stopped.elapse(2 * HOUR)
    assert 7 <= stopped.count_attempts() <= 9


@pytest.mark.parametrize("end", [unload, stop])
async def test_stream_is_closed_at_the_end(
    listening: Listening, end: Callable[[HomeAssistant, ConfigEntry], Any]
) -> None:
    """Close the stream and the session, and end the task."""
    await end(listening.hass, listening.entry)
    await until(lambda: listening.streams.open == 0)
    assert listening.bmc.open_sessions == 0
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "Listen for events" not in names


async def test_expired_session_continues_with_one_login(listening: Listening) -> None:
    """Log in once for polls and stream together."""
    listening.bmc.expire_sessions()
    listening.streams.close()
    await listening.finish()
    await listening.elapse(DYNAMIC)
    await listening.until_open()
    add_to_log(listening.bmc, "A")
    listening.streams.publish("A")
    await until(lambda: listening.fired.messages == ["A"])
    assert listening.bmc.login_attempts == 2
    assert listening.bmc.open_sessions == 1


async def test_stream_returns_with_the_bmc(listening: Listening) -> None:
    """Send no attempts during an outage, and listen soon after it."""
    listening.bmc.drop("*")
    listening.streams.close()
    await listening.finish()
    await listening.elapse(HOUR)
    assert listening.count_attempts() <= 3
    listening.bmc.heal()
    await listening.elapse(2 * DYNAMIC)
    await listening.until_open()


async def test_account_without_privileges_does_not_listen(stopped: Listening) -> None:
    """Send no request that the BMC would refuse."""
    stopped.bmc.role = "ReadOnly"
    await set_up(stopped.hass, stopped.entry)
    await stopped.elapse(HOUR)
    assert stopped.count_attempts() == 0


async def test_board_without_stream_is_asked_once(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the event service of the board once, in the background."""
    await elapse(HOUR)
    assert requests_since(bmc).count("GET /redfish/v1/EventService") == 1


@pytest.mark.long
async def test_log_that_fails_once_is_read_with_the_next_event(
    listening: Listening,
) -> None:
    """Keep listening, and fire the events of the failed read as well."""
    await listening.elapse(HOUR)
    for text, status in (("A", 503), ("B", None)):
        listening.bmc.heal()
        if status:
            listening.bmc.fail(LOG, status=status)
        add_to_log(listening.bmc, text)
        listening.streams.publish(text)
        await listening.finish()
        await listening.elapse(MINUTE)
        await listening.finish()
        assert ("A" in listening.fired.messages) is (status is None)
    assert listening.fired.messages == ["A", "B"]
    assert listening.streams.open == 1
