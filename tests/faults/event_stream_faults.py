"""Faults of the stream of server-sent events.

The stream is only a reason to read the log early. Whatever happens to it, all states
stay, the log is read with each static poll, and the stream is opened again.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.integration import DYNAMIC
from tests.integration.health_log import FiredEvents, add_to_log
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import GONE, Action, in_turn
from tests.simulator.event_streams import EventStreams

from .feature_scenario import FeatureFault, FeatureScenario
from .matrix import CONNECTION_LOST, NOT_CONNECTED

QUARTER = 900
"""Seconds of the longest pause between two attempts to open a stream."""
_SECONDS = 600
_POLLS = 3 * _SECONDS // 30 + 30
"""Requests of the dynamic polls in that time, and of one static poll."""
_ATTEMPTS = 6
"""Attempts to open a stream in that time, with a growing pause between them."""


def streams(scenario: FaultScenario) -> EventStreams:
    """Return the streams of the BMC."""
    return scenario.bmc.event_streams


def prepare(scenario: FeatureScenario) -> None:
    """Add a stream of events to the board."""
    scenario.bmc.enable_event_streams()


async def listen(scenario: FeatureScenario) -> None:
    """Wait until the integration listens."""
    async with asyncio.timeout(QUARTER + DYNAMIC):
        while streams(scenario).open != 1:  # noqa: ASYNC110 - the BMC has no event
            await asyncio.sleep(1)


async def check(scenario: FeatureScenario) -> None:
    """Check that an event is fired within some seconds, without a poll."""
    await listen(scenario)
    await asyncio.sleep(2 * DYNAMIC)  # the log is read when the stream is open
    fired = FiredEvents(scenario.instance.hass)
    add_to_log(scenario.bmc, "[PWR-0003] Power lost")
    streams(scenario).publish("Power lost")
    await asyncio.sleep(DYNAMIC / 2)
    assert fired.messages == ["Power lost"]


def refuse(**response: Any) -> Action:
    """Close the stream, and respond to new ones with an error."""

    def inject(scenario: FaultScenario) -> None:
        path = streams(scenario).path
        assert path
        scenario.bmc.fail(path, **response)
        streams(scenario).close()

    return inject


def drop(scenario: FaultScenario) -> None:
    """Close the stream, and the connection of each new one."""
    path = streams(scenario).path
    assert path
    scenario.bmc.drop(path)
    streams(scenario).close()


def limit(number: int) -> Action:
    """Close the stream, and close each new one above a number at once."""

    def inject(scenario: FaultScenario) -> None:
        streams(scenario).limit = number
        streams(scenario).close()

    return inject


def send(data: bytes, *, is_cut: bool = False) -> Action:
    """Send bytes on the stream; close it afterwards if `is_cut`."""

    def inject(scenario: FaultScenario) -> None:
        streams(scenario).send(data)
        if is_cut:
            streams(scenario).close()

    return inject


def send_half_event(scenario: FaultScenario) -> None:
    """Close the stream in the middle of an event."""
    event = streams(scenario).event("Half of it")
    send(event[: len(event) // 2], is_cut=True)(scenario)


def restart(scenario: FaultScenario) -> None:
    """Restart the BMC, which closes the stream."""
    scenario.bmc.restart(120)
    streams(scenario).close()


def is_open(scenario: FeatureScenario) -> bool:
    """Return whether there is exactly one stream."""
    return streams(scenario).open == 1


def tries(number: int) -> Callable[[FeatureScenario], bool]:
    """Expect at most this number of attempts, and no open stream."""

    def holds(scenario: FeatureScenario) -> bool:
        attempts = scenario.count_requests(f"GET {streams(scenario).path}")
        assert 1 < attempts <= number + 1, attempts
        return streams(scenario).open == 0

    return holds


_REFUSED: dict[str, Any] = {
    "seconds": _SECONDS,
    "requests": _POLLS + _ATTEMPTS,
    "holds": tries(_ATTEMPTS),
    "recovers_after": 0,
}
_REFUSED_TWICE = _REFUSED | {
    "requests": _POLLS + 3 * _ATTEMPTS,
    "holds": tries(2 * _ATTEMPTS),
}
"""A dropped request is sent again, and one with a rejected token after a login."""

STREAM_FAULTS: tuple[FeatureFault, ...] = (
    FeatureFault("stream refused", drop, **_REFUSED_TWICE),
    FeatureFault(
        "stream ended at once",
        limit(0),
        **_REFUSED,
        recover=in_turn(limit(10), FaultScenario.recover),
    ),
    *(
        FeatureFault(f"{status} for the stream", refuse(status=status), **_REFUSED)
        for status in (403, 404, 500, 503)
    ),
    FeatureFault("401 for the stream", refuse(status=401), **_REFUSED_TWICE, logins=1),
    FeatureFault(
        "page instead of the stream",
        refuse(status=200, body="<html></html>", content_type="text/html"),
        **_REFUSED,
    ),
    FeatureFault(
        "stream silent for ten minutes",
        lambda _: None,
        seconds=_SECONDS,
        requests=_POLLS,
        holds=is_open,
    ),
    FeatureFault(
        "garbage in the stream",
        send(b"\xff\x00\x1b[2J\r\rdata\n\ndata: {\n\n: comment\n\n"),
        requests=3 * 60 // 30 + 8,
        holds=is_open,
    ),
    FeatureFault(
        "event without an end",
        send(b"data: " + 2_000_000 * b"a"),
        requests=3 * 60 // 30 + 8,
        recovers_after=DYNAMIC,
    ),
    FeatureFault(
        "stream cut in the middle of an event",
        send_half_event,
        requests=3 * 60 // 30 + 8,
        recovers_after=DYNAMIC,
    ),
    FeatureFault(
        "BMC restarts",
        restart,
        states=GONE,
        seconds=90,
        requests=12,
        log=(CONNECTION_LOST,),
        logins=1,
        recovers_after=120,
    ),
    FeatureFault(
        "BMC refuses all connections",
        FaultScenario.close_port,
        states=GONE,
        seconds=90,
        requests=0,
        log=(NOT_CONNECTED,),
        recovers_after=120,
    ),
)
