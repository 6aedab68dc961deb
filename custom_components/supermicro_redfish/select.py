"""Choices among values that the board itself offers: fan mode and boot source."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .aiosupermicro import (
    Boot,
    BootSource,
    BootSourceEnabled,
    FanMode,
    Privilege,
    SupermicroRedfishClient,
    System,
)
from .coordinator import SupermicroConfigEntry
from .entity import SettingDescription, SupermicroSetting, async_add_items, command

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SupermicroSelectDescription[ItemT](
    SettingDescription[ItemT], SelectEntityDescription
):
    """Describe a choice among values that the board itself offers."""

    current_fn: Callable[[ItemT], str | None]
    values_fn: Callable[[ItemT], tuple[str, ...]]
    select_fn: Callable[[SupermicroRedfishClient, str], Awaitable[None]]


def _next_boot_source(system: System) -> str | None:
    """Return where the host boots from next, "None" for where its BIOS says.

    A target that stays behind when its override has ended means nothing.
    """
    boot = system.boot
    if boot.boot_source_override_enabled == BootSourceEnabled.DISABLED:
        return BootSource.NONE
    return boot.boot_source_override_target


def _boot_sources(system: System) -> tuple[str, ...]:
    """Return the board's boot sources, without those that lack what they boot."""
    boot = system.boot
    return tuple(
        source
        for source in boot.boot_source_options
        if source not in _POINTING or _POINTING[source](boot)
    )


_POINTING: dict[str, Callable[[Boot], str | None]] = {
    BootSource.UEFI_BOOT_NEXT: lambda boot: boot.boot_next,
    BootSource.UEFI_TARGET: lambda boot: boot.uefi_target_boot_source_override,
}
"""The sources that point to what another setting names."""

DESCRIPTIONS: tuple[SupermicroSelectDescription[Any], ...] = (
    SupermicroSelectDescription[FanMode](
        key="fan_mode",
        kind=sources.FAN_MODE,
        has_fn=lambda fan_mode: bool(fan_mode.available_modes),
        privilege=Privilege.CONFIGURE_MANAGER,
        current_fn=lambda fan_mode: fan_mode.mode,
        values_fn=lambda fan_mode: fan_mode.available_modes,
        select_fn=lambda client, mode: client.async_set_fan_mode(mode),
    ),
    SupermicroSelectDescription[System](
        key="boot_source",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        kind=sources.SYSTEM,
        has_fn=lambda system: bool(system.boot.boot_source_options),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        current_fn=_next_boot_source,
        values_fn=_boot_sources,
        select_fn=lambda client, source: client.async_set_boot_source(source),
    ),
)


def _option(value: str) -> str:
    """Return the option for a value; one that has no translation stands for itself."""
    return value.name.lower() if isinstance(value, Enum) else value


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the choices of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSelect)


class SupermicroSelect(SupermicroSetting[Any], SelectEntity):
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
        select = self.entity_description.select_fn
        await self._async_change(select(self.client, self._values[option]))

    @property
    def _values(self) -> dict[str, str]:
        """The board's values by option."""
        row, item = self.entity_description, self.item
        present = row.current_fn(item)
        values = (*row.values_fn(item), *([] if present is None else [present]))
        return {_option(value): value for value in values}
