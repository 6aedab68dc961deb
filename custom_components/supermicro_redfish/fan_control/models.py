"""Models of the fan control: states, zones, and the stored record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from ..aiosupermicro import BulkData, FanModeType

FULL: Final = FanModeType.FULL_SPEED
MAX_DUTY: Final = 100
_RESTORABLE: Final = (FanModeType.OPTIMAL, FanModeType.STANDARD)
"""Modes to restore if the one before is unknown, best first."""


class FanControlError(Exception):
    """Command that the control cannot carry out now."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Initialize with the key and the placeholders of the user's message."""
        super().__init__(key)
        self.key = key
        self.placeholders = placeholders


class ControlState(StrEnum):
    """State of the control; the package describes them."""

    RELEASED = "released"
    TAKING = "taking"
    IN_CONTROL = "in_control"
    WAITING = "waiting"
    RESTORING = "restoring"


CONTROLLED: Final = (
    ControlState.TAKING,
    ControlState.IN_CONTROL,
    ControlState.WAITING,
)
"""States in which Home Assistant controls the fans, or will do so soon."""


class TripReason(StrEnum):
    """Reason for which the guard has given the fans back."""

    HEADROOM = "headroom"
    SENSOR_LOST = "sensor_lost"
    FAN_CRITICAL = "fan_critical"
    NO_READINGS = "no_readings"
    NO_IPMI = "no_ipmi"


@dataclass(frozen=True, kw_only=True)
class Trip:
    """The guard's decision to give the fans back."""

    reason: TripReason
    sensor: str = ""
    """Name of the temperature or fan, empty for none."""


@dataclass(frozen=True, kw_only=True)
class FanSettings:
    """Limits that the user has chosen."""

    zones: tuple[int, ...]
    """Numbers of the zones in IPMI."""
    floor: int
    """Lowest duty in percent."""
    headroom: float
    """Smallest distance to an upper critical limit, in degrees Celsius."""
    interval: float
    """Seconds between two polls."""


@dataclass(frozen=True, kw_only=True)
class FanZone:
    """A zone of fans that share a duty."""

    number: int
    """Number of the zone in IPMI."""
    duty: int | None = None
    """Duty in percent as the BMC reports it, None if it could not be read."""
    minimum: int
    """Lowest duty in percent: the chosen floor, or a higher one that was learned."""
    fans: tuple[str, ...] = ()
    """Names of the fans that were seen to follow the duty."""


@dataclass(frozen=True, kw_only=True)
class FanControlData(BulkData):
    """Mode and zones as they were last read."""

    mode: FanModeType | str | None = None
    """Fan mode in the spelling of Redfish, None if unknown."""
    in_control: bool = False
    """Whether Home Assistant sets the duties."""
    is_allowed: bool = True
    """Whether control may be taken.

    It may not after a trip, while the fans are given back, for a minute after a failed
    attempt, and while the control ends.
    """
    zones: Mapping[str, FanZone] = field(default_factory=dict)
    """Zones by number, counted from 1."""


@dataclass(frozen=True, kw_only=True)
class ControlRecord:
    """State that survives a crash of Home Assistant."""

    state: ControlState = ControlState.RELEASED
    restore_mode: str | None = None
    """Mode to give the fans back in; None for 100 % in every zone."""
    targets: Mapping[int, int] = field(default_factory=dict)
    """Duties to hold, by zone."""
    floors: Mapping[int, int] = field(default_factory=dict)
    """Learned lowest duties, by zone."""
    fans: Mapping[str, int] = field(default_factory=dict)
    """Zone of each fan that was seen to follow one, by name."""
    trip: Trip | None = None
    """Reason that keeps the control off, None if it may be taken."""

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON, which has texts as keys."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore a record; a malformed one gives the fans back."""
        try:
            trip = stored["trip"]
            return cls(
                state=ControlState(stored["state"]),
                restore_mode=stored["restore_mode"],
                targets=_numbers(stored["targets"]),
                floors=_numbers(stored["floors"]),
                fans={str(name): int(zone) for name, zone in stored["fans"].items()},
                trip=trip
                and Trip(reason=TripReason(trip["reason"]), sensor=trip["sensor"]),
            )
        except AttributeError, KeyError, TypeError, ValueError:
            return cls(state=ControlState.RESTORING)


def _numbers(stored: Mapping[str, Any]) -> dict[int, int]:
    """Return a mapping of zones as it was before it became JSON."""
    return {int(zone): int(percent) for zone, percent in stored.items()}


def choose_restore_mode(
    previous: str | None, available: tuple[FanModeType | str, ...]
) -> str | None:
    """Return the mode to give the fans back in, None if the board lists none.

    It is the one before, unless that is Full or unknown: a BMC does not regulate its
    fans in the mode Full.
    """
    if previous is not None and previous != FULL:
        return previous
    return next((mode for mode in _RESTORABLE if mode in available), None)
