"""Simulate the host: its power state, its boot, and their durations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .responses import RedfishError
from .scheduler import Scheduler

PowerState = Literal["On", "PoweringOff", "Off", "PoweringOn"]

RESET_TYPES = (
    "On",
    "ForceOff",
    "GracefulShutdown",
    "GracefulRestart",
    "ForceRestart",
    "Nmi",
    "ForceOn",
    "PushPowerButton",
    "PowerCycle",
    "FullPowerCycle",
)

# No recording has the response to a reset type that is already fulfilled, or that needs
# a running host while it is off. The simulator accepts the former and rejects the
# latter, as BMCs do over IPMI.
_WITHOUT_EFFECT = ("On", "ForceOn", "Nmi")
"""Reset types that have no effect on a running host."""
_STARTING = ("On", "ForceOn", "PushPowerButton", "FullPowerCycle")
"""Reset types that start a host that is off."""
_FINAL = ("ForceOff", "GracefulShutdown", "PushPowerButton")
"""Reset types that leave the host off."""
_GRACEFUL = ("GracefulShutdown", "GracefulRestart", "PushPowerButton")
"""Reset types that the operating system may ignore."""

_KIND = "power"


@dataclass(frozen=True)
class HostTimes:
    """Durations of the host's transitions, in seconds."""

    power: float
    """Switching on, and a forced switching off."""
    shutdown: float
    """Shutdown of the operating system."""
    boot: float
    """From power on to the end of the BIOS."""


@dataclass(frozen=True)
class BootStage:
    """A stage of the BIOS, which starts after a share of the boot time."""

    share: float
    progress: str
    post_code: str


OFF = BootStage(0, "None", "00")

# The names are those of the DMTF. Of the POST codes only their format is known: two
# digits.
BOOT = (
    BootStage(0, "PrimaryProcessorInitializationStarted", "02"),
    BootStage(0.2, "MemoryInitializationStarted", "b0"),
    BootStage(0.5, "PCIResourceConfigStarted", "92"),
    BootStage(0.8, "SystemHardwareInitializationComplete", "a2"),
)

SENSORS_BACK = 0.3
"""Share of the boot time after which the host's sensors return values again."""


class Host:
    """The host's power state.

    A reset type leads from On through PoweringOff to Off, and from there through
    PoweringOn to On. A later reset type replaces a transition in progress.
    """

    def __init__(
        self, scheduler: Scheduler, times: HostTimes, *, accepts_shutdown: bool
    ) -> None:
        """Initialize with a host that booted long ago."""
        self._scheduler = scheduler
        self._times = times
        self._boot_started: float | None = None
        self.state: PowerState = "On"
        self.accepts_shutdown = accepts_shutdown
        """Whether the operating system reacts to a graceful shutdown."""
        self.on_boot: Callable[[], None] = lambda: None
        """Called at each start of a boot."""

    @property
    def boot_stage(self) -> BootStage | None:
        """The current stage of the boot; None if it is over."""
        if self.state in ("Off", "PoweringOn"):
            return OFF
        share = self._boot_share
        if share >= 1:
            return None
        return [stage for stage in BOOT if stage.share <= share][-1]

    @property
    def has_power(self) -> bool:
        """Return whether more than the standby rails are powered."""
        return self.state in ("On", "PoweringOff")

    @property
    def has_sensors(self) -> bool:
        """Return whether the host's sensors return values."""
        return self.has_power and self._boot_share >= SENSORS_BACK

    def reset(self, reset_type: str) -> None:
        """Start the transition of a reset type; reject it if the state forbids it."""
        if reset_type not in RESET_TYPES:
            raise RedfishError(
                "Base.ActionParameterValueNotInList",
                str(reset_type),
                "ResetType",
                "Reset",
            )
        if self.state in ("On", "PoweringOn"):
            self._reset_running(reset_type)
        elif reset_type in _STARTING:
            self._switch_on()
        elif reset_type != "ForceOff":
            raise RedfishError("Base.ActionNotSupported", reset_type)
        elif self.state == "PoweringOff":
            self._switch_off(self._times.power, None)

    def _reset_running(self, reset_type: str) -> None:
        """Switch a running host off, and on again unless the reset type is final."""
        is_graceful = reset_type in _GRACEFUL
        if reset_type in _WITHOUT_EFFECT or (is_graceful and not self.accepts_shutdown):
            return
        seconds = self._times.shutdown if is_graceful else self._times.power
        self._switch_off(seconds, None if reset_type in _FINAL else self._switch_on)

    def _switch_off(self, seconds: float, then: Callable[[], None] | None) -> None:
        """Go through PoweringOff to Off, and call back after a rest."""

        def off() -> None:
            self.state = "Off"
            if then:
                self._scheduler.call_later(self._times.power, then, _KIND)

        self._scheduler.cancel(_KIND)
        self.state = "PoweringOff"
        self._scheduler.call_later(seconds, off, _KIND)

    def _switch_on(self) -> None:
        """Go through PoweringOn to On, and start the boot."""

        def on() -> None:
            self.state = "On"
            self._boot_started = self._scheduler.now
            self.on_boot()

        self._scheduler.cancel(_KIND)
        self.state = "PoweringOn"
        self._scheduler.call_later(self._times.power, on, _KIND)

    @property
    def _boot_share(self) -> float:
        """The completed share of the boot time; 1 if the boot is over."""
        if self._boot_started is None:
            return 1
        elapsed = self._scheduler.now - self._boot_started
        return min(elapsed / self._times.boot, 1) if self._times.boot else 1
