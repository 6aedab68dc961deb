"""Test that failures during quick polls cause no additional requests."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.simulator import Bmc

from . import (
    DYNAMIC,
    QUICK,
    TRANSITION,
    entity,
    logged_problems,
    requests_since,
    unload,
)
from .conftest import Elapse
from .host_poller import (
    GET_POST_CODE,
    GET_SYSTEM,
    count_reads,
    polled_power_state,
    power_off,
    press_reset,
)
from .paths import HOST_POWER, SNOOPING, SYSTEM

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


async def test_failed_quick_poll_keeps_other_readings(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the sensors available when the system alone cannot be read."""
    await press_reset(hass, loaded, "graceful_shutdown")
    bmc.fail(SYSTEM, status=503)
    await elapse(QUICK, QUICK)
    assert loaded.runtime_data.dynamic.last_update_success
    assert loaded.runtime_data.dynamic.data.thermal
    bmc.heal()
    await elapse(QUICK, QUICK)
    assert polled_power_state(loaded) == "Off"


async def test_unavailable_bmc_is_polled_at_the_usual_interval(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Stop quick polls of a BMC that is not responding, and log one problem."""
    await press_reset(hass, loaded, "graceful_shutdown")
    bmc.fail("*", status=503)
    await elapse(QUICK, QUICK)
    since = len(bmc.requests)
    await elapse(2 * DYNAMIC, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 2
    assert len(logged_problems(caplog)) == 1
    bmc.heal()
    await elapse(DYNAMIC, QUICK)
    assert polled_power_state(loaded) == "Off"


async def test_retry_after_suspends_quick_polls(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Respect Retry-After also after a command that an action sends meanwhile."""
    bmc.fail("*", status=503, headers={"Retry-After": "300"})
    await elapse(DYNAMIC)
    bmc.heal()
    await loaded.runtime_data.dynamic.async_reset_host("GracefulShutdown")
    since = len(bmc.requests)
    await elapse(240, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 0
    await elapse(60, QUICK)
    assert polled_power_state(loaded) == "Off"


async def test_failed_command_starts_no_quick_polls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Keep the usual interval after a rejected reset, which changes nothing."""
    bmc.fail(f"{SYSTEM}/Actions/*", status=400)
    with pytest.raises(HomeAssistantError):
        await press_reset(hass, loaded, "graceful_shutdown")
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert count_reads(bmc, since)[GET_SYSTEM] == 1


async def test_unloading_stops_quick_polls(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Send no request after the entry was unloaded during a restart."""
    await press_reset(hass, loaded, "force_restart")
    await elapse(QUICK, QUICK)
    await unload(hass, loaded)
    since = len(bmc.requests)
    await elapse(TRANSITION, QUICK)
    assert requests_since(bmc, since) == []
    assert bmc.open_sessions == 0


async def test_changed_password_is_tried_once(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Ask the user for the password after one attempt during quick polls."""
    await press_reset(hass, loaded, "force_restart")
    attempts = bmc.login_attempts
    bmc.change_password("another one")
    bmc.expire_sessions()
    await elapse(TRANSITION, QUICK)
    assert bmc.login_attempts == attempts + 1
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


@pytest.mark.parametrize("status", [503, 403])
async def test_failed_post_code_does_not_stop_quick_polls(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Follow the host without POST codes when a busy BMC does not deliver them."""
    await power_off(bmc, elapse)
    bmc.fail(SNOOPING, status=status)
    await press_reset(hass, loaded, "on")
    since = len(bmc.requests)
    await elapse(4 * QUICK, QUICK)
    assert GET_POST_CODE in requests_since(bmc, since)
    assert entity(hass, loaded, HOST_POWER).state == "on"
    assert logged_problems(caplog) == []


async def test_connection_loss_during_boot_is_logged_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log one problem, whichever resource detects the connection loss."""
    await power_off(bmc, elapse)
    await press_reset(hass, loaded, "on")
    bmc.drop("*")
    await elapse(2 * DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == STATE_UNAVAILABLE
    assert len(logged_problems(caplog)) == 1
    bmc.heal()
    await elapse(2 * DYNAMIC)
    assert entity(hass, loaded, HOST_POWER).state == "on"
