"""The library's published names, and each deviation from them with its reason.

The seed is the document that ordered the library. Its names, and those of the published
client 1.1.0, have to stay usable. `test_conformance` compares the library with these
lists, `test_conformance_documents` compares the lists with both documents where these
are beside the checkout.
"""

# ruff: noqa: D102, D105, D107, FBT001 - signatures as they were published

from __future__ import annotations

from enum import StrEnum
from types import ModuleType
from typing import Any, Protocol

from aiohttp import BasicAuth, ClientSession, ClientTimeout

import aiosupermicro
from aiosupermicro import SupermicroRedfishClient, models as m
from aiosupermicro.models import (
    accounts,
    chassis,
    common,
    enums,
    events,
    logs,
    manager,
    oem,
    power,
    sessions,
    system,
    thermal,
    update,
)


class SeedClient(Protocol):
    """Methods that the seed lists, in its order.

    Parameters have the types and defaults of the published client.
    """

    async def async_get_service_root(self) -> m.ServiceRoot: ...
    async def async_get_system(self) -> m.System: ...
    async def async_get_chassis(self) -> m.Chassis: ...
    async def async_get_thermal(self) -> m.Thermal: ...
    async def async_get_power(self) -> m.Power: ...
    async def async_get_manager(self) -> m.Manager: ...
    async def async_get_network_protocol(self) -> m.NetworkProtocol: ...
    async def async_get_event_service(self) -> m.EventService: ...
    async def async_get_account_service(self) -> m.AccountService: ...
    async def async_get_session_service(self) -> m.SessionService: ...
    async def async_get_update_service(self) -> m.UpdateService: ...
    async def async_get_processors(self) -> list[m.Processor]: ...
    async def async_get_memory(self) -> list[m.Memory]: ...
    async def async_get_pcie_devices(self) -> list[m.PCIeDevice]: ...
    async def async_get_system_ethernet_interfaces(
        self,
    ) -> list[m.EthernetInterface]: ...
    async def async_get_log_entries(
        self, log_service: str = "Log1"
    ) -> list[m.LogEntry]: ...
    async def async_get_fan_mode(self) -> m.FanMode: ...
    async def async_get_ntp(self) -> m.NTP: ...
    async def async_get_lldp(self) -> m.LLDP: ...
    async def async_get_snooping(self) -> m.Snooping: ...
    async def async_get_license(self) -> m.License: ...
    async def async_set_indicator_led(self, state: str) -> None: ...
    async def async_set_boot_source(
        self, target: str, enabled: str = "Once"
    ) -> None: ...
    async def async_set_fan_mode(self, mode: str) -> None: ...
    async def async_set_ntp_enabled(self, enabled: bool) -> None: ...
    async def async_set_ntp_servers(
        self, primary: str, secondary: str = ""
    ) -> None: ...
    async def async_set_lldp_enabled(self, enabled: bool) -> None: ...
    async def async_system_reset(self, reset_type: str) -> None: ...
    async def async_manager_reset(
        self, reset_type: str = "GracefulRestart"
    ) -> None: ...
    async def async_get_all_data(self) -> aiosupermicro.RedfishData: ...
    async def async_get_static_data(self) -> aiosupermicro.StaticData: ...
    async def async_get_dynamic_data(self) -> aiosupermicro.DynamicData: ...


class PublishedClient(Protocol):
    """The other methods of the published client."""

    def set_max_concurrent_requests(self, max_requests: int) -> None: ...
    async def async_connect(self) -> None: ...
    async def async_disconnect(self) -> None: ...
    async def async_test_connection(self) -> m.ServiceRoot: ...
    async def __aenter__(self) -> SupermicroRedfishClient: ...
    async def __aexit__(self, *args: object) -> None: ...
    async def async_set_power_on_delay(self, seconds: int) -> None: ...
    async def async_set_power_off_delay(self, seconds: int) -> None: ...
    async def async_set_power_cycle_delay(self, seconds: int) -> None: ...
    async def async_reset_intrusion_sensor(self) -> None: ...
    async def async_set_protocol_enabled(
        self, protocol: str, enabled: bool
    ) -> None: ...


class SessionAuth(Protocol):
    """The class `auth.SessionAuth` of the published client."""

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        username: str,
        password: str,
        *,
        ssl: bool = False,
        timeout: ClientTimeout | None = None,
    ) -> None: ...
    @property
    def state(self) -> SessionState: ...
    async def async_get_headers(self) -> dict[str, str]: ...
    def get_basic_auth(self) -> BasicAuth: ...
    def has_valid_session(self) -> bool: ...
    async def async_login(self) -> bool: ...
    async def async_logout(self) -> None: ...
    def invalidate(self) -> None: ...
    async def async_ensure_session(self) -> None: ...


class SessionState(Protocol):
    """The class `auth.SessionState` of the published client."""

    def __init__(
        self,
        token: str | None = None,
        session_uri: str | None = None,
        created_at: float = 0.0,
        timeout_seconds: int = 300,
    ) -> None: ...
    @property
    def is_valid(self) -> Any: ...
    @property
    def needs_refresh(self) -> Any: ...


def members(stub: type) -> dict[str, Any]:
    """Return the methods and properties that a stub defines, by name."""
    own = {name: getattr(item, "fget", item) for name, item in vars(stub).items()}
    return {
        name: vars(stub)[name]
        for name, function in own.items()
        if getattr(function, "__module__", None) == __name__ and name != "__init__"
    }


EXCEPTIONS: dict[str, int | type[Exception] | None] = {
    "AuthenticationError": 401,
    "AuthorizationError": 403,
    "NotFoundError": 404,
    "InvalidRequestError": 400,
    "RateLimitError": 429,
    "ServiceUnavailableError": 503,
    "ConnectionError": ConnectionError,
    "TimeoutError": TimeoutError,
    "InvalidResponseError": None,
}
"""The seed's exceptions, with their HTTP status or their builtin base class."""

SEED_MODULES = ("client", "auth", "const", "exceptions", "models", "models.enums")


class PublishedModel:
    """A published model with its fields, properties and methods."""

    def __init__(self, model: type[m.Model], /, *members: str, **fields: Any) -> None:
        """Initialize with the model, the names of its members, and its typed fields."""
        self.model = model
        self.members = members
        self.fields = fields


# Several fields fit in a line.
# fmt: off

ENUMS: dict[type[StrEnum], dict[str, str]] = {
    enums.PowerState: {"ON": "On", "OFF": "Off", "POWERING_ON": "PoweringOn",
        "POWERING_OFF": "PoweringOff"},
    enums.Health: {"OK": "OK", "WARNING": "Warning", "CRITICAL": "Critical"},
    enums.State: {"ENABLED": "Enabled", "DISABLED": "Disabled", "ABSENT": "Absent",
        "STANDBY_OFFLINE": "StandbyOffline", "STANDBY_SPARE": "StandbySpare",
        "IN_TEST": "InTest", "STARTING": "Starting",
        "UNAVAILABLE_OFFLINE": "UnavailableOffline", "DEFERRING": "Deferring",
        "QUIESCED": "Quiesced", "UPDATING": "Updating"},
    enums.ResetType: {"ON": "On", "FORCE_OFF": "ForceOff",
        "GRACEFUL_SHUTDOWN": "GracefulShutdown", "GRACEFUL_RESTART": "GracefulRestart",
        "FORCE_RESTART": "ForceRestart", "NMI": "Nmi", "FORCE_ON": "ForceOn",
        "PUSH_POWER_BUTTON": "PushPowerButton", "POWER_CYCLE": "PowerCycle"},
    enums.IndicatorLED: {"OFF": "Off", "LIT": "Lit", "BLINKING": "Blinking",
        "UNKNOWN": "Unknown"},
    enums.BootSource: {"NONE": "None", "PXE": "Pxe", "HDD": "Hdd", "CD": "Cd",
        "USB": "Usb", "BIOS_SETUP": "BiosSetup", "UEFI_TARGET": "UefiTarget",
        "UEFI_BOOT_NEXT": "UefiBootNext", "FLOPPY": "Floppy", "SD_CARD": "SDCard",
        "UEFI_HTTP": "UefiHttp", "REMOTE_DRIVE": "RemoteDrive", "DIAGS": "Diags",
        "UTILITIES": "Utilities"},
    enums.BootSourceEnabled: {"DISABLED": "Disabled", "ONCE": "Once",
        "CONTINUOUS": "Continuous"},
    enums.IntrusionSensor: {"NORMAL": "Normal",
        "HARDWARE_INTRUSION": "HardwareIntrusion",
        "TAMPERING_DETECTED": "TamperingDetected"},
    enums.ChassisType: {"RACK": "Rack", "BLADE": "Blade", "ENCLOSURE": "Enclosure",
        "STAND_ALONE": "StandAlone", "RACK_MOUNT": "RackMount", "CARD": "Card",
        "CARTRIDGE": "Cartridge", "ROW": "Row", "POD": "Pod", "EXPANSION": "Expansion",
        "SIDECAR": "Sidecar", "ZONE": "Zone", "SLED": "Sled", "SHELF": "Shelf",
        "DRAWER": "Drawer", "MODULE": "Module", "COMPONENT": "Component",
        "IP_BASED_DRIVE": "IPBasedDrive", "RACK_GROUP": "RackGroup",
        "STORAGE_ENCLOSURE": "StorageEnclosure", "OTHER": "Other"},
    enums.ManagerType: {"MANAGEMENT_CONTROLLER": "ManagementController",
        "ENCLOSURE_MANAGER": "EnclosureManager", "BMC": "BMC",
        "RACK_MANAGER": "RackManager", "AUXILIARY_CONTROLLER": "AuxiliaryController",
        "SERVICE": "Service"},
    enums.FanModeType: {"STANDARD": "Standard", "FULL_SPEED": "FullSpeed",
        "OPTIMAL": "Optimal", "HEAVY_IO": "HeavyIO", "PUE_OPTIMAL": "PUEOptimal"},
    enums.Privilege: {"ADMINISTRATOR": "Administrator", "OPERATOR": "Operator",
        "READ_ONLY": "ReadOnly", "NO_ACCESS": "NoAccess"},
    enums.TransferProtocolType: {"CIFS": "CIFS", "FTP": "FTP", "SFTP": "SFTP",
        "HTTP": "HTTP", "HTTPS": "HTTPS", "SCP": "SCP", "TFTP": "TFTP", "OEM": "OEM",
        "NFS": "NFS"},
    enums.EventFormatType: {"EVENT": "Event", "METRIC_REPORT": "MetricReport"},
    enums.SubscriptionType: {"REDFISH_EVENT": "RedfishEvent", "SSE": "SSE",
        "SNMPTrap": "SNMPTrap", "SNMPInform": "SNMPInform"},
}
"""Published enums, with the names and values of their members."""

MODELS: dict[ModuleType, tuple[PublishedModel, ...]] = {
    accounts: (
        PublishedModel(accounts.AccountService, id=str, name=str, service_enabled=bool,
            auth_failure_logging_threshold=int, min_password_length=int,
            max_password_length=int, account_lockout_threshold=int,
            account_lockout_duration=int, account_lockout_counter_reset_after=int),
        PublishedModel(accounts.Account, id=str, name=str, user_name=str, enabled=bool,
            locked=bool, role_id=str, password_change_required=bool),
        PublishedModel(accounts.Role, id=str, name=str, is_predefined=bool,
            assigned_privileges=list[m.Privilege | str]),
    ),
    chassis: (
        PublishedModel(chassis.PhysicalSecurity, "is_intruded",
            intrusion_sensor=m.IntrusionSensor | str, intrusion_sensor_number=int),
        PublishedModel(chassis.ChassisOem, board_serial_number=str, board_id=str),
        PublishedModel(chassis.Chassis, "is_intruded", "is_healthy", id=str, name=str,
            chassis_type=m.ChassisType | str, manufacturer=str, model=str,
            serial_number=str, power_state=m.PowerState | str, status=m.Status,
            indicator_led=m.IndicatorLED | str, physical_security=m.PhysicalSecurity,
            oem=m.ChassisOem),
        PublishedModel(chassis.PCIeInterface, pcie_type=str, max_pcie_type=str,
            lanes_in_use=int, max_lanes=int),
        PublishedModel(chassis.PCIeSlot, slot_type=str, pcie_type=str, lanes=int,
            location=str),
        PublishedModel(chassis.PCIeDevice, "is_healthy", id=str, name=str,
            description=str, manufacturer=str, model=str, serial_number=str,
            part_number=str, device_type=str, firmware_version=str, status=m.Status,
            pcie_interface=m.PCIeInterface, slot=m.PCIeSlot),
    ),
    common: (
        PublishedModel(common.Status, "is_enabled", "is_healthy", state=m.State | str,
            health=m.Health | str, health_rollup=m.Health | str),
        PublishedModel(common.OdataResource, odata_id=str, odata_type=str, id=str,
            name=str, description=str),
    ),
    events: (
        PublishedModel(events.EventService, id=str, name=str, service_enabled=bool,
            delivery_retry_attempts=int, delivery_retry_interval_seconds=int,
            event_format_types=list[m.EventFormatType | str],
            subscription_types=list[m.SubscriptionType | str]),
        PublishedModel(events.EventDestination, id=str, name=str, destination=str,
            protocol=str, subscription_type=m.SubscriptionType | str, context=str,
            event_types=list[str]),
    ),
    logs: (
        PublishedModel(logs.LogEntryOem, interface=str, user=str, source=str,
            category=str),
        PublishedModel(logs.LogEntry, "is_error", "is_critical", id=str, name=str,
            entry_type=str, severity=str, created=str, message=str, message_id=str,
            oem_record_format=str, oem=m.LogEntryOem),
    ),
    manager: (
        PublishedModel(manager.ProtocolSettings, protocol_enabled=bool, port=int),
        PublishedModel(manager.NetworkProtocol, id=str, name=str, hostname=str,
            fqdn=str, http=m.ProtocolSettings, https=m.ProtocolSettings,
            ssh=m.ProtocolSettings, ipmi=m.ProtocolSettings, snmp=m.ProtocolSettings,
            kvmip=m.ProtocolSettings, virtual_media=m.ProtocolSettings,
            ssdp=m.ProtocolSettings, telnet=m.ProtocolSettings),
        PublishedModel(manager.EthernetInterfaceIPv4Address, address=str,
            subnet_mask=str, gateway=str, address_origin=str),
        PublishedModel(manager.EthernetInterfaceIPv6Address, address=str,
            prefix_length=int, address_origin=str),
        PublishedModel(manager.EthernetInterface, id=str, name=str, mac_address=str,
            status=m.Status, ipv4_addresses=list[m.EthernetInterfaceIPv4Address],
            ipv6_addresses=list[m.EthernetInterfaceIPv6Address], speed_mbps=int,
            auto_neg=bool, full_duplex=bool, hostname=str, fqdn=str, vlan_enabled=bool,
            vlan_id=int),
        PublishedModel(manager.Manager, "is_healthy", id=str, name=str,
            manager_type=m.ManagerType | str, uuid=str, firmware_version=str, model=str,
            status=m.Status, date_time=str, date_time_local_offset=str,
            last_reset_time=str, power_state=str, service_entry_point_uuid=str),
    ),
    oem: (
        PublishedModel(oem.FanMode, mode=m.FanModeType | str,
            available_modes=list[m.FanModeType | str]),
        PublishedModel(oem.NTP, enabled=bool, primary_server=str, secondary_server=str),
        PublishedModel(oem.LLDP, enabled=bool),
        PublishedModel(oem.Snooping, post_code=str),
        PublishedModel(oem.LicenseEntry, license_id=str, license_type=str,
            license_status=str, description=str, expiration=str),
        PublishedModel(oem.License, is_licensed=bool, licenses=list[m.LicenseEntry]),
    ),
    power: (
        PublishedModel(power.Voltage, "is_available", member_id=str, name=str,
            reading_volts=float, status=m.Status, upper_threshold_critical=float,
            upper_threshold_fatal=float, upper_threshold_non_critical=float,
            lower_threshold_critical=float, lower_threshold_fatal=float,
            lower_threshold_non_critical=float, physical_context=str,
            sensor_number=int),
        PublishedModel(power.PowerMetrics, min_consumed_watts=float,
            max_consumed_watts=float, average_consumed_watts=float,
            interval_in_min=int),
        PublishedModel(power.PowerLimit, limit_in_watts=float, limit_exception=str,
            correction_in_ms=int),
        PublishedModel(power.PowerControl, member_id=str, name=str,
            power_consumed_watts=float, power_capacity_watts=float, status=m.Status,
            power_metrics=m.PowerMetrics, power_limit=m.PowerLimit),
        PublishedModel(power.PowerSupply, "is_available", member_id=str, name=str,
            status=m.Status, power_supply_type=str, line_input_voltage=float,
            power_capacity_watts=float, last_power_output_watts=float, model=str,
            manufacturer=str, firmware_version=str, serial_number=str, part_number=str),
        PublishedModel(power.Battery, "is_healthy", name=str, health=str, state=str),
        PublishedModel(power.Power, "available_voltages", "available_power_supplies",
            "total_power_consumed_watts", "get_voltage", "get_power_supply", id=str,
            name=str, power_control=list[m.PowerControl], voltages=list[m.Voltage],
            power_supplies=list[m.PowerSupply], battery=m.Battery),
    ),
    sessions: (
        PublishedModel(sessions.SessionService, id=str, name=str, service_enabled=bool,
            session_timeout=int),
        PublishedModel(sessions.Session, id=str, name=str, user_name=str,
            session_type=str, created_time=str),
    ),
    system: (
        PublishedModel(system.ProcessorSummary, count=int, model=str, status=m.Status),
        PublishedModel(system.MemorySummary, total_system_memory_gib=int,
            status=m.Status),
        PublishedModel(system.Boot, boot_source_override_target=m.BootSource | str,
            boot_source_override_enabled=m.BootSourceEnabled | str,
            boot_source_options=list[str], uefi_target_boot_source_override=str),
        PublishedModel(system.System, "is_on", "is_healthy", "total_memory_gib",
            "processor_count", id=str, name=str, uuid=str, manufacturer=str, model=str,
            serial_number=str, power_state=m.PowerState | str, status=m.Status,
            bios_version=str, indicator_led=m.IndicatorLED | str,
            processor_summary=m.ProcessorSummary, memory_summary=m.MemorySummary,
            boot=m.Boot, reset_types=list[m.ResetType | str],
            power_on_delay_seconds=int, power_off_delay_seconds=int,
            power_cycle_delay_seconds=int),
        PublishedModel(system.ProcessorId, vendor_id=str, effective_family=str,
            effective_model=str, step=str, microcode_info=str,
            identification_registers=str),
        PublishedModel(system.ProcessorCache, cache_type=str, capacity_mib=int),
        PublishedModel(system.Processor, "is_enabled", "is_healthy", id=str, name=str,
            socket=str, model=str, manufacturer=str, family=str, version=str,
            part_number=str, serial_number=str, processor_type=str,
            processor_architecture=str, instruction_set=str, total_cores=int,
            total_enabled_cores=int, total_threads=int, max_speed_mhz=int,
            operating_speed_mhz=int, max_tdp_watts=int, status=m.Status,
            processor_id=m.ProcessorId, caches=list[m.ProcessorCache],
            total_cache_mib=int),
        PublishedModel(system.MemoryLocation, socket=int, controller=int, channel=int,
            slot=int),
        PublishedModel(system.Memory, "capacity_gib", "is_healthy", id=str, name=str,
            device_locator=str, capacity_mib=int, manufacturer=str, part_number=str,
            serial_number=str, memory_type=str, memory_device_type=str,
            base_module_type=str, operating_speed_mhz=int, allowed_speeds_mhz=list[int],
            data_width_bits=int, bus_width_bits=int, rank_count=int,
            error_correction=str, location=m.MemoryLocation, status=m.Status,
            enabled=bool),
        PublishedModel(system.ServiceRoot, redfish_version=str, uuid=str, product=str,
            vendor=str, name=str),
    ),
    thermal: (
        PublishedModel(thermal.Temperature, "is_available", member_id=str, name=str,
            reading_celsius=float, status=m.Status, upper_threshold_critical=float,
            upper_threshold_fatal=float, upper_threshold_non_critical=float,
            lower_threshold_critical=float, lower_threshold_fatal=float,
            lower_threshold_non_critical=float, physical_context=str,
            sensor_number=int),
        PublishedModel(thermal.Fan, "is_available", member_id=str, name=str,
            reading_rpm=int, status=m.Status, lower_threshold_critical=int,
            lower_threshold_fatal=int, lower_threshold_non_critical=int,
            min_reading_range=int, max_reading_range=int, physical_context=str,
            sensor_number=int),
        PublishedModel(thermal.Thermal, "available_temperatures", "available_fans",
            "get_temperature", "get_fan", id=str, name=str,
            temperatures=list[m.Temperature], fans=list[m.Fan]),
    ),
    update: (
        PublishedModel(update.UpdateService, id=str, name=str, service_enabled=bool,
            http_push_uri=str, max_image_size_bytes=int,
            transfer_protocol_types=list[m.TransferProtocolType | str]),
        PublishedModel(update.FirmwareInventory, id=str, name=str, version=str,
            updateable=bool, status=m.Status, manufacturer=str, release_date=str,
            software_id=str),
    ),
}
"""Published models, by the module that each is imported from."""

MODELS_BY_NAME = {
    f"{module.__name__.rpartition('.')[2]}.{item.model.__name__}": item
    for module, items in MODELS.items()
    for item in items
}

PUBLISHED_NAMES = (
    "__version__", "SupermicroRedfishClient", "ETagCache", "RequestStats",
    "RedfishData", "StaticData", "DynamicData", "SupermicroRedfishError",
    "AuthenticationError", "AuthorizationError", "ConnectionError",
    "InvalidRequestError", "InvalidResponseError", "NotFoundError", "RateLimitError",
    "ServiceUnavailableError", "TimeoutError", "BootSource", "BootSourceEnabled",
    "ChassisType", "EventFormatType", "FanModeType", "Health", "IndicatorLED",
    "IntrusionSensor", "ManagerType", "PowerState", "Privilege", "ResetType", "State",
    "SubscriptionType", "TransferProtocolType", "Status", "Boot", "MemorySummary",
    "ProcessorSummary", "ServiceRoot", "System", "Chassis", "PhysicalSecurity", "Fan",
    "Temperature", "Thermal", "Battery", "Power", "PowerControl", "PowerSupply",
    "Voltage", "EthernetInterface", "Manager", "NetworkProtocol", "ProtocolSettings",
    "Account", "AccountService", "Role", "Session", "SessionService",
    "EventDestination", "EventService", "FirmwareInventory", "UpdateService", "FanMode",
    "License", "LLDP", "NTP", "Snooping",
)
"""Exports of `aiosupermicro`."""

PUBLISHED_MODEL_NAMES = (
    "BaseModel", "OdataResource", "Memory", "MemoryLocation", "Processor",
    "ProcessorCache", "ProcessorId", "ChassisOem", "PCIeDevice", "PCIeInterface",
    "PCIeSlot", "PowerLimit", "PowerMetrics", "EthernetInterfaceIPv4Address",
    "EthernetInterfaceIPv6Address", "LogEntry", "LogEntryOem", "LicenseEntry",
)
"""Further exports of `aiosupermicro.models`."""

PUBLISHED_MODULES = (
    "accounts", "base", "chassis", "common", "enums", "events", "logs", "manager",
    "oem", "power", "sessions", "system", "thermal", "update",
)
"""Modules of `aiosupermicro.models`."""

# fmt: on

BULK = {
    aiosupermicro.RedfishData: (
        *("system", "chassis", "thermal", "power", "manager", "fan_mode"),
        *("network_protocol", "license", "snooping", "ntp", "lldp"),
    ),
    aiosupermicro.StaticData: (
        *("system", "chassis", "manager", "license", "ntp", "lldp"),
        "network_protocol",
    ),
    aiosupermicro.DynamicData: ("thermal", "power", "fan_mode", "snooping"),
}
"""The results of the bulk reads, with their fields."""

CONSTANTS = {
    "DEFAULT_TIMEOUT": 30,
    "REDFISH_ROOT": "/redfish/v1",
    "AUTH_TOKEN_HEADER": "X-Auth-Token",
    "SESSION_DEFAULT_TIMEOUT": 300,
    "SESSION_REFRESH_MARGIN": 30,
    "SESSION_REFRESH_THRESHOLD": 0.8,
    "MAX_CONCURRENT_REQUESTS": 5,
}

# Deviations of this library, with their reasons. The conformance tests fail for a row
# that is no deviation any more.

PROPERTIES = {
    (thermal.Fan, "reading_rpm"): "None where the field `speed` is a duty in percent",
    (oem.License, "is_licensed"): "derived from `licenses`",
    (power.Battery, "health"): "part of `status`",
    (power.Battery, "state"): "part of `status`",
    (power.PowerSupply, "last_power_output_watts"): (
        "X12 and X13 use the key PowerOutputWatts"
    ),
    (system.System, "reset_types"): (
        "two X12 firmwares join two of them; an ActionInfo is more accurate"
    ),
}
"""Published fields that are read-only properties here."""

ALWAYS_VALID = (
    accounts.AccountService,
    events.EventService,
    oem.LLDP,
    oem.License,
    oem.NTP,
    sessions.SessionService,
    update.UpdateService,
)
"""Models that are valid without any value: each setting may be off."""

TYPES: dict[tuple[type[m.Model], str], tuple[Any, str]] = {
    (logs.LogEntry, "severity"): (m.Health | str, "a member of Health where it is one"),
    (manager.Manager, "power_state"): (m.PowerState | str, "as in System"),
    (power.Battery, "health"): (m.Health | str, "as in Status"),
    (power.Battery, "state"): (m.State | str, "as in Status"),
    (system.Boot, "boot_source_options"): (m.BootSource | str, "as the target itself"),
    (system.MemorySummary, "total_system_memory_gib"): (float, "a number in Redfish"),
    **dict.fromkeys(
        (
            (thermal.Fan, "reading_rpm"),
            (thermal.Fan, "lower_threshold_critical"),
            (thermal.Fan, "lower_threshold_fatal"),
            (thermal.Fan, "lower_threshold_non_critical"),
            (thermal.Fan, "min_reading_range"),
            (thermal.Fan, "max_reading_range"),
        ),
        (float, "as for any other sensor; OpenBMC sends 11843.0"),
    ),
}
"""Fields of another type. In addition, every list is a tuple here, and every field is
None where the BMC sends no value."""

CONSTANTS_CHANGED = {
    "REDFISH_ROOT": "old boards link to the root with a trailing slash",
    "SESSION_REFRESH_MARGIN": "sessions are not renewed by a margin",
    "MAX_CONCURRENT_REQUESTS": "more than two concurrent requests have crashed BMCs",
}

CONSTANTS_GONE = {
    "ENDPOINT_": "no path is right on every board; `client.paths` has the paths of "
    "the resources on this one"
}
"""Prefixes of removed constants."""

AUTH_TYPES = {
    (SessionAuth, "ssl"): "also a context or a fingerprint, as `verify_ssl`",
    (SessionState, "timeout_seconds"): "a float, as the other two times",
}

PARAMETERS_CHANGED = {
    ("async_get_log_entries", "log_service"): (
        "every log has the Id Log1: the default is the log of health events, and "
        "the name Log1 selects that one too"
    )
}
