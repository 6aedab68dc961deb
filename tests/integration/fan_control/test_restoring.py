"""Test fans that the BMC does not take back: 100 %, an issue, and a way out."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.integration import DYNAMIC, call, entity, logged_problems, set_up
from tests.integration.conftest import Elapse
from tests.integration.repair_flow import fix_issue, open_issues
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, ZONE_2, crash, refuse_modes, set_percentage

WRITE_DUTY = (0x30, 0x70, 0x66, 0x01)
STEPS = 20_000
"""Steps of the event loop, as time stands still."""
WARNING = "could not be given back to the BMC yet"


def has_issue(hass: HomeAssistant) -> bool:
    """Return whether the issue of fans that were not given back is open."""
    return "fans_not_given_back" in {item.translation_key for item in open_issues(hass)}


@pytest.fixture
async def kept(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> ConfigEntry:
    """Return an entry whose BMC rejects all modes: an attempt to restore has failed."""
    refuse_modes(bmc, ipmi)
    with pytest.raises(HomeAssistantError):
        await call(hass, held, ZONE_1, "turn_off")
    assert bmc.fan_mode == "FullSpeed"
    return held


async def test_rejected_mode_drives_all_fans_at_100_percent(
    hass: HomeAssistant, kept: ConfigEntry, ipmi: IpmiServer
) -> None:
    """Cool with all zones at once, as the BMC regulates none, and show their duty."""
    assert ipmi.cooling.duties == {0: 100, 1: 100}
    zone = entity(hass, kept, ZONE_1)
    assert (zone.state, zone.attributes["percentage"]) == ("on", 100)


async def test_zone_that_rejects_its_duty_does_not_affect_others(
    kept: ConfigEntry, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Drive the second zone at 100 % although the first rejects it; repeat that."""
    ipmi.cooling.duties = {0: 30, 1: 30}
    ipmi.completion_codes[*WRITE_DUTY, 0] = 0xD5
    await elapse(DYNAMIC)
    assert ipmi.cooling.duties == {0: 30, 1: 100}
    del ipmi.completion_codes[*WRITE_DUTY, 0]
    await elapse(DYNAMIC)
    assert ipmi.cooling.duties == {0: 100, 1: 100}


async def test_fans_are_driven_while_redfish_hangs(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Drive all fans at 100 % before the BMC responds to Redfish."""
    ipmi.completion_codes[0x30, 0x45, 0x01] = 0xD5
    async with held.runtime_data.client.exclusive():
        command = asyncio.create_task(call(hass, held, ZONE_1, "turn_off"))
        for _ in range(STEPS):
            await asyncio.sleep(0)
            if min(ipmi.cooling.duties.values()) == 100:
                break
        else:
            pytest.fail("The fans wait for Redfish")
        assert bmc.fan_mode == "FullSpeed"
        assert not command.done()
    await command
    assert bmc.fan_mode == "Optimal"


async def test_duties_are_kept_in_a_mode_of_the_bmc(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Write no duty if a rejected preset leaves the BMC in control of its fans."""
    refuse_modes(bmc, ipmi)
    with pytest.raises(HomeAssistantError):
        await call(hass, controlled, ZONE_1, "set_preset_mode", preset_mode="standard")
    assert bmc.fan_mode == "Optimal"
    assert ipmi.sent(*WRITE_DUTY) == []


async def test_second_failure_is_reported_until_the_mode_is_restored(
    hass: HomeAssistant,
    kept: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log one warning, and keep a persistent issue that the user cannot dismiss."""
    assert not has_issue(hass)
    assert WARNING not in caplog.text
    await elapse(DYNAMIC)
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fans_not_given_back"
    assert issue.is_persistent
    await fix_issue(hass, issue)
    await elapse(2 * DYNAMIC)
    assert has_issue(hass)
    assert sum(WARNING in text for text in logged_problems(caplog)) == 1
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    assert (bmc.fan_mode, open_issues(hass)) == ("Optimal", [])


async def test_failure_after_success_is_the_first_again(
    hass: HomeAssistant,
    kept: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Count only failures in a row."""
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    await set_percentage(hass, kept, 40)
    refuse_modes(bmc, ipmi)
    with pytest.raises(HomeAssistantError):
        await call(hass, kept, ZONE_1, "turn_off")
    assert not has_issue(hass)


async def test_failure_that_is_repeated_after_a_crash_is_reported(
    hass: HomeAssistant, kept: ConfigEntry
) -> None:
    """Count the failure of the earlier run."""
    await crash(hass, kept)
    await set_up(hass, kept)
    assert has_issue(hass)


async def test_full_speed_preset_is_a_way_out(
    hass: HomeAssistant,
    kept: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Reject a percentage with its own message, and accept the preset Full speed."""
    await elapse(DYNAMIC)
    with pytest.raises(HomeAssistantError, match="Full speed") as raised:
        await set_percentage(hass, kept, 100, ZONE_2)
    assert raised.value.translation_key == "fan_control_restoring"
    ipmi.cooling.duties = {0: 30, 1: 30}
    await call(hass, kept, ZONE_1, "set_preset_mode", preset_mode="full_speed")
    assert (bmc.fan_mode, ipmi.cooling.duties) == ("FullSpeed", {0: 100, 1: 100})
    assert kept.runtime_data.fan_controller.state == "released"
    assert not has_issue(hass)


async def test_trip_is_named_only_after_the_mode_is_restored(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Do not claim that the fans were given back while the BMC rejects its mode."""
    refuse_modes(bmc, ipmi)
    bmc.scheduler.cancel("cooling")
    bmc.set_reading("CPU Temp", 86)
    await elapse(DYNAMIC)
    assert ipmi.cooling.duties == {0: 100, 1: 100}
    with pytest.raises(HomeAssistantError) as raised:
        await set_percentage(hass, held, 100)
    assert raised.value.translation_key == "fan_control_restoring"
    bmc.heal()
    bmc.set_reading("CPU Temp", 86)
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    with pytest.raises(HomeAssistantError) as raised:
        await set_percentage(hass, held, 100)
    assert raised.value.translation_key == "fan_control_tripped"
