"""A day of a server's life, with all that may happen in it."""

from collections import Counter

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from custom_components.supermicro_redfish.energy import LONGEST_GAP
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate

from . import (
    DYNAMIC,
    HOUR,
    MINUTE,
    POWER,
    THERMAL,
    asked,
    complaints,
    entity,
    lifecycle,
    states,
)
from .conftest import Elapse
from .dialogue import fill_in, question
from .test_repairs import issues, mend, renewed

__all__ = ["renewed"]

DAY = 86400


async def test_a_day_ends_as_if_nothing_had_happened(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    server: Server,
    renewed: Certificate,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A power cycle, a BMC's restart, a new password and a new certificate."""
    before = states(hass)
    await elapse(3 * HOUR)
    await _cycle_power(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _restart_bmc(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _change_password(hass, loaded, bmc, elapse)
    await elapse(4 * HOUR)
    await _change_certificate(hass, loaded, bmc, server, renewed, elapse)
    await elapse(5 * HOUR)

    polls = asked(bmc).count(f"GET {THERMAL}")
    assert polls == pytest.approx(DAY / DYNAMIC - 2 * HOUR / DYNAMIC, rel=0.03)
    assert lifecycle(loaded) is ConfigEntryState.LOADED
    assert bmc.open_sessions == 1
    assert bmc.peak_parallel <= 2
    assert issues(hass) == []
    assert not hass.config_entries.flow.async_progress()
    _require_right(hass, loaded, bmc)
    assert states(hass) == before
    watched = DAY - 3.3 * HOUR
    longest = watched + 3 * LONGEST_GAP
    energy = float(entity(hass, loaded, "sensor.energy").state)
    assert 0.118 * watched / HOUR < energy < 0.118 * longest / HOUR
    reasons = [
        text.replace(" static ", " ").replace(" dynamic ", " ").partition(": GET")[0]
        for text in complaints(caplog)
    ]
    twice = [text for text, count in Counter(reasons).items() if count > 1]
    assert twice == []


async def _cycle_power(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Somebody presses the server's own power button, and an hour later again."""
    bmc.power("GracefulShutdown")
    await elapse(10 * MINUTE)
    assert bmc.power_state == "Off"
    assert entity(hass, entry, "binary_sensor.host_power").state == "off"
    assert entity(hass, entry, "sensor.temperature_CPU Temp").state == STATE_UNKNOWN
    await elapse(HOUR)
    bmc.power("On")
    await elapse(20 * MINUTE)
    assert entity(hass, entry, "binary_sensor.host_power").state == "on"
    _require_right(hass, entry, bmc)


async def _restart_bmc(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """For two minutes it refuses connections, for two more it is not ready."""
    logins = bmc.logins
    bmc.restart(2 * MINUTE)
    await elapse(2 * MINUTE - 1)
    assert entity(hass, entry, "binary_sensor.host_power").state == STATE_UNAVAILABLE
    bmc.restart(2 * MINUTE, status=503)
    await elapse(3 * MINUTE)
    assert entity(hass, entry, "binary_sensor.host_power").state == "on"
    assert bmc.logins == logins + 1
    await elapse(20 * MINUTE)
    _require_right(hass, entry, bmc)


async def _change_password(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Let the password be tried once more and asked for; it is entered much later."""
    attempts = bmc.login_attempts
    bmc.change_password("another")
    bmc.expire_sessions()
    await elapse(HOUR)
    assert bmc.login_attempts == attempts + 1
    form = await question(hass)
    await fill_in(hass, form, {"username": "ADMIN", "password": "another"})
    assert lifecycle(entry) is ConfigEntryState.LOADED
    _require_right(hass, entry, bmc)


async def _change_certificate(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    server: Server,
    renewed: Certificate,
    elapse: Elapse,
) -> None:
    """Its web server starts again with it; somebody accepts it an hour later."""
    attempts = bmc.login_attempts
    server.renew_certificate(renewed)
    bmc.restart(1)
    await elapse(HOUR)
    assert bmc.login_attempts == attempts
    (issue,) = issues(hass)
    await mend(hass, issue)
    assert lifecycle(entry) is ConfigEntryState.LOADED
    _require_right(hass, entry, bmc)


def _require_right(hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc) -> None:
    """Compare what is shown with what the BMC would answer now."""
    assert STATE_UNAVAILABLE not in states(hass).values()
    shown = entity(hass, entry, "sensor.temperature_CPU Temp").state
    (sensor,) = (
        sensor
        for sensor in bmc.resource(THERMAL)["Temperatures"]
        if sensor["Name"] == "CPU Temp"
    )
    assert float(shown) == sensor["ReadingCelsius"]
    power = bmc.resource(POWER)["PowerControl"][0]["PowerConsumedWatts"]
    assert float(entity(hass, entry, "sensor.power_consumption").state) == power
    assert entity(hass, entry, "select.fan_mode").state == "optimal"
