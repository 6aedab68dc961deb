"""Test commands that the BMC executes late, in part, or not at all."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.integration import DYNAMIC, MINUTE, call, entity
from tests.integration.conftest import Elapse
from tests.integration.paths import FAN_MODE, LOG
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, ZONE_2, mode_writes, refuse_modes, set_percentage, writes

WRITE_DUTY = (0x30, 0x70, 0x66, 0x01)
WRITE_OPTIMAL = (0x30, 0x45, 0x01, 0x02)
FULL = 1


async def set_preset(hass: HomeAssistant, entry: ConfigEntry, mode: str) -> None:
    """Give the fans back in a mode."""
    await call(hass, entry, ZONE_1, "set_preset_mode", preset_mode=mode)


async def test_turn_off_ends_full_mode_set_elsewhere(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """End the mode Full, in which the BMC would keep any duty."""
    ipmi.cooling.set_mode("FullSpeed")
    await elapse(DYNAMIC)
    await call(hass, controlled, ZONE_1, "turn_off")
    assert bmc.fan_mode == "Optimal"


async def test_full_speed_preset_sets_mode_and_all_zones(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Write the mode and all duties, also while the BMC regulates its fans."""
    await set_preset(hass, controlled, "full_speed")
    assert bmc.fan_mode == "FullSpeed"
    assert mode_writes(ipmi) == [FULL]
    assert ipmi.cooling.duties == {0: 100, 1: 100}


@pytest.mark.parametrize("mode", ["full_speed", "standard"])
async def test_preset_that_the_bmc_rejects_is_an_error(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
    mode: str,
) -> None:
    """Raise an error, and give the fans back once the BMC accepts it."""
    refuse_modes(bmc, ipmi)
    ipmi.completion_codes[WRITE_DUTY] = 0xD5
    with pytest.raises(HomeAssistantError) as error:
        await set_preset(hass, held, mode)
    assert error.value.translation_key == "fan_mode_not_confirmed"
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(2 * DYNAMIC)
    is_full = mode == "full_speed"
    assert bmc.fan_mode == ("FullSpeed" if is_full else "Standard")
    assert (ipmi.cooling.duties[0] == 100) is is_full


async def test_fans_are_given_back_while_redfish_fails(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Repeat the failed command over IPMI, without any poll."""
    refuse_modes(bmc, ipmi)
    with pytest.raises(HomeAssistantError):
        await set_preset(hass, held, "standard")
    bmc.fail("*", status=503)
    ipmi.completion_codes.clear()
    await elapse(MINUTE, step=5)
    assert bmc.fan_mode == "Standard"


async def test_percentage_of_a_host_that_is_off_is_kept(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Write the percentage when the fans run again, and nothing before."""
    bmc.power("ForceOff")
    await elapse(2 * DYNAMIC)
    before = writes(ipmi)
    await set_percentage(hass, held, 60)
    assert writes(ipmi) == before
    bmc.power("On")
    await elapse(4 * DYNAMIC)
    assert ipmi.cooling.duties[0] == 60


async def test_duty_that_cannot_be_written_is_written_later(
    held: ConfigEntry,
    ipmi: IpmiServer,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Log the failure, and raise the lowered duty again later."""
    await elapse(2 * DYNAMIC)
    ipmi.cooling.duties[0] = 5
    ipmi.completion_codes[WRITE_DUTY] = 0xD5
    await elapse(DYNAMIC)
    assert "A duty cannot be written" in caplog.text
    ipmi.completion_codes.clear()
    await elapse(2 * DYNAMIC)
    assert ipmi.cooling.duties[0] >= 40


async def test_unreadable_log_does_not_end_control(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Continue if the log cannot be read to find pumping fans."""
    await set_percentage(hass, controlled, 40)
    bmc.fail(f"{LOG}*", status=503)
    await elapse(3 * MINUTE)
    assert (bmc.fan_mode, ipmi.cooling.duties[0]) == ("FullSpeed", 40)


async def test_mode_that_ipmi_does_not_confirm_is_set_over_redfish(
    hass: HomeAssistant,
    held: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse_finely: Elapse,
) -> None:
    """Wait ten seconds for the BMC, then use the other protocol."""
    ipmi.shown_mode = FULL
    command = asyncio.create_task(set_preset(hass, held, "standard"))
    await elapse_finely(9)
    assert not command.done()
    await elapse_finely(5)
    await command
    assert bmc.fan_mode == "Standard"


async def test_failed_attempt_pauses_control_until_fans_were_back_for_a_minute(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Reject the other zone's command, which waits, instead of another attempt."""
    ipmi.completion_codes[WRITE_DUTY] = 0xD5
    ipmi.completion_codes[WRITE_OPTIMAL] = 0xD5
    bmc.fail(FAN_MODE, status=503)
    errors = await asyncio.gather(
        *(set_percentage(hass, controlled, 40, zone) for zone in (ZONE_1, ZONE_2)),
        return_exceptions=True,
    )
    assert all(isinstance(error, HomeAssistantError) for error in errors)
    assert getattr(errors[1], "translation_key", None) == "fan_control_restoring"
    await elapse(2 * MINUTE)
    assert not _is_allowed(hass, controlled)
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    assert (bmc.fan_mode, _is_allowed(hass, controlled)) == ("Optimal", False)
    with pytest.raises(HomeAssistantError) as raised:
        await set_percentage(hass, controlled, 40)
    assert raised.value.translation_key == "fan_control_paused"
    await elapse(MINUTE + DYNAMIC)
    assert _is_allowed(hass, controlled)
    await set_percentage(hass, controlled, 40)
    assert bmc.fan_mode == "FullSpeed"


async def test_failed_attempt_shows_the_mode_after_it(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Show the mode Full that the BMC has kept, without waiting for the next poll."""
    ipmi.completion_codes[WRITE_DUTY] = 0xD5
    ipmi.completion_codes[WRITE_OPTIMAL] = 0xD5
    bmc.fail(FAN_MODE, status=503)
    with pytest.raises(HomeAssistantError):
        await set_percentage(hass, controlled, 40)
    assert bmc.fan_mode == "FullSpeed"
    zone = entity(hass, controlled, ZONE_1)
    assert (zone.state, zone.attributes["preset_mode"]) == ("on", "full_speed")


async def test_cancelled_attempt_keeps_the_mode_before(
    hass: HomeAssistant, controlled: ConfigEntry, bmc: Bmc, ipmi: IpmiServer
) -> None:
    """Restore the mode before the first attempt, which has left the BMC in Full."""
    await set_preset(hass, controlled, "standard")
    controller = controlled.runtime_data.fan_controller
    attempt = asyncio.create_task(controller.async_set_percentage(0, 40))
    while bmc.fan_mode != "FullSpeed":  # noqa: ASYNC110
        await asyncio.sleep(0)
    attempt.cancel()
    await asyncio.wait([attempt])
    assert controller.state == "taking"
    await set_percentage(hass, controlled, 60)
    assert ipmi.cooling.duties[0] == 60
    await call(hass, controlled, ZONE_1, "turn_off")
    assert bmc.fan_mode == "Standard"


async def test_command_while_fans_are_given_back_is_rejected(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc
) -> None:
    """Reject the other zone's command, so that the mode does not flap."""
    await set_percentage(hass, held, 40)
    given_back, error = await asyncio.gather(
        call(hass, held, ZONE_1, "turn_off"),
        set_percentage(hass, held, 60, ZONE_2),
        return_exceptions=True,
    )
    assert given_back is None
    assert getattr(error, "translation_key", None) == "fan_control_restoring"
    assert bmc.fan_mode == "Optimal"
    await set_percentage(hass, held, 60, ZONE_2)
    assert bmc.fan_mode == "FullSpeed"


async def test_control_is_not_taken_while_fans_cannot_be_given_back(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Show that control is not allowed until the BMC has the mode."""
    ipmi.completion_codes[WRITE_OPTIMAL] = 0xD5
    bmc.fail(FAN_MODE, status=503)
    with pytest.raises(HomeAssistantError):
        await call(hass, held, ZONE_1, "turn_off")
    await elapse(DYNAMIC)
    assert not _is_allowed(hass, held)
    with pytest.raises(HomeAssistantError) as raised:
        await set_percentage(hass, held, 60)
    assert raised.value.translation_key == "fan_control_restoring"
    bmc.heal()
    ipmi.completion_codes.clear()
    await elapse(DYNAMIC)
    assert (bmc.fan_mode, _is_allowed(hass, held)) == ("Optimal", True)


def _is_allowed(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Return whether control may be taken, according to the fan entity."""
    allowed: bool = entity(hass, entry, ZONE_1).attributes["control_allowed"]
    return allowed
