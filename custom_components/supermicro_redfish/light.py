"""Lights: the identify LED."""

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
from .entity import SettingDescription, SupermicroSetting, async_add_items
from .runtime_data import SupermicroConfigEntry

PARALLEL_UPDATES = 1

EFFECT_BLINK = "blink"


@dataclass(frozen=True, kw_only=True)
class SupermicroLightDescription(
    SettingDescription[System, IndicatorLED], LightEntityDescription
):
    """Describe a light."""


DESCRIPTIONS = (
    SupermicroLightDescription(
        key="identify_led",
        # A user who turns off all lights of a room does not mean the LED.
        entity_category=EntityCategory.CONFIG,
        source=sources.SYSTEM,
        has_fn=lambda system: (
            system.indicator_led is not None
            or system.location_indicator_active is not None
        ),
        privilege=Privilege.CONFIGURE_COMPONENTS,
        set_fn=lambda data, _, state: data.client.async_set_indicator_led(state),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the identify LED of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroLight)


class SupermicroLight(SupermicroSetting[System, IndicatorLED], LightEntity):
    """LED that identifies a server in its rack.

    A board has either IndicatorLED, which can blink, or only its successor
    LocationIndicatorActive, which is on or off.
    """

    entity_description: SupermicroLightDescription
    _attr_color_mode = ColorMode.ONOFF
    _attr_supported_color_modes = {ColorMode.ONOFF}

    @property
    @override
    def supported_features(self) -> LightEntityFeature:
        """Supported features: the effect, if the LED can blink."""
        can_blink = self.item.indicator_led is not None
        return LightEntityFeature.EFFECT if can_blink else LightEntityFeature(0)

    @property
    @override
    def effect_list(self) -> list[str] | None:
        """Effects, if the LED can blink."""
        return [EFFECT_OFF, EFFECT_BLINK] if self.supported_features else None

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the LED is lit or blinks, None if it is not reported."""
        led = self.item.indicator_led
        if led is None:
            return self.item.location_indicator_active
        return None if led == IndicatorLED.UNKNOWN else led != IndicatorLED.OFF

    @property
    @override
    def effect(self) -> str:
        """Active effect."""
        is_blinking = self.item.indicator_led == IndicatorLED.BLINKING
        return EFFECT_BLINK if is_blinking else EFFECT_OFF

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on the LED, or let it blink."""
        is_blink = kwargs.get(ATTR_EFFECT) == EFFECT_BLINK
        await self.async_change(IndicatorLED.BLINKING if is_blink else IndicatorLED.LIT)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off the LED."""
        await self.async_change(IndicatorLED.OFF)
