"""When the BMC is read: what moves often, what moves rarely."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .aiosupermicro import (
    AuthenticationError,
    BulkData,
    DynamicData,
    StaticData,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .const import DYNAMIC_INTERVAL, LOGGER, STATIC_INTERVAL
from .errors import translated

type SupermicroConfigEntry = ConfigEntry[SupermicroRuntimeData]


class SupermicroCoordinator[DataT: BulkData](DataUpdateCoordinator[DataT]):
    """Reads one part of the BMC's resources at its own cadence."""

    config_entry: SupermicroConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        read: Callable[[], Awaitable[DataT]],
        *,
        name: str,
        interval: timedelta,
    ) -> None:
        """Set what is read, and how often."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} {name}",
            update_interval=interval,
            always_update=False,
        )
        self._read = read
        self._read_back: dict[str, Any] = {}
        self._failing: set[str] = set()
        self._items: dict[Callable[[DataT], Mapping[str, Any]], Mapping[str, Any]] = {}
        self._items_of: DataT | None = None

    def items[ItemT](
        self, items_fn: Callable[[DataT], Mapping[str, ItemT]]
    ) -> Mapping[str, ItemT]:
        """Return items of the data, put together once for all who ask for them."""
        if self._items_of is not self.data:
            self._items_of = self.data
            self._items.clear()
        if items_fn not in self._items:
            self._items[items_fn] = items_fn(self.data)
        return self._items[items_fn]

    @override
    async def _async_update_data(self) -> DataT:
        """Read the resources of this cadence.

        What a command changed and read back meanwhile is newer than the poll.
        """
        self._read_back.clear()
        try:
            data = replace(await self._read(), **self._read_back)
        except AuthenticationError as error:
            raise ConfigEntryAuthFailed(**translated(error)) from error
        except SupermicroRedfishError as error:
            raise UpdateFailed(
                **translated(error), retry_after=error.retry_after
            ) from error

        self._log_parts(data.errors)
        return data

    def _log_parts(self, errors: Mapping[str, SupermicroRedfishError]) -> None:
        """Log once that a part cannot be read, and once that it can be again."""
        for name in errors.keys() - self._failing:
            LOGGER.warning("%s: %s cannot be read: %s", self.name, name, errors[name])
        for name in self._failing - errors.keys():
            LOGGER.info("%s: %s can be read again", self.name, name)
        self._failing = set(errors)

    async def async_read_back[ResourceT](
        self, name: str, read: Callable[[], Awaitable[ResourceT]]
    ) -> None:
        """Read a single resource after a command, leaving the cadence as it is.

        The command worked, whatever becomes of the reading: then a poll has to show it.
        """
        try:
            self._read_back[name] = await read()
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: %s was not read back: %s", self.name, name, error)
            await self.async_request_refresh()
            return
        self.data = replace(self.data, **self._read_back)
        self.async_update_listeners()


@dataclass(frozen=True, kw_only=True)
class SupermicroRuntimeData:
    """What a config entry works with while it is loaded."""

    client: SupermicroRedfishClient
    static: SupermicroCoordinator[StaticData]
    dynamic: SupermicroCoordinator[DynamicData]


def create_runtime_data(
    hass: HomeAssistant, entry: SupermicroConfigEntry, client: SupermicroRedfishClient
) -> SupermicroRuntimeData:
    """Return both coordinators on one client."""
    return SupermicroRuntimeData(
        client=client,
        static=SupermicroCoordinator(
            hass,
            entry,
            client.async_get_static_data,
            name="static",
            interval=STATIC_INTERVAL,
        ),
        dynamic=SupermicroCoordinator(
            hass,
            entry,
            client.async_get_dynamic_data,
            name="dynamic",
            interval=DYNAMIC_INTERVAL,
        ),
    )


@callback
def async_couple(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Let what is read rarely follow whether the BMC can be reached at all.

    Its entities come and go with the BMC, and it is read anew as soon as the BMC is
    back, not when its turn comes.
    """
    static, dynamic = entry.runtime_data.static, entry.runtime_data.dynamic
    was_reached = True

    @callback
    def follow() -> None:
        nonlocal was_reached
        is_reached = dynamic.last_update_success
        if is_reached is was_reached:
            return
        was_reached = is_reached
        static.async_update_listeners()
        if is_reached and not static.last_update_success:
            hass.async_create_task(static.async_request_refresh())

    entry.async_on_unload(dynamic.async_add_listener(follow))
