"""Tests of the faults of optional features: events, fans, media, and memory."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.integration import DYNAMIC
from tests.integration.conftest import load_board
from tests.scenario.fault_table import perform
from tests.scenario.scenario import SHIPPED_BOARD
from tests.simulator.certificate import Certificate

from . import event_stream_faults, fan_faults, media_faults, memory_faults
from .event_stream_faults import STREAM_FAULTS
from .fan_faults import FAN_FAULTS
from .feature_scenario import FeatureFault, FeatureScenario, Harness
from .media_faults import EMPTY, ENTITY, INSERTED, MEDIA_FAULTS, MediaFault
from .memory_faults import MEMORY_FAULTS, MemoryFault

SETUP_RETRY_SECONDS = 90


@dataclass(frozen=True)
class Feature:
    """A feature: the functions that turn it on, use it, and check it."""

    prepare: Callable[[FeatureScenario], None]
    start: Callable[[FeatureScenario], Awaitable[None]]
    check: Callable[[FeatureScenario], Awaitable[None]]
    changes: tuple[str, ...] = ()
    """Entities that the check changes."""


EVENTS = Feature(
    event_stream_faults.prepare,
    event_stream_faults.listen,
    event_stream_faults.check,
    ("event.health_log", "sensor.last_event", "sensor.unacknowledged_events"),
)
FANS = Feature(fan_faults.prepare, fan_faults.control, fan_faults.check)


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Disable the Home Assistant of the test kit, which is not used here."""


@pytest.fixture
def harness(
    network: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    new_certificate: Certificate,
) -> Harness:
    """Return the harness of scenarios in virtual time."""
    return Harness(
        caplog=caplog, monkeypatch=monkeypatch, other_certificate=new_certificate
    )


@pytest.mark.parametrize("fault", STREAM_FAULTS, ids=lambda fault: fault.name)
def test_stream_of_events_recovers(harness: Harness, fault: FeatureFault) -> None:
    """Verify that a broken stream changes no state and is opened again."""
    run_feature(harness, EVENTS, fault)


@pytest.mark.parametrize("fault", FAN_FAULTS, ids=lambda fault: fault.name)
def test_fans_are_held_or_given_back(harness: Harness, fault: FeatureFault) -> None:
    """Verify that the BMC regulates its fans if Home Assistant cannot do so."""
    run_feature(harness, FANS, fault)


def run_feature(harness: Harness, feature: Feature, fault: FeatureFault) -> None:
    """Check BMC, states, log and load during a fault, and the feature after it."""

    async def run(scenario: FeatureScenario) -> None:
        instance, bmc = scenario.instance, scenario.bmc
        feature.prepare(scenario)
        await instance.set_up()
        await feature.start(scenario)
        await scenario.elapse(2 * DYNAMIC)
        before = scenario.steady_states
        scenario.caplog.clear()
        requests, logins = len(bmc.requests), bmc.login_attempts

        await perform(fault.inject, scenario)
        await scenario.elapse(fault.seconds)
        assert scenario.steady_states == fault.states.apply(before)
        assert instance.state is ConfigEntryState.LOADED
        assert instance.prompts == list(fault.prompts)
        sent = scenario.requests_since(requests)
        assert len(sent) <= fault.requests, sent
        assert fault.holds(scenario)
        scenario.assert_log(fault.log)

        await perform(fault.recover, scenario)
        await scenario.elapse(fault.recovers_after)
        await feature.check(scenario)
        after = scenario.steady_states
        changed = {key for key in before | after if before.get(key) != after.get(key)}
        assert changed <= {*feature.changes}
        assert bmc.login_attempts - logins <= fault.logins
        scenario.assert_log(fault.log + fault.log_after)

    harness.run(load_board(SHIPPED_BOARD), run)


@pytest.mark.parametrize("fault", MEDIA_FAULTS, ids=lambda fault: fault.name)
def test_media_shows_what_the_bmc_has_connected(
    harness: Harness, fault: MediaFault
) -> None:
    """Verify the error and the state of the slot, and insert another image."""

    async def run(scenario: FeatureScenario) -> None:
        instance, clock = scenario.instance, scenario.clock
        media_faults.prepare(scenario)
        await instance.set_up()
        await scenario.elapse(DYNAMIC)
        before = scenario.steady_states
        assert before[ENTITY] == EMPTY
        started = clock.now
        await perform(fault.inject, scenario)
        assert await media_faults.insert(scenario) == fault.error
        assert clock.now - started <= fault.seconds
        await scenario.recover()
        await scenario.elapse(media_faults.SHOWN_SECONDS)
        is_inserted = media_faults.is_inserted(scenario)
        assert is_inserted is fault.is_inserted
        shown = INSERTED if is_inserted else EMPTY
        assert scenario.steady_states == before | {ENTITY: shown}
        if is_inserted:
            assert await media_faults.eject(scenario) is None
        assert await media_faults.insert(scenario) is None
        assert scenario.steady_states[ENTITY] == INSERTED
        assert await media_faults.eject(scenario) is None
        assert scenario.steady_states[ENTITY] == EMPTY

    harness.run(load_board(SHIPPED_BOARD), run, has_all_entities=True)


@pytest.mark.parametrize("fault", MEMORY_FAULTS, ids=lambda fault: fault.name)
def test_start_prefers_the_bmc_to_the_stored_discovery(
    harness: Harness, fault: MemoryFault
) -> None:
    """Verify the states, the load and the new discovery of a start."""

    async def run(scenario: FeatureScenario) -> None:
        instance, bmc = scenario.instance, scenario.bmc
        bmc.expand, bmc.expand_advertised = "correct", True
        await instance.set_up()
        await scenario.elapse(3 * DYNAMIC)
        before, readings = scenario.steady_states, instance.states
        await instance.unload()
        known = memory_faults.remembered(scenario)
        await perform(fault.inject, scenario)
        requests = len(bmc.requests)
        await instance.set_up()
        sent = scenario.requests_since(requests)
        assert len(sent) <= fault.requests, sent
        assert instance.entry.error_reason_translation_key == fault.reason
        if fault.reason:
            assert memory_faults.remembered(scenario) == known
        elif not fault.is_partial:
            await scenario.elapse(6 * DYNAMIC)
            assert instance.states == readings
        await scenario.recover()
        await scenario.elapse(max(SETUP_RETRY_SECONDS, fault.recovers_after))
        assert instance.state is ConfigEntryState.LOADED
        assert instance.states == readings
        assert scenario.steady_states == before
        again = memory_faults.remembered(scenario)
        assert {"system", "chassis", "manager"} <= again["paths"].keys()
        assert not fault.reason or again == known

    harness.run(fault.board(), run)
