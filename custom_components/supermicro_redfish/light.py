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

from . import sources
from .aiosupermicro import IndicatorLED, Privilege, System
from .coordinator import SupermicroConfigEntry
from .entity import SettingDescription, SupermicroSetting, async_add_items, command

PARALLEL_UPDATES = 1

EFFECT_BLINK = "blink"


@dataclass(frozen=True, kw_only=True)
class SupermicroLightDescription(SettingDescription[System], LightEntityDescription):
    """Describe the identify LED."""


DESCRIPTIONS = (
    SupermicroLightDescription(
        key="identify_led",
        # Whoever turns off all lights of a room does not mean it.
        entity_category=EntityCategory.CONFIG,
        kind=sources.SYSTEM,
        has_fn=lambda system: (
            system.indicator_led is not None
            or system.location_indicator_active is not None
        ),
        privilege=Privilege.CONFIGURE_COMPONENTS,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the identify LED of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroLight)


class SupermicroLight(SupermicroSetting[System], LightEntity):
    """The LED by which a server is found in its rack.

    A board has the IndicatorLED, which blinks if it is told to, or only its successor
    LocationIndicatorActive, which is on or off.
    """

    entity_description: SupermicroLightDescription
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}

    @property
    @override
    def supported_features(self) -> LightEntityFeature:
        """Whether the LED can be told to blink."""
        blinks = self.item.indicator_led is not None
        return LightEntityFeature.EFFECT if blinks else LightEntityFeature(0)

    @property
    @override
    def effect_list(self) -> list[str] | None:
        """The effects, where the LED can be told to blink."""
        return [EFFECT_OFF, EFFECT_BLINK] if self.supported_features else None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the LED shines or blinks; None where the BMC does not know."""
        led = self.item.indicator_led
        if led is None:
            return self.item.location_indicator_active
        return None if led == IndicatorLED.UNKNOWN else led != IndicatorLED.OFF

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
        await self._async_change(self.client.async_set_indicator_led(state))
