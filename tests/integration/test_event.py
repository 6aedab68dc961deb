"""The health event log: each new entry is an event, once."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import CoreState, HomeAssistant
import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import RECORDED
from tests.simulator import Bmc, Board

from . import DYNAMIC, STATIC, SYSTEM, entity, entity_id, requests_since, set_up
from .conftest import Elapse, load_board
from .health_log import EVENT, Fired, entries, entry_of, log, rewrite

pytestmark = pytest.mark.usefixtures("hass_storage")


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Do what a restart of Home Assistant does to the integration."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_what_was_in_the_log_before_is_no_event(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """Neither at first nor later."""
    assert len(entries(bmc)) == 9
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    await elapse(STATIC)
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    assert fired.states == []


async def test_a_new_entry_is_an_event(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """With all that an automation may want to know, once."""
    log(bmc, "[PWR-0003] PS2 Status, Power Supply input lost (AC/DC)")
    await elapse(STATIC)
    (state,) = fired.states
    shown = {name: state.attributes[name] for name in _DETAILS}
    assert shown == _DETAILS
    assert set(state.attributes["event_types"]) == {
        "ok",
        "warning",
        "critical",
        "unknown",
    }
    await elapse(STATIC)
    assert len(fired.states) == 1
    assert entity(hass, loaded, EVENT).state == state.state


_DETAILS = {
    "event_type": "critical",
    "message": "PS2 Status, Power Supply input lost (AC/DC)",
    "code": "PWR-0003",
    "sensor": "PS2 Status",
    "sensor_type": "Power Supply / Converter",
    "created": "2026-11-20T10:00:00Z",
    "entry_id": "10",
    "entry_code": "assert",
}


@pytest.mark.parametrize(
    ("changes", "name", "shown"),
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
async def test_what_an_entry_does_not_tell_is_nothing(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: Fired,
    changes: dict[str, Any],
    name: str,
    shown: str | None,
) -> None:
    """X10 gives no severity; values that nobody knows do no harm."""
    log(bmc, "[PWR-0001] PS5 Status", **changes)
    await elapse(STATIC)
    assert [state.attributes[name] for state in fired.states] == [shown]
    assert loaded.state.recoverable


async def test_all_that_is_new_in_one_reading_is_fired_in_order(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """Also two entries that are alike to the second."""
    log(bmc, "A", "B", "B", "C")
    await elapse(STATIC)
    assert fired.messages == ["A", "B", "B", "C"]
    assert len({state.state for state in fired.states}) == 4
    await elapse(STATIC)
    assert len(fired.states) == 4
    assert loaded.state.recoverable


async def test_nothing_is_lost_or_fired_twice_over_a_restart(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """What was logged while Home Assistant was away is new when it is back."""
    log(bmc, "A")
    await elapse(STATIC)
    await hass.config_entries.async_unload(loaded.entry_id)
    log(bmc, "B", "C")
    await set_up(hass, loaded)
    assert fired.messages == ["A", "B", "C"]
    await reload(hass, loaded)
    assert fired.messages == ["A", "B", "C"]
    assert entity(hass, loaded, EVENT).attributes["message"] == "C"


async def test_events_wait_until_the_automations_are_there(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, fired: Fired
) -> None:
    """Home Assistant starts them after the integrations."""
    await hass.config_entries.async_unload(loaded.entry_id)
    log(bmc, "A")
    hass.set_state(CoreState.starting)
    await set_up(hass, loaded)
    assert fired.messages == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert fired.messages == ["A"]


async def test_a_log_that_is_numbered_anew_tells_nothing_new(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """Its oldest entry made room; what came last is what is new."""
    _, *kept = entries(bmc)
    rewrite(
        bmc,
        [
            entry | {"Id": str(number)}
            for number, entry in enumerate([*kept, entry_of(0, "A")], 1)
        ],
    )
    await elapse(STATIC)
    assert fired.messages == ["A"]
    assert loaded.state.recoverable


async def test_a_log_that_was_cleared_begins_anew(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """With the numbers that old entries had."""
    rewrite(bmc, [])
    await elapse(STATIC)
    rewrite(bmc, [entry_of(1, "A"), entry_of(2, "B")])
    await elapse(STATIC)
    assert fired.messages == ["A", "B"]
    assert loaded.state.recoverable


async def test_a_log_that_was_not_there_for_a_moment_is_not_new(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """As that of a BMC that has just started."""
    listed = entries(bmc)
    rewrite(bmc, [])
    await elapse(STATIC)
    rewrite(bmc, [entry_of(1, "A")])
    await elapse(STATIC)
    rewrite(bmc, [*listed, entry_of(10, "A")])
    await elapse(STATIC)
    assert fired.messages == ["A"]
    assert loaded.state.recoverable


async def test_a_removed_server_is_forgotten(
    hass: HomeAssistant, loaded: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Nothing of its log stays on disk."""
    name = f"{DOMAIN}.{loaded.entry_id}"
    assert len(hass_storage[name]["data"]["known"]) == 9
    await hass.config_entries.async_remove(loaded.entry_id)
    assert name not in hass_storage


async def test_a_memory_that_was_lost_is_a_new_beginning(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    fired: Fired,
) -> None:
    """Better than to fire all that is in the log."""
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(STATIC)
    hass_storage.clear()
    log(bmc, "A")
    await set_up(hass, loaded)
    assert fired.states == []


class TestBoardWithoutLog:
    """X11 was recorded without one."""

    @pytest.fixture
    def board(self) -> Board:
        """Return the board."""
        if not RECORDED.is_dir():
            pytest.skip(f"no recorded boards in {RECORDED}")
        return load_board(RECORDED / "x11dpu")

    async def test_it_has_no_event(
        self, hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
    ) -> None:
        """And is not asked for entries when something happens."""
        assert entity_id(hass, loaded, EVENT) is None
        bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": "Warning"}}})
        await elapse(DYNAMIC)
        assert not [request for request in requests_since(bmc) if "Entries" in request]
