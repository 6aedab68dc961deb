"""Test failures of polls, and the recovery from them."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import (
    DYNAMIC,
    STATIC,
    Mutation,
    available_keys,
    logged_problems,
    logged_tracebacks,
    registered_keys,
    reload,
    requests_since,
    states,
    unavailable_entities,
)
from .conftest import Elapse
from .paths import (
    BMC_CONNECTION,
    CHASSIS,
    DRIVES,
    FAN_MODE,
    LOG,
    MANAGER,
    NTP,
    POWER,
    SYSTEM,
    THERMAL,
)

OF_SYSTEM = (
    "light.identify_led",
    "switch.host_power",
    "number.",
    "select.boot_source",
    "sensor.boot_progress",
    "binary_sensor.host_power",
    "binary_sensor.system_problem",
    "binary_sensor.processor_problem",
    "binary_sensor.memory_problem",
    "binary_sensor.staged_bios",
)
OF_POWER = (
    "sensor.voltage",
    "sensor.power_",
    "sensor.energy",
    "binary_sensor.power_supply",
    "binary_sensor.redundancy",
    "binary_sensor.battery",
)
OF_LOG = (
    "sensor.unacknowledged",
    "sensor.last_event",
    "event.health_log",
    "button.acknowledge_events",
)


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="no connection"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="not found"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="page"),
    ],
)
async def test_outage_and_recovery_are_logged_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    mutate: Mutation,
) -> None:
    """Make dynamic entities unavailable, and restore them with the BMC."""
    before = states(hass)
    caplog.clear()
    mutate(bmc)
    await elapse(4 * DYNAMIC)
    assert available_keys(hass, loaded) == {BMC_CONNECTION}
    assert len(logged_problems(caplog)) == 1

    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert len(logged_problems(caplog)) == 1
    assert caplog.text.count(" recovered") == 1
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("status", [503, 404])
@pytest.mark.parametrize(
    ("path", "interval", "prefixes"),
    [
        (SYSTEM, DYNAMIC, OF_SYSTEM),
        (THERMAL, DYNAMIC, ("sensor.temperature", "sensor.fan", "sensor.headroom")),
        (POWER, DYNAMIC, OF_POWER),
        (FAN_MODE, STATIC, ("select.fan_mode",)),
        (NTP, STATIC, ("switch.ntp",)),
        (CHASSIS, STATIC, ("binary_sensor.chassis", "binary_sensor.intrusion")),
        (DRIVES, STATIC, ("sensor.drive", "binary_sensor.drive")),
        (LOG, STATIC, OF_LOG),
    ],
)
async def test_failed_resource_affects_only_its_own_entities(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    interval: float,
    prefixes: tuple[str, ...],
    status: int,
) -> None:
    """Make the entities of a failed resource unavailable, then restore them."""
    before = states(hass)
    keys = registered_keys(hass, loaded)
    affected = {entity for entity in before if keys[entity].startswith(prefixes)}
    bmc.fail(path, status=status)
    await elapse(interval)
    assert unavailable_entities(hass) == affected
    assert _without(states(hass), affected) == _without(before, affected)

    bmc.heal()
    await elapse(interval)
    assert states(hass) == before
    assert bmc.login_attempts == 1


def _without(all_states: dict[str, str], excluded: set[str]) -> dict[str, str]:
    """Return states without those of some entities."""
    return {key: state for key, state in all_states.items() if key not in excluded}


async def test_failed_resource_is_logged_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log the reason why some entities are unavailable."""
    caplog.clear()
    bmc.fail(THERMAL, status=503)
    await elapse(2 * DYNAMIC)
    assert unavailable_entities(hass)
    assert len(logged_problems(caplog)) == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_excessive_retry_after_is_limited(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Poll again after five minutes in spite of a longer Retry-After."""
    bmc.fail("*", status=503, headers={"Retry-After": "99999999"}, times=3)
    await elapse(DYNAMIC)
    assert not loaded.runtime_data.dynamic.last_update_success
    await elapse(300 + DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_retry_after_delays_next_poll(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Send no request before the time of Retry-After has passed."""
    bmc.fail("*", status=503, headers={"Retry-After": "120"}, times=3)
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert requests_since(bmc, since) == []
    await elapse(120)
    assert f"GET {THERMAL}" in requests_since(bmc, since)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_retry_after_delays_static_poll(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Repeat a failed static poll only after the time of Retry-After."""
    await elapse(STATIC - DYNAMIC)
    for path in bmc.board.resources.keys() - {SYSTEM, THERMAL, POWER}:
        bmc.fail(path, status=503, headers={"Retry-After": "300"})
    since = len(bmc.requests)
    for reading in range(40, 48):
        bmc.set_reading("CPU Temp", reading)
        await elapse(DYNAMIC)
    assert requests_since(bmc, since).count(f"GET {MANAGER}") == 1
    assert not loaded.runtime_data.static.last_update_success


async def test_expired_session_is_replaced_by_one_login(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Log in once, although several concurrent requests receive a 401."""
    before = states(hass)
    bmc.expire_sessions()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert bmc.login_attempts == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_changed_password_is_tried_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Continue while the session lasts, then make all entities unavailable."""
    bmc.change_password("changed")
    await elapse(DYNAMIC)
    assert unavailable_entities(hass) == set()

    bmc.expire_sessions()
    for _ in range(4):
        await elapse(STATIC)
    assert bmc.login_attempts == 2
    assert available_keys(hass, loaded) == {BMC_CONNECTION}
    assert logged_tracebacks(caplog) == []

    bmc.change_password("ADMIN")
    await reload(hass, loaded)
    assert unavailable_entities(hass) == set()
    assert bmc.login_attempts == 3


async def test_restarted_bmc_is_polled_again_after_one_login(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Recover from dropped connections and lost sessions."""
    before = states(hass)
    bmc.restart(100)
    await elapse(4 * DYNAMIC)
    assert states(hass) == before
    assert bmc.logins == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_polls_without_free_session_send_few_additional_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Use Basic authentication, and retry the login only rarely."""
    before = states(hass)
    bmc.expire_sessions()
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    since = len(bmc.requests)
    await elapse(4 * DYNAMIC)
    assert states(hass) == before
    assert len(requests_since(bmc, since)) <= 4 * 3 + 6
    assert loaded.state is ConfigEntryState.LOADED
