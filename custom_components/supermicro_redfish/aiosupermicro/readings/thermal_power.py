"""Read Thermal and Power of boards that have these resources: X10 to X13."""

from __future__ import annotations

from ..models import Power, Thermal
from ..resources.endpoints import POWER, THERMAL
from ..resources.reader import ResourceReader
from .source import Reading


class ThermalPower:
    """Read each of the two resources with one request, whatever the scope."""

    def __init__(self, reader: ResourceReader) -> None:
        """Keep the reader."""
        self._reader = reader

    async def async_get_thermal(self, _: Reading) -> Thermal:
        """Return the resource Thermal; errors as in `ResourceReader.async_get`."""
        return await self._reader.async_get(THERMAL)

    async def async_get_power(self, _: Reading) -> Power:
        """Return the resource Power; errors as in `ResourceReader.async_get`."""
        return await self._reader.async_get(POWER)
