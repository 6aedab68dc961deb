"""Settings of the BMC that are on or off."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aiosupermicro import (
    LLDP,
    NTP,
    ProtocolSettings,
    StaticData,
    SupermicroRedfishClient,
)
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
    set_fn: Callable[[SupermicroRedfishClient, str, bool], Awaitable[None]]
    """Sets the item with a key."""
    resource: str
    """The name that the item's resource has in the coordinator's data."""
    read_fn: Callable[[SupermicroRedfishClient], Awaitable[Any]]


def _protocols(data: StaticData) -> Mapping[str, ProtocolSettings]:
    """Return the protocols of the BMC, without the one that we are talking through."""
    protocols = data.network_protocol.protocols if data.network_protocol else {}
    return {
        name: settings
        for name, settings in protocols.items()
        if name not in _NOT_OFFERED
    }


_NOT_OFFERED = ("HTTPS", "NTP")
"""The way to the BMC itself, and what has a switch of its own."""

DESCRIPTIONS: tuple[SupermicroSwitchDescription[Any], ...] = (
    SupermicroSwitchDescription[NTP](
        key="ntp",
        translation_key="ntp",
        entity_category=EntityCategory.CONFIG,
        coordinator_fn=static,
        items_fn=lambda data: single(data.ntp),
        has_fn=lambda ntp: ntp.enabled is not None,
        is_on_fn=lambda ntp: ntp.enabled,
        set_fn=lambda client, _, enabled: client.async_set_ntp_enabled(enabled),
        resource="ntp",
        read_fn=lambda client: client.async_get_ntp(),
    ),
    SupermicroSwitchDescription[LLDP](
        key="lldp",
        translation_key="lldp",
        entity_category=EntityCategory.CONFIG,
        coordinator_fn=static,
        items_fn=lambda data: single(data.lldp),
        has_fn=lambda lldp: lldp.enabled is not None,
        is_on_fn=lambda lldp: lldp.enabled,
        set_fn=lambda client, _, enabled: client.async_set_lldp_enabled(enabled),
        resource="lldp",
        read_fn=lambda client: client.async_get_lldp(),
    ),
    SupermicroSwitchDescription[ProtocolSettings](
        key="protocol",
        translation_key="protocol",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        coordinator_fn=static,
        items_fn=_protocols,
        has_fn=lambda protocol: protocol.protocol_enabled is not None,
        is_on_fn=lambda protocol: protocol.protocol_enabled,
        set_fn=lambda client, name, enabled: client.async_set_protocol_enabled(
            name, enabled
        ),
        resource="network_protocol",
        read_fn=lambda client: client.async_get_network_protocol(),
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
        await row.set_fn(self.client, self.key, enabled)
        await self.coordinator.async_read_back(
            row.resource, lambda: row.read_fn(self.client)
        )
