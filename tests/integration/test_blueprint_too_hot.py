"""The blueprint for a hot server: full speed until it is cool."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, call, entity_id
from .automations import Automations

MEMORY = "input_text.former_mode"
MODE = "select.fan_mode"


@pytest.fixture
def heat(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server that may get too hot."""
    names = ("CPU Temp", "System Temp")
    return {
        "sensors": [
            entity_id(hass, loaded, f"sensor.temperature_{name}") for name in names
        ],
        "fan_mode": entity_id(hass, loaded, MODE),
        "memory": MEMORY,
    }


async def test_a_hot_server_gets_full_speed_until_it_is_cool(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """After two minutes of heat; after ten cool ones the former mode comes back."""
    await automations.use("too_hot", **heat)
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


async def test_a_short_peak_makes_no_noise(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Nor do peaks of two sensors one after the other."""
    await automations.use("too_hot", **heat)
    for name in ("CPU Temp", "System Temp", "CPU Temp"):
        bmc.set_reading(name, 85)
        await automations.elapse(1.5 * MINUTE)
        bmc.set_reading(name, 40)
        await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    assert automations.notifications == []


async def test_a_server_that_is_not_quite_cool_keeps_full_speed(
    bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """All of its sensors have to be cool, for ten minutes without a break."""
    await automations.use("too_hot", **heat)
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


async def test_the_former_mode_outlasts_a_restart(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Though it is cool already when Home Assistant comes back."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 60))
    assert bmc.fan_mode == "FullSpeed"
    await automations.elapse(11 * MINUTE)
    assert bmc.fan_mode == "Optimal"


async def test_heat_that_came_during_a_restart_is_noticed(
    loaded: ConfigEntry, bmc: Bmc, automations: Automations, heat: dict[str, Any]
) -> None:
    """Nothing crosses the limit any more then."""
    await automations.use("too_hot", **heat)
    await automations.restart(loaded, lambda: bmc.set_reading("CPU Temp", 85))
    await automations.elapse(MINUTE)
    assert bmc.fan_mode == "Optimal"
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"


async def test_a_mode_that_somebody_chose_meanwhile_stays(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    heat: dict[str, Any],
) -> None:
    """The automation takes back nothing but its own change, and forgets it."""
    await automations.use("too_hot", **heat)
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    await call(hass, loaded, MODE, "select_option", option="heavy_io")
    bmc.set_reading("CPU Temp", 60)
    await automations.elapse(15 * MINUTE)
    assert bmc.fan_mode == "HeavyIO"
    assert hass.states.is_state(MEMORY, "")


WRONG = {
    MODE: ("pue2", "Fan mode", "standard, full_speed, optimal, heavy_io"),
    "select.boot_source": (
        "full_speed",
        "Next boot",
        "none, pxe, floppy, cd, usb, hdd, bios_setup, usb_cd, uefi_http",
    ),
}


@pytest.mark.parametrize("of", WRONG)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_mode_that_is_not_offered_is_told_before_it_is_hot(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    heat: dict[str, Any],
    of: str,
) -> None:
    """When the automation is saved: the entity may be the wrong one. Then the heat."""
    mode, name, offered = WRONG[of]
    heat |= {"hot_mode": mode, "fan_mode": entity_id(hass, loaded, of)}
    await automations.use("too_hot", **heat)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    (told,) = automations.notifications
    assert told == (
        f"too_hot is to set x12spi-tf {name} to {mode}, which it does not offer. It "
        f"offers: {offered}. Choose another mode in the automation, or the right "
        "entity."
    )
    bmc.set_reading("CPU Temp", 85)
    await automations.elapse(5 * MINUTE)
    assert bmc.fan_mode == "Optimal"
    told = automations.notifications[-1]
    assert told == (
        "x12spi-tf CPU temperature is at 85 °C. The fan mode could not be set to "
        f"{mode}. Offered are {offered}."
    )
    assert len(automations.notifications) == 2


async def test_a_mode_that_is_offered_is_no_news(
    automations: Automations, heat: dict[str, Any]
) -> None:
    """Saving the automation says nothing."""
    await automations.use("too_hot", **heat)
    await automations.reload(automations.config)
    await automations.elapse(MINUTE)
    assert automations.notifications == []
