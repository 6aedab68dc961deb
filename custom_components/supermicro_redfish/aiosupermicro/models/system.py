"""The root and the host with its processors and memory (ComputerSystem)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .actions import Action
from .base import Model, json_path, parse_datetime
from .common import Status, mac_in_uuid, plain_version
from .enums import (
    BootSource,
    BootSourceEnabled,
    BootSourceMode,
    IndicatorLED,
    PowerRestorePolicy,
    PowerState,
    ResetType,
)

_MAKER = "supermicro"


def _numbers(listed: tuple[str, ...]) -> range | None:
    """Return the numbers that AllowableNumbers lists as "3:254:1"."""
    try:
        least, most, step = map(int, listed[0].split(":"))
        return range(least, most + 1, step)
    except (IndexError, ValueError):
        return None


@dataclass(frozen=True, kw_only=True)
class ServiceRootOem(Model):
    """What Supermicro adds to the root (Oem.Supermicro): it tells who made a board."""


@dataclass(frozen=True, kw_only=True)
class ServiceRoot(Model):
    """What a BMC says of itself before anyone logs in (ServiceRoot)."""

    redfish_version: str | None = None
    uuid: str | None = json_path("UUID")
    product: str | None = None
    vendor: str | None = None
    """The maker, from Redfish 1.14 on; None on most boards."""
    name: str | None = None
    oem: ServiceRootOem | None = json_path("Oem/Supermicro")

    @property
    def mac_address(self) -> str | None:
        """The BMC's own MAC address, where the UUID is made of it."""
        return mac_in_uuid(self.uuid)

    @property
    def is_supermicro(self) -> bool | None:
        """Whether Supermicro made this; None on old boards, whose system tells."""
        if self.oem:
            return True
        return None if self.vendor is None else self.vendor.lower() == _MAKER


@dataclass(frozen=True, kw_only=True)
class ProcessorSummary(Model):
    """The host's processors taken together (ProcessorSummary)."""

    count: int | None = None
    """Sockets; threads or cores on X10 of 2017."""
    model: str | None = None
    """A generic name: the processors' own resources have the real one."""
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class MemorySummary(Model):
    """The host's memory taken together (MemorySummary)."""

    total_system_memory_gib: float | None = json_path("TotalSystemMemoryGiB")
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class Boot(Model):
    """What the host boots next (Boot)."""

    boot_source_override_target: BootSource | str | None = None
    boot_source_override_enabled: BootSourceEnabled | str | None = None
    boot_source_override_mode: BootSourceMode | str | None = None
    """None on X10 and X11, which refuse to be told one, and on OpenBMC."""
    boot_source_options: tuple[BootSource | str, ...] = json_path(
        "BootSourceOverrideTarget@Redfish.AllowableValues", default=()
    )
    uefi_target_boot_source_override: str | None = None
    """The device path for UefiTarget; None on every recorded board."""
    boot_next: str | None = None
    """The one of `boot_order` for BootSource.UEFI_BOOT_NEXT; None where unset."""
    boot_order: tuple[str, ...] = ()
    """The BIOS' own order; empty on X10 and X11."""


@dataclass(frozen=True, kw_only=True)
class BootOption(Model):
    """One of the things that the host can boot (BootOption)."""

    id: str | None = None
    boot_option_reference: str | None = None
    """What `Boot.boot_next` and `Boot.boot_order` call it, "Boot0001"."""
    display_name: str | None = None
    """What people call it, "UEFI OS (...)"."""
    boot_option_enabled: bool | None = None
    uefi_device_path: str | None = None
    """None but on OpenBMC."""


@dataclass(frozen=True, kw_only=True)
class BootProgress(Model):
    """How far the host's start got (BootProgress); empty on X10 and X11."""

    last_state: str | None = None
    """OSRunning on OpenBMC; X12 and X13 stay with the state before it."""
    last_state_time: str | None = None
    oem_last_state: str | None = None

    @property
    def last_state_at(self) -> datetime | None:
        """When the host got there; None but on OpenBMC."""
        return parse_datetime(self.last_state_time)


@dataclass(frozen=True, kw_only=True)
class System(Model):
    """The host that the BMC looks after (ComputerSystem)."""

    id: str | None = None
    name: str | None = None
    uuid: str | None = json_path("UUID")
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    part_number: str | None = None
    sku: str | None = json_path("SKU")
    asset_tag: str | None = None
    power_state: PowerState | str | None = None
    status: Status = Status()
    bios_version: str | None = json_path("BiosVersion", preprocess=plain_version)
    """The version alone, "2.4b"; None on OpenBMC."""
    indicator_led: IndicatorLED | str | None = json_path("IndicatorLED")
    """None where only `location_indicator_active` tells of the identify LED."""
    location_indicator_active: bool | None = None
    """None on X10, X11 and early X12."""
    boot_progress: BootProgress = BootProgress()
    last_reset_time: str | None = None
    """When the host last started; None but on OpenBMC."""
    power_restore_policy: PowerRestorePolicy | str | None = None
    """None but on OpenBMC."""
    processor_summary: ProcessorSummary = ProcessorSummary()
    memory_summary: MemorySummary = MemorySummary()
    boot: Boot = Boot()
    reset: Action | None = json_path("Actions/#ComputerSystem.Reset")
    power_on_delay_seconds: int | None = None
    """None on X10, X11 and early X12, as the other two delays."""
    power_off_delay_seconds: int | None = None
    power_cycle_delay_seconds: int | None = None
    power_on_delay_numbers: tuple[str, ...] = json_path(
        "PowerOnDelaySeconds@Redfish.AllowableNumbers", default=()
    )
    power_off_delay_numbers: tuple[str, ...] = json_path(
        "PowerOffDelaySeconds@Redfish.AllowableNumbers", default=()
    )
    power_cycle_delay_numbers: tuple[str, ...] = json_path(
        "PowerCycleDelaySeconds@Redfish.AllowableNumbers", default=()
    )

    @property
    def is_supermicro(self) -> bool:
        """Whether Supermicro made this."""
        return (self.manufacturer or "").lower() == _MAKER

    @property
    def is_on(self) -> bool | None:
        """Whether the host is on; None where the BMC does not say."""
        return None if self.power_state is None else self.power_state == PowerState.ON

    @property
    def is_healthy(self) -> bool | None:
        """Whether the host is well; None where the BMC does not say."""
        return self.status.is_healthy

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """The ways to reset the host that stand in the resource itself.

        Empty on X11 and X13, which list them in an ActionInfo only: the client's
        `async_get_reset_types` knows both.
        """
        return self.reset.reset_types if self.reset else ()

    @property
    def last_reset_at(self) -> datetime | None:
        """When the host last started; None but on OpenBMC."""
        return parse_datetime(self.last_reset_time)

    @property
    def power_on_delay_range(self) -> range | None:
        """The seconds that the delay may be set to; None where it may not."""
        return _numbers(self.power_on_delay_numbers)

    @property
    def power_off_delay_range(self) -> range | None:
        """The seconds that the delay may be set to; None where it may not."""
        return _numbers(self.power_off_delay_numbers)

    @property
    def power_cycle_delay_range(self) -> range | None:
        """The seconds that the delay may be set to; None where it may not."""
        return _numbers(self.power_cycle_delay_numbers)

    @property
    def total_memory_gib(self) -> float | None:
        """The host's memory in GiB."""
        return self.memory_summary.total_system_memory_gib

    @property
    def processor_count(self) -> int | None:
        """The number of sockets; threads or cores on X10 of 2017."""
        return self.processor_summary.count


@dataclass(frozen=True, kw_only=True)
class ProcessorId(Model):
    """What the processor says of itself by CPUID (ProcessorId)."""

    vendor_id: str | None = None
    effective_family: str | None = None
    effective_model: str | None = None
    step: str | None = None
    microcode_info: str | None = None
    """None on X10."""
    identification_registers: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessorCache(Model):
    """A cache or memory of a processor (ProcessorMemory)."""

    cache_type: str | None = json_path("MemoryType")
    capacity_mib: int | None = json_path("CapacityMiB")


@dataclass(frozen=True, kw_only=True)
class Processor(Model):
    """A processor, or a GPU on OpenBMC (Processor)."""

    id: str | None = None
    name: str | None = None
    socket: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    family: str | None = None
    """None on every recorded board."""
    version: str | None = None
    part_number: str | None = None
    serial_number: str | None = None
    processor_type: str | None = None
    """CPU or GPU."""
    processor_architecture: str | None = None
    instruction_set: str | None = None
    total_cores: int | None = None
    total_enabled_cores: int | None = None
    """None on every recorded board."""
    total_threads: int | None = None
    max_speed_mhz: int | None = json_path("MaxSpeedMHz")
    """4000 for every processor of Supermicro's own firmware."""
    operating_speed_mhz: int | None = json_path("OperatingSpeedMHz")
    """None on X10."""
    max_tdp_watts: int | None = json_path("MaxTDPWatts")
    """None on X10."""
    status: Status = Status()
    processor_id: ProcessorId = ProcessorId()
    caches: tuple[ProcessorCache, ...] = json_path("ProcessorMemory", default=())
    """Empty on every recorded board."""
    total_cache_mib: int | None = json_path("TotalCacheMiB")
    """None on every recorded board."""

    @property
    def is_enabled(self) -> bool:
        """Whether the processor works."""
        return self.status.is_enabled

    @property
    def is_healthy(self) -> bool | None:
        """Whether the processor is well; None where the BMC does not say."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class MemoryLocation(Model):
    """Where a memory module sits, each number from 0 on (MemoryLocation)."""

    socket: int | None = None
    controller: int | None = json_path("MemoryController")
    channel: int | None = None
    slot: int | None = None


@dataclass(frozen=True, kw_only=True)
class Memory(Model):
    """A memory module (Memory)."""

    id: str | None = None
    name: str | None = None
    """The same for all of them from X12 on: `device_locator` tells them apart."""
    device_locator: str | None = json_path(
        "DeviceLocator", "Location/PartLocation/ServiceLabel"
    )
    """The slot's label, "P1-DIMMA1"."""
    capacity_mib: int | None = json_path("CapacityMiB")
    manufacturer: str | None = None
    part_number: str | None = None
    serial_number: str | None = None
    memory_type: str | None = None
    memory_device_type: str | None = None
    base_module_type: str | None = None
    """None on X10."""
    operating_speed_mhz: int | None = None
    allowed_speeds_mhz: tuple[int, ...] = json_path("AllowedSpeedsMHz", default=())
    data_width_bits: int | None = None
    bus_width_bits: int | None = None
    rank_count: int | None = None
    """Not to be relied on: X10 and X13 number their modules here."""
    error_correction: str | None = None
    """None on X10."""
    location: MemoryLocation = json_path("MemoryLocation", default=MemoryLocation())
    status: Status = Status()
    enabled: bool | None = None
    """None on every recorded board; the status tells."""

    @property
    def capacity_gib(self) -> float | None:
        """The module's size in GiB."""
        return None if self.capacity_mib is None else self.capacity_mib / 1024

    @property
    def is_healthy(self) -> bool | None:
        """Whether the module is well; None where the BMC does not say."""
        return self.status.is_healthy
