"""Settings of the BMC: its time service, LLDP and the protocols that it speaks."""

import asyncio

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
    STATIC,
    asked,
    call,
    entity,
    entity_id,
    is_one_write,
    set_up,
    states,
)
from .conftest import Elapse

SWITCH = "switch.ntp"


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
        assert is_one_write(asked(bmc, since), LLDP)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("name", "at_first"), [("SSH", True), ("IPMI", True), ("SNMP", False)]
)
async def test_a_switch_turns_its_own_protocol_on_and_off(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: str, *, at_first: bool
) -> None:
    """And leaves the others as they are."""
    await set_up(hass, entry)
    of = f"switch.protocol_{name}"
    before = states(hass, "switch")
    assert entity(hass, entry, of).state == ("on" if at_first else "off")
    await call(hass, entry, of, "toggle")
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is not at_first
    assert entity(hass, entry, of).state == ("off" if at_first else "on")
    await call(hass, entry, of, "toggle")
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is at_first
    assert states(hass, "switch") == before


async def test_protocols_wait_to_be_enabled_but_for_the_one_we_speak(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Without HTTPS the BMC could not be reached; NTP has a switch of its own."""
    for name in ("HTTP", "SNMP", "IPMI", "SSH", "VirtualMedia", "KVMIP", "SSDP"):
        registered = entity_id(hass, loaded, f"switch.protocol_{name}")
        assert registered
        assert hass.states.get(registered) is None
    for name in ("HTTPS", "NTP"):
        assert entity_id(hass, loaded, f"switch.protocol_{name}") is None
