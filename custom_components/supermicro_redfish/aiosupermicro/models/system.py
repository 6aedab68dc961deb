"""The service's root and the host (ServiceRoot, ComputerSystem)."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import Action
from .base import Model, at
from .common import Status
from .enums import BootSource, BootSourceEnabled, IndicatorLED, PowerState, ResetType

_MAKER = "supermicro"


@dataclass(frozen=True, kw_only=True)
class ServiceRootOem(Model):
    """What Supermicro adds to the root; on most boards it tells who made them."""


@dataclass(frozen=True, kw_only=True)
class ServiceRoot(Model):
    """What a BMC says of itself before anyone logs in (ServiceRoot)."""

    redfish_version: str | None = None
    uuid: str | None = at("UUID")
    product: str | None = None
    vendor: str | None = None
    """The maker, from Redfish 1.14 on; None on most boards."""
    name: str | None = None
    oem: ServiceRootOem | None = at("Oem/Supermicro")

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
    model: str | None = None
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class MemorySummary(Model):
    """The host's memory taken together (MemorySummary)."""

    total_system_memory_gib: float | None = at("TotalSystemMemoryGiB")
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class Boot(Model):
    """What the host boots next (Boot)."""

    boot_source_override_target: BootSource | str | None = None
    boot_source_override_enabled: BootSourceEnabled | str | None = None
    boot_source_override_mode: str | None = None
    """Legacy or UEFI; None on X10 and X11, which refuse to be told one."""
    boot_source_options: tuple[BootSource | str, ...] = at(
        "BootSourceOverrideTarget@Redfish.AllowableValues", default=()
    )


@dataclass(frozen=True, kw_only=True)
class System(Model):
    """The host that the BMC looks after (ComputerSystem)."""

    id: str | None = None
    name: str | None = None
    uuid: str | None = at("UUID")
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    part_number: str | None = None
    sku: str | None = at("SKU")
    power_state: PowerState | str | None = None
    status: Status = Status()
    bios_version: str | None = None
    indicator_led: IndicatorLED | str | None = at("IndicatorLED")
    """None where only `location_indicator_active` tells of the identify LED."""
    location_indicator_active: bool | None = None
    """None on X10, X11 and early X12."""
    boot_progress: str | None = at("BootProgress/LastState")
    processor_summary: ProcessorSummary = ProcessorSummary()
    memory_summary: MemorySummary = MemorySummary()
    boot: Boot = Boot()
    reset: Action | None = at("Actions/#ComputerSystem.Reset")
    power_on_delay_seconds: int | None = None
    power_off_delay_seconds: int | None = None
    power_cycle_delay_seconds: int | None = None

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
    def total_memory_gib(self) -> float | None:
        """The host's memory in GiB."""
        return self.memory_summary.total_system_memory_gib

    @property
    def processor_count(self) -> int | None:
        """The number of sockets; threads or cores on X10 of 2017."""
        return self.processor_summary.count
