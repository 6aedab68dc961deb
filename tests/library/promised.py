"""What the users of the library were promised, and where ours is otherwise.

`SEED` is what the user asked for, `PUBLISHED` the names that users of the published
client 1.1.0 write. Where the two documents are beside the checkout, the rows here are
compared with them as well, so that neither can drift.
"""

from collections.abc import Iterator


def _words(block: str) -> list[str]:
    """Return the words of a list."""
    return block.split()


def _rows(block: str) -> Iterator[tuple[str, list[str]]]:
    """Return the rows of a table whose long rows go on indented."""
    for row in block.replace("\n  ", " ").splitlines():
        name, _, words = row.partition(": ")
        yield name, words.split()


METHODS = """
async_get_service_root() ServiceRoot
async_get_system() System
async_get_chassis() Chassis
async_get_thermal() Thermal
async_get_power() Power
async_get_manager() Manager
async_get_network_protocol() NetworkProtocol
async_get_event_service() EventService
async_get_account_service() AccountService
async_get_session_service() SessionService
async_get_update_service() UpdateService
async_get_processors() list[Processor]
async_get_memory() list[Memory]
async_get_pcie_devices() list[PCIeDevice]
async_get_system_ethernet_interfaces() list[EthernetInterface]
async_get_log_entries(log_service) list[LogEntry]
async_get_fan_mode() FanMode
async_get_ntp() NTP
async_get_lldp() LLDP
async_get_snooping() Snooping
async_get_license() License
async_set_indicator_led(state) None
async_set_boot_source(target, enabled) None
async_set_fan_mode(mode) None
async_set_ntp_enabled(enabled) None
async_set_ntp_servers(primary, secondary) None
async_set_lldp_enabled(enabled) None
async_system_reset(reset_type) None
async_manager_reset(reset_type) None
async_get_all_data() RedfishData
async_get_static_data() StaticData
async_get_dynamic_data() DynamicData
""".strip().splitlines()
"""The seed's methods, with what they return."""

SEED_ENUMS = """
PowerState: On, Off, PoweringOn, PoweringOff
Health: OK, Warning, Critical
State: Enabled, Disabled, Absent, StandbyOffline
ResetType: On, ForceOff, GracefulShutdown, GracefulRestart, ForceRestart
FanModeType: Standard, FullSpeed, Optimal, HeavyIO
BootSource: None, Pxe, Hdd, Cd, Usb, BiosSetup
""".strip().splitlines()
"""The seed's enums, with the members that it names; there are more of most."""

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
"""The seed's exceptions, with their HTTP status or the builtin that they are too."""

SEED_MODELS = """
system: System, Processor, Memory, Boot, ServiceRoot
chassis: Chassis, PCIeDevice, PhysicalSecurity
thermal: Thermal, Temperature, Fan
power: Power, PowerControl, PowerSupply, Voltage
manager: Manager, NetworkProtocol, EthernetInterface
oem: FanMode, NTP, LLDP, Snooping, License
logs: LogEntry, LogEntryOem
""".strip().splitlines()
"""The seed's models, by module."""

SEED_MODULES = ("client", "auth", "const", "exceptions", "models", "models.enums")

PUBLISHED_METHODS = """
set_max_concurrent_requests(max_requests: int) -> None
async_connect() -> None
async_disconnect() -> None
async_test_connection() -> ServiceRoot
__aenter__() -> SupermicroRedfishClient
__aexit__(*args: object) -> None
async_set_power_on_delay(seconds: int) -> None
async_set_power_off_delay(seconds: int) -> None
async_set_power_cycle_delay(seconds: int) -> None
async_reset_intrusion_sensor() -> None
async_set_protocol_enabled(protocol: str, enabled: bool) -> None
async_set_indicator_led(state: str) -> None
async_set_boot_source(target: str, enabled: str = "Once") -> None
async_system_reset(reset_type: str) -> None
async_manager_reset(reset_type: str = "GracefulRestart") -> None
async_set_fan_mode(mode: str) -> None
async_set_ntp_enabled(enabled: bool) -> None
async_set_ntp_servers(primary: str, secondary: str = "") -> None
async_set_lldp_enabled(enabled: bool) -> None
async_get_log_entries(log_service: str = "Log1") -> list[LogEntry]
""".strip().splitlines()
"""The published client's methods, as far as the seed does not say it all."""

PUBLISHED_ENUMS = """\
PowerState: ON=On OFF=Off POWERING_ON=PoweringOn POWERING_OFF=PoweringOff
Health: OK=OK WARNING=Warning CRITICAL=Critical
State: ENABLED=Enabled DISABLED=Disabled ABSENT=Absent STANDBY_OFFLINE=StandbyOffline
  STANDBY_SPARE=StandbySpare IN_TEST=InTest STARTING=Starting
  UNAVAILABLE_OFFLINE=UnavailableOffline DEFERRING=Deferring QUIESCED=Quiesced
  UPDATING=Updating
ResetType: ON=On FORCE_OFF=ForceOff GRACEFUL_SHUTDOWN=GracefulShutdown
  GRACEFUL_RESTART=GracefulRestart FORCE_RESTART=ForceRestart NMI=Nmi FORCE_ON=ForceOn
  PUSH_POWER_BUTTON=PushPowerButton POWER_CYCLE=PowerCycle
IndicatorLED: OFF=Off LIT=Lit BLINKING=Blinking UNKNOWN=Unknown
BootSource: NONE=None PXE=Pxe HDD=Hdd CD=Cd USB=Usb BIOS_SETUP=BiosSetup
  UEFI_TARGET=UefiTarget UEFI_BOOT_NEXT=UefiBootNext FLOPPY=Floppy SD_CARD=SDCard
  UEFI_HTTP=UefiHttp REMOTE_DRIVE=RemoteDrive DIAGS=Diags UTILITIES=Utilities
BootSourceEnabled: DISABLED=Disabled ONCE=Once CONTINUOUS=Continuous
IntrusionSensor: NORMAL=Normal HARDWARE_INTRUSION=HardwareIntrusion
  TAMPERING_DETECTED=TamperingDetected
ChassisType: RACK=Rack BLADE=Blade ENCLOSURE=Enclosure STAND_ALONE=StandAlone
  RACK_MOUNT=RackMount CARD=Card CARTRIDGE=Cartridge ROW=Row POD=Pod EXPANSION=Expansion
  SIDECAR=Sidecar ZONE=Zone SLED=Sled SHELF=Shelf DRAWER=Drawer MODULE=Module
  COMPONENT=Component IP_BASED_DRIVE=IPBasedDrive RACK_GROUP=RackGroup
  STORAGE_ENCLOSURE=StorageEnclosure OTHER=Other
ManagerType: MANAGEMENT_CONTROLLER=ManagementController
  ENCLOSURE_MANAGER=EnclosureManager BMC=BMC RACK_MANAGER=RackManager
  AUXILIARY_CONTROLLER=AuxiliaryController SERVICE=Service
FanModeType: STANDARD=Standard FULL_SPEED=FullSpeed OPTIMAL=Optimal HEAVY_IO=HeavyIO
  PUE_OPTIMAL=PUEOptimal
Privilege: ADMINISTRATOR=Administrator OPERATOR=Operator READ_ONLY=ReadOnly
  NO_ACCESS=NoAccess
TransferProtocolType: CIFS=CIFS FTP=FTP SFTP=SFTP HTTP=HTTP HTTPS=HTTPS SCP=SCP
  TFTP=TFTP OEM=OEM NFS=NFS
EventFormatType: EVENT=Event METRIC_REPORT=MetricReport
SubscriptionType: REDFISH_EVENT=RedfishEvent SSE=SSE SNMPTrap=SNMPTrap
  SNMPInform=SNMPInform
"""

PUBLISHED_MODELS = """\
accounts.AccountService: id=str name=str service_enabled=bool
  auth_failure_logging_threshold=int min_password_length=int max_password_length=int
  account_lockout_threshold=int account_lockout_duration=int
  account_lockout_counter_reset_after=int
accounts.Account: id=str name=str user_name=str enabled=bool locked=bool role_id=str
  password_change_required=bool
accounts.Role: id=str name=str is_predefined=bool
  assigned_privileges=list[Privilege|str]
chassis.PhysicalSecurity: intrusion_sensor=IntrusionSensor|str
  intrusion_sensor_number=int ; is_intruded
chassis.ChassisOem: board_serial_number=str board_id=str
chassis.Chassis: id=str name=str chassis_type=ChassisType|str manufacturer=str model=str
  serial_number=str power_state=PowerState|str status=Status
  indicator_led=IndicatorLED|str physical_security=PhysicalSecurity oem=ChassisOem ;
  is_intruded is_healthy
chassis.PCIeInterface: pcie_type=str max_pcie_type=str lanes_in_use=int max_lanes=int
chassis.PCIeSlot: slot_type=str pcie_type=str lanes=int location=str
chassis.PCIeDevice: id=str name=str description=str manufacturer=str model=str
  serial_number=str part_number=str device_type=str firmware_version=str status=Status
  pcie_interface=PCIeInterface slot=PCIeSlot ; is_healthy
common.Status: state=State|str health=Health|str health_rollup=Health|str ; is_enabled
  is_healthy
common.OdataResource: odata_id=str odata_type=str id=str name=str description=str
events.EventService: id=str name=str service_enabled=bool delivery_retry_attempts=int
  delivery_retry_interval_seconds=int event_format_types=list[EventFormatType|str]
  subscription_types=list[SubscriptionType|str]
events.EventDestination: id=str name=str destination=str protocol=str
  subscription_type=SubscriptionType|str context=str event_types=list[str]
logs.LogEntryOem: interface=str user=str source=str category=str
logs.LogEntry: id=str name=str entry_type=str severity=str created=str message=str
  message_id=str oem_record_format=str oem=LogEntryOem ; is_error is_critical
manager.ProtocolSettings: protocol_enabled=bool port=int
manager.NetworkProtocol: id=str name=str hostname=str fqdn=str http=ProtocolSettings
  https=ProtocolSettings ssh=ProtocolSettings ipmi=ProtocolSettings
  snmp=ProtocolSettings kvmip=ProtocolSettings virtual_media=ProtocolSettings
  ssdp=ProtocolSettings telnet=ProtocolSettings
manager.EthernetInterfaceIPv4Address: address=str subnet_mask=str gateway=str
  address_origin=str
manager.EthernetInterfaceIPv6Address: address=str prefix_length=int address_origin=str
manager.EthernetInterface: id=str name=str mac_address=str status=Status
  ipv4_addresses=list[EthernetInterfaceIPv4Address]
  ipv6_addresses=list[EthernetInterfaceIPv6Address] speed_mbps=int auto_neg=bool
  full_duplex=bool hostname=str fqdn=str vlan_enabled=bool vlan_id=int
manager.Manager: id=str name=str manager_type=ManagerType|str uuid=str
  firmware_version=str model=str status=Status date_time=str date_time_local_offset=str
  last_reset_time=str power_state=str service_entry_point_uuid=str ; is_healthy
oem.FanMode: mode=FanModeType|str available_modes=list[FanModeType|str]
oem.NTP: enabled=bool primary_server=str secondary_server=str
oem.LLDP: enabled=bool
oem.Snooping: post_code=str
oem.LicenseEntry: license_id=str license_type=str license_status=str description=str
  expiration=str
oem.License: is_licensed=bool licenses=list[LicenseEntry]
power.Voltage: member_id=str name=str reading_volts=float status=Status
  upper_threshold_critical=float upper_threshold_fatal=float
  upper_threshold_non_critical=float lower_threshold_critical=float
  lower_threshold_fatal=float lower_threshold_non_critical=float physical_context=str
  sensor_number=int ; is_available
power.PowerMetrics: min_consumed_watts=float max_consumed_watts=float
  average_consumed_watts=float interval_in_min=int
power.PowerLimit: limit_in_watts=float limit_exception=str correction_in_ms=int
power.PowerControl: member_id=str name=str power_consumed_watts=float
  power_capacity_watts=float status=Status power_metrics=PowerMetrics
  power_limit=PowerLimit
power.PowerSupply: member_id=str name=str status=Status power_supply_type=str
  line_input_voltage=float power_capacity_watts=float last_power_output_watts=float
  model=str manufacturer=str firmware_version=str serial_number=str part_number=str ;
  is_available
power.Battery: name=str health=str state=str ; is_healthy
power.Power: id=str name=str power_control=list[PowerControl] voltages=list[Voltage]
  power_supplies=list[PowerSupply] battery=Battery ; available_voltages
  available_power_supplies total_power_consumed_watts get_voltage get_power_supply
sessions.SessionService: id=str name=str service_enabled=bool session_timeout=int
sessions.Session: id=str name=str user_name=str session_type=str created_time=str
system.ProcessorSummary: count=int model=str status=Status
system.MemorySummary: total_system_memory_gib=int status=Status
system.Boot: boot_source_override_target=BootSource|str
  boot_source_override_enabled=BootSourceEnabled|str boot_source_options=list[str]
  uefi_target_boot_source_override=str
system.System: id=str name=str uuid=str manufacturer=str model=str serial_number=str
  power_state=PowerState|str status=Status bios_version=str
  indicator_led=IndicatorLED|str processor_summary=ProcessorSummary
  memory_summary=MemorySummary boot=Boot reset_types=list[ResetType|str]
  power_on_delay_seconds=int power_off_delay_seconds=int power_cycle_delay_seconds=int ;
  is_on is_healthy total_memory_gib processor_count
system.ProcessorId: vendor_id=str effective_family=str effective_model=str step=str
  microcode_info=str identification_registers=str
system.ProcessorCache: cache_type=str capacity_mib=int
system.Processor: id=str name=str socket=str model=str manufacturer=str family=str
  version=str part_number=str serial_number=str processor_type=str
  processor_architecture=str instruction_set=str total_cores=int total_enabled_cores=int
  total_threads=int max_speed_mhz=int operating_speed_mhz=int max_tdp_watts=int
  status=Status processor_id=ProcessorId caches=list[ProcessorCache] total_cache_mib=int
  ; is_enabled is_healthy
system.MemoryLocation: socket=int controller=int channel=int slot=int
system.Memory: id=str name=str device_locator=str capacity_mib=int manufacturer=str
  part_number=str serial_number=str memory_type=str memory_device_type=str
  base_module_type=str operating_speed_mhz=int allowed_speeds_mhz=list[int]
  data_width_bits=int bus_width_bits=int rank_count=int error_correction=str
  location=MemoryLocation status=Status enabled=bool ; capacity_gib is_healthy
system.ServiceRoot: redfish_version=str uuid=str product=str vendor=str name=str
thermal.Temperature: member_id=str name=str reading_celsius=float status=Status
  upper_threshold_critical=float upper_threshold_fatal=float
  upper_threshold_non_critical=float lower_threshold_critical=float
  lower_threshold_fatal=float lower_threshold_non_critical=float physical_context=str
  sensor_number=int ; is_available
thermal.Fan: member_id=str name=str reading_rpm=int status=Status
  lower_threshold_critical=int lower_threshold_fatal=int
  lower_threshold_non_critical=int min_reading_range=int max_reading_range=int
  physical_context=str sensor_number=int ; is_available
thermal.Thermal: id=str name=str temperatures=list[Temperature] fans=list[Fan] ;
  available_temperatures available_fans get_temperature get_fan
update.UpdateService: id=str name=str service_enabled=bool http_push_uri=str
  max_image_size_bytes=int transfer_protocol_types=list[TransferProtocolType|str]
update.FirmwareInventory: id=str name=str version=str updateable=bool status=Status
  manufacturer=str release_date=str software_id=str
"""
"""Each module and model: the fields with their types, then properties and methods."""

PUBLISHED_NAMES = _words(
    """
__version__ SupermicroRedfishClient ETagCache RequestStats RedfishData StaticData
DynamicData SupermicroRedfishError AuthenticationError AuthorizationError
ConnectionError InvalidRequestError InvalidResponseError NotFoundError
RateLimitError ServiceUnavailableError TimeoutError BootSource BootSourceEnabled
ChassisType EventFormatType FanModeType Health IndicatorLED IntrusionSensor
ManagerType PowerState Privilege ResetType State SubscriptionType
TransferProtocolType Status Boot MemorySummary ProcessorSummary ServiceRoot System
Chassis PhysicalSecurity Fan Temperature Thermal Battery Power PowerControl
PowerSupply Voltage EthernetInterface Manager NetworkProtocol ProtocolSettings
Account AccountService Role Session SessionService EventDestination EventService
FirmwareInventory UpdateService FanMode License LLDP NTP Snooping
"""
)
"""What `aiosupermicro` exports."""

PUBLISHED_MODEL_NAMES = _words(
    """
BaseModel OdataResource Memory MemoryLocation Processor ProcessorCache ProcessorId
ChassisOem PCIeDevice PCIeInterface PCIeSlot PowerLimit PowerMetrics
EthernetInterfaceIPv4Address EthernetInterfaceIPv6Address LogEntry LogEntryOem
LicenseEntry
"""
)
"""What `aiosupermicro.models` exports beside the models and enums among those."""

PUBLISHED_MODULES = _words(
    """
accounts base chassis common enums events logs manager oem power sessions system thermal
update
"""
)

PUBLISHED_AUTH = """
SessionAuth(session: ClientSession, base_url: str, username: str, password: str, *, ssl: bool = False, timeout: ClientTimeout | None = None)
SessionAuth.state -> SessionState
SessionAuth.async_get_headers() -> dict[str, str]
SessionAuth.get_basic_auth() -> BasicAuth
SessionAuth.has_valid_session() -> bool
SessionAuth.async_login() -> bool
SessionAuth.async_logout() -> None
SessionAuth.invalidate() -> None
SessionAuth.async_ensure_session() -> None
SessionState(token: str | None = None, session_uri: str | None = None, created_at: float = 0.0, timeout_seconds: int = 300)
SessionState.is_valid
SessionState.needs_refresh
""".strip().splitlines()  # noqa: E501 - as they are published
"""The module `auth`: classes with their parameters, then what they have."""

BULK = {
    "RedfishData": "system chassis thermal power manager fan_mode network_protocol "
    "license snooping ntp lldp",
    "StaticData": "system chassis manager license ntp lldp network_protocol",
    "DynamicData": "thermal power fan_mode snooping",
}

CONSTANTS = {
    "DEFAULT_TIMEOUT": 30,
    "REDFISH_ROOT": "/redfish/v1",
    "AUTH_TOKEN_HEADER": "X-Auth-Token",
    "SESSION_DEFAULT_TIMEOUT": 300,
    "SESSION_REFRESH_MARGIN": 30,
    "SESSION_REFRESH_THRESHOLD": 0.8,
    "MAX_CONCURRENT_REQUESTS": 5,
}

# Where ours are not as published, and why. A row that is no deviation any more fails.

PROPERTIES = {
    "thermal.Fan.reading_rpm": "None where `speed`, the field, is a duty in percent",
    "oem.License.is_licensed": "it follows from `licenses`",
    "power.Battery.health": "it stands in `status`",
    "power.Battery.state": "it stands in `status`",
    "power.PowerSupply.last_power_output_watts": "X12 and X13 say PowerOutputWatts",
    "system.System.reset_types": "two X12 glue two of them; an ActionInfo says more",
}
"""Fields that are read-only properties here."""

ALWAYS_VALID = _words(
    "AccountService EventService LLDP License NTP SessionService UpdateService"
)
"""Models that are valid even without any value."""

TYPES = {
    "logs.LogEntry.severity": ({"Health", "str"}, "a member of Health where it is one"),
    "manager.Manager.power_state": ({"PowerState", "str"}, "as in System"),
    "power.Battery.health": ({"Health", "str"}, "as in Status"),
    "power.Battery.state": ({"State", "str"}, "as in Status"),
    "system.Boot.boot_source_options": ({"BootSource", "str"}, "as the target itself"),
    "system.MemorySummary.total_system_memory_gib": ({"float"}, "Redfish's number"),
    **dict.fromkeys(
        (
            "thermal.Fan.reading_rpm",
            "thermal.Fan.lower_threshold_critical",
            "thermal.Fan.lower_threshold_fatal",
            "thermal.Fan.lower_threshold_non_critical",
            "thermal.Fan.min_reading_range",
            "thermal.Fan.max_reading_range",
        ),
        ({"float"}, "of a sensor like any other; OpenBMC sends 11843.0"),
    ),
}
"""Types that are others; besides, a list is a tuple, and what is absent is None."""

CONSTANTS_CHANGED = {
    "REDFISH_ROOT": "old boards link to it with the slash",
    "SESSION_REFRESH_MARGIN": "nothing is renewed by a margin",
    "MAX_CONCURRENT_REQUESTS": "more than two at a time have crashed BMCs",
}

CONSTANTS_GONE = {
    "ENDPOINT_": "no path is right on every board; `client.paths` says where each "
    "resource is on this one",
}
"""Beginnings of names."""

AUTH_TYPES = {
    "SessionAuth.ssl": "also a context or a fingerprint, as `verify_ssl` of the client",
    "SessionState.timeout_seconds": "a clock's number, as the other two",
}

PARAMETERS_CHANGED = {
    "async_get_log_entries.log_service": "each log is called Log1, so the name says "
    "nothing: without one it is the log of health events, and with this one too",
}

MODELS = dict(_rows(PUBLISHED_MODELS))
ENUMS = dict(_rows(PUBLISHED_ENUMS))
