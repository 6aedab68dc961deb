"""Test failures during the setup of an entry."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from tests.simulator import Bmc

from . import HOUR, Mutation, entry_state, logged_tracebacks, set_up
from .conftest import Elapse
from .paths import ROOT, SESSIONS, SYSTEM

RETRY = 600
"""Seconds within which Home Assistant retries the setup."""


@pytest.mark.usefixtures("short_timeout")
@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="no connection"),
        pytest.param(lambda bmc: bmc.hang("*", 0.5), id="hang"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="not found"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="page"),
        pytest.param(lambda bmc: bmc.drop(SESSIONS), id="login"),
        pytest.param(lambda bmc: bmc.fail(f"{ROOT}/Systems", status=503), id="systems"),
        pytest.param(lambda bmc: bmc.drop(SYSTEM), id="system"),
        pytest.param(
            lambda bmc: bmc.fail(f"{ROOT}/Systems*", status=503), id="all systems"
        ),
    ],
)
async def test_setup_is_retried_after_failure(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    device_registry: dr.DeviceRegistry,
    mutate: Mutation,
) -> None:
    """Create no device and leave no session open."""
    mutate(bmc)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert bmc.open_sessions == 0
    assert bmc.login_attempts <= 1

    bmc.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_setup_succeeds_when_starting_bmc_is_ready(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Let Home Assistant retry without the user."""
    bmc.restart(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await elapse(RETRY)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.logins == 1


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
@pytest.mark.parametrize(("version", "refusals"), [("1.11.0", 1), ("1.0.1", 2)])
async def test_wrong_password_is_tried_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    version: str,
    refusals: int,
) -> None:
    """Stop after one attempt, because a BMC locks the account after three.

    Some old boards refuse to open sessions although the password is right. There Basic
    authentication is tried as well.
    """
    bmc.change(ROOT, {"RedfishVersion": version})
    bmc.change_password("changed")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    await elapse(HOUR)
    assert bmc.login_attempts == 1
    assert [request.status for request in bmc.requests].count(401) == refusals
    assert bmc.open_sessions == 0
    assert logged_tracebacks(caplog) == []
