"""How long the host waits before it changes its power state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .aiosupermicro import Privilege, SupermicroRedfishClient, System
from .coordinator import SupermicroConfigEntry
from .entity import SettingDescription, SupermicroSetting, async_add_items, command

PARALLEL_UPDATES = 1

USUAL_RANGE = range(255)
"""For a board that lists no range: 254 seconds is the most on those that do."""


@dataclass(frozen=True, kw_only=True)
class SupermicroNumberDescription(SettingDescription[System], NumberEntityDescription):
    """Describe a delay of the host."""

    value_fn: Callable[[System], int | None]
    range_fn: Callable[[System], range | None]
    """The seconds that the board lists as allowed."""
    set_fn: Callable[[SupermicroRedfishClient, int], Awaitable[None]]


def _delay(
    key: str,
    value_fn: Callable[[System], int | None],
    range_fn: Callable[[System], range | None],
    set_fn: Callable[[SupermicroRedfishClient, int], Awaitable[None]],
) -> SupermicroNumberDescription:
    """Describe one of the three delays."""
    return SupermicroNumberDescription(
        key=key,
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        mode=NumberMode.BOX,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        kind=sources.SYSTEM,
        has_fn=lambda system: value_fn(system) is not None,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        value_fn=value_fn,
        range_fn=range_fn,
        set_fn=set_fn,
    )


DESCRIPTIONS = (
    _delay(
        "power_on_delay",
        lambda system: system.power_on_delay_seconds,
        lambda system: system.power_on_delay_range,
        lambda client, seconds: client.async_set_power_on_delay(seconds),
    ),
    _delay(
        "power_off_delay",
        lambda system: system.power_off_delay_seconds,
        lambda system: system.power_off_delay_range,
        lambda client, seconds: client.async_set_power_off_delay(seconds),
    ),
    _delay(
        "power_cycle_delay",
        lambda system: system.power_cycle_delay_seconds,
        lambda system: system.power_cycle_delay_range,
        lambda client, seconds: client.async_set_power_cycle_delay(seconds),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the delays of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroNumber)


class SupermicroNumber(SupermicroSetting[System], NumberEntity):
    """A delay of the host."""

    entity_description: SupermicroNumberDescription

    @property
    @override
    def native_value(self) -> int | None:
        """The delay in seconds."""
        return self.entity_description.value_fn(self.item)

    @property
    @override
    def native_min_value(self) -> float:
        """The shortest delay that the board allows."""
        return self._range[0]

    @property
    @override
    def native_max_value(self) -> float:
        """The longest delay that the board allows."""
        return self._range[-1]

    @property
    @override
    def native_step(self) -> float:
        """The steps in which the board allows delays."""
        return self._range.step

    @command
    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the delay and read the result."""
        set_delay = self.entity_description.set_fn
        await self._async_change(set_delay(self.client, int(value)))

    @property
    def _range(self) -> range:
        """The seconds that the board allows."""
        return self.entity_description.range_fn(self.item) or USUAL_RANGE
