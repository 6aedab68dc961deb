"""Define the interface of all ways to read Thermal and Power."""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from ..models import Power, Thermal


class Scope(Enum):
    """Extent of a reading that takes many requests."""

    POLL = auto()
    """A few requests. Items that were never read may be missing."""
    ALL = auto()
    """All items that were never read, and the oldest of the others."""
    DISCOVERY = auto()
    """All items that were never read; cached values are accepted for all else."""


class ReadingSource(Protocol):
    """Source of the temperatures, fans and power of the host's chassis."""

    async def async_get_thermal(self, scope: Scope) -> Thermal:
        """Return the temperatures and fans.

        Raises:
            NotFoundError: The board does not provide them this way.

        """

    async def async_get_power(self, scope: Scope) -> Power:
        """Return the power draw, the power supplies and the voltages.

        Raises:
            NotFoundError: The board does not provide them this way.

        """
