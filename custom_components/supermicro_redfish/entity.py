"""What the entities of all platforms have in common."""

from collections.abc import (
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import dataclass
from typing import Any, Concatenate, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .aiosupermicro import Privilege, SupermicroRedfishClient
from .const import DOMAIN
from .coordinator import (
    SupermicroConfigEntry,
    SupermicroCoordinator,
    SupermicroRuntimeData,
)
from .sources import Kind, Resource


@dataclass(frozen=True, kw_only=True)
class ItemDescription[ItemT](EntityDescription):
    """Describe an entity that exists once for every item of a kind."""

    kind: Kind[Any]
    has_fn: Callable[[ItemT], bool] = lambda _: True
    """Whether an item that is there offers this at all."""
    offered_fn: Callable[[SupermicroRuntimeData], bool] = lambda _: True
    """Whether the board offers what more than the items must be known for."""
    privilege: Privilege | None = None
    """What the BMC's account needs for it."""

    @property
    def text_key(self) -> str:
        """The key of its texts and its icon."""
        return self.translation_key or self.key

    def has(self, item: ItemT) -> bool:
        """Tell whether an item is there and offers this."""
        return self.kind.is_there_fn(item) and self.has_fn(item)


@dataclass(frozen=True, kw_only=True)
class SettingDescription[ItemT](ItemDescription[ItemT]):
    """Describe an entity that changes an item: a resource, which is read back then."""

    kind: Resource[Any]
    privilege: Privilege


class SupermicroEntity[ItemT](CoordinatorEntity[SupermicroCoordinator[Any]]):
    """An entity that shows or commands one item of the server."""

    _attr_has_entity_name = True
    entity_description: ItemDescription[ItemT]

    def __init__(
        self,
        entry: SupermicroConfigEntry,
        description: ItemDescription[ItemT],
        key: str,
    ) -> None:
        """Stand for the item with this key."""
        super().__init__(description.kind.coordinator_fn(entry.runtime_data))
        self.entity_description = description
        self.key = key
        self._item = self._items[key]
        self._attr_unique_id = unique_id(entry, description, key)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, str(entry.unique_id))}
        )
        self._name_item(description.kind)

    def _name_item(self, kind: Kind[ItemT]) -> None:
        """Tell this item from its like: by a number, its label, or the board's name."""
        self._attr_translation_key = self.entity_description.text_key
        if number := kind.numbered and kind.numbered.fullmatch(self.key):
            self._attr_translation_key += "_numbered"
            self._attr_translation_placeholders = {"number": number[1]}
            return
        label = kind.label_fn(self._item)
        labels = [kind.label_fn(item) for item in self._items.values()]
        name = label if label and labels.count(label) == 1 else self.key
        self._attr_translation_placeholders = {"name": name.removesuffix(kind.suffix)}

    @property
    def client(self) -> SupermicroRedfishClient:
        """The client that commands go through."""
        return self.coordinator.config_entry.runtime_data.client

    @property
    def item(self) -> ItemT:
        """The item as it was last read."""
        self._item = self._items.get(self.key, self._item)
        return self._item

    @property
    @override
    def available(self) -> bool:
        """Whether the BMC can be reached, was asked for the item and knows it."""
        runtime_data = self.coordinator.config_entry.runtime_data
        is_reached = runtime_data.dynamic.last_update_success
        return is_reached and self.coordinator.is_current and self.key in self._items

    @property
    def _items(self) -> Mapping[str, ItemT]:
        """All items of this kind."""
        return self.coordinator.items(self.entity_description.kind.items_fn)

    @callback
    @override
    def _async_write_ha_state(self) -> None:
        """Write the state where it is another one: few of many readings change."""
        new = self._async_calculate_state()
        old = self.hass.states.get(self.entity_id)
        if not old or (old.state, old.attributes) != (new.state, new.attributes):
            super()._async_write_ha_state()


class SupermicroSetting[ItemT](SupermicroEntity[ItemT]):
    """An entity that changes an item of the server."""

    entity_description: SettingDescription[ItemT]

    async def _async_change(self, change: Awaitable[None]) -> None:
        """Change the item and show what became of it."""
        await change
        runtime_data = self.coordinator.config_entry.runtime_data
        await self.entity_description.kind.async_read_back(runtime_data)


def command[EntityT: SupermicroEntity[Any], **P](
    func: Callable[Concatenate[EntityT, P], Awaitable[None]],
) -> Callable[Concatenate[EntityT, P], Coroutine[Any, Any, None]]:
    """Let an entity command the BMC."""

    async def handler(self: EntityT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        async with self.coordinator.config_entry.runtime_data.commanding():
            await func(self, *args, **kwargs)

    return handler


def unique_id(
    entry: SupermicroConfigEntry, description: ItemDescription[Any], key: str
) -> str:
    """Return the unique id of an entity: the BMC, the kind and the item."""
    return "_".join(filter(None, (entry.unique_id, description.key, key)))


@callback
def async_add_items[DescriptionT: ItemDescription[Any]](
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[DescriptionT],
    entity: Callable[[SupermicroConfigEntry, DescriptionT, str], Any],
) -> None:
    """Add an entity for every item that is there, and for those that appear later.

    An item that was there before Home Assistant last started is added even if it is
    not there now: its host may be off. What the account is not allowed to use is not
    added, and removed when that turns out: it would be shown as broken.
    """
    data = entry.runtime_data
    items = _Items(hass, entry, tuple(descriptions))

    @callback
    def follow() -> None:
        """Keep the entities in step with the items."""
        items.forget()
        async_add_entities(entity(entry, row, key) for row, key in items.find_new())

    follow()
    coordinators = {row.kind.coordinator_fn(data) for row in items.descriptions}
    for coordinator in {*coordinators, data.account}:
        entry.async_on_unload(coordinator.async_add_listener(follow))


class _Items[DescriptionT: ItemDescription[Any]]:
    """The items of a platform that have an entity."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SupermicroConfigEntry,
        descriptions: tuple[DescriptionT, ...],
    ) -> None:
        """Begin with none."""
        self.descriptions = descriptions
        self._entry = entry
        self._registry = er.async_get(hass)
        self._domain = async_get_current_platform().domain
        self._added: dict[str, set[str]] = {row.key: set() for row in descriptions}
        entry.runtime_data.described[self._domain] = tuple(
            filter(self._is_allowed, descriptions)
        )

    def find_new(self) -> Iterator[tuple[DescriptionT, str]]:
        """Return the items that have no entity yet and are to have one."""
        for row in self.descriptions:
            if not self._is_allowed(row) or not row.offered_fn(self._data):
                continue
            added = self._added[row.key]
            for key, item in row.kind.items(self._data).items():
                is_there = row.has(item) or self._entity_id(row, key)
                if is_there and key not in added:
                    added.add(key)
                    yield row, key

    def forget(self) -> None:
        """Forget what is gone for good, so that it may come back."""
        for row in self.descriptions:
            is_allowed = self._is_allowed(row)
            if is_allowed and not row.kind.is_removable:
                continue
            for key in tuple(self._added[row.key]):
                entity_id = self._entity_id(row, key)
                if entity_id and not is_allowed:
                    self._registry.async_remove(entity_id)
                if not is_allowed or (entity_id is None and not self._has(row, key)):
                    self._added[row.key].discard(key)

    @property
    def _data(self) -> SupermicroRuntimeData:
        """What the entry works with."""
        return self._entry.runtime_data

    def _has(self, row: DescriptionT, key: str) -> bool:
        """Tell whether an item is there; one that is absent may still be listed."""
        there = row.kind.items(self._data)
        return key in there and row.has(there[key])

    def _is_allowed(self, row: DescriptionT) -> bool:
        """Tell whether the account may do what an entity is for."""
        return row.privilege is None or self._data.privileges.allow(row.privilege)

    def _entity_id(self, row: DescriptionT, key: str) -> str | None:
        """Return the entity of an item, if it was ever added."""
        known = unique_id(self._entry, row, key)
        return self._registry.async_get_entity_id(self._domain, DOMAIN, known)
