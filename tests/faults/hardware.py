"""Changes of hardware and firmware, some of which are faults."""

import json
from typing import Any

from tests.integration.paths import BACKPLANE, BAYS, DRIVES, FAN_MODE, MANAGER, MEMORY
from tests.scenario.fault_scenario import FaultScenario
from tests.simulator.mutations import mutate

_MOVES = {
    f"{MANAGER}/Oem/Supermicro": f"{MANAGER}/Oem/SMC",
    f"{MANAGER}/LicenseManager": f"{MANAGER}/Oem/SMC/Licenses",
}
"""Places that a firmware update moves."""


_LISTS = (
    ("Thermal", "Temperatures"),
    ("Thermal", "Fans"),
    ("Power", "Voltages"),
    ("Power", "PowerSupplies"),
)
"""The lists of parts in resources that are polled often."""
_OTHER_CHASSIS = "/redfish/v1/Chassis/SmartNIC"


async def change_settings_offline(scenario: FaultScenario) -> None:
    """Make the BMC unreachable, and change its settings and readings."""
    await scenario.close_port()
    scenario.bmc.set_reading("CPU Temp", 61)
    scenario.bmc.change(FAN_MODE, {"Mode": "Standard"})


def remove_sensor(scenario: FaultScenario) -> None:
    """Remove the temperature of the PCH."""
    path = scenario.path("Thermal")
    sensors = scenario.bmc.resource(path)["Temperatures"]
    others = [item for item in sensors if item["Name"] != "PCH Temp"]
    scenario.bmc.change(path, {"Temperatures": others})


def set_thermal_to_null(scenario: FaultScenario) -> None:
    """Set all values of Thermal to null, and keep the keys."""
    path = scenario.path("Thermal")
    scenario.bmc.put(path, dict.fromkeys(scenario.bmc.resource(path)))


def add_drive(scenario: FaultScenario) -> None:
    """Add a third drive."""
    bmc = scenario.bmc
    old, new = BAYS[1], f"{BACKPLANE}/Drives/Disk.Bay.2"
    own = {"Id": "Disk.Bay.2", "Name": "Disk.Bay.2", "SerialNumber": "THIRD"}
    bmc.put(new, bmc.resource(old) | {"@odata.id": new} | own)
    for path, key in ((DRIVES, "Drives"), (f"{BACKPLANE}/Drives", "Members")):
        links = bmc.resource(path)[key]
        bmc.change(path, {key: [*links, {"@odata.id": new}]})


def add_memory(scenario: FaultScenario) -> None:
    """Add a memory module, which doubles the size of the memory."""
    bmc = scenario.bmc
    new, links = f"{MEMORY}/9", bmc.resource(MEMORY)["Members"]
    bmc.put(new, bmc.resource(f"{MEMORY}/1") | {"@odata.id": new, "Id": "9"})
    bmc.change(MEMORY, {"Members": [*links, {"@odata.id": new}]})
    system = scenario.path("ComputerSystem")
    size = bmc.resource(system)["MemorySummary"]["TotalSystemMemoryGiB"]
    bmc.change(system, {"MemorySummary": {"TotalSystemMemoryGiB": 2 * size}})


def move_oem_resources(scenario: FaultScenario) -> None:
    """Update the firmware, which moves all resources of Supermicro."""
    bmc = scenario.bmc
    moved = {
        path: path.replace(old, new)
        for old, new in _MOVES.items()
        for path in bmc.board.resources
        if path.startswith(old)
    }
    for path in (MANAGER, *moved):
        text = json.dumps(bmc.resource(path))
        for old, new in _MOVES.items():
            text = text.replace(old, new)
        bmc.remove(path)
        bmc.put(moved.get(path, path), json.loads(text))
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02"})
    bmc.restart(120)


def mutate_lists(scenario: FaultScenario, kind: str) -> None:
    """Change all lists of parts in one way."""
    for resource, key in _LISTS:
        mutate(scenario.bmc, scenario.path(resource), key, kind)


def repeat_names(scenario: FaultScenario) -> None:
    """Give all parts of a list the same name, and no Ids."""
    mutate_lists(scenario, "repeated names")
    mutate_lists(scenario, "no ids")


def reverse_lists(scenario: FaultScenario) -> None:
    """Reverse all lists, and number their parts again."""
    mutate_lists(scenario, "renumbered")


def insert_control_characters(scenario: FaultScenario) -> None:
    """Send unescaped control characters in the names and texts of all parts."""
    mutate_lists(scenario, "control characters")


def forget_healths(scenario: FaultScenario) -> None:
    """Remove the health of all power supplies."""
    path = scenario.path("Power")
    supplies = scenario.bmc.resource(path)["PowerSupplies"]
    for supply in supplies:
        supply["Status"] = {"State": "Enabled"}
    scenario.bmc.put(path, scenario.bmc.resource(path) | {"PowerSupplies": supplies})


def send_numbers_as_texts(scenario: FaultScenario) -> None:
    """Send the numbers of all sensors and supplies as texts."""
    for path in (scenario.path("Thermal"), scenario.path("Power")):
        body = scenario.bmc.resource(path)
        scenario.bmc.put(path, _as_texts(body))


def _as_texts(value: Any) -> Any:
    """Return a document with texts instead of numbers."""
    if isinstance(value, dict):
        return {key: _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f" {value} " if is_number else value


def send_sentinels(scenario: FaultScenario) -> None:
    """Send the placeholder values of boards without limits and capacities."""
    path = scenario.path("Power")
    (control,) = scenario.bmc.resource(path)["PowerControl"]
    none = {"PowerLimit": {"LimitInWatts": 32767}, "PowerCapacityWatts": 0}
    scenario.bmc.change(path, {"PowerControl": [control | none]})


def link_to_other_chassis_first(scenario: FaultScenario) -> None:
    """Make the first chassis link of the system one without sensors."""
    bmc, system = scenario.bmc, scenario.path("ComputerSystem")
    links = bmc.resource(system)["Links"]
    first = {"@odata.id": _OTHER_CHASSIS}
    bmc.change(system, {"Links": links | {"Chassis": [first, *links["Chassis"]]}})
    bmc.put(_OTHER_CHASSIS, first | {"Id": "SmartNIC", "ChassisType": "Card"})
