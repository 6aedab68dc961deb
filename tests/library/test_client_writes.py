"""Commands of the client, and the resulting changes of the board."""

from typing import Any

import pytest

from aiosupermicro import (
    BootSource,
    FanModeType,
    IndicatorLED,
    NotFoundError,
    ResetType,
    ServiceUnavailableError,
    SupermicroRedfishClient,
)
from tests.library import CHASSIS, FAN_MODE, LOG, SYSTEM, SYSTEM_RESET, take_calls
from tests.simulator import REMOVED, Bmc


async def test_command_changes_board_and_is_read_back(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Change the board, and return the new value with the next read."""
    await client.async_get_all_data()
    await client.async_set_indicator_led(IndicatorLED.BLINKING)
    assert bmc.indicator_led == "Blinking"
    assert (await client.async_get_system()).indicator_led is IndicatorLED.BLINKING
    await client.async_set_fan_mode(FanModeType.FULL_SPEED)
    assert bmc.fan_mode == "FullSpeed"
    assert (await client.async_get_fan_mode()).mode is FanModeType.FULL_SPEED
    await client.async_set_ntp_enabled(enabled=False)
    assert bmc.ntp_enabled is False
    assert (await client.async_get_ntp()).enabled is False
    await client.async_system_reset(ResetType.FORCE_OFF)
    assert bmc.power_state == "PoweringOff"
    assert (await client.async_get_system()).power_state == "PoweringOff"


async def test_failed_reset_is_not_repeated(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send a failing reset only once."""
    await client.async_get_system()
    target = SYSTEM_RESET
    bmc.fail(target, status=503)
    with pytest.raises(ServiceUnavailableError):
        await client.async_system_reset(ResetType.ON)
    assert take_calls(bmc).count(("POST", target)) == 1


async def test_client_logs_in_again_after_restart_of_bmc(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Renew the session that the restart has ended."""
    await client.async_get_manager()
    bmc.restart_seconds = 0
    await client.async_manager_reset()
    assert bmc.open_sessions == 0
    assert (await client.async_get_manager()).firmware_version
    assert bmc.logins == 2


async def test_boot_option_of_bios_is_set_as_next(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Return the boot options of the BIOS by name, and boot from one of them once."""
    options = await client.async_get_boot_options()
    system = await client.async_get_system()
    references = [option.boot_option_reference for option in options]
    assert set(references) == set(system.boot.boot_order)
    assert all(option.display_name for option in options)
    await client.async_set_boot_source(
        BootSource.UEFI_BOOT_NEXT, boot_next=references[-1]
    )
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "UefiBootNext"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    assert boot["BootNext"] == references[-1]
    await client.async_set_boot_source(BootSource.PXE)
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideTarget"] == "Pxe"


async def test_boot_source_none_disables_override(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Disable the override for None, and keep the boot mode."""
    await client.async_get_system()
    bmc.requests.clear()
    await client.async_set_boot_source(BootSource.PXE)
    assert [request.method for request in bmc.requests] == ["PATCH"]
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "Pxe"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    assert boot["BootSourceOverrideMode"] == "UEFI"
    await client.async_set_boot_source(BootSource.NONE)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "None"
    assert boot["BootSourceOverrideEnabled"] == "Disabled"
    assert boot["BootSourceOverrideMode"] == "UEFI"


@pytest.mark.parametrize("mode", ["PUE2", "LiquidCooling", "Whisper"])
async def test_any_available_fan_mode_can_be_set(
    client: SupermicroRedfishClient, bmc: Bmc, mode: str
) -> None:
    """Set a mode that is in no enum; read one that is not among the available ones."""
    path = FAN_MODE
    key = "Mode@Redfish.AllowableValues"
    bmc.change(path, {key: REMOVED})
    bmc.change(path, {key: [mode, "Optimal"], "Mode": "Elsewhere"})
    modes = await client.async_get_fan_mode()
    assert modes.mode == "Elsewhere"
    assert modes.available_modes == (mode, "Optimal")
    await client.async_set_fan_mode(modes.available_modes[0])
    assert bmc.fan_mode == mode


@pytest.mark.parametrize(
    ("state", "active"), [("Lit", True), ("Blinking", True), ("Off", False)]
)
async def test_led_is_set_by_location_indicator(
    client: SupermicroRedfishClient, bmc: Bmc, state: str, *, active: bool
) -> None:
    """Use LocationIndicatorActive where the deprecated IndicatorLED is missing."""
    bmc.change(SYSTEM, {"IndicatorLED": REMOVED})
    bmc.change(SYSTEM, {"LocationIndicatorActive": not active})
    await client.async_set_indicator_led(state)
    assert bmc.resource(SYSTEM)["LocationIndicatorActive"] is active
    assert "IndicatorLED" not in bmc.resource(SYSTEM)


@pytest.mark.parametrize("is_later", [True, False])
@pytest.mark.parametrize("state", ["Lit", "Blinking", "Off"])
async def test_led_of_chassis_is_set_if_system_has_none(
    client: SupermicroRedfishClient, bmc: Bmc, state: str, *, is_later: bool
) -> None:
    """Set the older or the newer property, whichever the chassis has."""
    none = {"IndicatorLED": REMOVED, "LocationIndicatorActive": REMOVED}
    bmc.change(SYSTEM, none)
    other = {"IndicatorLED": "Lit" if state == "Off" else "Off"}
    shown: dict[str, Any] = {"LocationIndicatorActive": state == "Off"}
    bmc.change(CHASSIS, none)
    bmc.change(CHASSIS, shown if is_later else shown | other)
    await client.async_set_indicator_led(state)
    body = bmc.resource(CHASSIS)
    assert body["LocationIndicatorActive"] is (state != "Off")
    assert body.get("IndicatorLED") == (None if is_later else state)
    assert "IndicatorLED" not in bmc.resource(SYSTEM)


async def test_acknowledgment_is_one_request(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Acknowledge an entry without reading it."""
    entries = await client.async_get_log_entries()
    entry = next(entry for entry in entries if entry.is_acknowledged is False)
    take_calls(bmc)
    await client.async_acknowledge_log_entry(entry)
    assert take_calls(bmc) == [("PATCH", f"{LOG}/Entries/{entry.id}")]
    entries = await client.async_get_log_entries()
    assert [item.is_acknowledged for item in entries if item.id == entry.id] == [True]


async def test_entry_without_mark_is_not_acknowledged(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Send no request for an entry of severity OK."""
    entries = await client.async_get_log_entries()
    entry = next(entry for entry in entries if entry.is_acknowledged is None)
    take_calls(bmc)
    with pytest.raises(NotFoundError):
        await client.async_acknowledge_log_entry(entry)
    assert take_calls(bmc) == []


async def test_clear_log_clears_health_event_log_only(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Use the advertised target, and raise NotFoundError where there is none."""
    audit = await client.async_get_manager_log_entries()
    assert await client.async_get_log_entries()
    await client.async_clear_log()
    assert await client.async_get_log_entries() == []
    assert await client.async_get_manager_log_entries() == audit
    assert bmc.requests[-1].path != LOG
    bmc.change(LOG, {"Actions": REMOVED})
    await client.async_disconnect()
    await client.async_connect()
    with pytest.raises(NotFoundError, match="cleared"):
        await client.async_clear_log()
