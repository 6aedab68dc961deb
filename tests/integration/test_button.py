"""Test the buttons that reset host and BMC, rearm the sensor and clear the log."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    DYNAMIC,
    STATIC,
    call,
    entity,
    is_single_write,
    logged_problems,
    registered_keys,
    registry_entry,
    requests_since,
    set_up,
    set_up_with_host,
    states,
)
from .conftest import Elapse
from .paths import (
    CHASSIS,
    LOG,
    LOG_SERVICE,
    MAINTENANCE_LOG,
    MANAGER,
    RESET,
    RESET_INFO,
    RESTART_BMC,
    SESSIONS,
    SYSTEM,
)

RESET_ACTION = "#ComputerSystem.Reset"
REARM = "button.rearm_intrusion"
CLEAR = "button.clear_log"
ALLOWED = "ResetType@Redfish.AllowableValues"

ENABLED = {
    "button.acknowledge_events",
    "button.reset_on",
    "button.reset_graceful_shutdown",
    "button.reset_graceful_restart",
}

all_enabled = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def offer_in_system(bmc: Bmc, *types: str) -> None:
    """List reset types in the resource of the system, as X10 does."""
    action = {"@Redfish.ActionInfo": REMOVED, ALLOWED: list(types)}
    bmc.change(SYSTEM, {"Actions": {RESET_ACTION: action}})


def offer_in_action_info(bmc: Bmc, *types: str) -> None:
    """List reset types in the ActionInfo."""
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": list(types)}}})


# Reset of the host


@all_enabled
@pytest.mark.parametrize(
    ("key", "reset_type", "before", "after", "finally_"),
    [
        ("reset_on", "On", "Off", "PoweringOn", "On"),
        ("reset_force_on", "ForceOn", "Off", "PoweringOn", "On"),
        ("reset_graceful_shutdown", "GracefulShutdown", "On", "PoweringOff", "Off"),
        ("reset_force_off", "ForceOff", "On", "PoweringOff", "Off"),
        ("reset_graceful_restart", "GracefulRestart", "On", "PoweringOff", "On"),
        ("reset_force_restart", "ForceRestart", "On", "PoweringOff", "On"),
        ("reset_power_cycle", "PowerCycle", "On", "PoweringOff", "On"),
        ("reset_nmi", "Nmi", "On", "On", "On"),
    ],
)
async def test_reset_button_sends_its_reset_type(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    key: str,
    reset_type: str,
    before: str,
    after: str,
    finally_: str,
) -> None:
    """Send the reset type in the board's spelling, and read the system back."""
    await set_up_with_host(hass, entry, bmc, clock, is_on=before != "Off")
    assert bmc.power_state == before
    since = len(bmc.requests)
    await call(hass, entry, f"button.{key}", "press")
    assert requests_since(bmc, since) == [f"POST {RESET}", f"GET {SYSTEM}"]
    assert bmc.requests[since].body == {"ResetType": reset_type}
    assert bmc.power_state == after
    assert entry.runtime_data.dynamic.data.system.power_state == after
    clock.tick(60)
    assert bmc.power_state == finally_


async def test_harmful_buttons_are_disabled_by_default(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Enable only buttons that lose no data.

    A restart of the BMC is disabled as well: it leaves the server unmonitored.
    """
    keys = registered_keys(hass, loaded).values()
    assert {
        key
        for key in keys
        if key.startswith("button.")
        and registry_entry(hass, loaded, key).disabled_by is None
    } == ENABLED
    assert len(states(hass, "button")) == len(ENABLED)


@pytest.mark.parametrize(
    ("in_system", "in_action_info", "expected"),
    [
        pytest.param(
            ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "Nmi"],
            None,
            {"on", "force_off", "graceful_shutdown", "graceful_restart", "nmi"},
            id="in the system, as on X10",
        ),
        pytest.param(
            ["On", "ForceOff", "GracefulShutdownGracefulRestart"],
            None,
            {"on", "force_off", "graceful_shutdown", "graceful_restart"},
            id="two values joined, as on X12",
        ),
        pytest.param(
            ["On", "ForceOff", "GracefulShutdownGracefulRestart"],
            ["On", "FullPowerCycle", "PushPowerButton"],
            {"on", "full_power_cycle", "push_power_button"},
            id="in both, the ActionInfo counts",
        ),
        pytest.param(None, ["On", "On", "ForceOff"], {"on", "force_off"}, id="twice"),
        pytest.param(None, ["On", "AC Cycle"], {"on", "AC Cycle"}, id="unknown"),
        pytest.param(["On"], [], {"on"}, id="empty ActionInfo"),
        pytest.param([], None, set(), id="none"),
    ],
)
async def test_reset_buttons_match_allowable_values(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    in_system: list[str] | None,
    in_action_info: list[str] | None,
    expected: set[str],
) -> None:
    """Offer exactly the reset types that the board lists."""
    if in_system is not None:
        offer_in_system(bmc, *in_system)
    if in_action_info is not None:
        info = {"@Redfish.ActionInfo": RESET_INFO}
        bmc.change(SYSTEM, {"Actions": {RESET_ACTION: info}})
        offer_in_action_info(bmc, *in_action_info)
    await set_up(hass, entry)
    keys = registered_keys(hass, entry).values()
    found = {key for key in keys if key.startswith("button.reset")}
    assert found == {f"button.reset_{key}" for key in expected}


@all_enabled
async def test_unknown_reset_type_is_named_and_sent_unchanged(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Use the board's spelling, here for a type that the BMC lists but rejects."""
    offer_in_action_info(bmc, "On", "AC Cycle")
    await set_up(hass, entry)
    button = entity(hass, entry, "button.reset_AC Cycle")
    assert button.attributes["friendly_name"].endswith("Reset: AC Cycle")
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError, match="AC Cycle"):
        await call(hass, entry, "button.reset_AC Cycle", "press")
    assert bmc.requests[since].body == {"ResetType": "AC Cycle"}


@all_enabled
@pytest.mark.parametrize(
    ("is_on", "key", "translation_key"),
    [
        (True, "reset_on", "already_on"),
        (True, "reset_force_on", "already_on"),
        (False, "reset_graceful_shutdown", "already_off"),
        (False, "reset_force_off", "already_off"),
        (False, "reset_graceful_restart", "host_off"),
        (False, "reset_force_restart", "host_off"),
        (False, "reset_nmi", "host_off"),
    ],
)
async def test_reset_that_contradicts_the_power_state_sends_no_request(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    *,
    is_on: bool,
    key: str,
    translation_key: str,
) -> None:
    """Name the power state, which the BMC's own message does not."""
    await set_up_with_host(hass, entry, bmc, clock, is_on=is_on)
    since = len(bmc.requests)
    with pytest.raises(ServiceValidationError) as failure:
        await call(hass, entry, f"button.{key}", "press")
    assert failure.value.translation_key == translation_key
    assert requests_since(bmc, since) == []


async def test_reset_buttons_remain_when_action_info_fails(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Read the list of reset types once, because it is part of the firmware."""
    before = set(states(hass, "button"))
    bmc.fail(RESET_INFO, status=503)
    await elapse(STATIC)
    assert set(states(hass, "button")) == before
    assert "unavailable" not in states(hass, "button").values()
    assert requests_since(bmc).count(f"GET {RESET_INFO}") == 1
    assert loaded.runtime_data.static.last_update_success


# Restart of the BMC


@all_enabled
@pytest.mark.usefixtures("freezer")
@pytest.mark.parametrize(
    ("action", "reset_type"),
    [
        ({}, "GracefulRestart"),
        ({ALLOWED: REMOVED}, "GracefulRestart"),
        ({ALLOWED: ["GracefulRestart"]}, "GracefulRestart"),
        ({ALLOWED: ["ForceRestart"]}, "ForceRestart"),
        ({"target": REMOVED}, "GracefulRestart"),
    ],
)
async def test_bmc_restart_is_graceful_if_offered(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    action: dict[str, Any],
    reset_type: str,
) -> None:
    """Restore all entities after the restart with one new login."""
    bmc.change(MANAGER, {"Actions": {"#Manager.Reset": action}})
    bmc.restart_seconds = 70
    await set_up(hass, entry)
    before = set(states(hass)) - set(states(hass, "button"))
    since = len(bmc.requests)
    await call(hass, entry, "button.restart_bmc", "press")
    assert requests_since(bmc, since) == [f"POST {RESTART_BMC}"]
    assert bmc.requests[since].body == {"ResetType": reset_type}
    assert bmc.is_down

    await elapse(DYNAMIC)
    assert entity(hass, entry, "light.identify_led").state == "unavailable"
    await elapse(3 * DYNAMIC)
    assert all(states(hass)[key] != "unavailable" for key in before)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


@all_enabled
@pytest.mark.usefixtures("freezer")
async def test_bmc_restart_recovers_with_few_log_messages(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Recover from refused connections, status 503 and a lost session."""
    await set_up(hass, entry)
    before = states(hass)
    bmc.restart_seconds = 130
    await call(hass, entry, "button.restart_bmc", "press")
    await elapse(120)
    bmc.fail("*", status=503)
    await elapse(120)
    bmc.heal()
    since = len(bmc.requests)
    await elapse(DYNAMIC)
    assert set(states(hass)) == set(before)
    assert "unavailable" not in states(hass).values()
    assert requests_since(bmc, since).count(f"POST {SESSIONS}") == 1
    assert bmc.login_attempts == bmc.logins == 2
    assert bmc.open_sessions == 1
    problems = logged_problems(caplog)
    assert len(problems) == len(set(problems)) <= 2


# Intrusion sensor and log


@all_enabled
async def test_rearm_button_resets_intrusion_sensor(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Read the sensor back, so that the result is shown immediately."""
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    await call(hass, entry, REARM, "press")
    assert is_single_write(requests_since(bmc, since), CHASSIS)
    assert bmc.resource(CHASSIS)["PhysicalSecurity"]["IntrusionSensor"] == "Normal"
    assert entry.runtime_data.static.data.chassis.is_intruded is False


@all_enabled
async def test_rearm_button_raises_error_if_board_rejects_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Report the rejection as an error."""
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    bmc.fail(CHASSIS, method="PATCH", status=405)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, entry, REARM, "press")
    assert failure.value.translation_key == "refused"


@all_enabled
async def test_clear_button_clears_health_event_log(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Clear the health event log, and leave the BMC's maintenance log alone."""
    await set_up(hass, entry)
    assert entry.runtime_data.static.data.log_entries
    maintenance_log = bmc.resource(MAINTENANCE_LOG)
    since = len(bmc.requests)
    await call(hass, entry, CLEAR, "press")
    write, *_, read = requests_since(bmc, since)
    assert write == f"POST {LOG_SERVICE}/Actions/LogService.ClearLog"
    assert read == f"GET {LOG}"
    assert bmc.resource(LOG)["Members"] == []
    assert bmc.resource(MAINTENANCE_LOG) == maintenance_log
    assert entry.runtime_data.static.data.log_entries == ()
