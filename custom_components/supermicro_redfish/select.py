"""Selects: fan mode, boot source and the state after a power loss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, override

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
    FanModeType,
    Privilege,
    System,
)
from .const import CONF_REMOVED_ENTITIES, MAX_OPTIONS
from .entity import SettingDescription, SupermicroSetting, async_add_items
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .util import option_name

PARALLEL_UPDATES = 1

_BOOT_TARGETS: dict[str, Callable[[Boot], str | None]] = {
    BootSource.UEFI_BOOT_NEXT: lambda boot: boot.boot_next,
    BootSource.UEFI_TARGET: lambda boot: boot.uefi_target_boot_source_override,
}
"""Targets that two of the boot sources need."""

_PUBLISHED_FAN_MODES: Final[Mapping[str, str]] = {
    FanModeType.FULL_SPEED: "Full Speed",
    FanModeType.HEAVY_IO: "Heavy I/O",
    FanModeType.PUE_OPTIMAL: "PUE Optimal",
}
_PUBLISHED_BOOT_SOURCES: Final[Mapping[str, str]] = {
    BootSource.PXE: "PXE",
    BootSource.HDD: "HDD",
    BootSource.CD: "CD/DVD",
    BootSource.USB: "USB",
    BootSource.BIOS_SETUP: "BIOS Setup",
    BootSource.UEFI_TARGET: "UEFI Target",
    BootSource.SD_CARD: "SD Card",
    BootSource.UEFI_HTTP: "UEFI HTTP",
    BootSource.REMOTE_DRIVE: "Remote Drive",
    BootSource.DIAGS: "Diagnostics",
}
"""Options of the published integration; all other values are their own option there."""


@dataclass(frozen=True, kw_only=True)
class SupermicroSelectDescription[ItemT](
    SettingDescription[ItemT, str], SelectEntityDescription
):
    """Describe a select with the values that the board lists."""

    current_fn: Callable[[ItemT], str | None]
    values_fn: Callable[[ItemT], tuple[str, ...]]
    published_options: Mapping[str, str] = field(default_factory=dict)
    """Options of the published integration, by value."""


def _boot_source(system: System) -> str | None:
    """Return the source of the next boot, "None" for the order of the BIOS.

    The target of an override that has ended may remain without effect.
    """
    boot = system.boot
    if boot.boot_source_override_enabled == BootSourceEnabled.DISABLED:
        return BootSource.NONE
    return boot.boot_source_override_target


def _boot_sources(system: System) -> tuple[str, ...]:
    """Return the board's boot sources, without those that lack their target."""
    boot = system.boot
    return tuple(
        source
        for source in boot.boot_source_options
        if source not in _BOOT_TARGETS or _BOOT_TARGETS[source](boot)
    )


async def _async_set_fan_mode(data: SupermicroRuntimeData, mode: str) -> None:
    """Set the fan mode, through the fan control if it is on."""
    if data.fan_controller is None:
        await data.client.async_set_fan_mode(mode)
        return
    await data.fan_controller.async_set_mode(mode)


DESCRIPTIONS: tuple[SupermicroSelectDescription[Any], ...] = (
    SupermicroSelectDescription[FanMode](
        key="fan_mode",
        source=sources.FAN_MODE,
        has_fn=lambda fan_mode: bool(fan_mode.available_modes),
        privilege=Privilege.CONFIGURE_MANAGER,
        current_fn=lambda fan_mode: fan_mode.mode,
        values_fn=lambda fan_mode: fan_mode.available_modes,
        published_options=_PUBLISHED_FAN_MODES,
        set_fn=lambda data, _, mode: _async_set_fan_mode(data, mode),
    ),
    SupermicroSelectDescription[System](
        key="boot_source",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        source=sources.SYSTEM,
        has_fn=lambda system: bool(system.boot.boot_source_options),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        current_fn=_boot_source,
        values_fn=_boot_sources,
        published_options=_PUBLISHED_BOOT_SOURCES,
        set_fn=lambda data, _, source: data.client.async_set_boot_source(source),
    ),
    SupermicroSelectDescription[System](
        key="power_restore_policy",
        entity_category=EntityCategory.CONFIG,
        source=sources.SYSTEM,
        has_fn=lambda system: bool(system.power_restore_policies),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        current_fn=lambda system: system.power_restore_policy,
        values_fn=lambda system: system.power_restore_policies,
        set_fn=lambda data, _, policy: data.client.async_set_power_restore_policy(
            policy
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selects of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroSelect)


class SupermicroSelect(SupermicroSetting[Any, str], SelectEntity):
    """Select with the values that the board lists."""

    entity_description: SupermicroSelectDescription[Any]

    @property
    @override
    def options(self) -> list[str]:
        """Options that the board lists, and the current one in any case.

        Automations from before a migration use the options that follow.
        """
        return [*self._values, *self._published_values]

    @property
    @override
    def current_option(self) -> str | None:
        """Current option."""
        value = self.entity_description.current_fn(self.item)
        return None if value is None else option_name(value)

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the entry, which may have the published options."""
        return (*super()._state_inputs, self.coordinator.config_entry.data)

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the value of an option."""
        await self.async_change((self._published_values | self._values)[option])

    @property
    def _values(self) -> dict[str, str]:
        """Values of the board by option."""
        description, item = self.entity_description, self.item
        current = description.current_fn(item)
        values = (
            *description.values_fn(item)[:MAX_OPTIONS],
            *([] if current is None else [current]),
        )
        return {option_name(value): value for value in values}

    @property
    def _published_values(self) -> dict[str, str]:
        """Values by the published integration's option, until the user confirms."""
        if CONF_REMOVED_ENTITIES not in self.coordinator.config_entry.data:
            return {}
        names, current = self.entity_description.published_options, self._values
        values = self.entity_description.values_fn(self.item)
        own = {str(value): value for value in values if value not in names}
        renamed = {names[value]: value for value in values if value in names}
        return {
            option: value
            for option, value in (own | renamed).items()
            if option not in current
        }
