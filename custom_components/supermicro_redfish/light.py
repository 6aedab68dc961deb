"""The identify LED."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.light import (
    ATTR_EFFECT,
    EFFECT_OFF,
    ColorMode,
    LightEntity,
    LightEntityDescription,
    LightEntityFeature,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aiosupermicro import IndicatorLED, System
from .coordinator import SupermicroConfigEntry
from .entity import ItemDescription, SupermicroEntity, async_add_items, dynamic, single
from .errors import command

PARALLEL_UPDATES = 1

EFFECT_BLINK = "blink"


@dataclass(frozen=True, kw_only=True)
class SupermicroLightDescription(ItemDescription[System], LightEntityDescription):
    """Describe the identify LED."""


DESCRIPTIONS = (
    SupermicroLightDescription(
        key="identify_led",
        translation_key="identify_led",
        entity_category=EntityCategory.CONFIG,
        coordinator_fn=dynamic,
        items_fn=lambda data: single(data.system),
        has_fn=lambda system: system.indicator_led is not None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the identify LED of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroLight)


class SupermicroLight(SupermicroEntity[System], LightEntity):
    """The LED by which a server is found in its rack."""

    entity_description: SupermicroLightDescription
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}
    _attr_supported_features = LightEntityFeature.EFFECT
    _attr_effect_list = [EFFECT_OFF, EFFECT_BLINK]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the LED shines or blinks; None where the BMC does not know."""
        led = self.item.indicator_led
        known = led not in (None, IndicatorLED.UNKNOWN)
        return led != IndicatorLED.OFF if known else None

    @property
    @override
    def effect(self) -> str:
        """Whether the LED blinks."""
        blinks = self.item.indicator_led == IndicatorLED.BLINKING
        return EFFECT_BLINK if blinks else EFFECT_OFF

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the LED shine or, with the effect, blink."""
        blinks = kwargs.get(ATTR_EFFECT) == EFFECT_BLINK
        await self._async_set(IndicatorLED.BLINKING if blinks else IndicatorLED.LIT)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the LED off."""
        await self._async_set(IndicatorLED.OFF)

    @command
    async def _async_set(self, state: IndicatorLED) -> None:
        """Set the LED and read the result."""
        await self.client.async_set_indicator_led(state)
        await self.coordinator.async_read_back("system", self.client.async_get_system)
