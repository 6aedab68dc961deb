"""The values that Redfish defines for texts, as far as this library names them.

A value that no member has stays the plain string that the BMC sent: boards invent
values, and what they offer must survive being sent back.
"""

from __future__ import annotations

from enum import StrEnum


class PowerState(StrEnum):
    """Whether a host is powered (PowerState)."""

    ON = "On"
    OFF = "Off"
    POWERING_ON = "PoweringOn"
    POWERING_OFF = "PoweringOff"


class Health(StrEnum):
    """How a part fares (Status.Health)."""

    OK = "OK"
    WARNING = "Warning"
    CRITICAL = "Critical"


class State(StrEnum):
    """What a part is doing (Status.State)."""

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
    """A way to reset a system or a manager (ResetType)."""

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
    """What the identify LED shows (IndicatorLED)."""

    OFF = "Off"
    LIT = "Lit"
    BLINKING = "Blinking"
    UNKNOWN = "Unknown"


class BootSource(StrEnum):
    """Where to boot from (BootSourceOverrideTarget).

    X10 and X11 know most of the last eleven, X12 and X13 UsbCd; they are no Redfish.
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
    """How long a boot override holds (BootSourceOverrideEnabled)."""

    DISABLED = "Disabled"
    ONCE = "Once"
    CONTINUOUS = "Continuous"


class BootSourceMode(StrEnum):
    """How the next boot finds its source (BootSourceOverrideMode)."""

    LEGACY = "Legacy"
    UEFI = "UEFI"


class PowerRestorePolicy(StrEnum):
    """What the host does when mains power returns (PowerRestorePolicy)."""

    ALWAYS_ON = "AlwaysOn"
    ALWAYS_OFF = "AlwaysOff"
    LAST_STATE = "LastState"


class IntrusionSensor(StrEnum):
    """What the chassis' intrusion sensor says (PhysicalSecurity.IntrusionSensor)."""

    NORMAL = "Normal"
    HARDWARE_INTRUSION = "HardwareIntrusion"
    TAMPERING_DETECTED = "TamperingDetected"


class ChassisType(StrEnum):
    """The form of a chassis (ChassisType)."""

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
    """The kind of a manager (ManagerType)."""

    MANAGEMENT_CONTROLLER = "ManagementController"
    ENCLOSURE_MANAGER = "EnclosureManager"
    BMC = "BMC"
    RACK_MANAGER = "RackManager"
    AUXILIARY_CONTROLLER = "AuxiliaryController"
    SERVICE = "Service"


class FanModeType(StrEnum):
    """A fan mode of the firmware's schema (FanMode.Mode)."""

    STANDARD = "Standard"
    FULL_SPEED = "FullSpeed"
    OPTIMAL = "Optimal"
    HEAVY_IO = "HeavyIO"
    PUE2 = "PUE2"
    PUE_OPTIMAL = "PUEOptimal"
    LIQUID_COOLING = "LiquidCooling"


class LinkStatus(StrEnum):
    """Whether a network cable carries a signal (LinkStatus).

    Interfaces and ports say LinkUp, the older NetworkPorts Up.
    """

    LINK_UP = "LinkUp"
    LINK_DOWN = "LinkDown"
    NO_LINK = "NoLink"
    STARTING = "Starting"
    TRAINING = "Training"
    UP = "Up"
    DOWN = "Down"


class EntryCode(StrEnum):
    """Whether a log entry tells that something began or ended (EntryCode)."""

    ASSERT = "Assert"
    DEASSERT = "Deassert"


class Privilege(StrEnum):
    """What an account may do (AssignedPrivileges, OemPrivileges).

    The first four are the names of roles and of IPMI privileges, the others what
    the roles of recorded boards are made of.
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
    """How the BMC can fetch a firmware image (TransferProtocol)."""

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
    """What is sent to a subscriber (EventFormatType)."""

    EVENT = "Event"
    METRIC_REPORT = "MetricReport"


class SubscriptionType(StrEnum):
    """How a subscriber is told (SubscriptionType)."""

    REDFISH_EVENT = "RedfishEvent"
    SSE = "SSE"
    SNMPTrap = "SNMPTrap"
    SNMPInform = "SNMPInform"
