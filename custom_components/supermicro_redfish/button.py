"""Buttons: resets of host and BMC, the intrusion sensor and the log."""

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
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from .services.log_entries import async_acknowledge
from .util import supports_acknowledgment

PARALLEL_UPDATES = 1

_HARMLESS = (
    ResetType.ON,
    ResetType.GRACEFUL_SHUTDOWN,
    ResetType.GRACEFUL_RESTART,
)
"""Resets that do not cut the power of a running host."""


@dataclass(frozen=True, kw_only=True)
class SupermicroButtonDescription[ItemT](
    ItemDescription[ItemT], ButtonEntityDescription
):
    """Describe a button."""

    press_fn: Callable[[SupermicroRuntimeData, ItemT], Awaitable[None]]


async def _async_reset_system(data: SupermicroRuntimeData, reset_type: str) -> None:
    """Reset the host and read its state."""
    await data.dynamic.async_reset_host(reset_type)
    await sources.SYSTEM.async_read_back(data)


async def _async_reset_manager(data: SupermicroRuntimeData, manager: Manager) -> None:
    """Restart the BMC, gracefully if it supports that."""
    reset_types = manager.reset_types or (ResetType.GRACEFUL_RESTART,)
    is_graceful = ResetType.GRACEFUL_RESTART in reset_types
    await data.client.async_manager_reset(
        ResetType.GRACEFUL_RESTART if is_graceful else reset_types[0]
    )


async def _async_rearm(data: SupermicroRuntimeData, _: Chassis) -> None:
    """Re-arm the intrusion sensor and read its state."""
    await data.client.async_reset_intrusion_sensor()
    await sources.CHASSIS.async_read_back(data)


async def _async_clear_log(
    data: SupermicroRuntimeData, _: tuple[LogEntry, ...]
) -> None:
    """Clear the health event log and read it."""
    await data.client.async_clear_log()
    await sources.LOG.async_read_back(data)


async def _async_acknowledge(
    data: SupermicroRuntimeData, entries: tuple[LogEntry, ...]
) -> None:
    """Acknowledge all health events."""
    await async_acknowledge(data, entries)


def _reset(
    reset_type: ResetType, device_class: ButtonDeviceClass | None = None
) -> SupermicroButtonDescription[str]:
    """Describe a reset that Redfish defines; the user has to enable a harmful one."""
    return SupermicroButtonDescription[str](
        key=f"reset_{reset_type.name.lower()}",
        device_class=device_class,
        # Without a category, a household's overview offers a button for one tap.
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=reset_type in _HARMLESS,
        source=sources.single_source(
            sources.static,
            lambda data: reset_type if reset_type in data.reset_types else None,
        ),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_reset_system,
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
        source=sources.UNKNOWN_RESETS,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_reset_system,
    ),
    SupermicroButtonDescription[Manager](
        key="restart_bmc",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        source=sources.MANAGER,
        has_fn=lambda manager: manager.reset is not None,
        privilege=Privilege.CONFIGURE_MANAGER,
        press_fn=_async_reset_manager,
    ),
    SupermicroButtonDescription[Chassis](
        key="rearm_intrusion",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        source=sources.CHASSIS,
        has_fn=lambda chassis: chassis.is_intruded is not None,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        press_fn=_async_rearm,
    ),
    SupermicroButtonDescription[tuple[LogEntry, ...]](
        key="clear_log",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        source=sources.LOG,
        privilege=Privilege.CONFIGURE_MANAGER,
        press_fn=_async_clear_log,
    ),
    SupermicroButtonDescription[tuple[LogEntry, ...]](
        key="acknowledge_events",
        entity_category=EntityCategory.CONFIG,
        source=sources.LOG,
        has_fn=supports_acknowledgment,
        privilege=Privilege.CONFIGURE_MANAGER,
        press_fn=_async_acknowledge,
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
    """Button of a server."""

    entity_description: SupermicroButtonDescription[Any]

    @override
    async def async_press(self) -> None:
        """Press the button."""
        async with self.runtime_data.translate_command_errors():
            await self.entity_description.press_fn(self.runtime_data, self.item)
