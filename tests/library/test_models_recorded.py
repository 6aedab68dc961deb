"""Every entry that a board was recorded with stands in the models as it was sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import StrEnum
import json
from typing import Any, get_args, get_type_hints

import pytest

from aiosupermicro import models as m
from aiosupermicro.models import Model
from aiosupermicro.models.base import Step, plan
from tests.conftest import RECORDINGS
from tests.library.test_models import ALL_MODELS, UNRECORDED, boards

RESOURCES: dict[str, type[Model]] = {
    "AccountService": m.AccountService,
    "ActionInfo": m.ActionInfo,
    "BootOption": m.BootOption,
    "Certificate": m.Certificate,
    "Chassis": m.Chassis,
    "ComputerSystem": m.System,
    "Drive": m.Drive,
    "EnvironmentMetrics": m.EnvironmentMetrics,
    "EthernetInterface": m.EthernetInterface,
    "EventDestination": m.EventDestination,
    "EventService": m.EventService,
    "Fan": m.FanResource,
    "FanMode": m.FanMode,
    "LldpService": m.LLDP,
    "LogEntry": m.LogEntry,
    "LogService": m.LogService,
    "Manager": m.Manager,
    "ManagerAccount": m.Account,
    "ManagerNetworkProtocol": m.NetworkProtocol,
    "Memory": m.Memory,
    "NTP": m.NTP,
    "NetworkAdapter": m.NetworkAdapter,
    "NetworkPort": m.Port,
    "PCIeDevice": m.PCIeDevice,
    "PCIeSlots": m.PCIeSlots,
    "Port": m.Port,
    "Power": m.Power,
    "PowerSubsystem": m.PowerSubsystem,
    "PowerSupply": m.PowerSupplyResource,
    "PowerSupplyMetrics": m.PowerSupplyMetrics,
    "Processor": m.Processor,
    "QueryLicense": m.License,
    "Role": m.Role,
    "Sensor": m.SensorResource,
    "ServiceRoot": m.ServiceRoot,
    "Session": m.Session,
    "SessionService": m.SessionService,
    "SmcNodeManager": m.NodeManager,
    "Snooping": m.Snooping,
    "SoftwareInventory": m.FirmwareInventory,
    "Storage": m.Storage,
    "StorageController": m.StorageController,
    "SysLockdown": m.SysLockdown,
    "Thermal": m.Thermal,
    "ThermalMetrics": m.ThermalMetrics,
    "UpdateService": m.UpdateService,
    "Volume": m.Volume,
}
"""The schemas of Redfish and Supermicro, and what decodes them."""

PARTS: dict[tuple[type[Model], str], str] = {
    (m.EnvironmentMetrics, "FanSpeedsPercent"): "fan_speeds_percent",
    (m.EthernetInterface, "IPv4Addresses"): "ipv4_addresses",
    (m.EthernetInterface, "IPv6Addresses"): "ipv6_addresses",
    (m.NetworkAdapter, "Controllers"): "controllers",
    (m.NodeManager, "Statistics"): "statistics",
    (m.PCIeSlots, "Slots"): "slots",
    (m.Power, "PowerControl"): "power_control",
    (m.Power, "PowerSupplies"): "power_supplies",
    (m.Power, "Redundancy"): "redundancy",
    (m.Power, "Voltages"): "voltages",
    (m.Storage, "StorageControllers"): "storage_controllers",
    (m.Thermal, "Fans"): "fans",
    (m.Thermal, "Temperatures"): "temperatures",
    (m.ThermalMetrics, "TemperatureReadingsCelsius"): "temperature_readings_celsius",
}
"""The arrays whose every entry is compared too."""

_RESOURCE = ("id Id", "name Name")
_STATUS = ("status.state Status/State", "status.health Status/Health")
_ROLLUP = ("status.health_rollup Status/HealthRollup",)
_SENSOR = (
    "name Name",
    "member_id MemberId",
    "sensor_number SensorNumber",
    "physical_context PhysicalContext",
    "upper_threshold_fatal UpperThresholdFatal",
    "upper_threshold_critical UpperThresholdCritical",
    "upper_threshold_non_critical UpperThresholdNonCritical",
    "lower_threshold_non_critical LowerThresholdNonCritical",
    "lower_threshold_critical LowerThresholdCritical",
    "lower_threshold_fatal LowerThresholdFatal",
    *_STATUS,
)
_MADE_BY = (
    "manufacturer Manufacturer",
    "model Model",
    "serial_number SerialNumber",
    "part_number PartNumber",
)
_EXCERPT = (
    "device_name DeviceName",
    "data_source_uri DataSourceUri",
    "physical_context PhysicalContext",
    "reading Reading",
    "speed_rpm SpeedRPM",
)
_PROTOCOLS = (
    *("http HTTP", "https HTTPS", "ssh SSH", "ipmi IPMI", "snmp SNMP"),
    *("kvmip KVMIP", "virtual_media VirtualMedia", "ssdp SSDP", "ntp NTP"),
)

_SECURITY = ("physical_security.intrusion_sensor", "PhysicalSecurity/IntrusionSensor")
_OVERRIDE = "Boot/BootSourceOverrideTarget"

TABLES: dict[type[Model], tuple[str, ...]] = {
    m.Account: (
        *_RESOURCE,
        "user_name UserName",
        "enabled Enabled",
        "locked Locked",
        "role_id RoleId",
        "password_change_required PasswordChangeRequired",
        "account_types AccountTypes",
    ),
    m.AccountService: (
        *_RESOURCE,
        "service_enabled ServiceEnabled",
        "auth_failure_logging_threshold AuthFailureLoggingThreshold",
        "min_password_length MinPasswordLength",
        "max_password_length MaxPasswordLength",
        "account_lockout_threshold AccountLockoutThreshold",
        "account_lockout_duration AccountLockoutDuration",
        "account_lockout_counter_reset_after AccountLockoutCounterResetAfter",
        "http_basic_auth HTTPBasicAuth",
    ),
    m.BootOption: (
        "id Id",
        "boot_option_reference BootOptionReference",
        "display_name DisplayName",
        "boot_option_enabled BootOptionEnabled",
        "uefi_device_path UefiDevicePath",
    ),
    m.Certificate: (
        *_RESOURCE,
        "certificate_type CertificateType",
        "certificate_usage_types CertificateUsageTypes",
        "fingerprint Fingerprint",
        "fingerprint_hash_algorithm FingerprintHashAlgorithm",
        "serial_number SerialNumber",
        "subject.common_name Subject/CommonName",
        "subject.organization Subject/Organization",
        "subject.organizational_unit Subject/OrganizationalUnit",
        "issuer.common_name Issuer/CommonName",
        "issuer.organization Issuer/Organization",
        "issuer.city Issuer/City",
        "issuer.state Issuer/State",
        "issuer.country Issuer/Country",
        "issuer.email Issuer/Email",
        "key_usage KeyUsage",
        "signature_algorithm SignatureAlgorithm",
    ),
    m.Chassis: (
        *_RESOURCE,
        *_MADE_BY,
        *_STATUS,
        *_ROLLUP,
        "asset_tag AssetTag",
        "chassis_type ChassisType",
        "power_state PowerState",
        "max_power_watts MaxPowerWatts",
        "indicator_led IndicatorLED",
        "location_indicator_active LocationIndicatorActive",
        " ".join(_SECURITY),
        f"{_SECURITY[0]}_number {_SECURITY[1]}Number",
        f"{_SECURITY[0]}_re_arm {_SECURITY[1]}ReArm",
        "oem.board_serial_number Oem/Supermicro/BoardSerialNumber",
        "oem.board_id Oem/Supermicro/BoardID",
        "oem.guid Oem/Supermicro/GUID",
    ),
    m.Drive: (
        *_RESOURCE,
        *_STATUS,
        "manufacturer Manufacturer",
        "model Model",
        "serial_number SerialNumber",
        "revision Revision",
        "status_indicator StatusIndicator",
        "failure_predicted FailurePredicted",
        "capacity_bytes CapacityBytes",
        "capable_speed_gbs CapableSpeedGbs",
        "negotiated_speed_gbs NegotiatedSpeedGbs",
        "media_type MediaType",
        "protocol Protocol",
        "drive_form_factor DriveFormFactor",
        "location PhysicalLocation/PartLocation/ServiceLabel",
        "ready_to_remove ReadyToRemove",
        "indicator_led IndicatorLED",
        "location_indicator_active LocationIndicatorActive",
        "temperature_celsius Oem/Supermicro/Temperature",
        "life_used_percent Oem/Supermicro/PercentageDriveLifeUsed",
        "is_functional Oem/Supermicro/DriveFunctional",
    ),
    m.EnvironmentMetrics: (
        *_RESOURCE,
        "power_watts.reading PowerWatts/Reading",
        "power_watts.data_source_uri PowerWatts/DataSourceUri",
        "energy_joules.reading EnergyJoules/Reading",
        "energy_kwh.reading EnergykWh/Reading",
        "temperature_celsius.reading TemperatureCelsius/Reading",
        "power_limit_watts.set_point PowerLimitWatts/SetPoint",
        "power_limit_watts.allowable_min PowerLimitWatts/AllowableMin",
        "power_limit_watts.allowable_max PowerLimitWatts/AllowableMax",
        "power_limit_watts.control_mode PowerLimitWatts/ControlMode",
        "power_limit_watts.reading PowerLimitWatts/Reading",
    ),
    m.EthernetInterface: (
        *_RESOURCE,
        *_STATUS,
        "description Description",
        "mac_address MACAddress",
        "permanent_mac_address PermanentMACAddress",
        "interface_enabled InterfaceEnabled",
        "link_status LinkStatus",
        "ipv6_default_gateway IPv6DefaultGateway",
        "dhcp_enabled DHCPv4/DHCPEnabled",
        "speed_mbps SpeedMbps",
        "auto_neg AutoNeg",
        "full_duplex FullDuplex",
        "mtu_size MTUSize",
        "hostname HostName",
        "fqdn FQDN",
        "vlan_enabled VLAN/VLANEnable",
        "vlan_id VLAN/VLANId",
        "name_servers NameServers",
        "lan_interface Oem/Supermicro/LANInterface",
        "active_interface Oem/Supermicro/ActiveInterface",
        "lan_interface_options Oem/Supermicro/LANInterface@Redfish.AllowableValues",
    ),
    m.EthernetInterfaceIPv4Address: (
        "address Address",
        "subnet_mask SubnetMask",
        "gateway Gateway",
        "address_origin AddressOrigin",
    ),
    m.EthernetInterfaceIPv6Address: (
        "address Address",
        "prefix_length PrefixLength",
        "address_origin AddressOrigin",
    ),
    m.EventDestination: (
        *_RESOURCE,
        *_STATUS,
        "destination Destination",
        "protocol Protocol",
        "subscription_type SubscriptionType",
        "context Context",
        "event_types EventTypes",
        "event_format_type EventFormatType",
        "severity Oem/Supermicro/Severity",
        "subscription_enabled Oem/Supermicro/EnableSubscription",
    ),
    m.EventService: (
        *_RESOURCE,
        *_STATUS,
        "service_enabled ServiceEnabled",
        "delivery_retry_attempts DeliveryRetryAttempts",
        "delivery_retry_interval_seconds DeliveryRetryIntervalSeconds",
        "event_format_types EventFormatTypes",
        "event_types_for_subscription EventTypesForSubscription",
        "server_sent_event_uri ServerSentEventUri",
    ),
    m.Fan: (
        *_SENSOR,
        "reading_rpm Reading",
        "reading_units ReadingUnits",
        "min_reading_range MinReadingRange",
        "max_reading_range MaxReadingRange",
    ),
    m.FanMode: ("mode Mode", "available_modes Mode@Redfish.AllowableValues"),
    m.FirmwareInventory: (
        *_RESOURCE,
        *_STATUS,
        "description Description",
        "version Version",
        "updateable Updateable",
        "write_protected WriteProtected",
        "manufacturer Manufacturer",
        "release_date ReleaseDate",
        "software_id SoftwareId",
        "unique_filename Oem/Supermicro/UniqueFilename",
    ),
    m.LLDP: ("enabled LLDPEnabled",),
    m.LogEntry: (
        *_RESOURCE,
        "entry_type EntryType",
        "severity Severity",
        "created Created",
        "message Message",
        "message_id MessageId",
        "entry_code EntryCode",
        "sensor_number SensorNumber",
        "generator_id GeneratorId",
        "oem_record_format OemRecordFormat",
        "oem.interface Oem/Supermicro/Interface",
        "oem.user Oem/Supermicro/User",
        "oem.source Oem/Supermicro/Source",
        "oem.category Oem/Supermicro/Category",
        "oem.sensor_name Oem/Supermicro/RawEventData/SensorName",
        "oem.mark_as_acknowledged Oem/Supermicro/MarkAsAcknowledged",
    ),
    m.LogService: (
        *_RESOURCE,
        *_STATUS,
        "log_entry_type LogEntryType",
        "service_enabled ServiceEnabled",
        "max_number_of_records MaxNumberOfRecords",
        "over_write_policy OverWritePolicy",
        "date_time DateTime",
        "date_time_local_offset DateTimeLocalOffset",
    ),
    m.Manager: (
        *_RESOURCE,
        *_STATUS,
        "manager_type ManagerType",
        "uuid UUID",
        "firmware_version FirmwareVersion",
        "model Model",
        "date_time DateTime",
        "date_time_local_offset DateTimeLocalOffset",
        "time_zone_name TimeZoneName",
        "last_reset_time LastResetTime",
        "power_state PowerState",
        "service_entry_point_uuid ServiceEntryPointUUID",
    ),
    m.Memory: (
        *_RESOURCE,
        *_STATUS,
        "capacity_mib CapacityMiB",
        "manufacturer Manufacturer",
        "part_number PartNumber",
        "serial_number SerialNumber",
        "memory_type MemoryType",
        "memory_device_type MemoryDeviceType",
        "base_module_type BaseModuleType",
        "operating_speed_mhz OperatingSpeedMhz",
        "allowed_speeds_mhz AllowedSpeedsMHz",
        "data_width_bits DataWidthBits",
        "bus_width_bits BusWidthBits",
        "rank_count RankCount",
        "error_correction ErrorCorrection",
        "location.socket MemoryLocation/Socket",
        "location.controller MemoryLocation/MemoryController",
        "location.channel MemoryLocation/Channel",
        "location.slot MemoryLocation/Slot",
    ),
    m.NTP: (
        "enabled NTPEnable",
        "primary_server PrimaryNTPServer",
        "secondary_server SecondaryNTPServer",
        "daylight_saving_time DaylightSavingTime",
    ),
    m.NetworkAdapter: (*_RESOURCE, *_MADE_BY, *_STATUS),
    m.NetworkController: (
        "firmware_package_version FirmwarePackageVersion",
        "location Location/PartLocation/ServiceLabel",
        "port_count ControllerCapabilities/NetworkPortCount",
        "pcie_interface.pcie_type PCIeInterface/PCIeType",
        "pcie_interface.lanes_in_use PCIeInterface/LanesInUse",
    ),
    m.NetworkProtocol: (
        *_RESOURCE,
        *_STATUS,
        "hostname HostName",
        "fqdn FQDN",
        *(
            f"{place}/ProtocolEnabled".replace(" ", ".protocol_enabled ")
            for place in _PROTOCOLS
        ),
        *(f"{place}/Port".replace(" ", ".port ") for place in _PROTOCOLS),
        "ntp.ntp_servers NTP/NTPServers",
    ),
    m.NodeManagerStatistics: (
        "mode Mode",
        "current_value CurrentValue",
        "maximum_value MaximumValue",
        "minimum_value MinimumValue",
        "average_value AverageValue",
        "reporting_period ReportingPeriod",
        "timestamp Timestamp",
    ),
    m.PCIeDevice: (
        *_RESOURCE,
        *_MADE_BY,
        *_STATUS,
        "description Description",
        "device_type DeviceType",
        "firmware_version FirmwareVersion",
        "pcie_interface.pcie_type PCIeInterface/PCIeType",
        "pcie_interface.max_pcie_type PCIeInterface/MaxPCIeType",
        "pcie_interface.lanes_in_use PCIeInterface/LanesInUse",
        "pcie_interface.max_lanes PCIeInterface/MaxLanes",
        "temperature_celsius Oem/Supermicro/Temperature",
    ),
    m.PCIeSlot: (
        "slot_type SlotType",
        "pcie_type PCIeType",
        "lanes Lanes",
        "location Location/PartLocation/ServiceLabel",
        "status.state Status/State",
    ),
    m.Port: (
        *_RESOURCE,
        *_STATUS,
        "link_status LinkStatus",
        "link_state LinkState",
        "current_speed_gbps CurrentSpeedGbps",
        "max_speed_gbps MaxSpeedGbps",
        "port_protocol PortProtocol",
        "port_type PortType",
    ),
    m.Power: (
        *_RESOURCE,
        "battery.name Oem/Supermicro/Battery/Name",
        "battery.sensor_number Oem/Supermicro/Battery/SensorNumber",
        "battery.state Oem/Supermicro/Battery/Status/State",
        "battery.health Oem/Supermicro/Battery/Status/Health",
    ),
    m.PowerControl: (
        *_STATUS,
        "member_id MemberId",
        "name Name",
        "power_consumed_watts PowerConsumedWatts",
        "power_requested_watts PowerRequestedWatts",
        "power_capacity_watts PowerCapacityWatts",
        "power_allocated_watts PowerAllocatedWatts",
        "power_metrics.interval_in_min PowerMetrics/IntervalInMin",
        "power_metrics.min_consumed_watts PowerMetrics/MinConsumedWatts",
        "power_metrics.max_consumed_watts PowerMetrics/MaxConsumedWatts",
        "power_metrics.average_consumed_watts PowerMetrics/AverageConsumedWatts",
        "power_limit.limit_in_watts PowerLimit/LimitInWatts",
        "power_limit.limit_exception PowerLimit/LimitException",
        "power_limit.correction_in_ms PowerLimit/CorrectionInMs",
    ),
    m.PowerSubsystem: (*_RESOURCE, *_STATUS),
    m.PowerSupply: (
        *_MADE_BY,
        *_STATUS,
        "member_id MemberId",
        "name Name",
        "power_supply_type PowerSupplyType",
        "line_input_voltage_type LineInputVoltageType",
        "line_input_voltage LineInputVoltage",
        "power_capacity_watts PowerCapacityWatts",
        "power_input_watts PowerInputWatts",
        "firmware_version FirmwareVersion",
    ),
    m.PowerSupplyResource: (
        *_RESOURCE,
        *_MADE_BY,
        "firmware_version FirmwareVersion",
        "power_capacity_watts PowerCapacityWatts",
        "power_supply_type PowerSupplyType",
    ),
    m.Processor: (
        *_RESOURCE,
        *_MADE_BY,
        *_STATUS,
        "socket Socket",
        "version Version",
        "processor_type ProcessorType",
        "processor_architecture ProcessorArchitecture",
        "instruction_set InstructionSet",
        "total_cores TotalCores",
        "total_threads TotalThreads",
        "max_speed_mhz MaxSpeedMHz",
        "operating_speed_mhz OperatingSpeedMHz",
        "max_tdp_watts MaxTDPWatts",
        "processor_id.vendor_id ProcessorId/VendorId",
        "processor_id.effective_family ProcessorId/EffectiveFamily",
        "processor_id.effective_model ProcessorId/EffectiveModel",
        "processor_id.step ProcessorId/Step",
        "processor_id.microcode_info ProcessorId/MicrocodeInfo",
        "processor_id.identification_registers ProcessorId/IdentificationRegisters",
    ),
    m.Redundancy: (
        *_STATUS,
        "member_id MemberId",
        "name Name",
        "mode Mode",
        "min_num_needed MinNumNeeded",
        "max_num_supported MaxNumSupported",
    ),
    m.Role: (
        *_RESOURCE,
        "is_predefined IsPredefined",
        "assigned_privileges AssignedPrivileges",
        "oem_privileges OemPrivileges",
    ),
    m.SensorExcerpt: _EXCERPT,
    m.SensorResource: (
        *_RESOURCE,
        *_STATUS,
        "reading Reading",
        "reading_type ReadingType",
        "reading_units ReadingUnits",
        "reading_basis ReadingBasis",
        "reading_range_min ReadingRangeMin",
        "reading_range_max ReadingRangeMax",
        "peak_reading PeakReading",
        "physical_context PhysicalContext",
        "implementation Implementation",
        "upper_fatal Thresholds/UpperFatal/Reading",
        "upper_critical Thresholds/UpperCritical/Reading",
        "upper_caution Thresholds/UpperCaution/Reading",
        "lower_caution Thresholds/LowerCaution/Reading",
        "lower_critical Thresholds/LowerCritical/Reading",
        "lower_fatal Thresholds/LowerFatal/Reading",
        "sensor_number Oem/Supermicro/SensorNumber",
        "sensor_value Oem/Supermicro/SensorValue",
    ),
    m.ServiceRoot: (
        "name Name",
        "redfish_version RedfishVersion",
        "uuid UUID",
        "product Product",
        "vendor Vendor",
    ),
    m.Session: (*_RESOURCE, "user_name UserName"),
    m.SessionService: (
        *_RESOURCE,
        *_STATUS,
        "service_enabled ServiceEnabled",
        "session_timeout SessionTimeout",
    ),
    m.Snooping: ("post_code PostCode",),
    m.Storage: (*_RESOURCE, *_STATUS, "description Description"),
    m.StorageController: (
        *_STATUS,
        "name Name",
        "firmware_version FirmwareVersion",
        "supported_controller_protocols SupportedControllerProtocols",
        "supported_device_protocols SupportedDeviceProtocols",
    ),
    m.SysLockdown: ("enabled SysLockdownEnabled",),
    m.System: (
        *_RESOURCE,
        *_STATUS,
        "uuid UUID",
        "manufacturer Manufacturer",
        "model Model",
        "serial_number SerialNumber",
        "part_number PartNumber",
        "sku SKU",
        "asset_tag AssetTag",
        "power_state PowerState",
        "bios_version BiosVersion",
        "indicator_led IndicatorLED",
        "location_indicator_active LocationIndicatorActive",
        "boot_progress.last_state BootProgress/LastState",
        "boot_progress.last_state_time BootProgress/LastStateTime",
        "last_reset_time LastResetTime",
        "power_restore_policy PowerRestorePolicy",
        "processor_summary.count ProcessorSummary/Count",
        "processor_summary.model ProcessorSummary/Model",
        "processor_summary.status.health ProcessorSummary/Status/Health",
        "memory_summary.total_system_memory_gib MemorySummary/TotalSystemMemoryGiB",
        "memory_summary.status.health MemorySummary/Status/Health",
        f"boot.boot_source_override_target {_OVERRIDE}",
        "boot.boot_source_override_enabled Boot/BootSourceOverrideEnabled",
        "boot.boot_source_override_mode Boot/BootSourceOverrideMode",
        f"boot.boot_source_options {_OVERRIDE}@Redfish.AllowableValues",
        "boot.boot_next Boot/BootNext",
        "boot.boot_order Boot/BootOrder",
        "power_on_delay_seconds PowerOnDelaySeconds",
        "power_off_delay_seconds PowerOffDelaySeconds",
        "power_cycle_delay_seconds PowerCycleDelaySeconds",
    ),
    m.Temperature: (*_SENSOR, "reading_celsius ReadingCelsius"),
    m.Thermal: _RESOURCE,
    m.ThermalMetrics: _RESOURCE,
    m.UpdateService: (
        *_RESOURCE,
        *_STATUS,
        "service_enabled ServiceEnabled",
        "http_push_uri HttpPushUri",
        "multipart_http_push_uri MultipartHttpPushUri",
        "max_image_size_bytes MaxImageSizeBytes",
    ),
    m.Voltage: (*_SENSOR, "reading_volts ReadingVolts"),
}
"""Attributes and where they come from, written down a second time and by hand."""

# Fields that no board in reach fills although it has the key, and why they exist.
NEVER_FILLED = {
    (m.Boot, "boot_next"): "null or empty on all boards that have it",
    (m.EventDestination, "context"): "null on X13",
    (m.EventDestination, "event_types"): "empty on X13",
    (m.LLDP, "receive"): "no board was recorded with a neighbour",
    (m.Memory, "enabled"): "the published client; DMTF's Memory",
    (m.NTPSettings, "port"): "DMTF's protocols all have one",
    (m.PCIeDevice, "slot"): "the published client; DMTF's PCIeDevice",
    (m.PowerLimit, "limit_in_watts"): "null on X12",
    (m.PowerSupply, "manufacturer"): "the published client; DMTF's Power",
    (m.PowerSupplyResource, "status"): "DMTF's PowerSupply",
}

# Models that no board in reach has anything for.
NEVER_RECORDED = {
    m.FanResource: "DMTF's Fan, for Gen 14",
    m.LLDPReceive: "DMTF's Port.LLDPReceive, by the firmware's schema",
    m.OdataResource: "what all resources have in common, tested by itself",
    m.PowerSupplyMetrics: "DMTF's PowerSupplyMetrics, for Gen 14",
    m.ProcessorCache: "the published client",
    m.Volume: "DMTF's Volume, for RAID controllers",
}


def kind_of(body: Any) -> str | None:
    """Return the schema of a resource, None for anything else."""
    odata_type = body.get("@odata.type") if isinstance(body, dict) else None
    if not isinstance(odata_type, str):
        return None
    kind = odata_type.rpartition(".")[2]
    return kind if odata_type.startswith(f"#{kind}.") else None


def _resources(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the resources in a document, those inside a collection too."""
    if (kind := kind_of(value)) in RESOURCES:
        yield kind, value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _resources(inner)


def _recorded() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the resources of all boards, by board and schema."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for board in boards():
        for file in sorted(board.rglob("*.json")):
            document = json.loads(file.read_text(encoding="utf-8"))
            for kind, body in _resources(document):
                found.setdefault((board.name, kind), []).append(body)
    return found


RECORDED_RESOURCES = _recorded()

RECORDED_BOARDS = {*RECORDINGS, "x13-oem"}

each_kind = pytest.mark.parametrize(
    ("kind", "bodies"),
    [
        pytest.param(kind, bodies, id=f"{board}-{kind}")
        for (board, kind), bodies in RECORDED_RESOURCES.items()
    ],
)


needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason="No recorded boards in reach"
)


def _pairs(model: Model, body: dict[str, Any]) -> Iterator[tuple[Model, Any]]:
    """Return a model and what it was decoded from, and so its parts."""
    yield model, body
    for (parent, key), field in PARTS.items():
        if isinstance(model, parent) and isinstance(body.get(key), list):
            yield from zip(getattr(model, field), body[key], strict=True)


def _follow(body: Any, place: str) -> Any:
    """Return what stands at a place in a document, as far as it says anything."""
    for key in place.split("/"):
        body = body.get(key) if isinstance(body, dict) else None
    if isinstance(body, list):
        return tuple(
            item for entry in body if (item := _follow_text(entry)) is not None
        )
    return _follow_text(body)


def _follow_text(raw: Any) -> Any:
    """Return a value, None for a text that says nothing."""
    return (raw.strip() or None) if isinstance(raw, str) else raw


def _attribute(model: Any, path: str) -> Any:
    """Return an attribute of a model or of one of its parts."""
    for name in path.split("."):
        model = getattr(model, name) if model is not None else None
    return model


@each_kind
def test_every_entry_has_the_recorded_values(
    kind: str, bodies: list[dict[str, Any]]
) -> None:
    """Every attribute is what stands in the record, for every entry of every board."""
    for body in bodies:
        for model, raw in _pairs(RESOURCES[kind].from_dict(body), body):
            for line in TABLES.get(type(model), ()):
                attribute, place = line.split(" ")
                found = _attribute(model, attribute)
                expected = _follow(raw, place)
                assert (line, found or None) == (line, expected or None)
                assert found == expected or found in (None, ())


@each_kind
def test_every_name_is_a_resource_of_its_own(
    kind: str, bodies: list[dict[str, Any]]
) -> None:
    """What every resource says of itself can be read without knowing its schema."""
    for body in bodies:
        resource = m.OdataResource.from_dict(body)
        assert resource.odata_id == body["@odata.id"]
        assert kind_of({"@odata.type": resource.odata_type}) == kind
        assert resource.id == body.get("Id")
        assert resource.name == body["Name"]


@needs_recordings
def test_no_recorded_value_is_news_to_an_enum() -> None:
    """What boards were recorded with has a member, wherever there is an enum."""
    plain = {
        (type(model), name, item)
        for (board, kind), bodies in RECORDED_RESOURCES.items()
        if board in RECORDED_BOARDS
        for body in bodies
        for model in _all_parts(RESOURCES[kind].from_dict(body))
        for name, enum in _enums(type(model)).items()
        for item in _items(getattr(model, name))
        if not isinstance(item, enum)
    }
    assert not plain


def _items(value: Any) -> tuple[Any, ...]:
    """Return what a field holds, as a tuple in any case."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def _all_parts(model: Model) -> Iterator[Model]:
    """Return a model and all that it is made of."""
    yield model
    for field in fields(model):
        value = getattr(model, field.name)
        for part in _items(value):
            if isinstance(part, Model):
                yield from _all_parts(part)


def _enums(model: type[Model]) -> dict[str, type[StrEnum]]:
    """Return the fields of a model that are enums, or tuples of them."""
    return {
        name: kind
        for name, hint in get_type_hints(model).items()
        for outer in (hint, *get_args(hint))
        for kind in (outer, *get_args(outer))
        if isinstance(kind, type) and issubclass(kind, StrEnum)
    }


@needs_recordings
def test_every_field_is_filled_by_some_board() -> None:
    """A field of the wrong type or place would be silent, so some board fills each."""
    filled = {
        (model, field)
        for (_, kind), bodies in RECORDED_RESOURCES.items()
        for body in bodies
        for part in _all_parts(RESOURCES[kind].from_dict(body))
        for model in type(part).__mro__
        for field in _filled(part)
    }
    empty = {
        (model, step.name)
        for model in set(ALL_MODELS) - NEVER_RECORDED.keys()
        for step in plan(model)
        if (model, step.name) not in filled and not _is_unrecorded(step)
    }
    assert empty <= set(NEVER_FILLED)


def _filled(model: Model) -> Iterator[str]:
    """Return the fields of a model that hold anything."""
    for field in fields(model):
        value = getattr(model, field.name)
        if value not in (None, ()) and value != getattr(type(model)(), field.name):
            yield field.name


def _is_unrecorded(step: Step) -> bool:
    """Return whether a field is only where no board in reach has anything."""
    return all(not UNRECORDED.keys().isdisjoint(path) for path in step.paths)


@needs_recordings
@pytest.mark.parametrize(
    ("board", "expected"),
    [
        (
            "x10sdv",
            {"EthernetInterface": 5, "LogEntry": 2, "Memory": 4, "Processor": 1},
        ),
        ("x11dpu", {"Chassis": 2, "Power": 1, "Storage": 1}),
        ("x12-fw0104", {"EthernetInterface": 1, "Power": 1, "Thermal": 1}),
        ("x13-oem", {"Drive": 1, "LldpService": 1, "QueryLicense": 1}),
        (
            "x13-sys-821ge-tnhr",
            {
                "Drive": 8,
                "EthernetInterface": 14,
                "EventDestination": 16,
                "LogEntry": 609,
                "Memory": 32,
                "NetworkAdapter": 10,
                "PCIeDevice": 26,
                "Port": 11,
                "Processor": 2,
                "SoftwareInventory": 106,
            },
        ),
        (
            "gb300-openbmc",
            {
                "Drive": 10,
                "EnvironmentMetrics": 40,
                "Memory": 6,
                "Sensor": 266,
                "SoftwareInventory": 33,
                "ThermalMetrics": 28,
            },
        ),
    ],
)
def test_the_tables_see_every_entry(board: str, expected: dict[str, int]) -> None:
    """The table tests have as many entries as were recorded."""
    found = {kind: len(RECORDED_RESOURCES[board, kind]) for kind in expected}
    assert found == expected


@needs_recordings
def test_the_parts_of_a_temperature_are_numbers() -> None:
    """X13 sends the temperature of each GPU as a text, beside their highest."""
    (body,) = RECORDED_RESOURCES["x13-sys-821ge-tnhr", "Thermal"]
    thermal = m.Thermal.from_dict(body)
    detailed = {t.name: t for t in thermal.temperatures if t.details}
    assert len(detailed) == 5
    for raw in body["Temperatures"]:
        if details := raw.get("Oem", {}).get("Supermicro", {}).get("Details"):
            temperature = detailed[raw["Name"]]
            assert {d.name: d.reading_celsius for d in temperature.details} == {
                name: float(text) for name, text in details.items()
            }
            assert temperature.reading == max(
                detail.reading_celsius or 0 for detail in temperature.details
            )


@needs_recordings
def test_recorded_licences() -> None:
    """A licence is a JSON document in a text."""
    (body,) = RECORDED_RESOURCES["x13-oem", "QueryLicense"]
    licence = m.License.from_dict(body)
    assert licence.is_licensed
    assert [
        (entry.license_id, entry.name, entry.created_on) for entry in licence.licenses
    ] == [
        ("1", "SFT-OOB-LIC", date(2024, 9, 18)),
        ("2", "SFT-DCMS-SINGLE", date(2024, 9, 18)),
    ]
    assert "REDACTED" not in repr(licence)


@needs_recordings
def test_recorded_firmware() -> None:
    """The inventory tells versions in its own words, and places without firmware."""
    inventory = {
        item.id: item
        for body in RECORDED_RESOURCES["x13-sys-821ge-tnhr", "SoftwareInventory"]
        if (item := m.FirmwareInventory.from_dict(body)).id
    }
    assert inventory["BIOS"].version == "BIOS Date: 08/04/2023 Ver 1.4"
    assert inventory["BIOS"].installed_version == "1.4"
    assert inventory["BMC"].installed_version == "11.01.01"
    missing = {id_ for id_, item in inventory.items() if item.is_present is False}
    assert len(missing) == 2
    assert "Backup_BMC" in missing
    assert all(inventory[id_].installed_version is None for id_ in missing)


@needs_recordings
def test_recorded_log_entries_have_codes_and_moments() -> None:
    """Health events of X13 all have a code, and every entry says when it was."""
    bodies = RECORDED_RESOURCES["x13-sys-821ge-tnhr", "LogEntry"]
    entries = [m.LogEntry.from_dict(body) for body in bodies]
    assert all(entry.created_at is not None for entry in entries)
    codes = Counter(entry.code for entry in entries if entry.entry_type == "SEL")
    assert codes["PWR-0001"]
    assert None not in codes
    for entry in entries:
        parts = (f"[{entry.code}] " if entry.code else "") + (entry.text or "")
        assert "".join(parts.split()) == "".join((entry.message or "").split())


@needs_recordings
def test_recorded_certificates_have_the_fingerprint_that_they_tell() -> None:
    """The fingerprint is the BMC's own, and OpenBMC's can be worked out."""
    for board in ("x13-sys-821ge-tnhr", "gb300-openbmc"):
        for body in RECORDED_RESOURCES[board, "Certificate"]:
            certificate = m.Certificate.from_dict(body)
            assert certificate.sha256_fingerprint
            if certificate.fingerprint:
                told = certificate.fingerprint.replace(":", "").lower()
                assert certificate.sha256_fingerprint == told


@needs_recordings
def test_recorded_statistics_have_a_moment() -> None:
    """X13 puts a colon before the offset to UTC."""
    for board in ("x10sdv", "x13-oem", "x13-sys-821ge-tnhr"):
        (body,) = RECORDED_RESOURCES[board, "SmcNodeManager"]
        (statistics,) = m.NodeManager.from_dict(body).statistics
        assert statistics.measured_at is not None


@needs_recordings
def test_recorded_supplies_are_redundant_only_if_they_are_well() -> None:
    """The board calls the redundancy OK while one of two supplies is Critical."""
    redundant = {
        board: m.Power.from_dict(body).is_redundant
        for (board, kind), bodies in RECORDED_RESOURCES.items()
        if kind == "Power" and board in RECORDED_BOARDS
        for body in bodies
    }
    assert redundant == {
        "x10sdv": None,
        "x11dpu": False,
        "x12-fw0104": False,
        "x13-sys-821ge-tnhr": True,
    }
