"""The blueprint for a UPS: the server is shut down, and switched on again."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc

from . import MINUTE, entity_id
from .automations import Automations

UPS = "input_boolean.mains"
SHUT_DOWN = "input_boolean.shut_down"
HOST = "binary_sensor.host_power"


@pytest.fixture
def supply(hass: HomeAssistant, loaded: ConfigEntry) -> dict[str, Any]:
    """Return the choices for a server on a UPS that a toggle stands for."""
    return {
        "ups": UPS,
        "host_power": entity_id(hass, loaded, HOST),
        "power_on": entity_id(hass, loaded, "button.reset_on"),
        "memory": SHUT_DOWN,
    }


async def toggle(hass: HomeAssistant, name: str) -> None:
    """Turn a toggle on, or off."""
    data = {"entity_id": name}
    await hass.services.async_call("input_boolean", "toggle", data, blocking=True)


async def test_a_power_loss_shuts_down_and_its_end_switches_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """After two minutes of battery, and after ten of mains."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(1.5 * MINUTE)
    assert bmc.power_state == "On"
    await automations.elapse(MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await toggle(hass, UPS)
    await automations.elapse(9 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications == [
        "x12spi-tf has been shut down.",
        "Mains power is back. x12spi-tf is being switched on again.",
    ]


async def test_a_short_power_loss_does_nothing(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Nor does a second one begin where the first one ended."""
    await automations.use("ups", **supply)
    for _ in range(2):
        await toggle(hass, UPS)
        await automations.elapse(1.5 * MINUTE)
        await toggle(hass, UPS)
        await automations.elapse(MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == []


async def test_mains_that_come_back_for_a_moment_switch_nothing_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """The battery may be empty."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(8 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(8 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"


async def test_a_server_that_was_off_before_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Somebody wanted it to be off."""
    bmc.power("GracefulShutdown")
    await automations.use("ups", **supply)
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"
    assert automations.notifications == []


async def test_a_server_that_is_off_later_for_another_reason_stays_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """It was on in between, so that its shutdown is somebody else's."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    bmc.power("On")
    await automations.elapse(MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(20 * MINUTE)
    assert bmc.power_state == "Off"


async def test_a_shutdown_outlasts_a_restart(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
) -> None:
    """The mains came back while Home Assistant was off, too."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_mains_that_come_back_during_the_shutdown_switch_on_after_it(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """A shutdown cannot be called off."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", force=True, **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    assert bmc.power_state == "Off"
    await automations.elapse(12 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications[0] == (
        "x12spi-tf did not shut down in time, so its power was cut."
    )


async def test_a_system_that_ignores_the_request_runs_on(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Its power is cut only where that is wanted; later it is not ours any more."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    assert bmc.power_state == "On"
    assert automations.notifications == [
        "x12spi-tf did not shut down in time. It is still running."
    ]
    await toggle(hass, UPS)
    await automations.elapse(65 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "on")
    await automations.elapse(10 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_a_shutdown_may_take_longer_than_the_mains_are_away(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """It cannot be called off, and is still this automation's own."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")
    assert automations.notifications[1:] == [
        "Mains power is back. x12spi-tf is being switched on again."
    ]


async def test_a_shutdown_may_outlast_a_restart_too(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
) -> None:
    """Home Assistant forgets what it waited for, but not what it noted."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await automations.restart(loaded, lambda: hass.states.async_set(UPS, "on"))
    await automations.elapse(30 * MINUTE)
    bmc.power("ForceOff")
    await automations.elapse(2 * MINUTE)
    assert bmc.power_state == "On"


async def test_a_server_that_somebody_switched_on_may_be_switched_off(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """Before the automation did: what it is told later is not undone."""
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(4 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(5 * MINUTE)
    bmc.power("On")
    await automations.elapse(15 * MINUTE)
    assert hass.states.is_state(SHUT_DOWN, "off")
    bmc.power("ForceOff")
    await automations.elapse(30 * MINUTE)
    assert bmc.power_state == "Off"


@pytest.mark.parametrize("answers", [True, False])
async def test_a_second_power_loss_asks_again(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
    *,
    answers: bool,
) -> None:
    """A server that still runs; not if the shutdown ends before that."""
    bmc.host.accepts_shutdown = False
    await automations.use("ups", **supply)
    await toggle(hass, UPS)
    await automations.elapse(10 * MINUTE)
    await toggle(hass, UPS)
    await automations.elapse(15 * MINUTE)
    await toggle(hass, UPS)
    bmc.host.accepts_shutdown = answers
    await automations.elapse(MINUTE)
    if not answers:
        bmc.power("ForceOff")
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "Off"
    asked_again = ["x12spi-tf has been shut down."] if answers else []
    assert automations.notifications[1:] == asked_again
    await toggle(hass, UPS)
    await automations.elapse(13 * MINUTE)
    assert bmc.power_state == "On"
    assert hass.states.is_state(SHUT_DOWN, "off")


async def test_a_shutdown_that_fails_is_told_and_forgotten(
    hass: HomeAssistant, bmc: Bmc, automations: Automations, supply: dict[str, Any]
) -> None:
    """A server that is off later was not shut down by this automation."""
    await automations.use("ups", **supply)
    bmc.fail("/redfish/v1/Systems/1/Actions/*", status=500)
    await toggle(hass, UPS)
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
async def test_a_ups_may_say_it_in_other_words(
    hass: HomeAssistant,
    bmc: Bmc,
    automations: Automations,
    supply: dict[str, Any],
    mains: str,
    battery: str,
    choices: dict[str, str],
) -> None:
    """Those of Network UPS Tools, or the other way round."""
    supply["ups"] = "sensor.ups"
    hass.states.async_set("sensor.ups", mains)
    await automations.use("ups", **supply, **choices)
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"
    hass.states.async_set("sensor.ups", "unavailable")
    await automations.elapse(3 * MINUTE)
    assert bmc.power_state == "On"
    hass.states.async_set("sensor.ups", battery)
    await automations.elapse(4 * MINUTE)
    assert bmc.power_state == "Off"
    hass.states.async_set("sensor.ups", "unknown")
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "Off"
    hass.states.async_set("sensor.ups", mains)
    await automations.elapse(11 * MINUTE)
    assert bmc.power_state == "On"
