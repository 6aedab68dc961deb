"""Base entity for the Supermicro Redfish integration."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import is_
from typing import Any, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import (
    ChildDeviceInfo,
    DeviceInfo,
    async_get_device_id_by_identifier,
)
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util.hass_dict import HassKey

from .aiosupermicro import Privilege
from .const import DOMAIN, MAX_ENTITIES, MAX_NEW_ENTITIES
from .coordinator import SupermicroCoordinator
from .models.items import ItemsByName
from .repairs import async_report_too_many_entities
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .sources import EntitySource, ResourceSource
from .sources.names import name_item
from .util import is_host_off, shorten_name

_SET_UP_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_set_up")


@dataclass(frozen=True, kw_only=True)
class ItemDescription[ItemT](EntityDescription):
    """Describe an entity that exists once for each item of a source."""

    source: EntitySource[Any]
    has_fn: Callable[[ItemT], bool] = lambda _: True
    """Return whether a present item has the value or command of this entity."""
    supported_fn: Callable[[SupermicroRuntimeData], bool] = lambda _: True
    """Return whether the board supports the entity, if other data decides that."""
    privilege: Privilege | None = None
    """Privilege that the BMC account needs."""
    entity_class: Callable[..., Any] | None = None
    """Class of the entity, if it differs from that of the platform."""

    @property
    def text_key(self) -> str:
        """Key of the entity's translations and icon."""
        return self.translation_key or self.key

    def has(self, item: ItemT) -> bool:
        """Return whether an item is present and has this value or command."""
        return self.source.is_present_fn(item) and self.has_fn(item)


@dataclass(frozen=True, kw_only=True)
class SettingDescription[ItemT, ValueT](ItemDescription[ItemT]):
    """Describe an entity that changes a resource, which is then read back."""

    source: ResourceSource[Any]
    privilege: Privilege
    set_fn: Callable[[SupermicroRuntimeData, ItemT, ValueT], Awaitable[None]]
    """Change the item to a value."""


class SupermicroEntity[ItemT](CoordinatorEntity[SupermicroCoordinator[Any]]):
    """Entity of one item of a source."""

    _attr_has_entity_name = True
    entity_description: ItemDescription[ItemT]

    def __init__(
        self,
        entry: SupermicroConfigEntry,
        description: ItemDescription[ItemT],
        key: str,
    ) -> None:
        """Initialize the entity of the item with this key."""
        super().__init__(description.source.coordinator_fn(entry.runtime_data))
        self.entity_description = description
        self.runtime_data = entry.runtime_data
        self.key = key
        self._item = self._items[key]
        self._written_inputs: tuple[Any, ...] = ()
        self._written_values: tuple[Any, ...] = ()
        self._attr_unique_id = unique_id(entry, description, key)
        part = description.source.part_fn(self._item)
        self._attr_device_info = self._get_device_info(entry, part)
        self._set_name(part or "")

    def _get_device_info(
        self, entry: SupermicroConfigEntry, part: str | None
    ) -> DeviceInfo | ChildDeviceInfo:
        """Return the device of the server, or of one of its parts."""
        server = (DOMAIN, str(entry.unique_id))
        if part is None:
            return DeviceInfo(identifiers={server})
        return ChildDeviceInfo(
            identifiers={(DOMAIN, f"{entry.unique_id}_{part}")},
            parent_device_id=async_get_device_id_by_identifier(
                self.coordinator.hass, server, config_entry_id=entry.entry_id
            ),
            name=shorten_name(part),
        )

    def _set_name(self, part: str) -> None:
        """Set the item's part of the name, and the text that it is inserted in."""
        description = self.entity_description
        name = name_item(description.source, self.key, self._items, part)
        self._attr_translation_placeholders = name.placeholders
        self._attr_translation_key = (
            None if name.suffix is None else f"{description.text_key}{name.suffix}"
        )

    @property
    def _items(self) -> Mapping[str, ItemT]:
        """All items of the source."""
        return self.coordinator.get_items(self.entity_description.source.items_fn)

    @property
    def item(self) -> ItemT:
        """The item of the last poll that contained it."""
        self._item = self._items.get(self.key, self._item)
        return self._item

    @property
    @override
    def available(self) -> bool:
        """Return whether the BMC responds, and the last poll contained the item."""
        return (
            self.runtime_data.dynamic.last_update_success
            and self.coordinator.is_current
            and self.key in self._items
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Record the values of the state that Home Assistant writes next."""
        await super().async_added_to_hass()
        self._written_inputs = self._state_inputs
        self._written_values = self._state_values

    @property
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state: objects that a poll replaces only if they have changed.

        A subclass whose state depends on more than these adds it.
        """
        is_off = is_host_off(self.runtime_data.dynamic.data)
        return (self.item, self.available, is_off)

    @property
    def _state_values(self) -> tuple[Any, ...]:
        """All values that make up the state."""
        return (
            self.available,
            self.state,
            self.state_attributes,
            self.extra_state_attributes,
            self.capability_attributes,
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it has changed: a poll changes few of many entities.

        The same objects make the same state, so that it is not even computed.
        """
        former, self._written_inputs = self._written_inputs, self._state_inputs
        if all(map(is_, self._written_inputs, former, strict=True)):
            return
        if (values := self._state_values) != self._written_values:
            self._written_values = values
            self.async_write_ha_state()


class SupermicroSetting[ItemT, ValueT](SupermicroEntity[ItemT]):
    """Entity that changes an item of the server."""

    entity_description: SettingDescription[ItemT, ValueT]

    async def async_change(self, value: ValueT) -> None:
        """Change the item to a value and read it back."""
        description = self.entity_description
        async with self.runtime_data.translate_command_errors():
            await description.set_fn(self.runtime_data, self.item, value)
            await description.source.async_read_back(self.runtime_data)


def unique_id(
    entry: SupermicroConfigEntry, description: ItemDescription[Any], key: str
) -> str:
    """Return the unique id of an entity, from the BMC, the description and the item."""
    return "_".join(filter(None, (entry.unique_id, description.key, key)))


async def async_set_up_platforms(
    hass: HomeAssistant, entry: SupermicroConfigEntry, platforms: Iterable[Platform]
) -> None:
    """Set up platforms, one at a time among all servers.

    Adding the entities of one takes some ten milliseconds. In between, the event loop
    has a turn, also while many servers are set up at once.
    """
    lock = hass.data.setdefault(_SET_UP_LOCK, asyncio.Lock())
    for platform in platforms:
        async with lock:
            await hass.config_entries.async_forward_entry_setups(entry, [platform])
            await asyncio.sleep(0)


@callback
def async_add_items[DescriptionT: ItemDescription[Any]](
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[DescriptionT],
    entity_class: Callable[[SupermicroConfigEntry, DescriptionT, str], Any],
) -> None:
    """Add an entity for each item, now and whenever a new item appears.

    An item that already has a registry entry is added even if it is not present now:
    its host may be off. Entities that the account is not allowed to use are not added,
    and are removed once that becomes known. Home Assistant would show them as broken.
    New entities that need a privilege are added once the privileges are known.
    """
    data = entry.runtime_data
    tracker = _EntityTracker(hass, entry, tuple(descriptions))

    @callback
    def update_entities() -> None:
        """Add the entities of new items, and forget those of removed ones."""
        if entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
            return
        tracker.forget_removed()
        async_add_entities(
            [
                (row.entity_class or entity_class)(entry, row, key)
                for row, key in tracker.find_new()
            ]
        )
        is_limited = bool(data.limited_platforms)
        async_report_too_many_entities(hass, entry, is_limited=is_limited)

    @callback
    def add_rest(coordinator: SupermicroCoordinator[Any], new_data: Any) -> None:
        """Add more entities after a poll without a change."""
        if tracker.has_rest and new_data == coordinator.data:
            update_entities()

    update_entities()
    coordinators = {row.source.coordinator_fn(data) for row in tracker.descriptions}
    for coordinator in {*coordinators, data.account}:
        entry.async_on_unload(coordinator.async_add_listener(update_entities))
        on_poll = partial(add_rest, coordinator)
        entry.async_on_unload(coordinator.async_add_poll_listener(on_poll))


class _EntityTracker[DescriptionT: ItemDescription[Any]]:
    """Track the items of a platform that have an entity."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        descriptions: tuple[DescriptionT, ...],
    ) -> None:
        """Initialize the tracker without any entity."""
        self.descriptions = descriptions
        self._entry = entry
        self._data = entry.runtime_data
        self._registry = er.async_get(hass)
        self._domain = async_get_current_platform().domain
        self._added: dict[str, set[str]] = {row.key: set() for row in descriptions}
        self.has_rest = False
        """Whether there were more items than could be added."""
        self._data.descriptions[self._domain] = descriptions

    def find_new(self) -> Iterator[tuple[DescriptionT, str]]:
        """Return the items without an entity that should have one.

        Entities in the registry always get one again. The number of others is limited,
        at once and in total: a BMC may invent names with each poll.
        """
        room = self._count_free()
        if is_delayed := self._data.static.is_read and room > MAX_NEW_ENTITIES:
            room = MAX_NEW_ENTITIES
        self.has_rest = False
        self._data.limited_platforms.discard(self._domain)
        for row, key in self._find_missing():
            if self._entity_id(row, key) is None:
                if room <= 0:
                    self.has_rest = True
                    if not is_delayed:
                        self._data.limited_platforms.add(self._domain)
                    break
                room -= 1
            self._added[row.key].add(key)
            yield row, key
        self._data.entity_counts[self._domain] = sum(map(len, self._added.values()))

    def _count_free(self) -> int:
        """Return the number of entities that may still be added to the server."""
        registered = er.async_entries_for_config_entry(
            self._registry, self._entry.entry_id
        )
        added = sum(self._data.entity_counts.values())
        return MAX_ENTITIES - max(len(registered), added)

    def _find_missing(self) -> Iterator[tuple[DescriptionT, str]]:
        """Return the items without an entity, those in the registry first."""
        missing = [*self._find_all_missing()]
        yield from sorted(missing, key=lambda found: self._entity_id(*found) is None)

    def _find_all_missing(self) -> Iterator[tuple[DescriptionT, str]]:
        """Return the items without an entity."""
        for row in self.descriptions:
            if not self._is_allowed(row) or not row.supported_fn(self._data):
                continue
            may_be_new = row.privilege is None or self._data.account.data is not None
            added = self._added[row.key]
            items = row.source.get_items(self._data)
            self._migrate_keys(row, items)
            for key, item in items.items():
                if key not in added and (
                    (may_be_new and row.has(item)) or self._entity_id(row, key)
                ):
                    yield row, key

    def _migrate_keys(self, row: DescriptionT, items: Mapping[str, Any]) -> None:
        """Give an item with a new key the registry entry of its former key."""
        former_keys = items.former_keys if isinstance(items, ItemsByName) else {}
        for key, candidates in former_keys.items():
            if key not in items or self._entity_id(row, key):
                continue
            former = (self._entity_id(row, k) for k in candidates if k not in items)
            if entity_id := next(filter(None, former), None):
                self._registry.async_update_entity(
                    entity_id, new_unique_id=unique_id(self._entry, row, key)
                )

    def forget_removed(self) -> None:
        """Forget items that were removed for good, so that they may come back."""
        for row in self.descriptions:
            is_allowed = self._is_allowed(row)
            if is_allowed and not row.source.is_removable:
                continue
            for key in tuple(self._added[row.key]):
                entity_id = self._entity_id(row, key)
                if entity_id and not is_allowed:
                    self._registry.async_remove(entity_id)
                if not is_allowed or (entity_id is None and not self._has(row, key)):
                    self._added[row.key].discard(key)

    def _has(self, row: DescriptionT, key: str) -> bool:
        """Return whether an item is present; the board may list an empty bay."""
        items = row.source.get_items(self._data)
        return key in items and row.has(items[key])

    def _is_allowed(self, row: DescriptionT) -> bool:
        """Return whether the account may use an entity."""
        return self._data.privileges.allow(row.privilege)

    def _entity_id(self, row: DescriptionT, key: str) -> str | None:
        """Return the entity id of an item, None without a registry entry."""
        return self._registry.async_get_entity_id(
            self._domain, DOMAIN, unique_id(self._entry, row, key)
        )
