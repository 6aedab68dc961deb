"""Test the blueprint that shuts a server down during a power loss."""

from dataclasses import dataclass
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


@dataclass
class Ups:
    """Home Assistant with the blueprint's automation and a toggle as the UPS."""

    hass: HomeAssistant
    automations: Automations
    inputs: dict[str, Any]

    async def start(self, **inputs: Any) -> None:
        """Start the automation."""
        await self.automations.use("ups", **self.inputs | inputs)

    async def toggle_mains(self, minutes: float) -> None:
        """Switch the mains off or on, and let minutes pass."""
        data = {"entity_id": UPS}
        await self.hass.services.async_call(
            "input_boolean", "toggle", data, blocking=True
        )
        await self.elapse(minutes)

    async def elapse(self, minutes: float) -> None:
        """Advance the time by minutes."""
        await self.automations.elapse(minutes * MINUTE)

    async def restart_with_mains(self, entry: ConfigEntry) -> None:
        """Restart Home Assistant while the mains return."""
        await self.automations.restart(
            entry, lambda: self.hass.states.async_set(UPS, "on")
        )

    def has_shut_down(self) -> bool:
        """Return whether the helper remembers a shutdown."""
        helper = self.hass.states.get(SHUT_DOWN)
        assert helper
        return {"on": True, "off": False}[helper.state]

    @property
    def notifications(self) -> list[str]:
        """The messages of the automation, the newest last."""
        return self.automations.notifications


@pytest.fixture
def ups(hass: HomeAssistant, loaded: ConfigEntry, automations: Automations) -> Ups:
    """Return the UPS, with the automation not started."""
    inputs = {
        "ups": UPS,
        "host_power": entity_id(hass, loaded, HOST_POWER),
        "power_on": entity_id(hass, loaded, "button.reset_on"),
        "memory": SHUT_DOWN,
    }
    return Ups(hass, automations, inputs)


async def test_server_is_shut_down_and_powered_on_again(bmc: Bmc, ups: Ups) -> None:
    """Wait for two minutes on battery, and for ten minutes on mains."""
    await ups.start()
    await ups.toggle_mains(1.5)
    assert bmc.power_state == "On"
    await ups.elapse(1)
    assert bmc.power_state == "Off"
    await ups.elapse(1)
    assert ups.has_shut_down()
    await ups.toggle_mains(9)
    assert bmc.power_state == "Off"
    await ups.elapse(2)
    assert bmc.power_state == "On"
    assert not ups.has_shut_down()
    assert ups.notifications == [
        "x12spi-tf has been shut down.",
        "Mains power is back. x12spi-tf is on again.",
    ]


@pytest.mark.long
async def test_failure_to_power_on_is_notified(bmc: Bmc, ups: Ups) -> None:
    """Notify of a BMC that rejects the command, and keep that it was shut down."""
    await ups.start()
    await ups.toggle_mains(4)
    bmc.fail("Systems/1/Actions/ComputerSystem.Reset", status=503)
    await ups.toggle_mains(16)
    assert bmc.power_state == "Off"
    assert ups.has_shut_down()
    assert ups.notifications[1:] == [
        "Mains power is back. x12spi-tf could not be switched on."
    ]


async def test_short_power_losses_are_ignored(bmc: Bmc, ups: Ups) -> None:
    """Start the time again at the beginning of a second power loss."""
    await ups.start()
    for _ in range(2):
        await ups.toggle_mains(1.5)
        await ups.toggle_mains(1)
    assert bmc.power_state == "On"
    assert ups.notifications == []


@pytest.mark.long
async def test_short_return_of_mains_is_ignored(bmc: Bmc, ups: Ups) -> None:
    """Wait for stable mains, because the battery may be empty."""
    await ups.start()
    await ups.toggle_mains(4)
    await ups.toggle_mains(8)
    await ups.toggle_mains(1)
    await ups.toggle_mains(8)
    assert bmc.power_state == "Off"
    await ups.elapse(3)
    assert bmc.power_state == "On"


# Servers that are off for another reason


@pytest.mark.long
async def test_server_that_was_off_before_stays_off(bmc: Bmc, ups: Ups) -> None:
    """Keep a server off that the user had powered off before."""
    bmc.power("GracefulShutdown")
    await ups.start()
    await ups.elapse(1)
    await ups.toggle_mains(5)
    await ups.toggle_mains(20)
    assert bmc.power_state == "Off"
    assert ups.notifications == []


@pytest.mark.long
async def test_server_that_was_powered_off_later_stays_off(bmc: Bmc, ups: Ups) -> None:
    """Discard the stored shutdown when the server was on in between."""
    await ups.start()
    await ups.toggle_mains(4)
    bmc.power("On")
    await ups.elapse(1)
    bmc.power("ForceOff")
    await ups.elapse(1)
    await ups.toggle_mains(20)
    assert bmc.power_state == "Off"


@pytest.mark.long
async def test_server_that_the_user_powered_on_can_be_powered_off(
    bmc: Bmc, ups: Ups
) -> None:
    """Discard the stored shutdown when the user powers the server on first."""
    await ups.start()
    await ups.toggle_mains(4)
    await ups.toggle_mains(5)
    bmc.power("On")
    await ups.elapse(15)
    assert not ups.has_shut_down()
    bmc.power("ForceOff")
    await ups.elapse(30)
    assert bmc.power_state == "Off"


# Restarts of Home Assistant


@pytest.mark.long
async def test_shutdown_is_remembered_over_restart(
    loaded: ConfigEntry, bmc: Bmc, ups: Ups
) -> None:
    """Power on although the mains returned while Home Assistant was stopped."""
    await ups.start()
    await ups.toggle_mains(4)
    await ups.restart_with_mains(loaded)
    await ups.elapse(11)
    assert bmc.power_state == "On"
    assert not ups.has_shut_down()


@pytest.mark.long
async def test_unfinished_shutdown_is_remembered_over_restart(
    loaded: ConfigEntry, bmc: Bmc, ups: Ups
) -> None:
    """Use the helper's value: the running automation does not survive a restart."""
    bmc.host.accepts_shutdown = False
    await ups.start()
    await ups.toggle_mains(10)
    await ups.restart_with_mains(loaded)
    await ups.elapse(30)
    bmc.power("ForceOff")
    await ups.elapse(2)
    assert bmc.power_state == "On"


# Shutdowns that take long or fail


@pytest.mark.long
async def test_mains_that_return_during_shutdown_power_on_after_it(
    bmc: Bmc, ups: Ups
) -> None:
    """Wait for the end of the shutdown, which cannot be canceled."""
    bmc.host.accepts_shutdown = False
    await ups.start(force=True)
    await ups.toggle_mains(4)
    assert bmc.power_state == "On"
    await ups.toggle_mains(5)
    assert bmc.power_state == "Off"
    await ups.elapse(12)
    assert bmc.power_state == "On"
    assert ups.notifications[0] == (
        "x12spi-tf did not shut down in time, so its power was cut."
    )


@pytest.mark.long
async def test_ignored_shutdown_leaves_server_on(bmc: Bmc, ups: Ups) -> None:
    """Cut the power only on request, and forget the shutdown after an hour."""
    bmc.host.accepts_shutdown = False
    await ups.start()
    await ups.toggle_mains(10)
    assert bmc.power_state == "On"
    assert ups.notifications == [
        "x12spi-tf did not shut down in time. It is still running."
    ]
    await ups.toggle_mains(65)
    assert ups.has_shut_down()
    await ups.elapse(10)
    assert not ups.has_shut_down()


@pytest.mark.long
async def test_shutdown_may_end_after_mains_are_back(bmc: Bmc, ups: Ups) -> None:
    """Power on after a late shutdown, which cannot be canceled."""
    bmc.host.accepts_shutdown = False
    await ups.start()
    await ups.toggle_mains(10)
    await ups.toggle_mains(30)
    assert bmc.power_state == "On"
    bmc.power("ForceOff")
    await ups.elapse(4)
    assert bmc.power_state == "On"
    assert not ups.has_shut_down()
    assert ups.notifications[1:] == ["Mains power is back. x12spi-tf is on again."]


@pytest.mark.long
@pytest.mark.parametrize("answers", [True, False])
async def test_second_power_loss_requests_shutdown_again(
    bmc: Bmc, ups: Ups, *, answers: bool
) -> None:
    """Repeat the request if the server still runs after two minutes."""
    bmc.host.accepts_shutdown = False
    await ups.start()
    await ups.toggle_mains(10)
    await ups.toggle_mains(15)
    await ups.toggle_mains(0)
    bmc.host.accepts_shutdown = answers
    await ups.elapse(1)
    if not answers:
        bmc.power("ForceOff")
    await ups.elapse(4)
    assert bmc.power_state == "Off"
    second = ["x12spi-tf has been shut down."] if answers else []
    assert ups.notifications[1:] == second
    await ups.toggle_mains(13)
    assert bmc.power_state == "On"
    assert not ups.has_shut_down()


@pytest.mark.long
async def test_failed_shutdown_is_reported_and_forgotten(bmc: Bmc, ups: Ups) -> None:
    """Report a failed shutdown, and do not power the server on later."""
    await ups.start()
    bmc.fail("/redfish/v1/Systems/1/Actions/*", status=500)
    await ups.toggle_mains(4)
    assert ups.notifications == [
        "x12spi-tf could not be shut down. See the log for the reason."
    ]
    assert not ups.has_shut_down()


@pytest.mark.long
@pytest.mark.parametrize(
    ("mains", "battery", "choices"),
    [
        ("OL CHRG", "OB DISCHRG", {}),
        ("Online, Battery Charging", "On Battery, Battery Discharging", {}),
        ("off", "on", {"mains_state": "off"}),
    ],
)
async def test_ups_states_of_other_integrations_are_understood(
    bmc: Bmc, ups: Ups, mains: str, battery: str, choices: dict[str, str]
) -> None:
    """Accept states of Network UPS Tools and inverted ones; ignore unknown ones."""
    ups.hass.states.async_set("sensor.ups", mains)
    await ups.start(ups="sensor.ups", **choices)
    for state, minutes, power_state in (
        (None, 3, "On"),
        ("unavailable", 3, "On"),
        (battery, 4, "Off"),
        ("unknown", 11, "Off"),
        (mains, 11, "On"),
    ):
        if state:
            ups.hass.states.async_set("sensor.ups", state)
        await ups.elapse(minutes)
        assert bmc.power_state == power_state
