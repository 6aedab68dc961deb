"""What the sensors have in common, and those that look at more than their item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.core import callback
from homeassistant.helpers.typing import StateType

from .aiosupermicro import System
from .boot import boot_progress
from .coordinator import SupermicroConfigEntry, is_host_off
from .entity import ItemDescription, SupermicroEntity


@dataclass(frozen=True, kw_only=True)
class SupermicroSensorDescription[ItemT](
    ItemDescription[ItemT], SensorEntityDescription
):
    """Describe a sensor that exists once for every item of a kind."""

    value_fn: Callable[[ItemT], StateType | datetime] = lambda _: None
    """What is measured; sensors that look at more than their item have none."""
    attributes_fn: Callable[[ItemT], Mapping[str, Any]] | None = None
    """What else there is to be said of it."""
    is_fed_by_host: bool = False
    """Whether a reading is over with the host's power, though the BMC may keep it."""


class SupermicroSensor(SupermicroEntity[Any], SensorEntity):
    """A measurement of the server."""

    entity_description: SupermicroSensorDescription[Any]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """What is measured; None while nothing is, as with the host off."""
        row = self.entity_description
        if not row.kind.is_there_fn(self.item):
            return None
        runtime_data = self.coordinator.config_entry.runtime_data
        if row.is_fed_by_host and is_host_off(runtime_data.dynamic.data):
            return None
        return row.value_fn(self.item)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """What else there is to be said of it."""
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.item) if attributes_fn else None


class BootProgressSensor(SupermicroEntity[System], SensorEntity):
    """How far the host has booted; the POST code is read at another cadence."""

    entity_description: SupermicroSensorDescription[System]

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the POST code, too."""
        await super().async_added_to_hass()
        static = self.coordinator.config_entry.runtime_data.static
        self.async_on_remove(static.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> str | None:
        """The stage, None where nothing certain is known."""
        static = self.coordinator.config_entry.runtime_data.static
        return boot_progress(self.item, static.data.snooping)


class ResponseTimeSensor(SupermicroEntity[Any], SensorEntity):
    """How long the BMC takes for an answer, on the average of the last hundred."""

    entity_description: SupermicroSensorDescription[Any]

    def __init__(
        self,
        entry: SupermicroConfigEntry,
        description: SupermicroSensorDescription[Any],
        key: str,
    ) -> None:
        """Begin with what the set-up took."""
        super().__init__(entry, description, key)
        self._attr_native_value = self._measured

    @override
    async def async_added_to_hass(self) -> None:
        """Follow every poll, also one that brought nothing new."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_read_listener(self._read))

    @property
    def _measured(self) -> float | None:
        """The mean time in milliseconds."""
        return self.client.stats.avg_response_time_ms

    @callback
    def _read(self, _: Any) -> None:
        """Show what it is after a poll."""
        self._attr_native_value = self._measured
        self.async_write_ha_state()
