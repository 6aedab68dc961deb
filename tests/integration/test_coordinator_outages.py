"""What may go wrong while a server is watched, and how it goes on afterwards."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.simulator import Bmc

from . import (
    CHASSIS,
    DRIVES,
    DYNAMIC,
    FAN_MODE,
    GET_STATIC,
    LOG,
    MANAGER,
    NTP,
    POWER,
    STATIC,
    SYSTEM,
    THERMAL,
    Mutation,
    logged_problems,
    logged_tracebacks,
    requests_since,
    states,
    unavailable_entities,
)
from .conftest import Elapse

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
)
OF_POWER = (
    "sensor.voltage",
    "sensor.power_",
    "sensor.energy",
    "binary_sensor.power_supply",
    "binary_sensor.redundancy",
    "binary_sensor.battery",
)

OUTAGES = pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda bmc: bmc.drop("*"), id="gone"),
        pytest.param(lambda bmc: bmc.fail("*", status=503), id="starting"),
        pytest.param(lambda bmc: bmc.fail("*", status=404), id="nothing there"),
        pytest.param(lambda bmc: bmc.fail("*", body="<html>"), id="a page"),
    ],
)


@OUTAGES
async def test_an_outage_is_logged_once_and_so_is_its_end(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    spoil: Mutation,
) -> None:
    """What is polled often is unavailable meanwhile, and back with the BMC (B1)."""
    before = states(hass)
    caplog.clear()
    spoil(bmc)
    for _ in range(4):
        await elapse(DYNAMIC)
    assert set(states(hass, "sensor").values()) == {STATE_UNAVAILABLE}
    assert set(states(hass, "light").values()) == {STATE_UNAVAILABLE}
    assert len(logged_problems(caplog)) == 1

    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert len(logged_problems(caplog)) == 1
    assert caplog.text.count(" recovered") == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_all_entities_are_unavailable_while_the_bmc_is_gone(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Also those of what is polled rarely: nothing can be commanded either."""
    bmc.drop("*")
    await elapse(DYNAMIC)
    assert set(states(hass).values()) == {STATE_UNAVAILABLE}
    assert loaded.state is ConfigEntryState.LOADED


async def test_all_entities_are_back_with_the_bmc_after_a_long_outage(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What is polled rarely does not wait for its next turn."""
    before = states(hass)
    bmc.drop("*")
    await elapse(STATIC)
    await elapse(DYNAMIC)
    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("status", [503, 404])
@pytest.mark.parametrize(
    ("path", "after", "belongs"),
    [
        (SYSTEM, DYNAMIC, OF_SYSTEM),
        (THERMAL, DYNAMIC, ("sensor.temperature", "sensor.fan", "sensor.headroom")),
        (POWER, DYNAMIC, OF_POWER),
        (FAN_MODE, STATIC, ("select.fan_mode",)),
        (NTP, STATIC, ("switch.ntp",)),
        (CHASSIS, STATIC, ("binary_sensor.chassis", "binary_sensor.intrusion")),
        (DRIVES, STATIC, ("sensor.drive", "binary_sensor.drive")),
        (LOG, STATIC, ("sensor.unacknowledged", "event.health_log")),
    ],
)
async def test_a_part_that_fails_takes_its_own_entities_along_only(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    path: str,
    after: float,
    belongs: tuple[str, ...],
    status: int,
) -> None:
    """Nothing turns to off or to zero, and all come back with the part (B1, M2)."""
    before = states(hass)
    affected = {of for of in before if _kind(hass, loaded, of).startswith(belongs)}
    bmc.fail(path, status=status)
    await elapse(after)
    assert unavailable_entities(hass) == affected
    assert {of: state for of, state in states(hass).items() if of not in affected} == {
        of: state for of, state in before.items() if of not in affected
    }

    bmc.heal()
    await elapse(after)
    assert states(hass) == before
    assert bmc.login_attempts == 1


def _kind(hass: HomeAssistant, entry: ConfigEntry, of: str) -> str:
    """Return what an entity is, `platform.key`."""
    registered = er.async_get(hass).async_get(of)
    assert registered
    key = registered.unique_id.removeprefix(f"{entry.unique_id}_")
    return f"{registered.domain}.{key}"


async def test_a_part_that_fails_is_logged_once(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever finds entities unavailable finds the reason in the log."""
    caplog.clear()
    bmc.fail(THERMAL, status=503)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert unavailable_entities(hass)
    assert len(logged_problems(caplog)) == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_a_bmc_that_wants_to_be_left_alone_for_ever_is_asked_again(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A Retry-After that no BMC can mean does not end the polling."""
    bmc.fail("*", status=503, headers={"Retry-After": "99999999"}, times=3)
    await elapse(DYNAMIC)
    assert not loaded.runtime_data.dynamic.last_update_success
    await elapse(300 + DYNAMIC)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_a_bmc_that_asks_for_time_gets_it(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Retry-After is respected."""
    bmc.fail("*", status=503, headers={"Retry-After": "120"}, times=3)
    await elapse(DYNAMIC)
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert requests_since(bmc, since) == []
    await elapse(120)
    assert f"GET {THERMAL}" in requests_since(bmc, since)
    assert loaded.runtime_data.dynamic.last_update_success


async def test_what_is_read_rarely_gets_its_time_too(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """A BMC that can be reached and asks for time is not asked at each poll."""
    await elapse(STATIC - DYNAMIC)
    for path in GET_STATIC:
        place = path.removeprefix("GET ")
        bmc.fail(place, status=503, headers={"Retry-After": "300"})
    since = len(bmc.requests)
    for reading in range(40, 48):
        bmc.set_reading("CPU Temp", reading)
        await elapse(DYNAMIC)
    assert requests_since(bmc, since).count(f"GET {MANAGER}") == 1
    assert not loaded.runtime_data.static.last_update_success


async def test_a_dropped_session_is_replaced_once_and_nobody_notices(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Several requests that meet a 401 together lead to one login (M3)."""
    before = states(hass)
    bmc.expire_sessions()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert bmc.login_attempts == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_a_password_that_was_changed_is_tried_once_more_and_never_again(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing happens while the session lasts; then all is unavailable (B4)."""
    bmc.change_password("changed")
    await elapse(DYNAMIC)
    assert unavailable_entities(hass) == set()

    bmc.expire_sessions()
    for _ in range(4):
        await elapse(STATIC)
    assert bmc.login_attempts == 2
    assert set(states(hass).values()) == {STATE_UNAVAILABLE}
    assert logged_tracebacks(caplog) == []

    bmc.change_password("ADMIN")
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert unavailable_entities(hass) == set()
    assert bmc.login_attempts == 3


async def test_a_restarted_bmc_is_read_again_with_one_new_login(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Its sessions are gone, and it drops connections while it is away."""
    before = states(hass)
    bmc.restart(100)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert bmc.logins == 2
    assert bmc.open_sessions == 1
    assert loaded.state is ConfigEntryState.LOADED


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_a_full_table_of_sessions_costs_few_requests(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The password goes with each request; a login is tried now and then (B7)."""
    before = states(hass)
    bmc.expire_sessions()
    while not bmc.sessions.full:
        bmc.sessions.create("somebody")
    since = len(bmc.requests)
    for _ in range(4):
        await elapse(DYNAMIC)
    assert states(hass) == before
    assert len(requests_since(bmc, since)) <= 4 * 3 + 6
    assert loaded.state is ConfigEntryState.LOADED
