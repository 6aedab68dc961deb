"""Boot of the host: its next source, its options and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .base import Model, json_path
from .enums import BootSource, BootSourceEnabled, BootSourceMode
from .values import parse_datetime

__all__ = ["Boot", "BootOption", "BootProgress"]


@dataclass(frozen=True, kw_only=True)
class Boot(Model):
    """Boot settings of the host (Boot)."""

    boot_source_override_target: BootSource | str | None = None
    boot_source_override_enabled: BootSourceEnabled | str | None = None
    boot_source_override_mode: BootSourceMode | str | None = None
    """None on OpenBMC, and on X10 and X11, which also reject it in a request."""
    boot_source_options: tuple[BootSource | str, ...] = json_path(
        "BootSourceOverrideTarget@Redfish.AllowableValues", default=()
    )
    uefi_target_boot_source_override: str | None = None
    """Device path for BootSource.UEFI_TARGET; None on all recorded boards."""
    boot_next: str | None = None
    """Entry of `boot_order` for BootSource.UEFI_BOOT_NEXT; None if not set."""
    boot_order: tuple[str, ...] = ()
    """Boot order of the BIOS; empty on X10 and X11."""


@dataclass(frozen=True, kw_only=True)
class BootOption(Model):
    """Boot option of the host (BootOption)."""

    id: str | None = None
    boot_option_reference: str | None = None
    """Name in `Boot.boot_next` and `Boot.boot_order`, such as "Boot0001"."""
    display_name: str | None = None
    """Readable name, such as "UEFI OS (...)"."""
    boot_option_enabled: bool | None = None
    uefi_device_path: str | None = None
    """None except on OpenBMC."""


@dataclass(frozen=True, kw_only=True)
class BootProgress(Model):
    """Progress of the host's boot (BootProgress); empty on X10 and X11."""

    last_state: str | None = None
    """Last state; OSRunning only on OpenBMC, X12 and X13 stop at the state before."""
    last_state_time: str | None = None
    oem_last_state: str | None = None

    @property
    def last_state_at(self) -> datetime | None:
        """Date and time of the last state (LastStateTime); None except on OpenBMC."""
        return parse_datetime(self.last_state_time)
