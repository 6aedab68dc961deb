"""Test the blueprint that cools a hot server with the full fan speed."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, STATIC, call, entity_id
from .automations import Automations
from .paths import FAN_MODE

MEMORY = "input_text.former_mode"
MODE = "select.fan_mode"


@pytest.fixture
def inputs(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the inputs of the blueprint, with two temperatures."""
    names = ("CPU Temp", "System Temp")
    return {
        "sensors": [
            entity_id(hass, loaded, f"sensor.temperature_{name}") for name in names
        ],
        "fan_mode": entity_id(hass, loaded, MODE),
        "memory": MEMORY,
    }


async def heat_and_cool(
    bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Start the automation, let it set the fans to full speed, and cool the server."""
    await automations.use("too_hot", **inputs)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(4 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    bmc.set_reading("CPU Temp", 60)


async def test_hot_server_gets_full_speed_until_it_is_cool(
    bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """React after two hot minutes, and restore the mode after ten cool ones."""
    await automations.use("too_hot", **inputs)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    bmc.set_reading("CPU Temp", 60)
    await automations.elapse(10 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert automations.notifications == [
        "x12spi-tf CPU temperature is at 85 °C. The fan mode is now Full speed.",
        "All temperatures are below 70. The fan mode is now Optimal.",
    ]


async def test_short_peaks_are_ignored(
    bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Ignore short peaks, also of two sensors that follow each other."""
    await automations.use("too_hot", **inputs)
    for name in ("CPU Temp", "System Temp", "CPU Temp"):
        bmc.set_reading(name, 85)
        await automations.elapse(1.5 * MINUTE)
        bmc.set_reading(name, 40)
        await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert automations.notifications == []


@pytest.mark.long
async def test_full_speed_continues_until_all_sensors_are_cool(
    bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Restore the mode after ten minutes without interruption below the limit."""
    await automations.use("too_hot", **inputs)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    bmc.set_reading("CPU Temp", 60)
    bmc.set_reading("System Temp", 75)
    await automations.elapse(20 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    bmc.set_reading("System Temp", 40)
    await automations.elapse(8 * MINUTE)
    bmc.set_reading("System Temp", 75)
    await automations.elapse(MINUTE)
    bmc.set_reading("System Temp", 40)
    await automations.elapse(8 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(3 * MINUTE)
    assert bmc.fan_mode == "Optimal"


@pytest.mark.long
async def test_rejected_command_is_repeated(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Restore the former mode a few minutes later if the BMC is busy."""
    await heat_and_cool(bmc, automations, inputs)
    bmc.fail(FAN_MODE, method="PATCH", status=503)
    await automations.elapse(13 * MINUTE)
    assert hass.states.is_state(MEMORY, "optimal")
    assert len(automations.notifications) == 1
    bmc.heal()
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert hass.states.is_state(MEMORY, "")


@pytest.mark.long
@pytest.mark.parametrize("lost", ["*", FAN_MODE])
async def test_outage_delays_the_former_mode(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
    lost: str,
) -> None:
    """Keep the former mode while the BMC does not respond, and restore it later."""
    await heat_and_cool(bmc, automations, inputs)
    await automations.elapse(8 * MINUTE)
    bmc.fail(lost, status=503)
    await automations.elapse(6 * MINUTE)
    assert hass.states.is_state(inputs["fan_mode"], "unavailable")
    assert hass.states.is_state(MEMORY, "optimal")
    bmc.heal()
    await automations.elapse(STATIC + 12 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert len(automations.notifications) == 2


@pytest.mark.long
async def test_former_mode_is_restored_after_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Restore the mode even if the server cooled down during the restart."""
    await automations.use("too_hot", **inputs)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 60))
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(11 * MINUTE)
    assert bmc.fan_mode == "Optimal"


@pytest.mark.long
async def test_heat_is_detected_after_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """React although the limit was crossed while Home Assistant was stopped."""
    await automations.use("too_hot", **inputs)
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 85))
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"


@pytest.mark.long
async def test_mode_that_the_user_selected_meanwhile_is_kept(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Restore the former mode only if the automation's mode is still active."""
    await automations.use("too_hot", **inputs)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    await call(hass, loaded, MODE, "select_option", option="heavy_io")
    bmc.set_reading("CPU Temp", 60)
    await automations.elapse(15 * MINUTE)
    assert bmc.fan_mode == "HeavyIO"
    assert hass.states.is_state(MEMORY, "")


@pytest.mark.long
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    ("key", "mode", "mode_name", "name", "offered"),
    [
        (
            MODE,
            "pue_optimal",
            "PUE optimal",
            "Fan mode",
            "Standard, Full speed, Optimal, Heavy I/O",
        ),
        (
            "select.boot_source",
            "full_speed",
            "Full speed",
            "Next boot",
            "none, pxe, floppy, cd, usb, hdd, bios_setup, usb_cd, uefi_http",
        ),
    ],
)
async def test_unavailable_mode_is_reported_when_automation_is_saved(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
    key: str,
    mode: str,
    mode_name: str,
    name: str,
    offered: str,
) -> None:
    """Report a wrong mode or entity before it is needed, and again in the heat."""
    inputs |= {"hot_mode": mode, "fan_mode": entity_id(hass, loaded, key)}
    await automations.use("too_hot", **inputs)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    (message,) = automations.notifications
    assert message == (
        f"too_hot cannot set x12spi-tf {name} to {mode_name}. "
        f"Available modes: {offered}. Choose one of them in the automation, or choose "
        "a different fan mode entity."
    )
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    message = automations.notifications[-1]
    assert message == (
        "x12spi-tf CPU temperature is at 85 °C. The fan mode could not be set to "
        f"{mode_name}. Available modes: {offered}."
    )
    assert len(automations.notifications) == 2


async def test_available_mode_is_not_reported(
    automations: Automations, inputs: dict[str, Any]
) -> None:
    """Create no notification when the automation is saved."""
    await automations.use("too_hot", **inputs)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    assert automations.notifications == []
