"""When the BMC is read: what moves often, what moves rarely."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .aiosupermicro import (
    AuthorizationError,
    BulkData,
    CertificateError,
    DynamicData,
    LicenseError,
    PowerState,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .aiosupermicro.exceptions import ENDS_ALL
from .const import (
    CONF_DYNAMIC_INTERVAL,
    CONF_STATIC_INTERVAL,
    DYNAMIC_INTERVAL,
    LOGGER,
    STATIC_INTERVAL,
)
from .errors import TRANSLATION_KEYS, reading, translated, translation_key
from .host_poller import PATIENCE, PowerCadence
from .models import ServerData, ServerReader
from .privileges import PrivilegeReader, Privileges

_LONGEST_RETRY = 300.0
"""Seconds until a BMC is asked again, whatever it wishes.

So long it is left alone whose certificate is not the expected one.
"""

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
        interval: timedelta | None,
    ) -> None:
        """Set what is read, and how often; None for when somebody asks for it."""
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
        self._read_listeners: list[Callable[[DataT], None]] = []
        self._items: dict[Callable[[DataT], Mapping[str, Any]], Mapping[str, Any]] = {}
        self._items_of: DataT | None = None

    @property
    def is_current(self) -> bool:
        """Whether what was read last is to be shown."""
        return self.last_update_success

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
        async with reading(self.hass, self.config_entry, _failed):
            data = replace(await self._read(), **self._read_back)
        self._log_parts(data.errors)
        self._tell_of_reading(data)
        return data

    def _tell_of_reading(self, data: DataT) -> None:
        """Tell those who want to know of every reading."""
        for listener in list(self._read_listeners):
            listener(data)

    @callback
    def async_add_read_listener(
        self, listener: Callable[[DataT], None]
    ) -> CALLBACK_TYPE:
        """Tell of every poll that was answered, also of one that brought nothing new.

        The other listeners are told of changes only.
        """
        self._read_listeners.append(listener)
        return lambda: self._read_listeners.remove(listener)

    def _log_parts(self, errors: Mapping[str, SupermicroRedfishError]) -> None:
        """Log once that a part cannot be read, and once that it can be again.

        For a missing licence there is a repair issue.
        """
        errors = {
            name: error
            for name, error in errors.items()
            if not isinstance(error, LicenseError)
        }
        for name in errors.keys() - self._failing:
            LOGGER.warning("%s: %s cannot be read: %s", self.name, name, errors[name])
        for name in self._failing - errors.keys():
            LOGGER.info("%s: %s can be read again", self.name, name)
        self._failing = set(errors)

    @callback
    def async_show(self, name: str, resource: Any) -> None:
        """Show a single resource that was read outside the cadence, which stays."""
        self._read_back[name] = resource
        self.data = replace(self.data, **self._read_back)
        self.async_update_listeners()


class DynamicCoordinator(SupermicroCoordinator[DynamicData]):
    """Reads what moves often, and more often while the host's power state changes."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
        *,
        interval: timedelta,
    ) -> None:
        """Set how often it is read while nothing happens."""
        super().__init__(
            hass, entry, self._async_read_due, name="dynamic", interval=interval
        )
        self._client = client
        self._interval = interval
        self._cadence = PowerCadence(client, interval, hass.loop.time)

    @property
    def is_due(self) -> bool:
        """Whether what moves often was read so long ago that it is to be read now."""
        return self._cadence.is_all_due

    async def async_reset_host(
        self, reset_type: str, patience: float = PATIENCE
    ) -> None:
        """Reset the host, and follow it more closely until it has settled."""
        await self._client.async_system_reset(reset_type)
        self.async_expect(reset_type, patience)

    @callback
    def async_expect(self, reset_type: str, patience: float = PATIENCE) -> None:
        """Follow the host after a reset, unless the BMC cannot be read anyway."""
        self._cadence.expect(reset_type, patience)
        if self.last_update_success:
            self.update_interval = self._cadence.interval
            self.async_set_updated_data(self.data)

    @override
    async def _async_update_data(self) -> DynamicData:
        """Read what is due; what fails is not read more often than it is set."""
        self.update_interval = self._interval
        data = await super()._async_update_data()
        self.update_interval = self._cadence.interval
        return data

    @override
    def _tell_of_reading(self, data: DynamicData) -> None:
        """Tell of readings of sensors, not of those of the system alone."""
        if self._cadence.has_read_all:
            super()._tell_of_reading(data)

    async def _async_read_due(self) -> DynamicData:
        """Read what is due, and the POST code of a host that boots."""
        data = await self._cadence.async_read(self.data)
        if self._cadence.shows_post_codes:
            await self._async_read_post_code()
        return data

    async def _async_read_post_code(self) -> None:
        """Read how far the BIOS is, where the board tells."""
        static = self.config_entry.runtime_data.static
        known = snooping = static.data.snooping if static.data else None
        if known is not None:
            try:
                snooping = await self._client.async_get_snooping()
            except ENDS_ALL:
                raise
            except SupermicroRedfishError as error:
                LOGGER.debug("%s: the POST code was not read: %s", self.name, error)
        self._cadence.see_post_code(is_new=snooping != known)
        if snooping != known:
            static.async_show("snooping", snooping)


class StaticCoordinator(SupermicroCoordinator[ServerData]):
    """Reads what moves rarely, as long as the BMC can be reached.

    Whether it can is for the other cadence to find out and to log, so that an outage
    is told once.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
        *,
        interval: timedelta,
        dynamic: DynamicCoordinator,
    ) -> None:
        """Set how often it is read, and who knows whether the BMC can be reached."""
        reader = ServerReader(client)
        super().__init__(
            hass, entry, reader.async_read, name="static", interval=interval
        )
        self._dynamic = dynamic
        self.has_missed = False
        """Whether it was not read when its turn came, and has not been since."""

    @property
    @override
    def is_current(self) -> bool:
        """Whether what is known is of the last turn: before that, it is not shown."""
        return super().is_current and not self.has_missed

    @override
    async def _async_update_data(self) -> ServerData:
        """Read all, or keep what is known while the BMC is away."""
        if self.data and not self._dynamic.last_update_success:
            return self._miss()
        try:
            data = await super()._async_update_data()
        except UpdateFailed, ConfigEntryAuthFailed:
            if not self.data:
                raise
            await self._dynamic.async_refresh()
            if self._dynamic.last_update_success:
                raise
            return self._miss()
        if self.has_missed:
            self.has_missed = False
            # What is as it was before would not be told of.
            self.hass.loop.call_soon(self.async_update_listeners)
        return data

    def _miss(self) -> ServerData:
        """Take note that its turn is over; what is known is needed again later."""
        self.has_missed = True
        return self.data


class AccountCoordinator(SupermicroCoordinator[Privileges]):
    """Reads what the account may do: once, and again where that may have changed."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        client: SupermicroRedfishClient,
    ) -> None:
        """Set whose privileges are read."""
        self._reader = PrivilegeReader(client)
        super().__init__(
            hass, entry, self._reader.async_read, name="account", interval=None
        )

    async def async_learn(self) -> None:
        """Look again after a refusal."""
        self._reader.was_refused = True
        await self.async_refresh()


@dataclass(frozen=True, kw_only=True)
class SupermicroRuntimeData:
    """What a config entry works with while it is loaded."""

    client: SupermicroRedfishClient
    static: StaticCoordinator
    dynamic: DynamicCoordinator
    account: AccountCoordinator
    described: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """The descriptions of all entities that there may be, by their platform."""

    @property
    def privileges(self) -> Privileges:
        """What the account may do, as far as is known."""
        return self.account.data

    @property
    def errors(self) -> dict[str, SupermicroRedfishError]:
        """What could not be read last time, by the resource's name."""
        return {**self.static.data.errors, **self.dynamic.data.errors}

    @asynccontextmanager
    async def commanding(self) -> AsyncIterator[None]:
        """Translate what can go wrong while the BMC is commanded.

        What the account is not allowed to do tells of its privileges.
        """
        try:
            yield
        except SupermicroRedfishError as error:
            if translation_key(error) == TRANSLATION_KEYS[AuthorizationError]:
                await self.account.async_learn()
            raise HomeAssistantError(**translated(error)) from error


def create_runtime_data(
    hass: HomeAssistant, entry: SupermicroConfigEntry, client: SupermicroRedfishClient
) -> SupermicroRuntimeData:
    """Return all coordinators on one client."""
    seconds = entry.options.get(CONF_DYNAMIC_INTERVAL, DYNAMIC_INTERVAL.seconds)
    minutes = entry.options.get(CONF_STATIC_INTERVAL, STATIC_INTERVAL.seconds // 60)
    dynamic = DynamicCoordinator(
        hass, entry, client, interval=timedelta(seconds=seconds)
    )
    return SupermicroRuntimeData(
        client=client,
        static=StaticCoordinator(
            hass, entry, client, interval=timedelta(minutes=minutes), dynamic=dynamic
        ),
        dynamic=dynamic,
        account=AccountCoordinator(hass, entry, client),
    )


def _failed(error: SupermicroRedfishError) -> UpdateFailed:
    """Return what a reading that failed is, and how long the BMC is left alone."""
    is_other = isinstance(error, CertificateError)
    wished = _LONGEST_RETRY if is_other else error.retry_after
    retry_after = None if wished is None else min(wished, _LONGEST_RETRY)
    return UpdateFailed(**translated(error), retry_after=retry_after)


def is_host_off(data: DynamicData) -> bool:
    """Tell whether the host is known to be off."""
    return data.system is not None and data.system.power_state == PowerState.OFF
