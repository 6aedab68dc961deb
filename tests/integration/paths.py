"""Paths of the shipped board's resources, and names and states of its hardware."""

from typing import Any

ROOT = "/redfish/v1"
SESSION_SERVICE = f"{ROOT}/SessionService"
SESSIONS = f"{SESSION_SERVICE}/Sessions"
SYSTEM = f"{ROOT}/Systems/1"
RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
RESET_INFO = f"{SYSTEM}/ResetActionInfo"
CHASSIS = f"{ROOT}/Chassis/1"
THERMAL = f"{CHASSIS}/Thermal"
POWER = f"{CHASSIS}/Power"
MANAGER = f"{ROOT}/Managers/1"
RESTART_BMC = f"{MANAGER}/Actions/Manager.Reset"
NICS = f"{MANAGER}/EthernetInterfaces"
OEM = f"{MANAGER}/Oem/Supermicro"
FAN_MODE = f"{OEM}/FanMode"
NTP = f"{OEM}/NTP"
LLDP = f"{OEM}/LLDP"
SNOOPING = f"{OEM}/Snooping"
LICENSES = f"{MANAGER}/LicenseManager/QueryLicense"
PROTOCOLS = f"{MANAGER}/NetworkProtocol"
CERTIFICATES = f"{PROTOCOLS}/HTTPS/Certificates"
STORAGE = f"{SYSTEM}/Storage"
DRIVES = f"{STORAGE}/NVMeSSD"
BACKPLANE = f"{ROOT}/Chassis/NVMeSSD.0.Group.0.StorageBackplane"
BAYS = tuple(f"{BACKPLANE}/Drives/Disk.Bay.{number}" for number in (0, 1))
DRIVE = BAYS[0]
MEMORY = f"{SYSTEM}/Memory"
MEDIA = f"{MANAGER}/VirtualMedia"
FIRMWARE = f"{ROOT}/UpdateService/FirmwareInventory"
LOG_SERVICE = f"{SYSTEM}/LogServices/Log1"
LOG = f"{LOG_SERVICE}/Entries"
MAINTENANCE_LOG = f"{MANAGER}/LogServices/Log1/Entries"

GET_DYNAMIC = [f"GET {path}" for path in (SYSTEM, THERMAL, POWER)]
"""The requests of a dynamic poll."""

BAY_1 = "Power Supply Bay 1"
BAY_2 = "Power Supply Bay 2"
DRIVE_TEMPERATURE = "sensor.drive_temperature_Disk.Bay.0"
BMC_CONNECTION = "binary_sensor.bmc_connection"
HOST_POWER = "binary_sensor.host_power"
CRITICAL: dict[str, Any] = {"Status": {"Health": "Critical"}}
ABSENT: dict[str, Any] = {"Status": {"State": "Absent", "Health": None}}
