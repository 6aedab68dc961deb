"""How far the host has booted, from all that a board tells of it."""

from collections.abc import Mapping
from typing import Final

from .aiosupermicro import PowerState, Snooping, System

_POWER: Final[Mapping[str, str]] = {
    PowerState.OFF: "off",
    PowerState.POWERING_ON: "powering_on",
    PowerState.POWERING_OFF: "powering_off",
}

_PROGRESS: Final[Mapping[str, str]] = {
    "PrimaryProcessorInitializationStarted": "processor_initialization",
    "SecondaryProcessorInitializationStarted": "processor_initialization",
    "BusInitializationStarted": "bus_initialization",
    "MemoryInitializationStarted": "memory_initialization",
    "PCIResourceConfigStarted": "pci_configuration",
    "SystemHardwareInitializationComplete": "firmware_done",
    "SetupEntered": "setup",
    "OSBootStarted": "os_boot",
    "OSRunning": "os_running",
}
"""What Redfish calls the stages (BootProgress)."""

_CHECKPOINTS: Final[Mapping[int, str]] = {
    **dict.fromkeys(range(0x10, 0x30), "memory_initialization"),
    **dict.fromkeys(range(0x92, 0x97), "pci_configuration"),
    **dict.fromkeys((0xA8, 0xA9, 0xAB), "setup"),
    **dict.fromkeys((0xAD, 0xAE, 0xAF, 0xB4, 0xE3), "firmware_done"),
}
"""What AMI's checkpoints are certain to tell; the others are not named here.

By AMI's table b4 and e3 are other things than ad, "ready to boot", but hosts of X10 and
X13 show them for as long as they run.
"""

BOOT_STATES: Final = list(dict.fromkeys((*_POWER.values(), *_PROGRESS.values())))


def boot_progress(system: System, snooping: Snooping | None) -> str | None:
    """Return how far the host has booted, None where nothing certain is known.

    X12 and X13 stay at the end of the hardware's initialization when the operating
    system runs, and X10 and X11 have a POST code only.
    """
    if (state := _POWER.get(system.power_state or "")) or not system.is_on:
        return state
    progress = _PROGRESS.get(system.boot_progress.last_state or "")
    return progress or _checkpoint((snooping or Snooping()).post_code)


def _checkpoint(post_code: str | None) -> str | None:
    """Return the stage that a POST code is certain to tell."""
    try:
        return _CHECKPOINTS.get(int(post_code or "", 16))
    except ValueError:
        return None
