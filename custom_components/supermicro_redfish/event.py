"""New entries of the health event log."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.start import async_at_started

from . import sources
from .aiosupermicro import EntryCode, Health, LogEntry
from .coordinator import SupermicroConfigEntry
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .log_store import LogMemory

PARALLEL_UPDATES = 0

_UNKNOWN: Final = "unknown"
_TYPES: Final[dict[str | None, str]] = {
    Health.OK: "ok",
    Health.WARNING: "warning",
    Health.CRITICAL: "critical",
}
_CODES: Final[dict[str | None, str]] = {
    EntryCode.ASSERT: "assert",
    EntryCode.DEASSERT: "deassert",
}


@dataclass(frozen=True, kw_only=True)
class SupermicroEventDescription(
    ItemDescription[tuple[LogEntry, ...]], EventEntityDescription
):
    """Describe a log whose new entries are events."""


DESCRIPTIONS: tuple[SupermicroEventDescription, ...] = (
    SupermicroEventDescription(
        key="health_log",
        event_types=[*_TYPES.values(), _UNKNOWN],
        kind=sources.LOG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the log of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroLog)


class SupermicroLog(SupermicroEntity[tuple[LogEntry, ...]], EventEntity):
    """The health event log: each entry that is new is an event, by its severity."""

    entity_description: SupermicroEventDescription
    _memory: LogMemory
    _is_ready = False

    @override
    async def async_added_to_hass(self) -> None:
        """Look for what came since the last run, once the automations are there."""
        await super().async_added_to_hass()
        entry = self.coordinator.config_entry
        self._memory = LogMemory(self.hass, entry.entry_id)
        await self._memory.async_load()
        self.async_on_remove(async_at_started(self.hass, self._start))

    @callback
    def _start(self, hass: HomeAssistant) -> None:
        """Begin as soon as this has been added; before, no state is written."""
        self.async_on_remove(hass.loop.call_soon(self._begin).cancel)

    @callback
    def _begin(self) -> None:
        """Look at the log from now on."""
        self._is_ready = True
        self._handle_coordinator_update()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Fire an event for every new entry, in the order of the log."""
        if self._is_ready and self.available:
            for entry in self._memory.learn(self.item):
                self._trigger_event(
                    _TYPES.get(entry.severity, _UNKNOWN), _attributes(entry)
                )
                self.async_write_ha_state()
        super()._handle_coordinator_update()


def _attributes(entry: LogEntry) -> dict[str, Any]:
    """Return what an automation may want to know of an entry."""
    return {
        "message": entry.text,
        "code": entry.code,
        "sensor": entry.oem.sensor_name or entry.sensor_type,
        "sensor_type": entry.sensor_type,
        "created": entry.created,
        "entry_id": entry.id,
        "entry_code": _CODES.get(entry.entry_code),
    }
