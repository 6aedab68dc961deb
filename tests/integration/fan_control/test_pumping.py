"""Test fans that pump because their duty is too low."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.integration import DYNAMIC, MINUTE, entity, reload
from tests.integration.conftest import Elapse
from tests.integration.paths import LOG, THERMAL
from tests.integration.repair_flow import open_issues
from tests.simulator import Bmc
from tests.simulator.event_log import log_fan_event
from tests.simulator.ipmi import IpmiServer

from .fans import ZONE_1, fan_options, set_percentage

TOO_LOW = 10
"""Percentage at which the simulated fans fall below their limit."""


@pytest.fixture
async def low_floor(
    hass: HomeAssistant, controlled: ConfigEntry, ipmi: IpmiServer
) -> ConfigEntry:
    """Return the entry with a floor at which fans are too slow."""
    options = fan_options(ipmi, floor=TOO_LOW)
    hass.config_entries.async_update_entry(controlled, options=options)
    await reload(hass, controlled)
    return controlled


async def test_pumping_raises_duty_and_floor(
    hass: HomeAssistant,
    low_floor: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """End the pumping within three polls, create one issue, and keep the new floor."""
    await set_percentage(hass, low_floor, TOO_LOW)
    boosted = 0
    for _ in range(20):
        await elapse(DYNAMIC)
        boosted += ipmi.cooling.is_boosted
    assert boosted <= 3
    floor = ipmi.cooling.duties[0]
    assert 15 <= floor <= 25
    assert bmc.fan_mode == "FullSpeed"
    (issue,) = open_issues(hass)
    assert issue.translation_key == "fan_floor_raised"
    await reload(hass, low_floor)
    await set_percentage(hass, low_floor, TOO_LOW)
    assert ipmi.cooling.duties[0] == floor
    assert entity(hass, low_floor, ZONE_1).attributes["minimum"] == floor


@pytest.mark.long
async def test_learned_floor_ends_with_the_option(
    hass: HomeAssistant, low_floor: ConfigEntry, elapse: Elapse
) -> None:
    """Use the lowest speed that the user enters when turning the option on again."""
    await set_percentage(hass, low_floor, TOO_LOW)
    await elapse(20 * DYNAMIC)
    assert entity(hass, low_floor, ZONE_1).attributes["minimum"] > TOO_LOW
    options = dict(low_floor.options)
    for changed in ({}, options):
        hass.config_entries.async_update_entry(low_floor, options=changed)
        await reload(hass, low_floor)
    assert entity(hass, low_floor, ZONE_1).attributes["minimum"] == TOO_LOW
    assert open_issues(hass) == []


async def log_slow_fan(bmc: Bmc, elapse: Elapse) -> None:
    """Log a fan that is too slow for five seconds."""
    log_fan_event(bmc, "FAN1", 65, is_asserted=True)
    await elapse(5, step=5)
    log_fan_event(bmc, "FAN1", 65, is_asserted=False)


def remove_sensor_names(bmc: Bmc) -> None:
    """Let only the messages of the log name the sensors."""
    members = bmc.resource(LOG)["Members"]
    bmc.change(LOG, {"Members": [{**member, "Oem": {}} for member in members]})


@pytest.mark.parametrize("is_named", [True, False])
async def test_pumping_is_recognized_from_event_log(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
    *,
    is_named: bool,
) -> None:
    """Raise the duty for pairs of events between which each poll sees normal fans."""
    await set_percentage(hass, controlled, 25)
    await elapse(MINUTE)
    for _ in range(2):
        await log_slow_fan(bmc, elapse)
        if not is_named:
            remove_sensor_names(bmc)
        await elapse(30)
    await elapse(MINUTE)
    assert ipmi.cooling.duties[0] == 30
    assert len(open_issues(hass)) == 1


async def test_single_event_is_no_pumping(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Keep the duty after a single pair of events."""
    await set_percentage(hass, controlled, 25)
    await elapse(MINUTE)
    await log_slow_fan(bmc, elapse)
    await elapse(3 * MINUTE)
    assert ipmi.cooling.duties[0] == 25
    assert open_issues(hass) == []


async def test_slow_fan_at_duty_set_elsewhere_raises_no_floor(
    hass: HomeAssistant, held: ConfigEntry, bmc: Bmc, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Write the chosen duty again, and keep the floor."""
    bmc.scheduler.cancel("cooling")
    ipmi.cooling.duties[0] = 25
    (fan,) = [fan for fan in bmc.resource(THERMAL)["Fans"] if fan["Name"] == "FAN1"]
    bmc.set_reading("FAN1", fan["LowerThresholdCritical"] - 1)
    await elapse(DYNAMIC)
    assert (bmc.fan_mode, ipmi.cooling.duties[0]) == ("FullSpeed", 40)
    assert entity(hass, held, ZONE_1).attributes["minimum"] == 20
    assert open_issues(hass) == []


async def test_fans_that_surge_from_the_start_raise_duty(
    hass: HomeAssistant,
    controlled: ConfigEntry,
    bmc: Bmc,
    ipmi: IpmiServer,
    elapse: Elapse,
) -> None:
    """Compare the first speeds under control with those before it."""
    await elapse(DYNAMIC)
    bmc.scheduler.cancel("cooling")
    await set_percentage(hass, controlled, 25)
    for fan in bmc.resource(THERMAL)["Fans"]:
        if fan["Reading"]:
            bmc.set_reading(fan["Name"], 3 * fan["Reading"])
    await elapse(DYNAMIC)
    assert ipmi.cooling.duties[0] == 30
    assert len(open_issues(hass)) == 1


async def test_pumping_at_proven_duty_raises_no_floor_at_first(
    hass: HomeAssistant, held: ConfigEntry, ipmi: IpmiServer, elapse: Elapse
) -> None:
    """Write the chosen duty again, as another program may have changed it."""
    await elapse(12 * DYNAMIC)
    ipmi.cooling.duties[0] = 5
    await elapse(25, step=5)
    ipmi.bmc.scheduler.run_due()
    boosted = [ipmi.cooling.is_boosted]
    await elapse(4 * DYNAMIC)
    boosted.append(ipmi.cooling.is_boosted)
    assert (boosted, ipmi.cooling.duties[0]) == ([True, False], 40)
    assert entity(hass, held, ZONE_1).attributes["minimum"] == 20
    assert open_issues(hass) == []
