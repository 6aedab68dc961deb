"""Events: new entries of the health event log."""

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
from .log_store import SeenLogEntries

PARALLEL_UPDATES = 0

_UNKNOWN: Final = "unknown"
_EVENT_TYPES: Final[dict[str | None, str]] = {
    Health.OK: "ok",
    Health.WARNING: "warning",
    Health.CRITICAL: "critical",
}
_ENTRY_CODES: Final[dict[str | None, str]] = {
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
        event_types=[*_EVENT_TYPES.values(), _UNKNOWN],
        source=sources.LOG,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SupermicroConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entity of a server."""
    async_add_items(hass, entry, async_add_entities, DESCRIPTIONS, SupermicroLogEvent)


class SupermicroLogEvent(SupermicroEntity[tuple[LogEntry, ...]], EventEntity):
    """Event entity of the health event log; the event type is the severity."""

    entity_description: SupermicroEventDescription
    _seen: SeenLogEntries
    _is_ready = False

    @override
    async def async_added_to_hass(self) -> None:
        """Wait for the start of Home Assistant, which loads the automations."""
        await super().async_added_to_hass()
        self._seen = SeenLogEntries(self.hass, self.coordinator.config_entry.entry_id)
        await self._seen.async_load()
        self.async_on_remove(async_at_started(self.hass, self._async_started))

    @callback
    def _async_started(self, hass: HomeAssistant) -> None:
        """Wait until the entity was added: before that, it cannot write a state."""
        self.async_on_remove(hass.loop.call_soon(self._async_begin).cancel)

    @callback
    def _async_begin(self) -> None:
        """Start to fire events, first those since the last run."""
        self._is_ready = True
        self._handle_coordinator_update()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Fire an event for each new entry, in the order of the log."""
        if self._is_ready and self.available:
            for entry in self._seen.mark_seen(self.item):
                self._trigger_event(
                    _EVENT_TYPES.get(entry.severity, _UNKNOWN), _attributes(entry)
                )
                super()._handle_coordinator_update()
        super()._handle_coordinator_update()


def _attributes(entry: LogEntry) -> dict[str, Any]:
    """Return the event attributes of a log entry."""
    return {
        "message": entry.text,
        "code": entry.code,
        "sensor": entry.oem.sensor_name or entry.sensor_type,
        "sensor_type": entry.sensor_type,
        "created": entry.created,
        "entry_id": entry.id,
        "entry_code": _ENTRY_CODES.get(entry.entry_code),
    }
