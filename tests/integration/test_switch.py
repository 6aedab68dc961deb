"""The host's power, the BMC's time service, LLDP and the protocols that it speaks."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.supermicro_redfish.aiosupermicro import tasks
from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    LLDP,
    NTP,
    PROTOCOLS,
    QUICK,
    RESET,
    RESET_INFO,
    STATIC,
    SYSTEM,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse

SWITCH = "switch.ntp"
HOST = "switch.host_power"
PROTOCOL_NAMES = ("HTTP", "SSH", "IPMI", "SNMP", "SSDP", "KVMIP", "VirtualMedia")


async def test_the_switch_turns_ntp_off_and_on(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The result is shown at once, though a task carries it out."""
    for service, is_on in (("turn_off", False), ("turn_on", True), ("toggle", False)):
        await call(hass, loaded, SWITCH, service)
        assert bmc.ntp_enabled is is_on
        assert entity(hass, loaded, SWITCH).state == ("on" if is_on else "off")


async def test_the_result_of_a_task_that_takes_its_time_is_waited_for(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the switch would jump back to what it was."""
    monkeypatch.setattr(tasks, "TASK_POLL_SECONDS", 0.01)
    await set_up(hass, entry)
    bmc.task_seconds = 2
    command = hass.async_create_task(call(hass, entry, SWITCH, "turn_off"))
    await asyncio.sleep(0.1)
    assert not command.done()
    clock.tick(3)
    await command
    assert bmc.ntp_enabled is False
    assert entity(hass, entry, SWITCH).state == "off"


async def test_ntp_without_a_server_is_refused_in_the_bmcs_own_words(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The switch stays off."""
    bmc.change(
        NTP, {"NTPEnable": False, "PrimaryNTPServer": "", "SecondaryNTPServer": ""}
    )
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError, match="NTP") as failure:
        await call(hass, entry, SWITCH, "turn_on")
    assert failure.value.translation_key == "refused"
    assert bmc.ntp_enabled is False
    assert entity(hass, entry, SWITCH).state == "off"


async def test_the_switch_shows_what_others_set(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """What the BMC does not tell is unknown, not off."""
    bmc.change(NTP, {"NTPEnable": False})
    await elapse(STATIC)
    assert entity(hass, loaded, SWITCH).state == "off"
    bmc.change(NTP, {"NTPEnable": None})
    await elapse(STATIC)
    assert entity(hass, loaded, SWITCH).state == "unknown"


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_board_without_the_setting_has_no_switch(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, *, is_there: bool
) -> None:
    """The reference shows "off" where there is nothing."""
    if is_there:
        bmc.change(NTP, {"NTPEnable": REMOVED})
    else:
        bmc.remove(NTP)
    await set_up(hass, entry)
    assert entity_id(hass, entry, SWITCH) is None


async def test_the_switch_turns_lldp_off_and_on(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """The result is shown at once."""
    for service, is_on in (("turn_off", False), ("turn_on", True)):
        since = len(bmc.requests)
        await call(hass, loaded, "switch.lldp", service)
        assert bmc.resource(LLDP)["LLDPEnabled"] is is_on
        assert entity(hass, loaded, "switch.lldp").state == ("on" if is_on else "off")
        assert is_single_write(requests_since(bmc, since), LLDP)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize("name", PROTOCOL_NAMES)
async def test_a_switch_turns_its_own_protocol_on_and_off(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: str
) -> None:
    """And leaves the others as they are; the result is shown at once."""
    await set_up(hass, entry)
    of = f"switch.protocol_{name.lower()}"
    before = states(hass, "switch")
    at_first = bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"]
    assert entity(hass, entry, of).state == ("on" if at_first else "off")
    since = len(bmc.requests)
    await call(hass, entry, of, "toggle")
    (write,) = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert write.body == {name: {"ProtocolEnabled": not at_first}}
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is not at_first
    assert entity(hass, entry, of).state == ("off" if at_first else "on")
    await call(hass, entry, of, "toggle")
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is at_first
    assert states(hass, "switch") == before


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_protocol_that_is_on_already_is_not_turned_on_again(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """The BMC would refuse that; somebody else may have turned it on meanwhile."""
    await set_up(hass, entry)
    bmc.change(PROTOCOLS, {"SNMP": {"ProtocolEnabled": True}})
    await call(hass, entry, "switch.protocol_snmp", "turn_on")
    assert entity(hass, entry, "switch.protocol_snmp").state == "on"


async def test_protocols_wait_to_be_enabled_but_for_the_one_we_speak(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Without HTTPS the BMC could not be reached; NTP has a switch of its own."""
    for name in PROTOCOL_NAMES:
        registered = entity_id(hass, loaded, f"switch.protocol_{name.lower()}")
        assert registered
        assert hass.states.get(registered) is None
    for name in ("https", "ntp"):
        assert entity_id(hass, loaded, f"switch.protocol_{name}") is None


async def test_a_board_without_a_protocol_has_no_switch_for_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """X10 and OpenBMC have no SSDP."""
    bmc.change(PROTOCOLS, {"SSDP": REMOVED, "KVMIP": {"ProtocolEnabled": None}})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "switch.protocol_ssdp") is None
    assert entity_id(hass, entry, "switch.protocol_kvmip") is None
    assert entity_id(hass, entry, "switch.protocol_ssh")


async def test_a_board_without_protocols_has_no_switches_for_them(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """What it does not have cannot be turned off."""
    bmc.remove(PROTOCOLS)
    await set_up(hass, entry)
    assert entity_id(hass, entry, "switch.protocol_ssh") is None


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_the_switch_of_the_host_powers_it_on_and_shuts_it_down(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Gently: it has power until the operating system has ended."""
    await set_up(hass, entry)
    assert entity(hass, entry, HOST).state == "on"
    since = len(bmc.requests)
    await call(hass, entry, HOST, "turn_off")
    assert requests_since(bmc, since) == [f"POST {RESET}", f"GET {SYSTEM}"]
    assert bmc.requests[since].body == {"ResetType": "GracefulShutdown"}
    assert bmc.power_state == "PoweringOff"
    assert entity(hass, entry, HOST).state == "on"
    await elapse(QUICK, QUICK)
    assert entity(hass, entry, HOST).state == "on"
    await elapse(2 * QUICK, QUICK)
    assert bmc.power_state == "Off"
    assert entity(hass, entry, HOST).state == "off"

    since = len(bmc.requests)
    await call(hass, entry, HOST, "turn_on")
    assert bmc.requests[since].body == {"ResetType": "On"}
    assert bmc.power_state == "PoweringOn"
    assert entity(hass, entry, HOST).state == "on"
    await elapse(QUICK, QUICK)
    assert bmc.power_state == "On"
    assert entity(hass, entry, HOST).state == "on"


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("power_state", "state"),
    [("Off", "off"), ("Paused", "unknown"), (None, "unknown"), (REMOVED, "unknown")],
)
async def test_the_switch_of_the_host_is_off_when_the_host_surely_is(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, power_state: Any, state: str
) -> None:
    """What the BMC does not say, or nobody has heard of, is unknown."""
    system = bmc.resource(SYSTEM)
    system["PowerState"] = power_state
    if power_state is REMOVED:
        del system["PowerState"]
    bmc.fail(SYSTEM, status=200, body=system)
    await set_up(hass, entry)
    assert entity(hass, entry, HOST).state == state


async def test_the_switch_of_the_host_waits_to_be_enabled(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Whoever turns off all switches of a room does not mean the server."""
    registered = entity_id(hass, loaded, HOST)
    assert registered
    assert hass.states.get(registered) is None


@pytest.mark.parametrize("missing", ["On", "GracefulShutdown"])
async def test_a_board_that_cannot_do_both_has_no_switch_for_the_host(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, missing: str
) -> None:
    """X10 of 2017 knows no gentle way down; the buttons do what it can."""
    offered = [
        kind for kind in ("On", "ForceOff", "GracefulShutdown") if kind != missing
    ]
    bmc.change(RESET_INFO, {"Parameters": {0: {"AllowableValues": offered}}})
    await set_up(hass, entry)
    assert entity_id(hass, entry, HOST) is None
