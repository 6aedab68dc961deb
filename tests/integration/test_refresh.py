"""When the health event log is read, and what comes of it if it cannot be."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import (
    BAY_2,
    DYNAMIC,
    LOG,
    POWER,
    STATIC,
    SYSTEM,
    entity,
    logged_problems,
    requests_since,
)
from .conftest import Elapse
from .health_log import EVENT, Fired, log

pytestmark = pytest.mark.usefixtures("hass_storage")


async def test_a_change_of_health_is_looked_into_at_once(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """Not when the log's turn comes."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert f"GET {LOG}" not in requests_since(bmc, since)
    bmc.change(POWER, {"PowerSupplies": {BAY_2: {"Status": {"Health": "Critical"}}}})
    log(bmc, "A")
    await elapse(DYNAMIC)
    assert fired.messages == ["A"]
    assert requests_since(bmc, since).count(f"GET {LOG}") == 1
    assert loaded.state.recoverable


async def test_the_log_is_looked_into_once_a_minute_at_most(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It may be of megabytes."""
    since = len(bmc.requests)
    for number in range(8):
        health = "OK" if number % 2 else "Warning"
        bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": health}}})
        await elapse(DYNAMIC)
    assert 3 <= requests_since(bmc, since).count(f"GET {LOG}") <= 5
    assert loaded.state.recoverable


@pytest.mark.parametrize("health", [None, REMOVED])
async def test_a_health_that_is_not_told_is_no_change(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, health: Any
) -> None:
    """As that of what has no power while the host is off."""
    since = len(bmc.requests)
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": health}}})
    await elapse(DYNAMIC)
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": "OK"}}})
    await elapse(DYNAMIC)
    assert f"GET {LOG}" not in requests_since(bmc, since)
    assert loaded.state.recoverable


async def test_a_log_that_cannot_be_read_early_is_read_when_its_turn_comes(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: Fired,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The attempt is nobody's business."""
    caplog.clear()
    bmc.fail(LOG, status=503)
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": "Warning"}}})
    log(bmc, "A")
    await elapse(DYNAMIC)
    assert logged_problems(caplog) == []
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    bmc.heal()
    await elapse(STATIC)
    assert fired.messages == ["A"]


async def test_a_log_that_cannot_be_read_is_unavailable_and_loses_nothing(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """What was logged meanwhile is fired when it can be read again."""
    bmc.fail(LOG, status=503)
    log(bmc, "A")
    await elapse(STATIC)
    assert entity(hass, loaded, EVENT).state == STATE_UNAVAILABLE
    assert fired.states == []
    bmc.heal()
    await elapse(STATIC)
    assert fired.messages == ["A"]


async def test_a_bmc_that_is_gone_has_no_events(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: Fired
) -> None:
    """Its entity is unavailable like all others, and fires what came meanwhile."""
    log(bmc, "A")
    bmc.drop("*")
    await elapse(STATIC)
    assert entity(hass, loaded, EVENT).state == STATE_UNAVAILABLE
    bmc.heal()
    await elapse(DYNAMIC)
    assert fired.messages == ["A"]
