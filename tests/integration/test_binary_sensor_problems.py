"""What is not as it should be is a problem, and what tells nothing is none."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import REMOVED, Bmc

from . import (
    BAY_1,
    BAY_2,
    CHASSIS,
    CRITICAL,
    DRIVE,
    DYNAMIC,
    MANAGER,
    POWER,
    STATIC,
    SYSTEM,
    entity,
    entity_id,
    set_up,
)
from .conftest import Elapse

NOTHING: dict[str, Any] = {"Status": {"Health": None, "HealthRollup": None}}

PROBLEMS = [
    ("system_problem", SYSTEM, (), DYNAMIC),
    ("processor_problem", SYSTEM, ("ProcessorSummary",), DYNAMIC),
    ("memory_problem", SYSTEM, ("MemorySummary",), DYNAMIC),
    (f"power_supply_problem_{BAY_2}", POWER, ("PowerSupplies", BAY_2), DYNAMIC),
    ("battery_problem", POWER, ("Oem", "Supermicro", "Battery"), DYNAMIC),
    ("chassis_problem", CHASSIS, (), STATIC),
    ("bmc_problem", MANAGER, (), STATIC),
    ("drive_problem_Disk.Bay.0", DRIVE, (), STATIC),
]
EVERY_PROBLEM = pytest.mark.parametrize(
    ("key", "path", "at", "after"), [pytest.param(*row, id=row[0]) for row in PROBLEMS]
)


def change(bmc: Bmc, path: str, at: tuple[str, ...], changes: dict[str, Any]) -> None:
    """Change something below a resource."""
    for key in reversed(at):
        changes = {key: changes}
    bmc.change(path, changes)


@EVERY_PROBLEM
@pytest.mark.parametrize("health", ["Critical", "Warning", "Doomed"])
async def test_what_is_not_well_is_a_problem(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: tuple[str, ...],
    after: float,
    health: str,
) -> None:
    """Until it is well again; all that is not OK counts."""
    of = f"binary_sensor.{key}"
    assert entity(hass, loaded, of).state == STATE_OFF
    change(bmc, path, at, {"Status": {"Health": health}})
    await elapse(after)
    assert entity(hass, loaded, of).state == STATE_ON
    change(bmc, path, at, {"Status": {"Health": "OK"}})
    await elapse(after)
    assert entity(hass, loaded, of).state == STATE_OFF


@EVERY_PROBLEM
@pytest.mark.parametrize(
    "status", [{"Health": None, "HealthRollup": None}, None, REMOVED, "OK", []]
)
async def test_what_tells_nothing_is_unknown(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: tuple[str, ...],
    after: float,
    status: Any,
) -> None:
    """It is neither well nor a problem."""
    change(bmc, path, at, {"Status": status})
    await elapse(after)
    assert entity(hass, loaded, f"binary_sensor.{key}").state == STATE_UNKNOWN


@EVERY_PROBLEM
async def test_what_never_told_anything_has_no_entity(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    key: str,
    path: str,
    at: tuple[str, ...],
    after: float,
) -> None:
    """Until it does."""
    change(bmc, path, at, NOTHING)
    await set_up(hass, entry)
    assert entity_id(hass, entry, f"binary_sensor.{key}") is None
    change(bmc, path, at, CRITICAL)
    await elapse(after)
    assert entity(hass, entry, f"binary_sensor.{key}").state == STATE_ON


async def test_a_part_of_the_whole_is_a_problem_of_the_whole(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Where a board rolls the health up."""
    bmc.change(SYSTEM, {"MemorySummary": {"Status": {"HealthRollup": "Warning"}}})
    await elapse(DYNAMIC)
    assert entity(hass, loaded, "binary_sensor.memory_problem").state == STATE_ON


async def test_what_is_absent_is_no_problem(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """OpenBMC calls what is absent Critical."""
    absent = {"Status": {"State": "Absent", "Health": "Critical"}}
    bmc.change(DRIVE, absent)
    bmc.change(POWER, {"PowerSupplies": {BAY_2: absent}})
    await elapse(STATIC)
    for key in ("drive_problem_Disk.Bay.0", f"power_supply_problem_{BAY_2}"):
        assert entity(hass, loaded, f"binary_sensor.{key}").state == STATE_UNKNOWN


async def test_a_drive_that_will_fail_is_a_problem(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It says so itself, while its health is still OK."""
    bmc.change(DRIVE, {"FailurePredicted": True})
    await elapse(STATIC)
    drive = "binary_sensor.drive_problem_Disk.Bay."
    assert entity(hass, loaded, f"{drive}0").state == STATE_ON
    assert entity(hass, loaded, f"{drive}1").state == STATE_OFF


@pytest.mark.parametrize(
    ("supplies", "shown"),
    [
        ({}, STATE_OFF),
        ({BAY_2: CRITICAL}, STATE_ON),
        ({BAY_1: CRITICAL}, STATE_ON),
        ({BAY_1: CRITICAL, BAY_2: CRITICAL}, STATE_ON),
        ({BAY_2: {"Status": {"State": "Absent", "Health": None}}}, STATE_ON),
    ],
)
async def test_redundancy_is_that_of_the_supplies(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    supplies: dict[str, Any],
    shown: str,
) -> None:
    """The BMC's own word for it stays OK while one of two is Critical."""
    bmc.change(POWER, {"PowerSupplies": supplies})
    await elapse(DYNAMIC)
    assert bmc.resource(POWER)["Redundancy"][0]["Status"]["Health"] == "OK"
    assert entity(hass, loaded, "binary_sensor.redundancy_problem").state == shown


async def test_a_single_supply_is_not_called_without_redundancy(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """There was never any; the board tells of a redundancy group all the same."""
    bmc.change(POWER, {"PowerSupplies": bmc.resource(POWER)["PowerSupplies"][:1]})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "binary_sensor.redundancy_problem") is None


@pytest.mark.parametrize(
    ("voltage", "shown"),
    [
        ({"State": "Enabled", "Health": "OK"}, STATE_OFF),
        ({"State": "Enabled", "Health": "Critical"}, STATE_ON),
    ],
)
async def test_an_old_boards_battery_is_one_of_the_voltages(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    voltage: dict[str, str],
    shown: str,
) -> None:
    """X10 has no other word about it."""
    voltages = bmc.resource(POWER)["Voltages"]
    voltages.append({"Name": "VBAT", "ReadingVolts": 3.1, "Status": voltage})
    bmc.change(POWER, {"Voltages": voltages, "Oem": REMOVED})
    await set_up(hass, entry)
    assert entity(hass, entry, "binary_sensor.battery_problem").state == shown
