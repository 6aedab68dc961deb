"""How often the host is read when something fails: no more often than usual."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.supermicro_redfish.host_poller import TRANSITION_SECONDS
from tests.simulator import Bmc

from . import DYNAMIC, QUICK, SNOOPING, SYSTEM, asked, complaints, entity
from .cadence import GET_POST_CODE, GET_SYSTEM, polls, power_off, press
from .conftest import Elapse


async def test_a_system_that_cannot_be_read_alone_is_read_with_the_rest(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Its sensors go on being shown."""
    await press(hass, ready, "graceful_shutdown")
    bmc.fail(SYSTEM, status=503)
    await elapse(QUICK, QUICK)
    assert ready.runtime_data.dynamic.last_update_success
    assert ready.runtime_data.dynamic.data.thermal
    bmc.heal()
    await elapse(QUICK, QUICK)
    assert ready.runtime_data.dynamic.data.system.power_state == "Off"


async def test_a_bmc_that_does_not_answer_is_not_hurried(
    hass: HomeAssistant,
    ready: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is asked at the usual cadence, and complained about once."""
    await press(hass, ready, "graceful_shutdown")
    bmc.fail("*", status=503)
    await elapse(QUICK, QUICK)
    since = len(bmc.requests)
    await elapse(2 * DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 2
    assert len(complaints(caplog)) == 1
    bmc.heal()
    await elapse(DYNAMIC, QUICK)
    assert ready.runtime_data.dynamic.data.system.power_state == "Off"


async def test_a_bmc_that_wants_to_be_left_alone_is(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Also after a command that it takes meanwhile, as an action may give it."""
    bmc.fail("*", status=503, headers={"Retry-After": "300"})
    await elapse(DYNAMIC)
    bmc.heal()
    await ready.runtime_data.dynamic.async_reset_host("GracefulShutdown")
    since = len(bmc.requests)
    await elapse(240, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 0
    await elapse(60, QUICK)
    assert ready.runtime_data.dynamic.data.system.power_state == "Off"


async def test_a_command_that_fails_hurries_nobody(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Nothing will change."""
    bmc.fail(f"{SYSTEM}/Actions/*", status=400)
    with pytest.raises(HomeAssistantError):
        await press(hass, ready, "graceful_shutdown")
    since = len(bmc.requests)
    await elapse(DYNAMIC, QUICK)
    assert polls(bmc, since)[GET_SYSTEM] == 1


async def test_an_unloaded_entry_asks_for_nothing_more(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Also in the midst of a restart."""
    await press(hass, ready, "force_restart")
    await elapse(QUICK, QUICK)
    await hass.config_entries.async_unload(ready.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    since = len(bmc.requests)
    await elapse(TRANSITION_SECONDS, QUICK)
    assert asked(bmc, since) == []
    assert bmc.open_sessions == 0


async def test_a_password_that_changes_meanwhile_is_tried_once(
    hass: HomeAssistant, ready: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Then the user is asked, and nobody else."""
    await press(hass, ready, "force_restart")
    attempts = bmc.login_attempts
    bmc.change_password("another one")
    bmc.expire_sessions()
    await elapse(TRANSITION_SECONDS, QUICK)
    assert bmc.login_attempts == attempts + 1
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


@pytest.mark.parametrize("status", [503, 403])
async def test_a_post_code_that_cannot_be_read_any_more_is_done_without(
    hass: HomeAssistant,
    ready: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """A busy BMC is no reason to lose sight of the host."""
    await power_off(bmc, elapse)
    bmc.fail(SNOOPING, status=status)
    await press(hass, ready, "on")
    since = len(bmc.requests)
    await elapse(4 * QUICK, QUICK)
    assert GET_POST_CODE in asked(bmc, since)
    assert entity(hass, ready, "binary_sensor.host_power").state == "on"
    assert complaints(caplog) == []


async def test_a_bmc_that_is_gone_during_a_boot_is_told_once(
    hass: HomeAssistant,
    ready: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whichever of its resources tells it."""
    await power_off(bmc, elapse)
    await press(hass, ready, "on")
    bmc.drop(SNOOPING)
    await elapse(2 * DYNAMIC)
    assert entity(hass, ready, "binary_sensor.host_power").state == STATE_UNAVAILABLE
    assert len(complaints(caplog)) == 1
    bmc.heal()
    await elapse(2 * DYNAMIC)
    assert entity(hass, ready, "binary_sensor.host_power").state == "on"
