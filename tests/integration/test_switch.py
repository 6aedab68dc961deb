"""Test the switches for host power, NTP, LLDP and the BMC's protocols."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.supermicro_redfish import sources, switch
from custom_components.supermicro_redfish.aiosupermicro import Privilege, SysLockdown
from custom_components.supermicro_redfish.aiosupermicro.http import task_monitor
from custom_components.supermicro_redfish.aiosupermicro.resources import endpoints
from custom_components.supermicro_redfish.aiosupermicro.resources.endpoints import (
    Cadence,
    Endpoint,
)
from tests.conftest import Clock
from tests.simulator import REMOVED, Bmc

from . import (
    QUICK,
    STATIC,
    call,
    entity,
    entity_id,
    is_single_write,
    requests_since,
    set_up,
    set_up_with_host,
    states,
)
from .conftest import Elapse
from .paths import LLDP, NTP, PROTOCOLS, RESET, SYSTEM

NTP_SWITCH = "switch.ntp"
HOST_SWITCH = "switch.host_power"

all_enabled = pytest.mark.usefixtures("entity_registry_enabled_by_default")


def on_off(is_on: object) -> str:
    """Return the state of a switch as text."""
    return "on" if is_on else "off"


# NTP and LLDP


async def test_ntp_switch_controls_ntp(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the result immediately, although a task of the BMC carries it out."""
    for service, is_on in (("turn_off", False), ("turn_on", True), ("toggle", False)):
        await call(hass, loaded, NTP_SWITCH, service)
        assert bmc.ntp_enabled is is_on
        assert entity(hass, loaded, NTP_SWITCH).state == on_off(is_on)


async def test_ntp_switch_waits_for_task_of_bmc(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read the result after the task, so that the state does not change twice."""
    monkeypatch.setattr(task_monitor, "TASK_POLL_SECONDS", 0.01)
    await set_up(hass, entry)
    bmc.task_seconds = 2
    command = hass.async_create_task(call(hass, entry, NTP_SWITCH, "turn_off"))
    await asyncio.sleep(0.1)
    assert not command.done()
    clock.tick(3)
    await command
    assert bmc.ntp_enabled is False
    assert entity(hass, entry, NTP_SWITCH).state == "off"


async def test_ntp_switch_stays_off_if_refused(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error with the BMC's message, here for NTP without a server."""
    bmc.change(
        NTP, {"NTPEnable": False, "PrimaryNTPServer": "", "SecondaryNTPServer": ""}
    )
    await set_up(hass, entry)
    with pytest.raises(HomeAssistantError, match="NTP") as failure:
        await call(hass, entry, NTP_SWITCH, "turn_on")
    assert failure.value.translation_key == "refused"
    assert bmc.ntp_enabled is False
    assert entity(hass, entry, NTP_SWITCH).state == "off"


async def test_ntp_switch_shows_external_changes(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show unknown, not off, for a setting that the BMC does not report."""
    for value, state in ((False, "off"), (None, "unknown")):
        bmc.change(NTP, {"NTPEnable": value})
        await elapse(STATIC)
        assert entity(hass, loaded, NTP_SWITCH).state == state


async def test_lldp_switch_controls_lldp(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Show the result immediately after one write."""
    for service, is_on in (("turn_off", False), ("turn_on", True)):
        since = len(bmc.requests)
        await call(hass, loaded, "switch.lldp", service)
        assert bmc.resource(LLDP)["LLDPEnabled"] is is_on
        assert entity(hass, loaded, "switch.lldp").state == on_off(is_on)
        assert is_single_write(requests_since(bmc, since), LLDP)


# Protocols


@all_enabled
@pytest.mark.parametrize(
    "name", ["HTTP", "SSH", "IPMI", "SNMP", "SSDP", "KVMIP", "VirtualMedia"]
)
async def test_protocol_switch_controls_its_protocol(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, name: str
) -> None:
    """Write only its own protocol, and show the result immediately."""
    await set_up(hass, entry)
    key = f"switch.protocol_{name.lower()}"
    before = states(hass, "switch")
    was_on = bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"]
    assert entity(hass, entry, key).state == on_off(was_on)
    since = len(bmc.requests)
    await call(hass, entry, key, "toggle")
    (write,) = [item for item in bmc.requests[since:] if item.method == "PATCH"]
    assert write.body == {name: {"ProtocolEnabled": not was_on}}
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is not was_on
    assert entity(hass, entry, key).state == on_off(not was_on)
    await call(hass, entry, key, "toggle")
    assert bmc.resource(PROTOCOLS)[name]["ProtocolEnabled"] is was_on
    assert states(hass, "switch") == before


@all_enabled
async def test_enabled_protocol_is_not_enabled_again(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Avoid the BMC's refusal if the protocol was enabled elsewhere meanwhile."""
    await set_up(hass, entry)
    bmc.change(PROTOCOLS, {"SNMP": {"ProtocolEnabled": True}})
    await call(hass, entry, "switch.protocol_snmp", "turn_on")
    assert entity(hass, entry, "switch.protocol_snmp").state == "on"


async def test_https_and_ntp_have_no_protocol_switch(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Create no switch for HTTPS, which the integration needs, and for NTP."""
    for name in ("https", "ntp"):
        assert entity_id(hass, loaded, f"switch.protocol_{name}") is None


async def test_missing_protocols_have_no_switch(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Create switches for the other protocols: X10 and OpenBMC have no SSDP."""
    bmc.change(PROTOCOLS, {"SSDP": REMOVED, "KVMIP": {"ProtocolEnabled": None}})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "switch.protocol_ssdp") is None
    assert entity_id(hass, entry, "switch.protocol_kvmip") is None
    assert entity_id(hass, entry, "switch.protocol_ssh")


# Host power


@all_enabled
async def test_host_switch_controls_power_gracefully(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show `on` until the operating system has shut down and the power is off."""
    await set_up(hass, entry)
    assert entity(hass, entry, HOST_SWITCH).state == "on"
    since = len(bmc.requests)
    await call(hass, entry, HOST_SWITCH, "turn_off")
    assert requests_since(bmc, since) == [f"POST {RESET}", f"GET {SYSTEM}"]
    assert bmc.requests[since].body == {"ResetType": "GracefulShutdown"}
    assert bmc.power_state == "PoweringOff"
    assert entity(hass, entry, HOST_SWITCH).state == "on"
    await elapse(QUICK, QUICK)
    assert entity(hass, entry, HOST_SWITCH).state == "on"
    await elapse(2 * QUICK, QUICK)
    assert bmc.power_state == "Off"
    assert entity(hass, entry, HOST_SWITCH).state == "off"

    since = len(bmc.requests)
    await call(hass, entry, HOST_SWITCH, "turn_on")
    assert bmc.requests[since].body == {"ResetType": "On"}
    assert bmc.power_state == "PoweringOn"
    assert entity(hass, entry, HOST_SWITCH).state == "on"
    await elapse(QUICK, QUICK)
    assert bmc.power_state == "On"
    assert entity(hass, entry, HOST_SWITCH).state == "on"


@all_enabled
@pytest.mark.parametrize("is_on", [False, True])
async def test_host_switch_accepts_state_that_the_host_has(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, clock: Clock, *, is_on: bool
) -> None:
    """Send no reset, and raise no error, as scenes and groups repeat commands."""
    await set_up_with_host(hass, entry, bmc, clock, is_on=is_on)
    since = len(bmc.requests)
    await call(hass, entry, HOST_SWITCH, f"turn_{on_off(is_on)}")
    assert requests_since(bmc, since) == [f"GET {SYSTEM}"]
    assert entity(hass, entry, HOST_SWITCH).state == on_off(is_on)


@all_enabled
@pytest.mark.parametrize(
    ("power_state", "state"),
    [("Off", "off"), ("Paused", "unknown"), (None, "unknown"), (REMOVED, "unknown")],
)
async def test_host_switch_is_off_only_for_a_host_that_is_off(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, power_state: Any, state: str
) -> None:
    """Show unknown for a missing or unknown power state."""
    system = bmc.resource(SYSTEM)
    system["PowerState"] = power_state
    if power_state is REMOVED:
        del system["PowerState"]
    bmc.fail(SYSTEM, status=200, body=system)
    await set_up(hass, entry)
    assert entity(hass, entry, HOST_SWITCH).state == state


# Resources of their own


async def test_switch_changes_oem_resource_without_field(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set up a switch for which only a model, an endpoint and a row were added."""
    endpoint = Endpoint(
        name="lockdown",
        model=SysLockdown,
        cadence=Cadence.STATIC,
        links=endpoints.SYS_LOCKDOWN.links,
    )
    row = switch.SupermicroSwitchDescription[SysLockdown](
        key="lockdown",
        translation_key="ntp",
        source=sources.static_source(endpoint),
        is_on_fn=lambda lockdown: lockdown.enabled,
        privilege=Privilege.CONFIGURE_MANAGER,
        set_fn=lambda data, _, enabled: data.client.async_change_resource(
            endpoint, {"SysLockdownEnabled": enabled}
        ),
    )
    monkeypatch.setattr(endpoints, "ENDPOINTS", (*endpoints.ENDPOINTS, endpoint))
    monkeypatch.setattr(switch, "DESCRIPTIONS", (*switch.DESCRIPTIONS, row))
    await set_up(hass, entry)
    assert entity(hass, entry, "switch.lockdown").state == "off"
    await call(hass, entry, "switch.lockdown", "turn_on")
    assert bmc.is_locked_down
    assert entity(hass, entry, "switch.lockdown").state == "on"
