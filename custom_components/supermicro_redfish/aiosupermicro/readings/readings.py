"""Read Thermal and Power from the source that a board has for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ..concurrency import gather_or_raise
from ..exceptions import InvalidResponseError, NotFoundError, ResourceError
from ..models import LeakDetector, Power, Thermal
from ..resources.endpoints import (
    FANS,
    LEAK_DETECTORS,
    POWER,
    POWER_SUPPLIES,
    SENSORS,
    THERMAL,
    Endpoint,
)
from ..resources.reader import ResourceReader
from .inner_thermal import async_get_inner_thermal
from .single_resources import SingleResources
from .source import Scope
from .thermal_power import ThermalPower

_T = TypeVar("_T", Thermal, Power)
_ReadFn = Callable[[Scope], Awaitable[_T]]


class Readings:
    """Read Thermal and Power; other resources are the fallback of a missing one."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize the sources."""
        self._reader = reader
        self._thermal_power = ThermalPower(reader)
        self._fallback = SingleResources(reader)
        self._discovered: set[Endpoint[Any]] = set()

    @property
    def is_complete(self) -> bool:
        """Whether all items of Thermal and Power were read at least once."""
        return self._fallback.is_complete

    @property
    def limits_requests(self) -> bool:
        """Whether Thermal or Power takes many requests, and a poll the most it may."""
        return self._fallback.was_used

    @property
    def errors(self) -> dict[str, ResourceError]:
        """The errors of fans, supplies and sensors by path, as they were last read."""
        return self._fallback.errors

    async def async_get_thermal(self, scope: Scope = Scope.ALL) -> Thermal:
        """Return the temperatures and fans of the host's chassis.

        Raises:
            NotFoundError: The board does not provide them in any way.

        """
        return await self._async_get(
            THERMAL,
            self._thermal_power.async_get_thermal,
            self._fallback.async_get_thermal,
            scope,
        )

    async def async_get_power(self, scope: Scope = Scope.ALL) -> Power:
        """Return the power draw, power supplies and voltages of the host's chassis.

        Raises:
            NotFoundError: The board does not provide them in any way.

        """
        return await self._async_get(
            POWER,
            self._thermal_power.async_get_power,
            self._fallback.async_get_power,
            scope,
        )

    async def async_get_leak_detectors(
        self, scope: Scope = Scope.ALL
    ) -> tuple[LeakDetector, ...]:
        """Return the leak detectors of the host's chassis, none where it has none."""
        return await self._fallback.async_get_leak_detectors(scope)

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures of all other chassis, by the name of the chassis."""
        return await async_get_inner_thermal(self._reader)

    async def async_discover(self) -> None:
        """Read all items that were never read, and find those fitted since.

        An item that cannot be read is tried again with its next poll.

        Raises:
            AuthenticationError: The login was refused.
            ConnectionError: The connection was lost.

        """
        await gather_or_raise(
            self._async_discover(
                THERMAL, self._fallback.async_get_thermal, FANS, SENSORS
            ),
            self._async_discover(POWER, self._fallback.async_get_power, POWER_SUPPLIES),
        )

    async def async_discover_leak_detectors(self) -> None:
        """Find the leak detectors of a board, which polls read from then on.

        Raises:
            SupermicroRedfishError: The board has some, but they cannot be read.

        """
        is_first = LEAK_DETECTORS not in self._discovered
        self._discovered.add(LEAK_DETECTORS)
        if await self._reader.async_get_member_paths(LEAK_DETECTORS, cached=is_first):
            await self._fallback.async_get_leak_detectors(Scope.DISCOVERY)

    async def _async_get(
        self,
        endpoint: Endpoint[_T],
        read: _ReadFn[_T],
        fallback: _ReadFn[_T],
        scope: Scope,
    ) -> _T:
        """Read a resource, or its fallback if it was never there."""
        try:
            return await read(scope)
        except (NotFoundError, InvalidResponseError) as error:
            if self._reader.was_decoded(endpoint):
                raise
            try:
                found = await fallback(scope)
            except NotFoundError:
                raise error from None
            self._reader.mark_replaced(endpoint, error)
            return found

    async def _async_discover(
        self,
        endpoint: Endpoint[Any],
        fallback: Callable[[Scope], Awaitable[Any]],
        *collections: Endpoint[Any],
    ) -> None:
        """Read all items of a fallback, if the board needs it.

        From the second time on, its collections are read again: they may have grown.
        """
        is_first = endpoint not in self._discovered
        self._discovered.add(endpoint)
        try:
            if not await self._reader.async_is_missing(endpoint):
                return
            if not is_first:
                for collection in collections:
                    await self._reader.async_get_member_paths(collection)
            await fallback(Scope.DISCOVERY)
        except ResourceError:
            return
