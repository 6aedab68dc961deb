"""Service root, and the host with its processors and memory (ComputerSystem)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from .actions import Action
from .base import Model, accept_published, json_path
from .boot import Boot, BootProgress
from .common import Status, extract_version, mac_from_uuid
from .enums import (
    IndicatorLED,
    PowerRestorePolicy,
    PowerState,
    ResetType,
    is_member,
)
from .values import parse_datetime

__all__ = [
    "Boot",
    "Memory",
    "MemoryLocation",
    "MemorySummary",
    "Processor",
    "ProcessorCache",
    "ProcessorId",
    "ProcessorSummary",
    "ServiceRoot",
    "ServiceRootOem",
    "System",
]

_SUPERMICRO = "supermicro"


def _parse_range(allowable_numbers: tuple[str, ...]) -> range | None:
    """Parse AllowableNumbers, such as "3:254:1"; return None if malformed."""
    try:
        minimum, maximum, step = map(int, allowable_numbers[0].split(":"))
        return range(minimum, maximum + 1, step)
    except (IndexError, ValueError):
        return None


@dataclass(frozen=True, kw_only=True)
class ServiceRootOem(Model):
    """Supermicro's extension of the service root (Oem.Supermicro).

    Its presence identifies a board of Supermicro.
    """


@dataclass(frozen=True, kw_only=True)
class ServiceRoot(Model):
    """Service root, which needs no login (ServiceRoot)."""

    _valid_with = ("redfish_version",)

    redfish_version: str | None = None
    uuid: str | None = json_path("UUID")
    product: str | None = None
    vendor: str | None = None
    """Manufacturer, from Redfish 1.14 on; None on most boards."""
    name: str | None = None
    oem: ServiceRootOem | None = json_path("Oem/Supermicro")

    @property
    def mac_address(self) -> str | None:
        """MAC address of the BMC, from the UUID; None for UUIDs of another format."""
        return mac_from_uuid(self.uuid)

    @property
    def is_supermicro(self) -> bool | None:
        """Return whether Supermicro is the manufacturer (Oem.Supermicro, Vendor).

        None on old boards, where only the system reports the manufacturer.
        """
        if self.oem:
            return True
        return None if self.vendor is None else self.vendor.lower() == _SUPERMICRO


@dataclass(frozen=True, kw_only=True)
class ProcessorSummary(Model):
    """Summary of the host's processors (ProcessorSummary)."""

    count: int | None = None
    """Number of sockets; threads or cores on X10 with firmware of 2017."""
    model: str | None = None
    """Generic name; `Processor.model` is the actual model."""
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class MemorySummary(Model):
    """Summary of the host's memory (MemorySummary)."""

    total_system_memory_gib: float | None = json_path("TotalSystemMemoryGiB")
    status: Status = Status()


def _reset_of_types(
    types: Iterable[str] | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the keyword `reset`, with its reset types replaced."""
    reset = values.get("reset") or Action()
    return {"reset": replace(reset, allowable_reset_types=tuple(types or ()))}


@accept_published(reset_types=_reset_of_types)
@dataclass(frozen=True, kw_only=True)
class System(Model):
    """Host that the BMC manages (ComputerSystem)."""

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
    bios_version: str | None = json_path("BiosVersion", preprocess=extract_version)
    """BIOS version without its date, such as "2.4b"; None on OpenBMC."""
    indicator_led: IndicatorLED | str | None = json_path("IndicatorLED")
    """Identify LED; None on boards with only `location_indicator_active`."""
    location_indicator_active: bool | None = None
    """None on X10, X11 and early X12."""
    boot_progress: BootProgress = BootProgress()
    last_reset_time: str | None = None
    """Date and time of the last start of the host as sent; None except on OpenBMC."""
    power_restore_policy: PowerRestorePolicy | str | None = None
    """None except on OpenBMC."""
    power_restore_policy_options: tuple[PowerRestorePolicy | str, ...] = json_path(
        "PowerRestorePolicy@Redfish.AllowableValues", default=()
    )
    """Empty on all recorded boards; `power_restore_policies` are the values to set."""
    processor_summary: ProcessorSummary = ProcessorSummary()
    memory_summary: MemorySummary = MemorySummary()
    boot: Boot = Boot()
    reset: Action | None = json_path("Actions/#ComputerSystem.Reset")
    power_on_delay_seconds: int | None = None
    """None on X10, X11 and early X12, like the other two delays."""
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
    def is_valid(self) -> bool:
        """Return whether there is a UUID, and the power state is not "Unknown"."""
        return bool(self.uuid) and self.power_state != "Unknown"

    @property
    def is_supermicro(self) -> bool:
        """Return whether Supermicro is the manufacturer (Manufacturer)."""
        return (self.manufacturer or "").lower() == _SUPERMICRO

    @property
    def is_on(self) -> bool | None:
        """Return whether the host is on (PowerState); None if it is unknown."""
        is_known = is_member(self.power_state, PowerState)
        return self.power_state == PowerState.ON if is_known else None

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the host is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy

    @property
    def reset_types(self) -> tuple[ResetType | str, ...]:
        """Reset types that the resource itself lists (Actions/#ComputerSystem.Reset).

        Empty on X11 and X13, which list them only in an ActionInfo. The client's
        `async_get_reset_types` reads both.
        """
        return self.reset.reset_types if self.reset else ()

    @property
    def power_restore_policies(self) -> tuple[PowerRestorePolicy | str, ...]:
        """Supported values of the policy; those of Redfish where none are listed.

        Empty where the board has no policy.
        """
        if self.power_restore_policy is None:
            return ()
        return self.power_restore_policy_options or tuple(PowerRestorePolicy)

    @property
    def last_reset_at(self) -> datetime | None:
        """Date and time of the last start of the host; None except on OpenBMC."""
        return parse_datetime(self.last_reset_time)

    @property
    def power_on_delay_range(self) -> range | None:
        """Supported values of the delay in seconds; None if it cannot be set."""
        return _parse_range(self.power_on_delay_numbers)

    @property
    def power_off_delay_range(self) -> range | None:
        """Supported values of the delay in seconds; None if it cannot be set."""
        return _parse_range(self.power_off_delay_numbers)

    @property
    def power_cycle_delay_range(self) -> range | None:
        """Supported values of the delay in seconds; None if it cannot be set."""
        return _parse_range(self.power_cycle_delay_numbers)

    @property
    def total_memory_gib(self) -> float | None:
        """Memory of the host in GiB (MemorySummary.TotalSystemMemoryGiB)."""
        return self.memory_summary.total_system_memory_gib

    @property
    def processor_count(self) -> int | None:
        """Number of sockets (ProcessorSummary.Count).

        On X10 with firmware of 2017 the number of threads or cores.
        """
        return self.processor_summary.count


@dataclass(frozen=True, kw_only=True)
class ProcessorId(Model):
    """CPUID of a processor (ProcessorId)."""

    vendor_id: str | None = None
    effective_family: str | None = None
    effective_model: str | None = None
    step: str | None = None
    microcode_info: str | None = None
    """None on X10."""
    identification_registers: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessorCache(Model):
    """Cache or memory of a processor (ProcessorMemory)."""

    cache_type: str | None = json_path("MemoryType")
    capacity_mib: int | None = json_path("CapacityMiB")


@dataclass(frozen=True, kw_only=True)
class Processor(Model):
    """Processor, or a GPU on OpenBMC (Processor)."""

    _valid_with = ("model", "total_cores")

    id: str | None = None
    name: str | None = None
    socket: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    family: str | None = None
    """None on all recorded boards."""
    version: str | None = None
    part_number: str | None = None
    serial_number: str | None = None
    processor_type: str | None = None
    """Either CPU or GPU."""
    processor_architecture: str | None = None
    instruction_set: str | None = None
    total_cores: int | None = None
    total_enabled_cores: int | None = None
    """None on all recorded boards."""
    total_threads: int | None = None
    max_speed_mhz: int | None = json_path("MaxSpeedMHz")
    """Not reliable: 4000 for all processors on Supermicro's own firmware."""
    operating_speed_mhz: int | None = json_path("OperatingSpeedMHz")
    """None on X10."""
    max_tdp_watts: int | None = json_path("MaxTDPWatts")
    """None on X10."""
    status: Status = Status()
    processor_id: ProcessorId = ProcessorId()
    caches: tuple[ProcessorCache, ...] = json_path("ProcessorMemory", default=())
    """Empty on all recorded boards."""
    total_cache_mib: int | None = json_path("TotalCacheMiB")
    """None on all recorded boards."""

    @property
    def is_enabled(self) -> bool:
        """Return whether the processor is enabled (Status.State)."""
        return self.status.is_enabled

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the processor is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class MemoryLocation(Model):
    """Location of a memory module; all numbers start at 0 (MemoryLocation)."""

    socket: int | None = None
    controller: int | None = json_path("MemoryController")
    channel: int | None = None
    slot: int | None = None


@dataclass(frozen=True, kw_only=True)
class Memory(Model):
    """Memory module (Memory)."""

    _valid_with = ("capacity_mib",)

    id: str | None = None
    name: str | None = None
    """Equal for all modules from X12 on, where only `device_locator` is unique."""
    device_locator: str | None = json_path(
        "DeviceLocator", "Location/PartLocation/ServiceLabel"
    )
    """Label of the slot, such as "P1-DIMMA1"."""
    capacity_mib: int | None = json_path("CapacityMiB")
    manufacturer: str | None = None
    part_number: str | None = None
    serial_number: str | None = None
    volatile_size_mib: int | None = json_path("VolatileSizeMiB")
    """Volatile part of the capacity; None except for NVDIMM."""
    non_volatile_size_mib: int | None = json_path("NonVolatileSizeMiB")
    """Non-volatile part of the capacity; None except for NVDIMM."""
    memory_type: str | None = None
    memory_device_type: str | None = None
    base_module_type: str | None = None
    """None on X10."""
    operating_speed_mhz: int | None = None
    allowed_speeds_mhz: tuple[int, ...] = json_path("AllowedSpeedsMHz", default=())
    data_width_bits: int | None = None
    bus_width_bits: int | None = None
    rank_count: int | None = None
    """Not reliable: X10 and X13 send the number of the module."""
    error_correction: str | None = None
    """None on X10."""
    location: MemoryLocation = json_path("MemoryLocation", default=MemoryLocation())
    status: Status = Status()
    enabled: bool | None = None
    """None on all recorded boards; `status` contains the state."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Decode a memory module; an NVDIMM may report only the sizes of its parts."""
        module = super().from_dict(data)
        sizes = (module.volatile_size_mib, module.non_volatile_size_mib)
        if module.capacity_mib is not None or sizes == (None, None):
            return module
        return replace(module, capacity_mib=sum(size or 0 for size in sizes))

    @property
    def capacity_gib(self) -> float | None:
        """Capacity in GiB, from CapacityMiB."""
        return None if self.capacity_mib is None else self.capacity_mib / 1024

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the module is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy
