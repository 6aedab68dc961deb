"""Enumerations of Redfish values.

Models keep an unknown value as a plain string. Boards add values of their own, and a
client must be able to send back each value that a board lists as supported.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "BootSource",
    "BootSourceEnabled",
    "BootSourceMode",
    "ChassisType",
    "EntryCode",
    "EventFormatType",
    "FanModeType",
    "Health",
    "IndicatorLED",
    "IntrusionSensor",
    "LinkStatus",
    "ManagerType",
    "PowerRestorePolicy",
    "PowerState",
    "Privilege",
    "ResetType",
    "State",
    "SubscriptionType",
    "TransferProtocolType",
]


def is_member(value: str | None, enum: type[StrEnum]) -> bool:
    """Return whether a value is one of an enumeration, maybe as a plain text."""
    return value in enum.__members__.values()


class PowerState(StrEnum):
    """Power state of a host (PowerState)."""

    ON = "On"
    OFF = "Off"
    POWERING_ON = "PoweringOn"
    POWERING_OFF = "PoweringOff"


class Health(StrEnum):
    """Health of a resource (Status.Health)."""

    OK = "OK"
    WARNING = "Warning"
    CRITICAL = "Critical"


class State(StrEnum):
    """State of a resource (Status.State)."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    ABSENT = "Absent"
    STANDBY_OFFLINE = "StandbyOffline"
    STANDBY_SPARE = "StandbySpare"
    IN_TEST = "InTest"
    STARTING = "Starting"
    UNAVAILABLE_OFFLINE = "UnavailableOffline"
    DEFERRING = "Deferring"
    QUIESCED = "Quiesced"
    UPDATING = "Updating"


class ResetType(StrEnum):
    """Type of a reset of a system or a manager (ResetType)."""

    ON = "On"
    FORCE_OFF = "ForceOff"
    GRACEFUL_SHUTDOWN = "GracefulShutdown"
    GRACEFUL_RESTART = "GracefulRestart"
    FORCE_RESTART = "ForceRestart"
    NMI = "Nmi"
    FORCE_ON = "ForceOn"
    PUSH_POWER_BUTTON = "PushPowerButton"
    POWER_CYCLE = "PowerCycle"
    FULL_POWER_CYCLE = "FullPowerCycle"


class IndicatorLED(StrEnum):
    """State of the identify LED (IndicatorLED)."""

    OFF = "Off"
    LIT = "Lit"
    BLINKING = "Blinking"
    UNKNOWN = "Unknown"


class BootSource(StrEnum):
    """Boot source (BootSourceOverrideTarget).

    The last eleven members are not defined by Redfish. X10 and X11 support most of
    them, X12 and X13 support UsbCd.
    """

    NONE = "None"
    PXE = "Pxe"
    HDD = "Hdd"
    CD = "Cd"
    USB = "Usb"
    BIOS_SETUP = "BiosSetup"
    UEFI_TARGET = "UefiTarget"
    UEFI_BOOT_NEXT = "UefiBootNext"
    FLOPPY = "Floppy"
    SD_CARD = "SDCard"
    UEFI_HTTP = "UefiHttp"
    REMOTE_DRIVE = "RemoteDrive"
    DIAGS = "Diags"
    UTILITIES = "Utilities"
    CD_DVD = "CD/DVD"
    FLOPPY_REMOVABLE_MEDIA = "FloppyRemovableMedia"
    USB_KEY = "UsbKey"
    USB_HDD = "UsbHdd"
    USB_FLOPPY = "UsbFloppy"
    USB_CD = "UsbCd"
    UEFI_USB_KEY = "UefiUsbKey"
    UEFI_CD = "UefiCd"
    UEFI_HDD = "UefiHdd"
    UEFI_USB_HDD = "UefiUsbHdd"
    UEFI_USB_CD = "UefiUsbCd"


class BootSourceEnabled(StrEnum):
    """Duration of a boot override (BootSourceOverrideEnabled)."""

    DISABLED = "Disabled"
    ONCE = "Once"
    CONTINUOUS = "Continuous"


class BootSourceMode(StrEnum):
    """Firmware interface of a boot override (BootSourceOverrideMode)."""

    LEGACY = "Legacy"
    UEFI = "UEFI"


class PowerRestorePolicy(StrEnum):
    """Power state of the host after a power failure (PowerRestorePolicy)."""

    ALWAYS_ON = "AlwaysOn"
    ALWAYS_OFF = "AlwaysOff"
    LAST_STATE = "LastState"


class IntrusionSensor(StrEnum):
    """State of the intrusion sensor (PhysicalSecurity.IntrusionSensor)."""

    NORMAL = "Normal"
    HARDWARE_INTRUSION = "HardwareIntrusion"
    TAMPERING_DETECTED = "TamperingDetected"


class ChassisType(StrEnum):
    """Form factor of a chassis (ChassisType)."""

    RACK = "Rack"
    BLADE = "Blade"
    ENCLOSURE = "Enclosure"
    STAND_ALONE = "StandAlone"
    RACK_MOUNT = "RackMount"
    CARD = "Card"
    CARTRIDGE = "Cartridge"
    ROW = "Row"
    POD = "Pod"
    EXPANSION = "Expansion"
    SIDECAR = "Sidecar"
    ZONE = "Zone"
    SLED = "Sled"
    SHELF = "Shelf"
    DRAWER = "Drawer"
    MODULE = "Module"
    COMPONENT = "Component"
    IP_BASED_DRIVE = "IPBasedDrive"
    RACK_GROUP = "RackGroup"
    STORAGE_ENCLOSURE = "StorageEnclosure"
    OTHER = "Other"


class ManagerType(StrEnum):
    """Type of a manager (ManagerType)."""

    MANAGEMENT_CONTROLLER = "ManagementController"
    ENCLOSURE_MANAGER = "EnclosureManager"
    BMC = "BMC"
    RACK_MANAGER = "RackManager"
    AUXILIARY_CONTROLLER = "AuxiliaryController"
    SERVICE = "Service"


class FanModeType(StrEnum):
    """Fan mode that the firmware's schema defines (FanMode.Mode)."""

    STANDARD = "Standard"
    FULL_SPEED = "FullSpeed"
    OPTIMAL = "Optimal"
    HEAVY_IO = "HeavyIO"
    PUE2 = "PUE2"
    PUE_OPTIMAL = "PUEOptimal"
    LIQUID_COOLING = "LiquidCooling"


class LinkStatus(StrEnum):
    """Link status of a network interface or port (LinkStatus).

    An active link is LinkUp in EthernetInterface and Port, Up in the older NetworkPort.
    """

    LINK_UP = "LinkUp"
    LINK_DOWN = "LinkDown"
    NO_LINK = "NoLink"
    STARTING = "Starting"
    TRAINING = "Training"
    UP = "Up"
    DOWN = "Down"


class EntryCode(StrEnum):
    """Start or end of the event of a log entry (EntryCode)."""

    ASSERT = "Assert"
    DEASSERT = "Deassert"


class Privilege(StrEnum):
    """Privilege of a role (AssignedPrivileges, OemPrivileges).

    The first four members are names of roles and of IPMI privileges. The others are
    the privileges of the roles on recorded boards.
    """

    ADMINISTRATOR = "Administrator"
    OPERATOR = "Operator"
    READ_ONLY = "ReadOnly"
    NO_ACCESS = "NoAccess"
    LOGIN = "Login"
    CONFIGURE_MANAGER = "ConfigureManager"
    CONFIGURE_USERS = "ConfigureUsers"
    CONFIGURE_SELF = "ConfigureSelf"
    CONFIGURE_COMPONENTS = "ConfigureComponents"
    OEM_CLEAR_LOG = "OemClearLog"
    OEM_POWER_CONTROL = "OemPowerControl"


class TransferProtocolType(StrEnum):
    """Protocol for the download of a firmware image (TransferProtocol)."""

    CIFS = "CIFS"
    FTP = "FTP"
    SFTP = "SFTP"
    HTTP = "HTTP"
    HTTPS = "HTTPS"
    SCP = "SCP"
    TFTP = "TFTP"
    OEM = "OEM"
    NFS = "NFS"


class EventFormatType(StrEnum):
    """Format of the messages to a subscriber (EventFormatType)."""

    EVENT = "Event"
    METRIC_REPORT = "MetricReport"


class SubscriptionType(StrEnum):
    """Type of an event subscription (SubscriptionType)."""

    REDFISH_EVENT = "RedfishEvent"
    SSE = "SSE"
    SNMPTrap = "SNMPTrap"
    SNMPInform = "SNMPInform"
