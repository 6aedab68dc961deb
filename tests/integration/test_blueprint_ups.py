"""Test the blueprint that shuts a server down during a power loss."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, entity_id
from .automations import Automations
from .paths import HOST_POWER

UPS = "input_boolean.mains"
SHUT_DOWN = "input_boolean.shut_down"


@pytest.fixture
def inputs(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the inputs of the blueprint, with a toggle as the UPS."""
    return {
        "ups": UPS,
        "host_power": entity_id(hass, loaded, HOST_POWER),
        "power_on": entity_id(hass, loaded, "button.reset_on"),
        "memory": SHUT_DOWN,
    }


async def toggle_mains(hass: HomeAssistant) -> None:
    """Switch the mains off or on."""
    data = {"entity_id": UPS}
    await hass.services.async_call("input_boolean", "toggle", data, blocking=True)


async def test_server_is_shut_down_and_powered_on_again(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Wait for two minutes on battery, and for ten minutes on mains."""
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(1.5 * MINUTE)
    assert bmc.power_state == "On"
    await automations.elapse(MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await toggle_mains(hass)
    await automations.elapse(9 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications == [
        "x12spi-tf has been shut down.",
        "Mains power is back. x12spi-tf is being switched on again.",
    ]


async def test_short_power_losses_are_ignored(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Count the time of a second power loss from its own beginning."""
    await automations.use("ups", **inputs)
    for _ in range(2):
        await toggle_mains(hass)
        await automations.elapse(1.5 * MINUTE)
        await toggle_mains(hass)
        await automations.elapse(MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == []


async def test_short_return_of_mains_is_ignored(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Wait for stable mains, because the battery may be empty."""
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(8 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(MINUTE)
    await toggle_mains(hass)
    await automations.elapse(8 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"


# Servers that are off for another reason


async def test_server_that_was_off_before_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Power no server on that the user had powered off."""
    bmc.power("GracefulShutdown")
    await automations.use("ups", **inputs)
    await automations.elapse(MINUTE)
    await toggle_mains(hass)
    await automations.elapse(5 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"
    assert automations.notifications == []


async def test_server_that_was_powered_off_later_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Forget the own shutdown when the server was on in between."""
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    bmc.power("On")
    await automations.elapse(MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(MINUTE)
    await toggle_mains(hass)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"


async def test_server_that_the_user_powered_on_can_be_powered_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Forget the own shutdown when the user powers on before the automation does."""
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(5 * MINUTE)
    bmc.power("On")
    await automations.elapse(15 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")
    bmc.power("ForceOff")
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "Off"


# Restarts of Home Assistant


async def test_shutdown_is_remembered_over_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Power on although the mains returned while Home Assistant was stopped."""
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_unfinished_shutdown_is_remembered_over_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Use the helper's value: the running automation does not survive a restart."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(10 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(30 * MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"


# Shutdowns that take long or fail


async def test_mains_that_return_during_shutdown_power_on_after_it(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Wait for the end of the shutdown, which cannot be canceled."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", force=True, **inputs)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    await toggle_mains(hass)
    await automations.elapse(5 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(12 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications[0] == (
        "x12spi-tf did not shut down in time, so its power was cut."
    )


async def test_ignored_shutdown_leaves_server_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Cut the power only on request, and forget the shutdown after an hour."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(10 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == [
        "x12spi-tf did not shut down in time. It is still running."
    ]
    await toggle_mains(hass)
    await automations.elapse(65 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await automations.elapse(10 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_shutdown_may_end_after_mains_are_back(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Power on after a late shutdown, which cannot be canceled."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(10 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications[1:] == [
        "Mains power is back. x12spi-tf is being switched on again."
    ]


@pytest.mark.parametrize("answers", [True, False])
async def test_second_power_loss_requests_shutdown_again(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
    *,
    answers: bool,
) -> None:
    """Repeat the request if the server still runs after two minutes."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **inputs)
    await toggle_mains(hass)
    await automations.elapse(10 * MINUTE)
    await toggle_mains(hass)
    await automations.elapse(15 * MINUTE)
    await toggle_mains(hass)
    bmc.host.accepts_shutdown = answers
    await automations.elapse(MINUTE)
    if not answers:
        bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "Off"
    second = ["x12spi-tf has been shut down."] if answers else []
    assert automations.notifications[1:] == second
    await toggle_mains(hass)
    await automations.elapse(13 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_failed_shutdown_is_reported_and_forgotten(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Power no server on later that this automation did not shut down."""
    await automations.use("ups", **inputs)
    bmc.fail("/redfish/v1/Systems/1/Actions/*", status=500)
    await toggle_mains(hass)
    await automations.elapse(4 * MINUTE)
    assert automations.notifications == [
        "x12spi-tf could not be shut down. See the log for the reason."
    ]
    assert hass.states.is_state(SHUT_DOWN, "off")


@pytest.mark.parametrize(
    ("mains", "battery", "choices"),
    [
        ("OL CHRG", "OB DISCHRG", {}),
        ("Online, Battery Charging", "On Battery, Battery Discharging", {}),
        ("off", "on", {"mains_state": "off"}),
    ],
)
async def test_ups_states_of_other_integrations_are_understood(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
    mains: str,
    battery: str,
    choices: dict[str, str],
) -> None:
    """Understand Network UPS Tools and inverted states, and ignore unknown ones."""
    inputs["ups"] = "sensor.ups"
    hass.states.async_set("sensor.ups", mains)
    await automations.use("ups", **inputs, **choices)
    for state, minutes, power_state in (
        (None, 3, "On"),
        ("unavailable", 3, "On"),
        (battery, 4, "Off"),
        ("unknown", 11, "Off"),
        (mains, 11, "On"),
    ):
        if state:
            hass.states.async_set("sensor.ups", state)
        await automations.elapse(minutes * MINUTE)
        assert bmc.power_state == power_state
