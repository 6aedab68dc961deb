"""Define the interface of all ways to read Thermal and Power."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf
from time import monotonic
from typing import Protocol

from ..const import KEPT_READING_SECONDS
from ..models import Power, Thermal


class Scope(Enum):
    """Extent of a reading that takes many requests."""

    POLL = auto()
    """A few requests. Items that were never read may be missing."""
    ALL = auto()
    """All items that were never read; if there are none, a few of the oldest ones."""
    DISCOVERY = auto()
    """All items that were never read; cached values are accepted for all else."""


def _now() -> float:
    """Return the time by `time.monotonic`."""
    return monotonic()


@dataclass(frozen=True)
class Reading:
    """One reading of Thermal, Power and sensors, whose values belong together."""

    scope: Scope
    started_at: float = field(default_factory=_now)
    """The time of the start, by `time.monotonic`."""

    @property
    def since(self) -> float:
        """The time since when a value is new enough; a discovery accepts any."""
        return -inf if self.scope is Scope.DISCOVERY else self.started_at

    @property
    def kept_since(self) -> float:
        """The time since when a value from before an outage is new enough."""
        return self.started_at - KEPT_READING_SECONDS


class ReadingSource(Protocol):
    """Source of the temperatures, fans and power of the host's chassis."""

    async def async_get_thermal(self, reading: Reading) -> Thermal:
        """Return the temperatures and fans.

        Raises:
            NotFoundError: The board does not provide them this way.

        """

    async def async_get_power(self, reading: Reading) -> Power:
        """Return the power draw, the power supplies and the voltages.

        Raises:
            NotFoundError: The board does not provide them this way.

        """


class ValueSource(Protocol):
    """A resource that shows the readings of several sensors."""

    @property
    def sensors(self) -> AbstractSet[str]:
        """The paths of the sensors that the next read is expected to show."""

    async def async_read(self) -> Mapping[str, float | None]:
        """Return the readings by path of the sensor, None for one without a value.

        A sensor whose reading is known to be old is left out.

        Raises:
            ResourceError: The resource could not be read.

        """
