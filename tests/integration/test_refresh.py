"""Test the early static polls that changes in the dynamic data cause."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.supermicro_redfish import refresh
from custom_components.supermicro_redfish.const import CONF_DYNAMIC_INTERVAL
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    MINUTE,
    STATIC,
    Mutation,
    available_keys,
    call,
    entity,
    entity_id,
    logged_problems,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse
from .health_log import EVENT, FiredEvents, add_to_log, log_entry, set_log
from .paths import (
    BAY_2,
    BMC_CONNECTION,
    CHASSIS,
    CRITICAL,
    FAN_MODE,
    GET_DYNAMIC,
    HOST_POWER,
    LOG,
    POWER,
    SYSTEM,
    THERMAL,
)

GET_LOG = f"GET {LOG}"


def set_memory_health(bmc: Bmc, health: Any) -> None:
    """Change a health that dynamic polls read."""
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"Health": health}}})


# Changes of a health


@pytest.mark.usefixtures("hass_storage")
async def test_changed_health_causes_read_of_log(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, fired: FiredEvents
) -> None:
    """Fire the events of a changed health with the same poll."""
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert GET_LOG not in requests_since(bmc, since)
    bmc.change(POWER, {"PowerSupplies": {BAY_2: CRITICAL}})
    add_to_log(bmc, "A")
    await elapse(DYNAMIC)
    assert fired.messages == ["A"]
    assert requests_since(bmc, since).count(GET_LOG) == 1
    assert loaded.state.recoverable


async def test_changed_health_causes_read_of_intrusion_sensor(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read chassis and log, and no other static resource."""
    since = len(bmc.requests)
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    bmc.change(SYSTEM, CRITICAL)
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "binary_sensor.intrusion").state == STATE_ON
    requests = requests_since(bmc, since)
    early = [request for request in requests if request not in GET_DYNAMIC]
    assert early == [f"GET {CHASSIS}", GET_LOG]


@pytest.mark.parametrize(("entries", "least", "most"), [(9, 8, 8), (501, 3, 5)])
async def test_reads_of_a_long_log_are_limited(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    freezer: FrozenDateTimeFactory,
    elapse: Elapse,
    entries: int,
    least: int,
    most: int,
) -> None:
    """Read a log that may have megabytes once per minute, others with each poll."""
    set_log(bmc, [log_entry(number, "A") for number in range(entries)])
    await set_up(hass, entry)
    since = len(bmc.requests)
    for number in range(8):
        set_memory_health(bmc, "OK" if number % 2 else "Warning")
        await elapse(DYNAMIC)
    assert least <= requests_since(bmc, since).count(GET_LOG) <= most


def _lose_fan(bmc: Bmc) -> None:
    """Remove a fan without changing its health."""
    status = {"State": "Absent", "Health": "OK"}
    bmc.change(THERMAL, {"Fans": {"FAN1": {"Status": status}}})


def _lose_supply(bmc: Bmc) -> None:
    """Remove a power supply without changing its health."""
    status = {"State": "UnavailableOffline", "Health": "OK"}
    bmc.change(POWER, {"PowerSupplies": {BAY_2: {"Status": status}}})


@pytest.mark.usefixtures("hass_storage")
@pytest.mark.parametrize(
    "mutate", [_lose_fan, _lose_supply, lambda bmc: bmc.power("ForceOff")]
)
async def test_changed_state_causes_read_of_log(
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    mutate: Mutation,
) -> None:
    """Fire events when a fan, a supply or the host changes its state by itself."""
    since = len(bmc.requests)
    mutate(bmc)
    add_to_log(bmc, "A")
    await elapse(DYNAMIC)
    assert fired.messages == ["A"]
    assert requests_since(bmc, since).count(GET_LOG) == 1
    assert loaded.state.recoverable


async def test_commanded_power_state_causes_no_read(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read no log after a change of power state that a command caused."""
    since = len(bmc.requests)
    await call(hass, loaded, "button.reset_graceful_shutdown", "press")
    await elapse(MINUTE, step=5)
    assert entity(hass, loaded, HOST_POWER).state == STATE_OFF
    assert GET_LOG not in requests_since(bmc, since)


@pytest.mark.parametrize("health", [None, REMOVED])
async def test_unknown_health_causes_no_read(
    loaded: ConfigEntry, bmc: Bmc, elapse: Elapse, health: Any
) -> None:
    """Ignore a health that temporarily disappears, as while the host is off."""
    since = len(bmc.requests)
    for value in (health, "OK"):
        set_memory_health(bmc, value)
        await elapse(DYNAMIC)
    assert GET_LOG not in requests_since(bmc, since)
    assert loaded.state.recoverable


@pytest.mark.usefixtures("hass_storage")
async def test_failed_early_read_is_not_logged(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    fired: FiredEvents,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Keep the event available, and read the log with the next static poll."""
    caplog.clear()
    bmc.fail(LOG, status=503)
    set_memory_health(bmc, "Warning")
    add_to_log(bmc, "A")
    await elapse(DYNAMIC)
    assert logged_problems(caplog) == []
    assert entity(hass, loaded, EVENT).state == STATE_UNKNOWN
    bmc.heal()
    await elapse(STATIC)
    assert fired.messages == ["A"]


# Return of the BMC


async def test_static_entities_are_unavailable_without_the_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Make static entities unavailable with the first failed dynamic poll.

    Their commands could not be sent either.
    """
    bmc.drop("*")
    await elapse(DYNAMIC)
    assert available_keys(hass, loaded) == {BMC_CONNECTION}
    assert loaded.state is ConfigEntryState.LOADED


async def test_static_entities_return_with_the_bmc(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Restore static entities without waiting for the next static poll."""
    before = states(hass)
    bmc.drop("*")
    await elapse(STATIC)
    await elapse(DYNAMIC)
    bmc.heal()
    await elapse(DYNAMIC)
    assert states(hass) == before
    assert loaded.state is ConfigEntryState.LOADED


async def test_outdated_static_state_is_not_shown_after_outage(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show a static state only after it was read again."""
    fan_mode, ntp = (
        entity_id(hass, loaded, key) for key in ("select.fan_mode", "switch.ntp")
    )
    shown: dict[str, list[str]] = {str(fan_mode): [], str(ntp): []}

    @callback
    def record(event: Event[EventStateChangedData]) -> None:
        if new := event.data["new_state"]:
            shown[new.entity_id].append(new.state)

    async_track_state_change_event(hass, shown, record)
    bmc.drop("*")
    await elapse(STATIC + DYNAMIC)
    bmc.change(FAN_MODE, {"Mode": "FullSpeed"})
    bmc.heal()
    await elapse(2 * DYNAMIC)
    assert shown == {
        fan_mode: [STATE_UNAVAILABLE, "full_speed"],
        ntp: [STATE_UNAVAILABLE, "on"],
    }


@pytest.mark.long
async def test_dynamic_data_is_polled_while_static_data_is_read(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Show no outdated readings when a slow BMC needs minutes for the static data."""
    options = {CONF_DYNAMIC_INTERVAL: 1}
    hass.config_entries.async_update_entry(entry, options=options)
    bmc.hang(FAN_MODE, 1.2, times=1)
    await set_up(hass, entry)
    assert requests_since(bmc).count(f"GET {THERMAL}") > 1


def test_components_with_changing_names_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep the health of present components, and a limited number of others."""
    monkeypatch.setattr(refresh, "MAX_ENTITIES", 3)
    known: dict[str, str] = {}
    for number in range(10):
        health = {"system": "OK", f"fan {number}": "OK"}
        assert not refresh._update(known, health)
        assert health.items() <= known.items()
        assert len(known) <= 3
    assert refresh._update(known, {"system": "Warning"})
