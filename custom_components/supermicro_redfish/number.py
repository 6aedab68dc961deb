"""Numbers: delays of the host before it changes its power state."""

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
from .aiosupermicro import Privilege, SupermicroRedfishClient as Client, System
from .entity import SettingDescription, SupermicroSetting, async_add_items
from .runtime_data import SupermicroConfigEntry

PARALLEL_UPDATES = 1

DEFAULT_RANGE = range(255)
"""Seconds for a board that lists no range: all others allow 254 seconds at most."""


@dataclass(frozen=True, kw_only=True)
class SupermicroNumberDescription(
    SettingDescription[System, int], NumberEntityDescription
):
    """Describe a delay of the host."""

    value_fn: Callable[[System], int | None]
    range_fn: Callable[[System], range | None]
    """Return the seconds that the board allows, None if it lists none."""


def _delay(
    key: str,
    value_fn: Callable[[System], int | None],
    range_fn: Callable[[System], range | None],
    set_fn: Callable[[Client, int], Awaitable[None]],
) -> SupermicroNumberDescription:
    """Describe one of the three delays."""
    return SupermicroNumberDescription(
        key=key,
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        mode=NumberMode.BOX,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        source=sources.SYSTEM,
        has_fn=lambda system: value_fn(system) is not None,
        privilege=Privilege.CONFIGURE_COMPONENTS,
        value_fn=value_fn,
        range_fn=range_fn,
        set_fn=lambda data, _, seconds: set_fn(data.client, seconds),
    )


DESCRIPTIONS = (
    _delay(
        "power_on_delay",
        lambda system: system.power_on_delay_seconds,
        lambda system: system.power_on_delay_range,
        Client.async_set_power_on_delay,
    ),
    _delay(
        "power_off_delay",
        lambda system: system.power_off_delay_seconds,
        lambda system: system.power_off_delay_range,
        Client.async_set_power_off_delay,
    ),
    _delay(
        "power_cycle_delay",
        lambda system: system.power_cycle_delay_seconds,
        lambda system: system.power_cycle_delay_range,
        Client.async_set_power_cycle_delay,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the delays of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroNumber)


class SupermicroNumber(SupermicroSetting[System, int], NumberEntity):
    """Delay of the host."""

    entity_description: SupermicroNumberDescription

    @property
    @override
    def native_value(self) -> int | None:
        """Delay in seconds."""
        return self.entity_description.value_fn(self.item)

    @property
    @override
    def native_min_value(self) -> float:
        """Shortest delay that the board allows."""
        return self._range[0]

    @property
    @override
    def native_max_value(self) -> float:
        """Longest delay that the board allows."""
        return self._range[-1]

    @property
    @override
    def native_step(self) -> float:
        """Step between the delays that the board allows."""
        return self._range.step

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the delay."""
        await self.async_change(int(value))

    @property
    def _range(self) -> range:
        """Delays that the board allows, in seconds."""
        return self.entity_description.range_fn(self.item) or DEFAULT_RANGE
