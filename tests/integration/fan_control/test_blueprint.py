"""Test the blueprint that sets the speed of a zone by temperatures.

`tests/soak` runs it for a day, and with faults for a week.
"""

from collections.abc import AsyncIterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Clock
from tests.integration import MINUTE, entity_id, reload
from tests.integration.automations import Automations
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, duty_writes, fan_options

CPU, SYSTEM = "CPU Temp", "System Temp"


@pytest.fixture
async def automations(
    hass: HomeAssistant,
    blueprints: None,
    freezer: FrozenDateTimeFactory,
    clock: Clock,
    controlled: ConfigEntry,
) -> AsyncIterator[Automations]:
    """Set up automations beside the fan control."""
    running = Automations(hass, freezer, clock)
    yield running
    await running.stop()


@pytest.fixture
def inputs(hass: HomeAssistant, controlled: ConfigEntry) -> dict[str, Any]:
    """Return the inputs of the blueprint, with two temperatures."""
    return {
        "sensors": [
            entity_id(hass, controlled, f"sensor.temperature_{name}")
            for name in (CPU, SYSTEM)
        ],
        "zone": entity_id(hass, controlled, ZONE_1),
    }


@pytest.mark.parametrize(
    ("celsius", "duty"),
    [(30, 25), (40, 25), (47, 30), (55, 35), (60, 48), (70, 80), (75, 100), (79, 100)],
)
async def test_speed_follows_curve(
    bmc: Bmc,
    ipmi: IpmiServer,
    automations: Automations,
    inputs: dict[str, Any],
    celsius: int,
    duty: int,
) -> None:
    """Interpolate between two points; the hottest sensor counts."""
    bmc.scheduler.cancel("cooling")
    bmc.set_reading(SYSTEM, 25)
    bmc.set_reading(CPU, celsius)
    await automations.use("fan_curve", **inputs)
    await automations.elapse(2 * MINUTE)
    assert (bmc.fan_mode, ipmi.cooling.duties[0]) == ("FullSpeed", duty)


async def test_speed_rises_at_once_and_falls_slowly(
    bmc: Bmc, ipmi: IpmiServer, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Lower the speed by ten percent a minute; ignore small differences."""
    bmc.scheduler.cancel("cooling")
    bmc.set_reading(CPU, 40)
    await automations.use("fan_curve", **inputs, hysteresis=5)
    await automations.elapse(2 * MINUTE)
    bmc.set_reading(CPU, 65)
    await automations.elapse(2 * MINUTE)
    assert ipmi.cooling.duties[0] == 60
    bmc.set_reading(CPU, 66)
    await automations.elapse(2 * MINUTE)
    bmc.set_reading(CPU, 65)
    before = len(duty_writes(ipmi))
    await automations.elapse(5 * MINUTE)
    assert len(duty_writes(ipmi)) == before
    bmc.set_reading(CPU, 40)
    await automations.elapse(1.5 * MINUTE)
    assert ipmi.cooling.duties[0] >= 40
    await automations.elapse(5 * MINUTE)
    assert ipmi.cooling.duties[0] == 25


@pytest.mark.long
@pytest.mark.parametrize(("hysteresis", "slowdown"), [(4, 2), (20, 10)])
async def test_speed_falls_with_any_slowdown(
    bmc: Bmc,
    ipmi: IpmiServer,
    automations: Automations,
    inputs: dict[str, Any],
    hysteresis: int,
    slowdown: int,
) -> None:
    """Lower the speed if it falls by less per minute than the hysteresis."""
    bmc.scheduler.cancel("cooling")
    bmc.set_reading(CPU, 75)
    inputs |= {"hysteresis": hysteresis, "smoothing": slowdown}
    await automations.use("fan_curve", **inputs)
    await automations.elapse(2 * MINUTE)
    assert ipmi.cooling.duties[0] == 100
    bmc.set_reading(CPU, 40)
    await automations.elapse(5 * MINUTE)
    assert ipmi.cooling.duties[0] <= 100 - 4 * slowdown


@pytest.mark.long
async def test_zone_at_its_lowest_speed_is_not_written_again(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Compare with the lowest speed of the zone if the curve is below it."""
    hass.config_entries.async_update_entry(
        controlled, options=fan_options(ipmi, floor=45)
    )
    await reload(hass, controlled)
    bmc.scheduler.cancel("cooling")
    bmc.set_reading(CPU, 30)
    await automations.use("fan_curve", **inputs)
    await automations.elapse(3 * MINUTE)
    before = duty_writes(ipmi)
    assert ipmi.cooling.duties[0] == 45
    await automations.elapse(4 * MINUTE)
    assert duty_writes(ipmi) == before


@pytest.mark.long
async def test_floor_limits_curve(
    bmc: Bmc, ipmi: IpmiServer, automations: Automations, inputs: dict[str, Any]
) -> None:
    """Keep the lowest speed, whatever value the curve has."""
    bmc.scheduler.cancel("cooling")
    bmc.set_reading(CPU, 30)
    await automations.use("fan_curve", **inputs, floor=45)
    await automations.elapse(2 * MINUTE)
    assert ipmi.cooling.duties[0] == 45


async def test_fans_are_given_back_without_temperature(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    automations: Automations,
    inputs: dict[str, Any],
) -> None:
    """Set the fallback mode after two minutes; continue with the next temperature."""
    await automations.use("fan_curve", **inputs)
    await automations.elapse(2 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    for sensor in inputs["sensors"]:
        hass.states.async_set(sensor, "unavailable")
    await automations.elapse(1.5 * MINUTE)
    assert bmc.fan_mode == "FullSpeed"
    for _ in range(4):
        for sensor in inputs["sensors"]:
            hass.states.async_set(sensor, "unavailable")
        await automations.elapse(MINUTE / 2)
    assert bmc.fan_mode == "Optimal"
