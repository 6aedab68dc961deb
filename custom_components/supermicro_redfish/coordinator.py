"""Data update coordinators of a server."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .aiosupermicro import (
    AuthenticationError,
    BulkData,
    DynamicData,
    NotFoundError,
    ResourceError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    System,
)
from .aiosupermicro.resources.bulk import ignore_read
from .client import ServerReader
from .const import (
    CONF_DYNAMIC_INTERVAL,
    CONF_FAN_CONTROL,
    CONF_STATIC_INTERVAL,
    DYNAMIC_INTERVAL,
    FAN_CONTROL_INTERVAL,
    LOGGER,
    STATIC_INTERVAL,
)
from .errors import FailureLog, translate_update_errors, update_failed
from .host_poller import TRANSITION_SECONDS, HostPoller, validate_reset
from .models import Privileges, ServerData
from .models.items import KeyMemory

if TYPE_CHECKING:
    from .runtime_data import SupermicroConfigEntry

_FIRST_READ_INTERVAL = timedelta(minutes=1)
"""Time between two polls of the static data until the first one has succeeded."""


class SupermicroCoordinator[DataT: BulkData](DataUpdateCoordinator[DataT]):
    """Coordinator of the resources that are polled at one interval."""

    config_entry: SupermicroConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        *,
        name: str,
        interval: timedelta | None,
    ) -> None:
        """Initialize the coordinator; without an interval it reads on request only."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} {name}",
            update_interval=interval,
            always_update=False,
        )
        self._newer_resources: dict[str, Any] = {}
        """Resources that were read since the start of the last poll."""
        self._failure_log = FailureLog(self.name)
        self._poll_listeners: list[Callable[[DataT], None]] = []
        self._items: dict[Callable[[DataT], Mapping[str, Any]], Mapping[str, Any]] = {}
        self._items_data: DataT | None = None
        """Data from which the cached items were made."""
        self._key_memory = KeyMemory(self._unique_ids)

    @abstractmethod
    async def _async_read(self) -> DataT:
        """Read the resources of this coordinator."""

    @property
    def is_current(self) -> bool:
        """Return whether entities may show the cached data."""
        return self.last_update_success

    def get_items[ItemT](
        self, items_fn: Callable[[DataT], Mapping[str, ItemT]]
    ) -> Mapping[str, ItemT]:
        """Return the items of a source, computed once for each poll."""
        if self._items_data is not self.data:
            self._items_data = self.data
            self._items.clear()
        if items_fn not in self._items:
            self._items[items_fn] = self.make_items(items_fn, self.data)
        return self._items[items_fn]

    def make_items[ItemT](
        self, items_fn: Callable[[DataT], Mapping[str, ItemT]], data: DataT
    ) -> Mapping[str, ItemT]:
        """Return the items of a source in given data, by stable keys."""
        return self._key_memory.keep(items_fn, items_fn(data))

    def _unique_ids(self) -> list[str]:
        """Return the unique ids of all registered entities of the server."""
        registry, entry = er.async_get(self.hass), self.config_entry
        entities = er.async_entries_for_config_entry(registry, entry.entry_id)
        return [entity.unique_id for entity in entities]

    @override
    async def _async_update_data(self) -> DataT:
        """Read the resources of this coordinator.

        A resource that a command has read back in the meantime is newer than the poll.
        """
        self._newer_resources.clear()
        async with translate_update_errors(self.hass, self.config_entry, update_failed):
            data = await self._async_read()
        data = data.replace_resources(self._newer_resources)
        self._failure_log.record(data.errors)
        self._notify_poll_listeners(data)
        return data

    def _notify_poll_listeners(self, data: DataT) -> None:
        """Call the poll listeners."""
        for listener in list(self._poll_listeners):
            listener(data)

    @callback
    def async_add_poll_listener(
        self, listener: Callable[[DataT], None]
    ) -> CALLBACK_TYPE:
        """Listen for every successful poll.

        Home Assistant calls the other listeners only if the data has changed.
        """
        self._poll_listeners.append(listener)
        return lambda: self._poll_listeners.remove(listener)

    @callback
    def async_set_resource(self, name: str, resource: Any) -> None:
        """Replace a resource that was read between two polls; the interval stays."""
        self._newer_resources[name] = resource
        self.data = self.data.replace_resources(self._newer_resources)
        self.async_update_listeners()


class DynamicCoordinator(SupermicroCoordinator[DynamicData]):
    """Coordinator of the data that changes by the second."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
    ) -> None:
        """Initialize the coordinator."""
        seconds = entry.options.get(CONF_DYNAMIC_INTERVAL, DYNAMIC_INTERVAL.seconds)
        self._interval = timedelta(seconds=seconds)
        if CONF_FAN_CONTROL in entry.options:
            self._interval = min(self._interval, FAN_CONTROL_INTERVAL)
        super().__init__(hass, entry, name="dynamic", interval=self._interval)
        self._client = client
        self._poller = HostPoller(client, self._interval, hass.loop.time)

    async def async_show_inner_sensors(self) -> None:
        """Show the sensors that the first read of the static data has found.

        A poll is needed where the first one has not read all of the known sensors, and
        where only a poll shows whether values are read in round robin.
        """
        if self.data.sensors or not self._client.expands_collections:
            await self.async_refresh()
            return
        sensors = await self._client.async_get_last_inner_sensors()
        self.async_set_resource("sensors", sensors)

    @property
    def is_reset_expected(self) -> bool:
        """Return whether a command may be the reason why the power state changes."""
        return self._poller.is_commanded

    async def async_reset_host(
        self, reset_type: str, settle_seconds: float = TRANSITION_SECONDS
    ) -> None:
        """Reset the host, and poll quickly until it has settled.

        Raises:
            ServiceValidationError: The command contradicts the power state.

        """
        validate_reset(reset_type, (self.data.system or System()).power_state)
        await self._client.async_system_reset(reset_type)
        self.async_expect_reset(reset_type, settle_seconds)

    @callback
    def async_expect_reset(
        self, reset_type: str, settle_seconds: float = TRANSITION_SECONDS
    ) -> None:
        """Poll quickly after a reset, unless the BMC is not responding."""
        self._poller.expect_reset(reset_type, settle_seconds)
        if self.last_update_success:
            self.update_interval = self._poller.interval
            self.async_set_updated_data(self.data)

    @override
    async def _async_read(self) -> DynamicData:
        """Read the data that is due, and the POST code of a booting host.

        A failed poll is repeated after the configured interval.
        """
        self.update_interval = self._interval
        data = await self._poller.async_read(self.data)
        if self._poller.is_booting:
            await self._async_read_post_code()
        self.update_interval = self._poller.interval
        return data

    @override
    def _notify_poll_listeners(self, data: DynamicData) -> None:
        """Call the poll listeners after a full poll only."""
        if self._poller.was_full_poll:
            super()._notify_poll_listeners(data)

    async def _async_read_post_code(self) -> None:
        """Read the POST code, if the board has one."""
        static = self.config_entry.runtime_data.static
        cached = snooping = static.data.snooping
        if cached is not None:
            try:
                snooping = await self._client.async_get_snooping()
            except ResourceError as error:
                LOGGER.debug("%s: POST code cannot be read: %s", self.name, error)
        self._poller.record_post_code(has_changed=snooping != cached)
        if snooping != cached:
            static.async_set_resource("snooping", snooping)


class StaticCoordinator(SupermicroCoordinator[ServerData]):
    """Coordinator of the data that rarely changes.

    The setup does not wait for it. Until the first poll has ended, the data consists of
    the resources that were read so far.

    The dynamic coordinator detects and logs an outage. This one skips its polls during
    the outage, so that it is logged once.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
        dynamic: DynamicCoordinator,
    ) -> None:
        """Initialize the coordinator."""
        minutes = entry.options.get(CONF_STATIC_INTERVAL, STATIC_INTERVAL.seconds // 60)
        self._interval = timedelta(minutes=minutes)
        super().__init__(hass, entry, name="static", interval=_FIRST_READ_INTERVAL)
        self.data = ServerData()
        self._reader = ServerReader(client)
        self._dynamic = dynamic
        self.is_read = False
        """Whether a poll has ended, so that a resource without a value is missing."""
        self.is_stale = False
        """Whether the last poll was skipped, so that the cached data is too old."""

    @property
    @override
    def is_current(self) -> bool:
        """Return whether the cached data is that of the last poll."""
        return super().is_current and not self.is_stale

    @override
    async def _async_read(self) -> ServerData:
        """Read the static data; show each resource of the first poll once it is read.

        Equal data calls no listener, but the end of the first poll is a change as well.
        """
        if self.is_read:
            return await self._reader.async_read(ignore_read)
        data = await self._reader.async_read(self.async_set_resource)
        self.is_read, self.update_interval = True, self._interval
        if data.inner_thermal:  # sensors of other chassis, which each poll shows
            await self._dynamic.async_show_inner_sensors()
        self.hass.loop.call_soon(self.async_update_listeners)
        return data

    @callback
    @override
    def async_set_resource(self, name: str, resource: Any) -> None:
        """Replace a resource, also one that is not read by each poll."""
        self._reader.keep(name, resource)
        super().async_set_resource(name, resource)

    @callback
    def async_expire_resource(self, name: str) -> None:
        """Let the next poll read a resource, also one that not every poll reads."""
        self._reader.expire(name)

    @override
    async def _async_update_data(self) -> ServerData:
        """Read the static data, or keep the cached data during an outage."""
        if not self._dynamic.last_update_success:
            return self._skip_poll()
        try:
            data = await super()._async_update_data()
        except UpdateFailed, ConfigEntryAuthFailed:
            if await self._async_is_reachable():
                raise
            return self._skip_poll()
        if self.is_stale:
            self.is_stale = False
            # Equal data does not call the listeners, but the entities are available.
            self.hass.loop.call_soon(self.async_update_listeners)
        return data

    async def _async_is_reachable(self) -> bool:
        """Poll the dynamic data, and return whether that has succeeded."""
        await self._dynamic.async_refresh()
        return self._dynamic.last_update_success

    def _skip_poll(self) -> ServerData:
        """Mark the cached data as stale and return it; entities still need it."""
        self.is_stale = True
        return self.data


class AccountCoordinator(SupermicroCoordinator[Privileges]):
    """Coordinator of the account's privileges, which are read on request only.

    The data is None before the first read. A failed read keeps the privileges of the
    one before; they are unknown without one.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
    ) -> None:
        """Initialize the coordinator."""
        super().__init__(hass, entry, name="account", interval=None)
        self._client = client
        self._assigned: frozenset[str] | None = None
        self._was_refused = False
        self.has_failed = False
        """Whether the last read has failed for another reason than a missing role."""

    @override
    async def _async_read(self) -> Privileges:
        """Read the privileges; a failed read keeps the cached ones.

        Raises:
            AuthenticationError: The BMC rejected the credentials.

        """
        try:
            role = await self._client.async_get_role()
        except AuthenticationError:
            raise
        except SupermicroRedfishError as error:
            LOGGER.debug("%s: privileges cannot be read: %s", self.name, error)
            self.has_failed = not isinstance(error, NotFoundError)
        else:
            self.has_failed = False
            self._assigned = frozenset(role.assigned_privileges) or None
        return Privileges(assigned=self._assigned, was_refused=self._was_refused)

    async def async_handle_refusal(self) -> None:
        """Read the privileges again after the BMC has rejected a command."""
        self._was_refused = True
        await self.async_refresh()

    @callback
    def async_handle_success(self) -> None:
        """Forget a rejection after the BMC has accepted a command."""
        if self._was_refused and self.data:
            self._was_refused = False
            self.async_set_updated_data(replace(self.data, was_refused=False))
