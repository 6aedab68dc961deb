"""Paths of resources on the shipped board."""

from typing import Final

ROOT: Final = "/redfish/v1"
SESSION_SERVICE: Final = f"{ROOT}/SessionService"
SESSIONS: Final = f"{SESSION_SERVICE}/Sessions"

SYSTEM: Final = f"{ROOT}/Systems/1"
RESET: Final = f"{SYSTEM}/Actions/ComputerSystem.Reset"
LOG: Final = f"{SYSTEM}/LogServices/Log1/Entries"
MEMORY: Final = f"{SYSTEM}/Memory"
STORAGE: Final = f"{SYSTEM}/Storage"

CHASSIS: Final = f"{ROOT}/Chassis/1"
THERMAL: Final = f"{CHASSIS}/Thermal"
POWER: Final = f"{CHASSIS}/Power"
DRIVES: Final = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane/Drives"
BAYS: Final = tuple(f"{DRIVES}/Disk.Bay.{number}" for number in (0, 1))

MANAGER: Final = f"{ROOT}/Managers/1"
PROTOCOLS: Final = f"{MANAGER}/NetworkProtocol"
NIC: Final = f"{MANAGER}/EthernetInterfaces/1"
OEM: Final = f"{MANAGER}/Oem/Supermicro"
FAN_MODE: Final = f"{OEM}/FanMode"
NTP: Final = f"{OEM}/NTP"
LLDP: Final = f"{OEM}/LLDP"
SNOOPING: Final = f"{OEM}/Snooping"
