"""Settings of the BMC that are on or off."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aiosupermicro import NTP, SupermicroRedfishClient
from .coordinator import SupermicroConfigEntry
from .entity import ItemDescription, SupermicroEntity, async_add_items, single, static
from .errors import command

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SupermicroSwitchDescription[ItemT](
    ItemDescription[ItemT], SwitchEntityDescription
):
    """Describe a setting that is read back after it was set."""

    is_on_fn: Callable[[ItemT], bool | None]
    set_fn: Callable[[SupermicroRedfishClient, bool], Awaitable[None]]
    read_fn: Callable[[SupermicroRedfishClient], Awaitable[ItemT]]


DESCRIPTIONS: tuple[SupermicroSwitchDescription[Any], ...] = (
    SupermicroSwitchDescription[NTP](
        key="ntp",
        translation_key="ntp",
        entity_category=EntityCategory.CONFIG,
        coordinator_fn=static,
        items_fn=lambda data: single(data.ntp),
        has_fn=lambda ntp: ntp.enabled is not None,
        is_on_fn=lambda ntp: ntp.enabled,
        set_fn=lambda client, enabled: client.async_set_ntp_enabled(enabled),
        read_fn=lambda client: client.async_get_ntp(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSwitch)


class SupermicroSwitch(SupermicroEntity[Any], SwitchEntity):
    """A setting of the BMC."""

    entity_description: SupermicroSwitchDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the setting is on."""
        return self.entity_description.is_on_fn(self.item)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the setting on."""
        await self._async_set(enabled=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the setting off."""
        await self._async_set(enabled=False)

    @command
    async def _async_set(self, *, enabled: bool) -> None:
        """Change the setting and read the result."""
        row = self.entity_description
        await row.set_fn(self.client, enabled)
        await self.coordinator.async_read_back(
            row.key, lambda: row.read_fn(self.client)
        )
