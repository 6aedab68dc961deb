"""Test the binary sensors for problems."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import DYNAMIC, STATIC, entity, entity_id, nested, set_up
from .conftest import Elapse
from .paths import (
    ABSENT,
    BAY_1,
    BAY_2,
    CHASSIS,
    CRITICAL,
    DRIVE,
    MANAGER,
    POWER,
    SYSTEM,
)

type Path = tuple[str, ...]

DRIVE_PROBLEM = "binary_sensor.drive_problem_Disk.Bay.0"
SUPPLY_PROBLEM = f"binary_sensor.power_supply_problem_{BAY_2}"
REDUNDANCY_PROBLEM = "binary_sensor.redundancy_problem"

every_problem = pytest.mark.parametrize(
    ("key", "path", "at", "interval"),
    [
        pytest.param(f"binary_sensor.{key}", *row, id=key)
        for key, *row in (
            ("system_problem", SYSTEM, (), DYNAMIC),
            ("processor_problem", SYSTEM, ("ProcessorSummary",), DYNAMIC),
            ("memory_problem", SYSTEM, ("MemorySummary",), DYNAMIC),
            (f"power_supply_problem_{BAY_2}", POWER, ("PowerSupplies", BAY_2), DYNAMIC),
            ("battery_problem", POWER, ("Oem", "Supermicro", "Battery"), DYNAMIC),
            ("chassis_problem", CHASSIS, (), STATIC),
            ("bmc_problem", MANAGER, (), STATIC),
            ("drive_problem_Disk.Bay.0", DRIVE, (), STATIC),
        )
    ],
)


@every_problem
@pytest.mark.parametrize("health", ["Critical", "Warning"])
async def test_problem_is_on_while_health_is_not_ok(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: Path,
    interval: float,
    health: str,
) -> None:
    """Report a problem for a health that is not OK, until it is OK again."""
    assert entity(hass, loaded, key).state == STATE_OFF
    for value, expected in ((health, STATE_ON), ("OK", STATE_OFF)):
        bmc.change(path, nested(at, {"Status": {"Health": value}}))
        await elapse(interval)
        assert entity(hass, loaded, key).state == expected


@every_problem
@pytest.mark.parametrize(
    "status",
    [
        {"Health": None, "HealthRollup": None},
        {"Health": "Doomed", "HealthRollup": None},
        None,
        REMOVED,
        "OK",
        [],
    ],
)
async def test_problem_is_unknown_without_health(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: Path,
    interval: float,
    status: Any,
) -> None:
    """Show neither on nor off when the BMC reports no health that Redfish defines."""
    bmc.change(path, nested(at, {"Status": status}))
    await elapse(interval)
    assert entity(hass, loaded, key).state == STATE_UNKNOWN


@every_problem
async def test_problem_is_created_with_the_first_health(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: Path,
    interval: float,
) -> None:
    """Create no entity until the BMC reports a health.

    Only power supplies and drives have one from the beginning.
    """
    none = {"Status": {"Health": None, "HealthRollup": None}}
    bmc.change(path, nested(at, none))
    await set_up(hass, entry)
    if key in (SUPPLY_PROBLEM, DRIVE_PROBLEM):
        assert entity(hass, entry, key).state == STATE_UNKNOWN
    else:
        assert entity_id(hass, entry, key) is None
    bmc.change(path, nested(at, CRITICAL))
    await elapse(interval)
    assert entity(hass, entry, key).state == STATE_ON


async def test_problem_includes_health_rollup(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Report a problem of a part, on boards that roll the health up."""
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"HealthRollup": "Warning"}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "binary_sensor.memory_problem").state == STATE_ON


async def test_problem_is_unknown_for_absent_hardware(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Ignore the health of absent hardware, which is Critical on OpenBMC."""
    absent = {"Status": {"State": "Absent", "Health": "Critical"}}
    bmc.change(DRIVE, absent)
    bmc.change(POWER, {"PowerSupplies": {BAY_2: absent}})
    await elapse(STATIC)
    for key in (DRIVE_PROBLEM, SUPPLY_PROBLEM):
        assert entity(hass, loaded, key).state == STATE_UNKNOWN


async def test_drive_problem_is_on_when_failure_is_predicted(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Report a drive that predicts its failure while its health is still OK."""
    bmc.change(DRIVE, {"FailurePredicted": True})
    await elapse(STATIC)
    drive = "binary_sensor.drive_problem_Disk.Bay."
    assert entity(hass, loaded, f"{drive}0").state == STATE_ON
    assert entity(hass, loaded, f"{drive}1").state == STATE_OFF


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, STATE_OFF),
        ({BAY_2: CRITICAL}, STATE_ON),
        ({BAY_1: CRITICAL}, STATE_ON),
        ({BAY_1: CRITICAL, BAY_2: CRITICAL}, STATE_ON),
        ({BAY_2: ABSENT}, STATE_ON),
    ],
)
async def test_redundancy_problem_is_derived_from_power_supplies(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    supplies: dict[str, Any],
    expected: str,
) -> None:
    """Ignore the BMC's Redundancy, which stays OK while one of two is Critical."""
    bmc.change(POWER, {"PowerSupplies": supplies})
    await elapse(DYNAMIC)
    assert bmc.resource(POWER)["Redundancy"][0]["Status"]["Health"] == "OK"
    assert entity(hass, loaded, REDUNDANCY_PROBLEM).state == expected


async def test_fan_module_is_no_second_power_supply(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Create no problem sensor for one supply beside a module with only a fan."""
    fan_module = {"PowerCapacityWatts": None, "PowerOutputWatts": None}
    bmc.change(POWER, {"PowerSupplies": {BAY_2: fan_module}})
    await set_up(hass, entry)
    assert entity_id(hass, entry, REDUNDANCY_PROBLEM) is None


@pytest.mark.parametrize(
    ("voltage", "expected"),
    [
        ({"State": "Enabled", "Health": "OK"}, STATE_OFF),
        ({"State": "Enabled", "Health": "Critical"}, STATE_ON),
    ],
)
async def test_battery_problem_is_derived_from_voltage_on_old_board(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    voltage: dict[str, str],
    expected: str,
) -> None:
    """Use the health of the voltage VBAT on X10, which has no other one."""
    voltages = bmc.resource(POWER)["Voltages"]
    voltages.append({"Name": "VBAT", "ReadingVolts": 3.1, "Status": voltage})
    bmc.change(POWER, {"Voltages": voltages, "Oem": REMOVED})
    await set_up(hass, entry)
    assert entity(hass, entry, "binary_sensor.battery_problem").state == expected
