"""Test the event entity of the health event log."""

from typing import Any

from homeassistant.components.recorder.db_schema import MAX_STATE_ATTRS_BYTES
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.json import json_bytes
import pytest

from tests.simulator import Bmc

from . import (
    DYNAMIC,
    STATIC,
    Mutation,
    entity,
    entity_id,
    recorded,
    requests_since,
    set_up,
)
from .conftest import Elapse
from .health_log import EVENT, FiredEvents, add_to_log, log_entry
from .paths import LOG, SYSTEM

pytestmark = pytest.mark.usefixtures("hass_storage")

DETAILS = {
    "event_type": "critical",
    "message": "PS2 Status, Power Supply input lost (AC/DC)",
    "code": "PWR-0003",
    "sensor": "PS2 Status",
    "sensor_type": "Power Supply / Converter",
    "created": "2026-11-20T10:00:00Z",
    "entry_id": "10",
    "entry_code": "assert",
}


async def test_new_log_entry_fires_one_event(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Provide all details of the entry as attributes."""
    add_to_log(bmc, "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)")
    await elapse(STATIC)
    (state,) = fired.states
    assert {name: state.attributes[name] for name in DETAILS} == DETAILS
    assert set(state.attributes["event_types"]) == {
        "ok",
        "warning",
        "critical",
        "unknown",
    }
    await elapse(STATIC)
    assert len(fired.states) == 1
    assert entity(hass, loaded, EVENT).state == state.state


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({"Severity": "OK"}, "event_type", "ok"),
        ({"Severity": "Warning"}, "event_type", "warning"),
        ({"Severity": "Fatal"}, "event_type", "unknown"),
        ({"Severity": None}, "event_type", "unknown"),
        ({"EntryCode": "Deassert"}, "entry_code", "deassert"),
        ({"EntryCode": "State Asserted"}, "entry_code", None),
        ({"Oem": {}}, "sensor", "Power Supply / Converter"),
        ({"Oem": None, "SensorType": None}, "sensor", None),
        ({"Message": None}, "message", None),
        ({"Message": "No code"}, "message", "No code"),
        ({"Message": "No code"}, "code", None),
        ({"Created": None}, "created", None),
    ],
)
async def test_event_of_incomplete_log_entry(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    changes: dict[str, Any],
    attribute: str,
    expected: str | None,
) -> None:
    """Accept missing and unknown values: entries of X10 have no severity."""
    add_to_log(bmc, "[PWR-0001] PS5 Status", **changes)
    await elapse(STATIC)
    assert [state.attributes[attribute] for state in fired.states] == [expected]
    assert loaded.state.recoverable


async def test_event_of_longest_texts_is_recorded(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Shorten a long entry so that the recorder stores its attributes."""
    word = "\N{FIRE}" * 100
    details = dict.fromkeys(("Id", "Created", "SensorType"), word * 10)
    add_to_log(bmc, f"{word} " * 100, **details)
    await elapse(STATIC)
    (state,) = fired.states
    assert state.attributes["message"].startswith(word)
    assert len(json_bytes(state.attributes)) <= MAX_STATE_ATTRS_BYTES
    assert loaded.state.recoverable


async def test_events_of_one_poll_are_fired_in_order(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Fire one event for each entry, also for two equal entries."""
    add_to_log(bmc, "A", "B", "B", "C")
    await elapse(STATIC)
    assert fired.messages == ["A", "B", "B", "C"]
    assert len({state.state for state in fired.states}) == 4
    await elapse(STATIC)
    assert len(fired.states) == 4
    assert loaded.state.recoverable


async def test_events_are_delayed_until_automations_are_ready(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, fired: FiredEvents
) -> None:
    """Wait until Home Assistant has started, as automations start last."""
    await hass.config_entries.async_unload(loaded.entry_id)
    add_to_log(bmc, "A")
    hass.set_state(CoreState.starting)
    await set_up(hass, loaded)
    assert fired.messages == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert fired.messages == ["A"]


@pytest.mark.parametrize(
    ("mutate", "recovery"),
    [
        pytest.param(lambda bmc: bmc.fail(LOG, status=503), STATIC, id="log fails"),
        pytest.param(lambda bmc: bmc.drop("*"), DYNAMIC, id="no connection"),
    ],
)
async def test_event_is_unavailable_while_log_cannot_be_read(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    mutate: Mutation,
    recovery: float,
) -> None:
    """Fire the missed events with the next successful poll."""
    mutate(bmc)
    add_to_log(bmc, "A")
    await elapse(STATIC)
    assert entity(hass, loaded, EVENT).state == STATE_UNAVAILABLE
    assert fired.states == []
    bmc.heal()
    await elapse(recovery)
    assert fired.messages == ["A"]


@pytest.mark.parametrize("board", [recorded("x11dpu")], indirect=True)
async def test_event_is_not_created_without_log(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Create no entity; request no log entries after a change of health."""
    assert entity_id(hass, loaded, EVENT) is None
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": "Warning"}}})
    await elapse(DYNAMIC)
    assert not [request for request in requests_since(bmc) if "Entries" in request]


async def test_entries_of_a_page_that_failed_are_not_new(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Fire events for new entries only, after a read of the whole log."""
    page = f"{LOG}/Page2"
    first, *others = (log_entry(number, f"Old {number}") for number in range(1, 5))
    bmc.change(LOG, {"Members": [first], "Members@odata.nextLink": page})
    bmc.put(page, {"@odata.id": page, "Members": others})
    bmc.fail(page, status=500)
    await set_up(hass, entry)
    await elapse(STATIC)
    bmc.heal()
    await elapse(STATIC)
    assert fired.states == []
    bmc.put(page, {"@odata.id": page, "Members": [*others, log_entry(5, "New")]})
    await elapse(STATIC)
    assert [state.attributes["message"] for state in fired.states] == ["New"]
