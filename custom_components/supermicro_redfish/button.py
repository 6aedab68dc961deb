"""Ways to reset the host and the BMC, and to acknowledge what happened."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .aiosupermicro import Chassis, LogEntry, Manager, Privilege, ResetType
from .coordinator import SupermicroConfigEntry, SupermicroRuntimeData
from .entity import ItemDescription, SupermicroEntity, async_add_items, command

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SupermicroButtonDescription[ItemT](
    ItemDescription[ItemT], ButtonEntityDescription
):
    """Describe something that the server can be told to do."""

    press_fn: Callable[[SupermicroRuntimeData, ItemT], Awaitable[None]]


async def _async_reset_system(data: SupermicroRuntimeData, reset_type: str) -> None:
    """Reset the host and read what it does."""
    await data.dynamic.async_reset_host(reset_type)
    await sources.SYSTEM.async_read_back(data)


async def _async_reset_manager(data: SupermicroRuntimeData, manager: Manager) -> None:
    """Restart the BMC, gently unless it offers no gentle way."""
    offered = manager.reset_types or (ResetType.GRACEFUL_RESTART,)
    gently = ResetType.GRACEFUL_RESTART in offered
    await data.client.async_manager_reset(
        ResetType.GRACEFUL_RESTART if gently else offered[0]
    )


async def _async_rearm(data: SupermicroRuntimeData, _: Chassis) -> None:
    """Re-arm the intrusion sensor and read what it says."""
    await data.client.async_reset_intrusion_sensor()
    await sources.CHASSIS.async_read_back(data)


async def _async_clear_log(
    data: SupermicroRuntimeData, _: tuple[LogEntry, ...]
) -> None:
    """Clear the health event log and read what is left."""
    await data.client.async_clear_log()
    await sources.LOG.async_read_back(data)


def _reset(
    reset_type: ResetType, device_class: ButtonDeviceClass | None = None
) -> SupermicroButtonDescription[str]:
    """Describe a reset type that Home Assistant has words for.

    What cuts the power under a running host is not offered before it is asked for.
    """
    key = f"reset_{reset_type.name.lower()}"
    return SupermicroButtonDescription[str](
        key=key,
        device_class=device_class,
        entity_category=None if reset_type in _HARMLESS else EntityCategory.CONFIG,
        entity_registry_enabled_default=reset_type in _HARMLESS,
        kind=sources.one(
            sources.static,
            lambda data: reset_type if reset_type in data.reset_types else None,
        ),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_reset_system,
    )


_HARMLESS = (
    ResetType.ON,
    ResetType.GRACEFUL_SHUTDOWN,
    ResetType.GRACEFUL_RESTART,
)

DESCRIPTIONS: tuple[SupermicroButtonDescription[Any], ...] = (
    _reset(ResetType.ON),
    _reset(ResetType.FORCE_ON),
    _reset(ResetType.GRACEFUL_SHUTDOWN),
    _reset(ResetType.FORCE_OFF),
    _reset(ResetType.GRACEFUL_RESTART, ButtonDeviceClass.RESTART),
    _reset(ResetType.FORCE_RESTART, ButtonDeviceClass.RESTART),
    _reset(ResetType.POWER_CYCLE),
    _reset(ResetType.FULL_POWER_CYCLE),
    _reset(ResetType.PUSH_POWER_BUTTON),
    _reset(ResetType.NMI),
    SupermicroButtonDescription[str](
        key="reset",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        kind=sources.UNKNOWN_RESETS,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_reset_system,
    ),
    SupermicroButtonDescription[Manager](
        key="restart_bmc",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        kind=sources.MANAGER,
        has_fn=lambda manager: manager.reset is not None,
        privilege=Privilege.CONFIGURE_MANAGER,
        press_fn=_async_reset_manager,
    ),
    SupermicroButtonDescription[Chassis](
        key="rearm_intrusion",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        kind=sources.CHASSIS,
        has_fn=lambda chassis: chassis.is_intruded is not None,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_rearm,
    ),
    SupermicroButtonDescription[tuple[LogEntry, ...]](
        key="clear_log",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        kind=sources.LOG,
        privilege=Privilege.CONFIGURE_MANAGER,
        press_fn=_async_clear_log,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroButton)


class SupermicroButton(SupermicroEntity[Any], ButtonEntity):
    """Something that the server can be told to do."""

    entity_description: SupermicroButtonDescription[Any]

    @command
    @override
    async def async_press(self) -> None:
        """Tell the server to do it."""
        runtime_data = self.coordinator.config_entry.runtime_data
        await self.entity_description.press_fn(runtime_data, self.item)
