"""The fan mode."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aiosupermicro import FanMode, FanModeType, SupermicroRedfishClient
from .coordinator import SupermicroConfigEntry
from .entity import (
    ItemDescription,
    SupermicroEntity,
    async_add_items,
    single,
    static,
)
from .errors import command

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SupermicroSelectDescription[ItemT](
    ItemDescription[ItemT], SelectEntityDescription
):
    """Describe a choice among values that the board itself offers."""

    current_fn: Callable[[ItemT], str | None]
    values_fn: Callable[[ItemT], tuple[str, ...]]
    select_fn: Callable[[SupermicroRedfishClient, str], Awaitable[None]]
    read_fn: Callable[[SupermicroRedfishClient], Awaitable[ItemT]]


DESCRIPTIONS: tuple[SupermicroSelectDescription[Any], ...] = (
    SupermicroSelectDescription[FanMode](
        key="fan_mode",
        translation_key="fan_mode",
        entity_category=EntityCategory.CONFIG,
        coordinator_fn=static,
        items_fn=lambda data: single(data.fan_mode),
        has_fn=lambda fan_mode: bool(fan_mode.available_modes),
        current_fn=lambda fan_mode: fan_mode.mode,
        values_fn=lambda fan_mode: fan_mode.available_modes,
        select_fn=lambda client, mode: client.async_set_fan_mode(mode),
        read_fn=lambda client: client.async_get_fan_mode(),
    ),
)


def _option(value: str) -> str:
    """Return the option for a value; one that has no translation stands for itself."""
    return value.name.lower() if isinstance(value, FanModeType) else value


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the choices of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSelect)


class SupermicroSelect(SupermicroEntity[Any], SelectEntity):
    """A choice among the board's own values."""

    entity_description: SupermicroSelectDescription[Any]

    @property
    @override
    def options(self) -> list[str]:
        """The values that the board offers, and the present one in any case."""
        return list(self._values)

    @property
    @override
    def current_option(self) -> str | None:
        """The present value."""
        value = self.entity_description.current_fn(self.item)
        return None if value is None else _option(value)

    @command
    @override
    async def async_select_option(self, option: str) -> None:
        """Send the value for an option and read the result."""
        row = self.entity_description
        await row.select_fn(self.client, self._values[option])
        await self.coordinator.async_read_back(
            row.key, lambda: row.read_fn(self.client)
        )

    @property
    def _values(self) -> dict[str, str]:
        """The board's values by option."""
        row, item = self.entity_description, self.item
        present = row.current_fn(item)
        values = (*row.values_fn(item), *([] if present is None else [present]))
        return {_option(value): value for value in values}
