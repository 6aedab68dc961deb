"""Fans: the zones whose speed can be controlled over IPMI."""

from dataclasses import dataclass
from operator import attrgetter
import re
from typing import Any, Final, override

from homeassistant.components.fan import (
    FanEntity,
    FanEntityDescription,
    FanEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import sources
from .const import MAX_OPTIONS
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .fan_control.controller import FanController
from .fan_control.models import FULL, FanControlData, FanZone
from .runtime_data import SupermicroConfigEntry
from .sources import EntitySource
from .util import option_name

# The controller orders the commands. Of several that wait, only the last one counts.
PARALLEL_UPDATES = 0

FAN_ZONES: Final = EntitySource[FanZone](
    coordinator_fn=attrgetter("fan_zones"),
    items_fn=lambda data: data.zones,
    name_patterns={"_numbered": re.compile(r"(\d)")},
)


@dataclass(frozen=True, kw_only=True)
class SupermicroFanDescription(ItemDescription[FanZone], FanEntityDescription):
    """Describe a fan zone."""


DESCRIPTIONS = (SupermicroFanDescription(key="fan_zone", source=FAN_ZONES),)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the fan zones of a server; only while the option is on."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroFan)


class SupermicroFan(SupermicroEntity[FanZone], FanEntity):
    """Fan zone: on while a speed is held, off while the BMC regulates the speed."""

    entity_description: SupermicroFanDescription
    _attr_supported_features = (
        FanEntityFeature.SET_SPEED
        | FanEntityFeature.PRESET_MODE
        | FanEntityFeature.TURN_ON
        | FanEntityFeature.TURN_OFF
    )

    @property
    def _controller(self) -> FanController:
        """The controller of all zones."""
        controller = self.runtime_data.fan_controller
        assert controller is not None  # noqa: S101 - else there is no fan entity
        return controller

    @property
    def _data(self) -> FanControlData:
        """Mode and zones as they were last read."""
        data: FanControlData = self.coordinator.data
        return data

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the duty is held: in the mode Full, also if set elsewhere."""
        mode = self._data.mode
        return None if mode is None else mode == FULL

    @property
    @override
    def percentage(self) -> int | None:
        """Duty that is held; None while the BMC regulates it."""
        return self.item.duty if self.is_on else None

    @property
    @override
    def preset_modes(self) -> list[str]:
        """Modes that the board lists, and the current one in any case."""
        return [*self._modes]

    @property
    @override
    def preset_mode(self) -> str | None:
        """Mode of the BMC; None while Home Assistant holds the duty in Full."""
        mode = self._data.mode
        is_held = self._data.in_control and mode == FULL
        return None if mode is None or is_held else option_name(mode)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Fans of the zone, its lowest percentage, and the permission to control it."""
        return {
            "fans": [*self.item.fans],
            "minimum": self.item.minimum,
            "control_allowed": self._data.is_allowed,
        }

    @property
    def _modes(self) -> dict[str, str]:
        """Modes by option."""
        fan_mode = next(
            iter(sources.FAN_MODE.get_items(self.runtime_data).values()), None
        )
        listed = fan_mode.available_modes[:MAX_OPTIONS] if fan_mode else ()
        current = self._data.mode
        return {
            option_name(mode): mode
            for mode in (*listed, *([] if current is None else [current]))
        }

    @override
    async def async_set_percentage(self, percentage: int) -> None:
        """Hold a percentage; 0 gives the fans back to the BMC."""
        if percentage == 0:
            await self.async_turn_off()
            return
        async with self.runtime_data.translate_command_errors():
            await self._controller.async_set_percentage(self.item.number, percentage)

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Give the fans of all zones back to the BMC, in a mode."""
        async with self.runtime_data.translate_command_errors():
            await self._controller.async_set_mode(self._modes[preset_mode])

    @override
    async def async_turn_on(
        self,
        percentage: int | None = None,
        preset_mode: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Hold a percentage, or else the one that the zone has now."""
        if preset_mode is not None:
            await self.async_set_preset_mode(preset_mode)
        else:
            current = self.item.duty or self.item.minimum
            await self.async_set_percentage(
                current if percentage is None else percentage
            )

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Give the fans of all zones back to the BMC, in the mode before."""
        async with self.runtime_data.translate_command_errors():
            await self._controller.async_release()
