"""The host behind the BMC: switched on and off, it takes its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .messages import Refusal
from .scheduler import Agenda

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

# What a BMC says that is told to do what is already done, or to end what does not
# run, is not recorded. The simulated one takes the first and refuses the second, as
# BMCs do over IPMI.
_HARMLESS = ("On", "ForceOn", "Nmi")
_STARTING = ("On", "ForceOn", "PushPowerButton", "FullPowerCycle")
_FINAL = ("ForceOff", "GracefulShutdown", "PushPowerButton")
_REQUESTS = ("GracefulShutdown", "GracefulRestart", "PushPowerButton")
"""What the operating system may ignore."""

_KIND = "power"


@dataclass(frozen=True)
class Times:
    """How long the host takes for things, in seconds."""

    power: float
    """To be switched on, and to be forced off."""
    shutdown: float
    """For the operating system to end."""
    boot: float
    """From power to the end of the BIOS."""


@dataclass(frozen=True)
class Stage:
    """How far the BIOS has come, after a share of the time it takes."""

    share: float
    progress: str
    post_code: str


OFF = Stage(0, "None", "00")

# The names are the DMTF's; of the codes only that they are two digits is known.
BOOT = (
    Stage(0, "PrimaryProcessorInitializationStarted", "02"),
    Stage(0.2, "MemoryInitializationStarted", "b0"),
    Stage(0.5, "PCIResourceConfigStarted", "92"),
    Stage(0.8, "SystemHardwareInitializationComplete", "a2"),
)

SENSORS_BACK = 0.3
"""The share of the boot after which the host's sensors can be read again."""


class Host:
    """The host's power state."""

    def __init__(self, agenda: Agenda, times: Times, *, answers: bool) -> None:
        """Start with a host that has been running for a long time."""
        self._agenda = agenda
        self._times = times
        self._boot_began: float | None = None
        self.state: PowerState = "On"
        self.answers = answers
        """Whether the operating system shuts down when asked."""
        self.on_boot: Callable[[], None] = lambda: None
        """Called whenever the host begins to boot."""

    @property
    def stage(self) -> Stage | None:
        """How far the host has booted; None when that is long over."""
        if self.state in ("Off", "PoweringOn"):
            return OFF
        share = self._booted
        if share >= 1:
            return None
        return [stage for stage in BOOT if stage.share <= share][-1]

    @property
    def has_power(self) -> bool:
        """Whether more than the standby rails are powered."""
        return self.state in ("On", "PoweringOff")

    @property
    def has_sensors(self) -> bool:
        """Whether the sensors of the host can be read."""
        return self.has_power and self._booted >= SENSORS_BACK

    def reset(self, reset_type: str) -> None:
        """Do what a reset type means, as far as the state allows."""
        if reset_type not in RESET_TYPES:
            raise Refusal(
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
            raise Refusal("Base.ActionNotSupported", reset_type)
        elif self.state == "PoweringOff":
            self._switch_off(self._times.power, None)

    def _reset_running(self, reset_type: str) -> None:
        """Stop a running host, and start it again if that is what is meant."""
        is_request = reset_type in _REQUESTS
        if reset_type in _HARMLESS or (is_request and not self.answers):
            return
        seconds = self._times.shutdown if is_request else self._times.power
        self._switch_off(seconds, None if reset_type in _FINAL else self._switch_on)

    def _switch_off(self, seconds: float, then: Callable[[], None] | None) -> None:
        """Go through PoweringOff to Off."""

        def off() -> None:
            self.state = "Off"
            if then:
                # The host rests before it is switched on again.
                self._agenda.after(self._times.power, then, _KIND)

        self._agenda.cancel(_KIND)
        self.state = "PoweringOff"
        self._agenda.after(seconds, off, _KIND)

    def _switch_on(self) -> None:
        """Go through PoweringOn to On, and boot."""

        def on() -> None:
            self.state = "On"
            self._boot_began = self._agenda.now
            self.on_boot()

        self._agenda.cancel(_KIND)
        self.state = "PoweringOn"
        self._agenda.after(self._times.power, on, _KIND)

    @property
    def _booted(self) -> float:
        """The share of the boot that is done; 1 when it is over."""
        if self._boot_began is None:
            return 1
        elapsed = self._agenda.now - self._boot_began
        return min(elapsed / self._times.boot, 1) if self._times.boot else 1
