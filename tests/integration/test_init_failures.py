"""What may be wrong when an entry is set up, and what comes of it."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from tests.simulator import Bmc

from . import (
    DYNAMIC,
    FAN_MODE,
    HOUR,
    MANAGER,
    NICS,
    NTP,
    POWER,
    RESET_INFO,
    ROOT,
    SESSIONS,
    STATIC,
    SYSTEM,
    THERMAL,
    Mutation,
    entity,
    entity_id,
    entry_state,
    logged_tracebacks,
    requests_since,
    set_up,
)
from .conftest import Elapse

RETRY = 600
"""Seconds after which Home Assistant has surely tried to set an entry up again."""


@pytest.mark.usefixtures("short_timeout")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="gone"),
        pytest.param(lambda bmc: bmc.hang("*", 0.5), id="hanging"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="nothing there"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="a page"),
        pytest.param(lambda bmc: bmc.drop(SESSIONS), id="no login"),
        pytest.param(lambda bmc: bmc.fail(f"{ROOT}/Systems", status=503), id="systems"),
        pytest.param(lambda bmc: bmc.drop(SYSTEM), id="system"),
        pytest.param(
            lambda bmc: bmc.fail(f"{ROOT}/Systems*", status=503), id="all of it"
        ),
    ],
)
async def test_a_bmc_that_cannot_be_read_is_tried_again_later(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    device_registry: dr.DeviceRegistry,
    spoil: Mutation,
) -> None:
    """Nothing is shown of it, and no session stays open (B2, M12)."""
    spoil(bmc)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert bmc.open_sessions == 0
    assert bmc.login_attempts <= 1

    bmc.heal()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1


async def test_a_bmc_that_was_starting_is_loaded_once_it_has_started(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Home Assistant tries again by itself."""
    bmc.restart(status=503)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await elapse(RETRY)
    assert entry_state(entry) is ConfigEntryState.LOADED
    assert bmc.logins == 1


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
@pytest.mark.parametrize(("version", "tries"), [("1.11.0", 1), ("1.0.1", 2)])
async def test_a_wrong_password_is_tried_once_and_never_again(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    version: str,
    tries: int,
) -> None:
    """A BMC locks the account after three attempts (B4).

    Some old boards refuse to open sessions though the password is right; there it is
    shown a second time, the other way.
    """
    bmc.change(ROOT, {"RedfishVersion": version})
    bmc.change_password("changed")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    await elapse(HOUR)
    assert bmc.login_attempts == 1
    assert [request.status for request in bmc.requests].count(401) == tries
    assert bmc.open_sessions == 0
    assert logged_tracebacks(caplog) == []


@pytest.mark.parametrize(
    ("path", "status", "missing"),
    [
        (THERMAL, 503, "sensor.temperature_CPU Temp"),
        (THERMAL, 404, "sensor.temperature_CPU Temp"),
        (POWER, 503, "sensor.power_consumption"),
        (POWER, 403, "sensor.power_consumption"),
        (FAN_MODE, 503, "select.fan_mode"),
        (FAN_MODE, 403, "select.fan_mode"),
        (NTP, 404, "switch.ntp"),
        (NTP, 500, "switch.ntp"),
        (MANAGER, 503, "button.restart_bmc"),
        (RESET_INFO, 404, None),
        (RESET_INFO, 503, None),
        (RESET_INFO, 403, None),
        (NICS, 404, None),
    ],
)
async def test_a_part_that_cannot_be_read_does_not_keep_the_others_from_being_shown(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    path: str,
    status: int,
    missing: str | None,
) -> None:
    """A board may lack it, want a licence for it, or fail."""
    bmc.fail(path, status=status)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert entity(hass, entry, "light.identify_led").state == "off"
    if missing:
        assert entity_id(hass, entry, missing) is None


async def test_what_could_not_be_read_at_first_is_shown_as_soon_as_it_can(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """No reload is needed for it."""
    bmc.fail(FAN_MODE, status=503)
    bmc.fail(THERMAL, status=503)
    await set_up(hass, entry)
    bmc.heal()
    await elapse(DYNAMIC)
    assert entity(hass, entry, "sensor.temperature_CPU Temp").state == "44"
    await elapse(STATIC)
    assert entity(hass, entry, "select.fan_mode").state == "optimal"


@pytest.mark.parametrize(("path", "status"), [(THERMAL, 404), (POWER, 403)])
async def test_what_a_board_does_not_have_is_asked_for_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    status: int,
) -> None:
    """Nor is what only a licence would open."""
    if status == 404:
        bmc.remove(path)
    else:
        bmc.unlicensed = (path,)
    await set_up(hass, entry)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert requests_since(bmc).count(f"GET {path}") == 1
