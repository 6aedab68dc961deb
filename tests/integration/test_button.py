"""Ways to reset the host and the BMC, and to acknowledge what happened."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    CHASSIS,
    DYNAMIC,
    MANAGER,
    RESET,
    RESET_INFO,
    RESTART_BMC,
    SESSIONS,
    STATIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    is_single_write,
    logged_problems,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse

ACTION = "#ComputerSystem.Reset"
LOG = f"{SYSTEM}/LogServices/Log1"
REARM = "button.rearm_intrusion"
CLEAR = "button.clear_log"
LISTED = "ResetType@Redfish.AllowableValues"

HARMLESS = {"reset_on", "reset_graceful_shutdown", "reset_graceful_restart"}


def buttons(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return the keys of the buttons for resets of the host."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    keys = {item.unique_id.removeprefix(f"{entry.unique_id}_") for item in entries}
    return {key for key in keys if key.startswith("reset")}


def list_inline(bmc: Bmc, *values: str) -> None:
    """Let a board list its reset types in the system itself, as X10 does."""
    action = {"@Redfish.ActionInfo": REMOVED, LISTED: list(values)}
    bmc.change(SYSTEM, {"Actions": {ACTION: action}})


def list_apart(bmc: Bmc, *values: str) -> None:
    """Let a board list its reset types in the ActionInfo."""
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": list(values)}}})


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("key", "reset_type", "at_first", "then", "finally_"),
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
async def test_a_button_resets_the_host_its_own_way(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    key: str,
    reset_type: str,
    at_first: str,
    then: str,
    finally_: str,
) -> None:
    """The BMC gets the reset type as it was listed, and the system is read back."""
    if at_first == "Off":
        bmc.power("ForceOff")
        clock.tick(60)
    await set_up(hass, entry)
    assert bmc.power_state == at_first
    since = len(bmc.requests)
    await call(hass, entry, f"button.{key}", "press")
    assert requests_since(bmc, since) == [f"POST {RESET}", f"GET {SYSTEM}"]
    assert bmc.requests[since].body == {"ResetType": reset_type}
    assert bmc.power_state == then
    assert entry.runtime_data.dynamic.data.system.power_state == then
    clock.tick(60)
    assert bmc.power_state == finally_


async def test_what_may_lose_data_waits_to_be_enabled(
    hass: HomeAssistant, loaded: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """So does the restart of the BMC, which leaves the server unwatched."""
    assert {
        item.unique_id.removeprefix(f"{loaded.unique_id}_")
        for item in er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
        if item.disabled_by is None and item.domain == "button"
    } == HARMLESS
    assert len(states(hass, "button")) == len(HARMLESS)


@pytest.mark.parametrize(
    ("inline", "apart", "expected"),
    [
        pytest.param(
            ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "Nmi"],
            None,
            {
                "reset_on",
                "reset_force_off",
                "reset_graceful_shutdown",
                "reset_graceful_restart",
                "reset_nmi",
            },
            id="in the system, as X10",
        ),
        pytest.param(
            ["On", "ForceOff", "GracefulShutdownGracefulRestart"],
            None,
            {
                "reset_on",
                "reset_force_off",
                "reset_graceful_shutdown",
                "reset_graceful_restart",
            },
            id="two glued, as X12",
        ),
        pytest.param(
            ["On", "ForceOff", "GracefulShutdownGracefulRestart"],
            ["On", "FullPowerCycle", "PushPowerButton"],
            {"reset_on", "reset_full_power_cycle", "reset_push_power_button"},
            id="both, the ActionInfo counts",
        ),
        pytest.param(
            None, ["On", "On", "ForceOff"], {"reset_on", "reset_force_off"}, id="twice"
        ),
        pytest.param(
            None, ["On", "AC Cycle"], {"reset_on", "reset_AC Cycle"}, id="unknown"
        ),
        pytest.param(["On"], [], {"reset_on"}, id="an empty ActionInfo"),
        pytest.param([], None, set(), id="none"),
    ],
)
async def test_there_is_a_button_for_every_way_that_the_board_advertises(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    inline: list[str] | None,
    apart: list[str] | None,
    expected: set[str],
) -> None:
    """And for no other (R1)."""
    if inline is not None:
        list_inline(bmc, *inline)
    if apart is not None:
        info = {"@Redfish.ActionInfo": RESET_INFO}
        bmc.change(SYSTEM, {"Actions": {ACTION: info}})
        list_apart(bmc, *apart)
    await set_up(hass, entry)
    assert buttons(hass, entry) == expected


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_way_without_a_name_bears_the_boards_own(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """And is sent as it is, here to a BMC that cannot do what it advertises."""
    list_apart(bmc, "On", "AC Cycle")
    await set_up(hass, entry)
    button = entity(hass, entry, "button.reset_AC Cycle")
    assert button.attributes["friendly_name"].endswith("Reset: AC Cycle")
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError, match="AC Cycle"):
        await call(hass, entry, "button.reset_AC Cycle", "press")
    assert bmc.requests[since].body == {"ResetType": "AC Cycle"}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_the_host_cannot_do_now_is_refused_in_the_bmcs_own_words(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock
) -> None:
    """A host that is off cannot be interrupted."""
    bmc.power("ForceOff")
    clock.tick(60)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError, match="not supported") as failure:
        await call(hass, entry, "button.reset_nmi", "press")
    assert failure.value.translation_key == "refused"
    assert bmc.power_state == "Off"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("action", "reset_type"),
    [
        ({}, "GracefulRestart"),
        ({LISTED: REMOVED}, "GracefulRestart"),
        ({LISTED: ["GracefulRestart"]}, "GracefulRestart"),
        ({LISTED: ["ForceRestart"]}, "ForceRestart"),
        ({"target": REMOVED}, "GracefulRestart"),
    ],
)
async def test_the_bmc_restarts_gently_if_it_can(
    hass: HomeAssistant,
    freezer: Any,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    action: dict[str, Any],
    reset_type: str,
) -> None:
    """Its sessions are gone then: one new login brings all entities back."""
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
    assert all(states(hass)[of] != "unavailable" for of in before)
    assert bmc.logins == 2
    assert bmc.open_sessions == 1


async def test_a_bmc_that_cannot_be_restarted_has_no_button_for_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The manager says what it offers."""
    bmc.change(MANAGER, {"Actions": {"#Manager.Reset": REMOVED}})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "button.restart_bmc") is None


async def test_what_the_board_advertised_at_first_goes_on_being_offered(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The list is read once: it is part of the firmware."""
    before = set(states(hass, "button"))
    bmc.fail(RESET_INFO, status=503)
    await elapse(STATIC)
    assert set(states(hass, "button")) == before
    assert "unavailable" not in states(hass, "button").values()
    assert requests_since(bmc).count(f"GET {RESET_INFO}") == 1
    assert loaded.runtime_data.static.last_update_success


# To acknowledge what happened


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_the_intrusion_sensor_is_rearmed(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """And read back, so that all see at once whether it holds."""
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    await call(hass, entry, REARM, "press")
    assert is_single_write(requests_since(bmc, since), CHASSIS)
    assert bmc.resource(CHASSIS)["PhysicalSecurity"]["IntrusionSensor"] == "Normal"
    assert entry.runtime_data.static.data.chassis.is_intruded is False


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_board_that_cannot_rearm_its_sensor_says_so(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """That a BMC takes the write at all, only one owner says."""
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    bmc.fail(CHASSIS, method="PATCH", status=405)
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError) as failure:
        await call(hass, entry, REARM, "press")
    assert failure.value.translation_key == "refused"


@pytest.mark.parametrize(
    "security", [REMOVED, {"IntrusionSensor": None}, {"IntrusionSensor": REMOVED}]
)
async def test_a_chassis_without_the_sensor_has_no_button_for_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, security: Any
) -> None:
    """GPU systems have none, and one X13 shows null."""
    bmc.change(CHASSIS, {"PhysicalSecurity": security})
    await set_up(hass, entry)
    assert entity_id(hass, entry, REARM) is None


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_the_event_log_is_cleared(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The log of health events, not the BMC's own audit trail."""
    await set_up(hass, entry)
    assert entry.runtime_data.static.data.log_entries
    audit_trail = bmc.resource(f"{MANAGER}/LogServices/Log1/Entries")
    since = len(bmc.requests)
    await call(hass, entry, CLEAR, "press")
    write, *_, read = requests_since(bmc, since)
    assert write == f"POST {LOG}/Actions/LogService.ClearLog"
    assert read == f"GET {LOG}/Entries"
    assert bmc.resource(f"{LOG}/Entries")["Members"] == []
    assert bmc.resource(f"{MANAGER}/LogServices/Log1/Entries") == audit_trail
    assert entry.runtime_data.static.data.log_entries == ()


async def test_a_board_without_an_event_log_has_no_button_for_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Nothing can be cleared there."""
    bmc.change(SYSTEM, {"LogServices": REMOVED})
    await set_up(hass, entry)
    assert entity_id(hass, entry, CLEAR) is None


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_restart_of_the_bmc_heals_without_help_and_without_many_words(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Minutes of refused connections, then 503s, then a login that is gone."""
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
    said = logged_problems(caplog)
    assert len(said) == len(set(said)) <= 2
