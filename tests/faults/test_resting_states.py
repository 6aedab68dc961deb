"""Tests that the integration leaves every state by itself."""

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.integration import DYNAMIC
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import perform

from .resting_states import RESTING_STATES, RestingState

_LONG_STEP = 300.0
"""Seconds between two polls while an hour passes."""

# aiohttp deprecates Basic authentication, which the client falls back to.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


@pytest.mark.parametrize(
    "fault", [pytest.param(state, id=state.name) for state in RESTING_STATES]
)
async def test_resting_state_is_left_without_a_reload(
    scenario: FaultScenario, fault: RestingState
) -> None:
    """Verify that a reload after the recovery changes nothing."""
    instance = scenario.instance
    scenario.create_entry()
    if fault.is_at_setup:
        await perform(fault.enter, scenario)
        await instance.set_up()
    else:
        await instance.set_up()
        await scenario.elapse(DYNAMIC)
        await perform(fault.enter, scenario)
    assert fault.rests(scenario)

    await perform(fault.end, scenario)
    step = DYNAMIC if fault.seconds <= _LONG_STEP + DYNAMIC else _LONG_STEP
    await scenario.elapse(fault.seconds, step)
    assert instance.state is ConfigEntryState.LOADED, instance.entry.reason
    assert fault.has_ended(scenario)
    assert not fault.rests(scenario)
    assert instance.prompts == []
    left = instance.states
    await instance.reload()
    assert instance.states == left
