"""A simulated BMC with IPMI, and the fans that Home Assistant controls."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.supermicro_redfish.fan_control.controller import FanController
from tests.integration import call, set_up, unload
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

ZONE_1 = "fan.fan_zone_1"
ZONE_2 = "fan.fan_zone_2"
SELECT = "select.fan_mode"
INTERVALS = {"dynamic_interval": 30, "static_interval": 15}


def fan_options(
    ipmi: IpmiServer, *, floor: int = 20, headroom: int = 10
) -> dict[str, Any]:
    """Return the options of an entry that controls the fans of a board."""
    settings = {"port": ipmi.port, "floor": floor, "headroom": headroom}
    return {**INTERVALS, "fan_control": {**settings, "zones": [*ipmi.cooling.duties]}}


async def start_fan_control(
    hass: HomeAssistant, entry: MockConfigEntry, ipmi: IpmiServer
) -> None:
    """Set up an entry that controls the fans."""
    hass.config_entries.async_update_entry(entry, options=fan_options(ipmi))
    await set_up(hass, entry)


async def open_fan_form(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the options, turn on the fan control and return its form."""
    flows = hass.config_entries.options
    form = await flows.async_init(entry.entry_id)
    user_input = {**INTERVALS, "fan_control": True}
    return await flows.async_configure(form["flow_id"], user_input)


async def submit_fan_form(
    hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Submit the form of the fan control."""
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"floor": 20, "headroom": 10, **user_input}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def set_percentage(
    hass: HomeAssistant, entry: ConfigEntry, percentage: int, key: str = ZONE_1
) -> None:
    """Set the percentage of a zone."""
    await call(hass, entry, key, "set_percentage", percentage=percentage)


def refuse_modes(bmc: Bmc, ipmi: IpmiServer) -> None:
    """Make the BMC reject each write of the fan mode, over IPMI and Redfish."""
    ipmi.completion_codes[0x30, 0x45, 0x01] = 0xD5
    bmc.fail("Managers/1/Oem/Supermicro/FanMode", status=503)


def duty_writes(ipmi: IpmiServer) -> list[tuple[int, int]]:
    """Return the zone and percentage of each written duty."""
    return [(item.data[2], item.data[3]) for item in ipmi.sent(0x30, 0x70, 0x66, 0x01)]


def mode_writes(ipmi: IpmiServer) -> list[int]:
    """Return all written modes."""
    return [item.data[1] for item in ipmi.sent(0x30, 0x45, 0x01)]


def writes(ipmi: IpmiServer) -> int:
    """Return the number of commands that change a value."""
    return len(duty_writes(ipmi)) + len(mode_writes(ipmi))


async def crash(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload the entry without sending commands, as when the process ends."""

    async def die(controller: FanController) -> None:
        """Close the session and send no other command."""
        await controller._access.async_close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FanController, "async_stop", die)
        await unload(hass, entry)
