"""Test a simulated day with a power cycle, a BMC restart and changed credentials."""

from collections import Counter

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import (
    DYNAMIC,
    HOUR,
    MAX_ENERGY_GAP,
    MINUTE,
    entity,
    entry_state,
    logged_problems,
    requests_since,
    states,
)
from .conftest import Elapse
from .dialog import fill_in, reauth_form
from .paths import HOST_POWER, POWER, THERMAL
from .repair_flow import fix_issue, open_issues
from .sensors import CPU

DAY = 86400


@pytest.fixture
def long_step() -> float:
    """Return the step of a long time: the requests of the day are counted."""
    return DYNAMIC


@pytest.mark.long
async def test_day_with_incidents_ends_in_the_state_of_its_beginning(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Recover from every incident, and log each problem once."""
    before = states(hass)
    await elapse(3 * HOUR)
    await _cycle_power(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _restart_bmc(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _change_password(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _change_certificate(hass, loaded, bmc, server, new_certificate, elapse)
    await elapse(5 * HOUR)

    polls = requests_since(bmc).count(f"GET {THERMAL}")
    assert polls == pytest.approx(DAY / DYNAMIC - 2 * HOUR / DYNAMIC, rel=0.03)
    assert entry_state(loaded) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1
    assert bmc.peak_parallel <= 2
    assert open_issues(hass) == []
    assert not hass.config_entries.flow.async_progress()
    _require_current_states(hass, loaded, bmc)
    assert states(hass) == before
    monitored = DAY - 3.3 * HOUR
    longest = monitored + 3 * MAX_ENERGY_GAP
    energy = float(entity(hass, loaded, "sensor.energy").state)
    assert 0.118 * monitored / HOUR < energy < 0.118 * longest / HOUR
    reasons = [
        text.replace(" static ", " ").replace(" dynamic ", " ").partition(": GET")[0]
        for text in logged_problems(caplog)
    ]
    repeated = [text for text, count in Counter(reasons).items() if count > 1]
    assert repeated == []


async def _cycle_power(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Press the server's power button, and again an hour later."""
    bmc.power("GracefulShutdown")
    await elapse(10 * MINUTE)
    assert bmc.power_state == "Off"
    assert entity(hass, entry, HOST_POWER).state == "off"
    assert entity(hass, entry, CPU).state == STATE_UNKNOWN
    await elapse(HOUR)
    bmc.power("On")
    await elapse(20 * MINUTE)
    assert entity(hass, entry, HOST_POWER).state == "on"
    _require_current_states(hass, entry, bmc)


async def _restart_bmc(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Refuse connections for two minutes, and answer 503 for two more."""
    logins = bmc.logins
    bmc.restart(2 * MINUTE)
    await elapse(2 * MINUTE - 1)
    assert entity(hass, entry, HOST_POWER).state == STATE_UNAVAILABLE
    bmc.restart(2 * MINUTE, status=503)
    await elapse(3 * MINUTE)
    assert entity(hass, entry, HOST_POWER).state == "on"
    assert bmc.logins == logins + 1
    await elapse(20 * MINUTE)
    _require_current_states(hass, entry, bmc)


async def _change_password(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Change the password, and enter the new one an hour later."""
    attempts = bmc.login_attempts
    bmc.change_password("another")
    bmc.expire_sessions()
    await elapse(HOUR)
    assert bmc.login_attempts == attempts + 1
    form = await reauth_form(hass)
    await fill_in(hass, form, {"username": "ADMIN", "password": "another"})
    assert entry_state(entry) is ConfigEntryState.LOADED
    _require_current_states(hass, entry, bmc)


async def _change_certificate(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    server: Server,
    new_certificate: Certificate,
    elapse: Elapse,
) -> None:
    """Restart the BMC with a new certificate, and accept it an hour later."""
    attempts = bmc.login_attempts
    server.renew_certificate(new_certificate)
    bmc.restart(1)
    await elapse(HOUR)
    assert bmc.login_attempts == attempts
    (issue,) = open_issues(hass)
    await fix_issue(hass, issue)
    assert entry_state(entry) is ConfigEntryState.LOADED
    _require_current_states(hass, entry, bmc)


def _require_current_states(hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc) -> None:
    """Compare the states with the BMC's current readings."""
    assert STATE_UNAVAILABLE not in states(hass).values()
    shown = entity(hass, entry, CPU).state
    (sensor,) = (
        sensor
        for sensor in bmc.resource(THERMAL)["Temperatures"]
        if sensor["Name"] == "CPU Temp"
    )
    assert float(shown) == sensor["ReadingCelsius"]
    power = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    assert float(entity(hass, entry, "sensor.power_consumption").state) == power
    assert entity(hass, entry, "select.fan_mode").state == "optimal"
