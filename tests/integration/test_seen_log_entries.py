"""Test the detection of new log entries, also over restarts and a cleared log."""

from datetime import datetime, timedelta, timezone
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.aiosupermicro.models import LogEntry
from custom_components.supermicro_redfish.const import DOMAIN
from custom_components.supermicro_redfish.storage import _fingerprint
from tests.simulator import Bmc

from . import STATIC, entity, reload, set_up
from .conftest import Elapse
from .health_log import EVENT, FiredEvents, add_to_log, log_entries, log_entry, set_log

EAST = timezone(timedelta(hours=9))

pytestmark = pytest.mark.usefixtures("hass_storage")


async def test_existing_entries_fire_no_events(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Ignore the entries of the first poll, at setup and later."""
    assert len(log_entries(bmc)) == 9
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    await elapse(STATIC)
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    assert fired.states == []


async def test_restart_neither_loses_nor_repeats_events(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
) -> None:
    """Fire the entries that were logged while Home Assistant was stopped."""
    add_to_log(bmc, "A")
    await elapse(STATIC)
    await hass.config_entries.async_unload(loaded.entry_id)
    add_to_log(bmc, "B", "C")
    await set_up(hass, loaded)
    assert fired.messages == ["A", "B", "C"]
    await reload(hass, loaded)
    assert fired.messages == ["A", "B", "C"]
    assert entity(hass, loaded, EVENT).attributes["message"] == "C"


async def test_message_has_at_most_2000_characters(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Shorten a message that would fill the database."""
    add_to_log(bmc, "word " * 1_000)
    await elapse(STATIC)
    (message,) = fired.messages
    assert 1_990 < len(message) <= 2_000
    assert loaded.state.recoverable


async def test_renumbered_entries_fire_no_events(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Fire an event only for the new entry when the oldest one was deleted."""
    _, *kept = log_entries(bmc)
    set_log(
        bmc,
        [
            entry | {"Id": str(number)}
            for number, entry in enumerate([*kept, log_entry(0, "A")], 1)
        ],
    )
    await elapse(STATIC)
    assert fired.messages == ["A"]
    assert loaded.state.recoverable


async def test_entries_after_clearing_fire_events(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Recognize new entries that reuse the numbers of old ones."""
    set_log(bmc, [])
    await elapse(STATIC)
    set_log(bmc, [log_entry(1, "A"), log_entry(2, "B")])
    await elapse(STATIC)
    assert fired.messages == ["A", "B"]
    assert loaded.state.recoverable


async def test_entries_that_were_missing_for_a_while_fire_no_events(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Remember the entries while a starting BMC lists none of them."""
    existing = log_entries(bmc)
    set_log(bmc, [])
    await elapse(STATIC)
    set_log(bmc, [log_entry(1, "A")])
    await elapse(STATIC)
    set_log(bmc, [*existing, log_entry(10, "A")])
    await elapse(STATIC)
    assert fired.messages == ["A"]
    assert loaded.state.recoverable


async def test_removed_entry_deletes_its_store(
    hass: HomeAssistant, loaded: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Delete the stored log entries."""
    name = f"{DOMAIN}.{loaded.entry_id}"
    assert len(hass_storage[name]["data"]["known"]) == 9
    await hass.config_entries.async_remove(loaded.entry_id)
    assert name not in hass_storage


def _move_east(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with its time in another time zone."""
    created = datetime.fromisoformat(entry["Created"])
    return entry | {"Created": created.astimezone(EAST).isoformat()}


async def test_other_time_zone_fires_no_events(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Recognize the entries after a change of the BMC's time zone."""
    set_log(bmc, map(_move_east, log_entries(bmc)))
    await elapse(STATIC)
    assert fired.states == []
    add_to_log(bmc, "A")
    await elapse(STATIC)
    assert fired.messages == ["A"]


async def test_stored_entries_are_recognized_after_an_update(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    hass_storage: dict[str, Any],
    fired: FiredEvents,
) -> None:
    """Accept the fingerprints of earlier versions, and replace them."""
    add_to_log(bmc, "A", "A")
    stored = hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]
    await hass.config_entries.async_unload(loaded.entry_id)
    stored["known"] += ["b597f87f8ef38cc4"] * 2
    await set_up(hass, loaded)
    await elapse(STATIC)
    assert fired.states == []
    set_log(bmc, map(_move_east, log_entries(bmc)))
    await elapse(STATIC)
    assert fired.states == []


async def test_lost_store_fires_no_events(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    fired: FiredEvents,
) -> None:
    """Start with an empty store, without events for existing entries."""
    await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(STATIC)
    hass_storage.clear()
    add_to_log(bmc, "A")
    await set_up(hass, loaded)
    assert fired.states == []


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({"version": 1, "data": {"seen": []}}, id="other key"),
        pytest.param({"version": 1, "data": {"known": 5}}, id="number"),
        pytest.param({"version": 1, "data": ["known"]}, id="list"),
        pytest.param({"version": 99, "data": {"known": []}}, id="future version"),
    ],
)
async def test_unusable_store_fires_no_events(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    hass_storage: dict[str, Any],
    fired: FiredEvents,
    stored: dict[str, Any],
) -> None:
    """Start with an empty store, replace it, and fire the entries after that."""
    await hass.config_entries.async_unload(loaded.entry_id)
    key = f"{DOMAIN}.{loaded.entry_id}"
    hass_storage[key] = {"key": key, "minor_version": 1, **stored}
    await set_up(hass, loaded)
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    assert len(hass_storage[key]["data"]["known"]) == 9
    add_to_log(bmc, "A")
    await elapse(STATIC)
    assert fired.messages == ["A"]


def test_fingerprint_stays() -> None:
    """Recognize entries that an earlier version has stored, also without a code."""
    entry = LogEntry(created="2026-09-11T19:22:31Z", message="A", sensor_number=3)
    assert _fingerprint(entry) == "33ba97bbe467abcf"
