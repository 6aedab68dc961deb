"""Read Thermal and Power of boards that have these resources: X10 to X13."""

from __future__ import annotations

from ..models import Power, Thermal
from ..resources.endpoints import POWER, THERMAL
from ..resources.reader import ResourceReader
from .source import Reading


class ThermalPower:
    """Read Thermal and Power, each with one request, in any scope."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize with the reader of resources."""
        self._reader = reader

    async def async_get_thermal(self, _: Reading) -> Thermal:
        """Return the resource Thermal; errors as in `ResourceReader.async_get`."""
        return await self._reader.async_get(THERMAL)

    async def async_get_power(self, _: Reading) -> Power:
        """Return the resource Power; errors as in `ResourceReader.async_get`."""
        return await self._reader.async_get(POWER)
