"""Tests of every situation of every row of the fault matrix."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import RECORDED
from tests.integration import DYNAMIC
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import (
    LED,
    AddServer,
    Command,
    Fault,
    Poll,
    SetUp,
    perform,
)
from tests.scenario.hass_instance import NO_VALUE, HassInstance
from tests.scenario.scenario import SHIPPED_BOARD
from tests.simulator import Board

from .matrix import MATRIX
from .pairs import PAIRS

SITUATIONS = ("add_server", "set_up", "poll", "command")

# aiohttp deprecates Basic authentication, which the client falls back to.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


def rows(situation: str, table: Iterable[Fault] = MATRIX) -> pytest.MarkDecorator:
    """Parametrize a test over all faults and boards that have a situation."""
    parameters = [
        pytest.param(
            fault,
            expected,
            board if board in Board.names() else RECORDED / board,
            id=fault.name if board == SHIPPED_BOARD else f"{fault.name} on {board}",
        )
        for fault in table
        if (expected := getattr(fault, situation))
        for board in fault.boards
    ]
    names = ("fault", "expected", "board")
    return pytest.mark.parametrize(names, parameters, indirect=["board"])


def test_every_fault_has_name_and_situation() -> None:
    """Verify that rows are unique and that each is tested in some situation."""
    table = (*MATRIX, *PAIRS)
    assert len({fault.name for fault in table}) == len(table)
    untested = [
        fault.name
        for fault in table
        if not any(getattr(fault, situation) for situation in SITUATIONS)
    ]
    assert untested == []
    assert len(PAIRS) == 20


@rows("add_server")
async def test_add_server_shows_error_until_recovery(
    scenario: FaultScenario, fault: Fault, expected: AddServer
) -> None:
    """Verify that the form shows the error, and adds the server after the recovery."""
    instance = scenario.instance
    await perform(fault.inject, scenario)
    form = await instance.submit(await instance.open_dialog(), scenario.account)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": expected.error}
    assert scenario.bmc.login_attempts == expected.logins
    assert scenario.open_sessions == 0
    scenario.assert_log(())

    await scenario.recover()
    result = await instance.submit(form, scenario.account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert instance.state is ConfigEntryState.LOADED, instance.entry.reason
    assert scenario.open_sessions == 1
    await scenario.assert_clean_end()


@rows("set_up")
async def test_setup_shows_readable_entities_and_recovers(
    scenario: FaultScenario, fault: Fault, expected: SetUp
) -> None:
    """Verify which entities a setup creates, and that all exist after the recovery."""
    instance, bmc = scenario.instance, scenario.bmc
    scenario.create_entry()
    await perform(fault.inject, scenario)
    await instance.set_up()
    assert instance.state is expected.state
    assert instance.entry.error_reason_translation_key == expected.reason
    assert instance.prompts == list(expected.prompts)
    created = instance.states
    assert not [entity for entity in created if entity.startswith(expected.missing)]
    assert len(bmc.requests) <= expected.requests
    assert bmc.login_attempts == expected.logins
    assert scenario.open_sessions == expected.sessions
    scenario.assert_log(expected.log)

    await perform(fault.recover, scenario)
    if expected.needs_reload:
        await instance.reload()
    await scenario.elapse(expected.recovers_after)
    assert instance.state is ConfigEntryState.LOADED, instance.entry.reason
    recovered = instance.states
    await instance.reload()
    assert instance.states == recovered
    assert STATE_UNAVAILABLE not in recovered.values()
    assert {entity for entity in recovered if entity.startswith(expected.missing)} == (
        recovered.keys() - created.keys()
    )
    await scenario.assert_clean_end()


@rows("poll", (*MATRIX, *PAIRS))
async def test_poll_shows_expected_states_and_recovers(
    hass: HomeAssistant, scenario: FaultScenario, fault: Fault, expected: Poll
) -> None:
    """Verify that only unreadable entities lose their state, and that all recover."""
    instance, bmc = scenario.instance, scenario.bmc
    scenario.create_entry()
    await instance.set_up()
    await scenario.elapse(DYNAMIC)
    before = instance.states
    scenario.caplog.clear()
    requests, logins = len(bmc.requests), bmc.login_attempts

    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await perform(fault.inject, scenario)
    await scenario.elapse(expected.seconds)
    during = expected.states.apply(before)
    assert instance.states == during
    assert instance.state is ConfigEntryState.LOADED, instance.entry.reason
    assert instance.prompts == list(expected.prompts)
    sent = scenario.requests_since(requests)
    assert len(sent) <= expected.requests, sent
    assert bmc.login_attempts - logins == expected.logins
    assert scenario.open_sessions == expected.sessions
    scenario.assert_log(expected.log)

    logins = bmc.login_attempts
    await perform(fault.recover, scenario)
    await scenario.elapse(expected.recovers_after)
    assert instance.states == expected.states_after.apply(before)
    assert bmc.login_attempts - logins == expected.logins_after
    assert scenario.open_sessions == expected.sessions_after
    scenario.assert_log(expected.log + expected.log_after)
    unchanged = {
        entity for entity, state in before.items() if during.get(entity) == state
    }
    flickered = unchanged & without_value(instance, changes)
    assert not [item for item in flickered if not item.startswith(expected.may_flicker)]
    await scenario.assert_clean_end(expected.parallel)


def without_value(instance: HassInstance, changes: list[Event[Any]]) -> set[str]:
    """Return the entities that had no value after one of the changes."""
    entities = instance.entities
    found = ((item.data["entity_id"], item.data["new_state"]) for item in changes)
    return {
        entities[entity_id]
        for entity_id, state in found
        if entity_id in entities and (not state or state.state in NO_VALUE)
    }


@rows("command")
async def test_command_reports_failure_and_succeeds_after_recovery(
    scenario: FaultScenario, fault: Fault, expected: Command
) -> None:
    """Verify that the user gets an error unless the command was applied."""
    instance, bmc = scenario.instance, scenario.bmc
    scenario.create_entry()
    await instance.set_up()
    logins = bmc.login_attempts
    await perform(fault.inject, scenario)
    before = instance.states
    assert await switch_led_on(instance) == expected.error
    assert instance.states == expected.expected_states.apply(before)
    assert (bmc.indicator_led == "Lit") is expected.is_applied
    writes = [item for item in scenario.requests_since(0) if item.startswith("PATCH")]
    assert len(writes) == expected.writes
    await scenario.elapse(DYNAMIC)
    assert bmc.login_attempts - logins == expected.logins

    await perform(fault.recover, scenario)
    await scenario.elapse(expected.recovers_after)
    bmc.change(scenario.path("ComputerSystem"), {"IndicatorLED": "Off"})
    await scenario.elapse(DYNAMIC)
    assert await switch_led_on(instance) is None
    assert bmc.indicator_led == "Lit"
    assert instance.states[LED] == "on"
    assert scenario.open_sessions == 1
    await scenario.assert_clean_end()


async def switch_led_on(instance: HassInstance) -> str | None:
    """Switch the identify LED on and return the key of the error, if any."""
    try:
        await instance.call(LED, "turn_on")
    except HomeAssistantError as error:
        return error.translation_key
    finally:
        await instance.settle()
    return None
