"""Changes of hardware and firmware, some of which are faults."""

import json

from tests.integration.paths import BACKPLANE, BAYS, DRIVES, FAN_MODE, MANAGER, MEMORY
from tests.scenario.fault_scenario import FaultScenario

_MOVES = {
    f"{MANAGER}/Oem/Supermicro": f"{MANAGER}/Oem/SMC",
    f"{MANAGER}/LicenseManager": f"{MANAGER}/Oem/SMC/Licenses",
}
"""Places that a firmware update moves."""


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
    """Keep all keys of Thermal, without their values."""
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
