"""Test the waits that a BMC needs between commands."""

import asyncio
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration import call, unload
from tests.integration.conftest import Elapse
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, duty_writes, mode_writes, set_percentage, start_fan_control

OPTIMAL = 2
MIN_SECONDS = 1.5
"""Minimum seconds between writes: the test kit fires timers half a second early."""


@pytest.fixture
async def slow(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    ipmi: IpmiServer,
) -> ConfigEntry:
    """Return a loaded entry with the fan control and its waits."""
    await start_fan_control(hass, entry, ipmi)
    return entry


def start(
    hass: HomeAssistant, entry: ConfigEntry, percentage: int
) -> asyncio.Task[None]:
    """Start to set a percentage."""
    return asyncio.create_task(set_percentage(hass, entry, percentage))


async def test_duty_waits_until_mode_is_read_back(
    hass: HomeAssistant, slow: ConfigEntry, ipmi: IpmiServer, elapse_finely: Elapse
) -> None:
    """Write no duty while the BMC still reports the former mode."""
    ipmi.shown_mode = OPTIMAL
    command = start(hass, slow, 40)
    await elapse_finely(6)
    assert (mode_writes(ipmi), duty_writes(ipmi)) == ([1], [])
    ipmi.shown_mode = None
    await elapse_finely(3)
    await command
    assert duty_writes(ipmi) == [(0, 40), (1, 30)]
    (mode,) = ipmi.sent(0x30, 0x45, 0x01)
    first, _ = ipmi.sent(0x30, 0x70, 0x66, 0x01)
    assert first.time - mode.time >= 2


async def test_mode_that_is_not_read_back_ends_the_attempt(
    hass: HomeAssistant,
    slow: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Give the fans back after ten seconds, and raise an error."""
    ipmi.shown_mode = OPTIMAL
    command = start(hass, slow, 40)
    await elapse_finely(9)
    assert not command.done()
    await elapse_finely(4)
    with pytest.raises(HomeAssistantError) as error:
        await command
    assert error.value.translation_key == "fan_mode_not_confirmed"
    assert duty_writes(ipmi) == []
    assert bmc.fan_mode == "Optimal"
    assert slow.runtime_data.fan_controller.state == "released"


async def test_fast_commands_are_limited(
    hass: HomeAssistant, slow: ConfigEntry, ipmi: IpmiServer, elapse_finely: Elapse
) -> None:
    """Write a zone at most every two seconds, and the last percentage at the end."""
    command = start(hass, slow, 30)
    await elapse_finely(5)
    await command
    commands = [start(hass, slow, percentage) for percentage in range(31, 51)]
    await elapse_finely(6)
    await asyncio.gather(*commands)
    times = [
        item.time for item in ipmi.sent(0x30, 0x70, 0x66, 0x01) if item.data[2] == 0
    ]
    assert all(later - earlier >= MIN_SECONDS for earlier, later in pairwise(times)), (
        times
    )
    assert len(times) <= 4
    assert ipmi.cooling.duties[0] == 50


async def test_write_waits_for_redfish_but_not_for_long(
    hass: HomeAssistant, slow: ConfigEntry, ipmi: IpmiServer, elapse_finely: Elapse
) -> None:
    """Wait for running Redfish requests, but for at most two seconds."""
    client = slow.runtime_data.client
    async with client.exclusive():
        command = start(hass, slow, 40)
        await elapse_finely(1)
        assert mode_writes(ipmi) == []
    await elapse_finely(5)
    await command
    assert ipmi.cooling.duties[0] == 40
    async with client.exclusive():
        command = start(hass, slow, 50)
        await elapse_finely(1)
        assert ipmi.cooling.duties[0] == 40
        await elapse_finely(4)
        assert ipmi.cooling.duties[0] == 50
    await command


async def test_percentage_after_a_preset_counts(
    hass: HomeAssistant,
    slow: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Execute later commands in order while the first one waits."""
    first = start(hass, slow, 40)
    await elapse_finely(1)
    preset = asyncio.create_task(
        call(hass, slow, ZONE_1, "set_preset_mode", preset_mode="standard")
    )
    await elapse_finely(0.5)
    last = start(hass, slow, 50)
    await elapse_finely(15)
    await asyncio.gather(first, preset, last)
    assert [(item.data[1]) for item in ipmi.sent(0x30, 0x45, 0x01)] == [1, 0, 1]
    assert (bmc.fan_mode, ipmi.cooling.duties[0]) == ("FullSpeed", 50)


async def test_preset_replaces_percentages_that_wait(
    hass: HomeAssistant,
    slow: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Drop a percentage that was set before the preset and has not been written."""
    commands = [start(hass, slow, 40)]
    await elapse_finely(1)
    commands.append(start(hass, slow, 50))
    await elapse_finely(0.5)
    data = {"preset_mode": "standard"}
    commands.append(
        asyncio.create_task(call(hass, slow, ZONE_1, "set_preset_mode", **data))
    )
    await elapse_finely(15)
    await asyncio.gather(*commands)
    assert bmc.fan_mode == "Standard"
    assert (0, 50) not in duty_writes(ipmi)


async def test_unload_ends_a_command_that_waits(
    hass: HomeAssistant,
    slow: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Restore the mode at once, without executing the waiting command."""
    ipmi.shown_mode = OPTIMAL
    command = start(hass, slow, 40)
    await elapse_finely(1)
    assert bmc.fan_mode == "FullSpeed"
    await unload(hass, slow)
    with pytest.raises(HomeAssistantError) as error:
        await command
    assert error.value.translation_key == "fan_control_stopped"
    assert (bmc.fan_mode, duty_writes(ipmi)) == ("Optimal", [])
    assert ipmi.open_sessions == 0
