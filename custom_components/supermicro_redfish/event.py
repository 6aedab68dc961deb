"""Events: new entries of the health event log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.start import async_at_started

from . import sources
from .aiosupermicro import LogEntry
from .const import MAX_EVENTS
from .entity import ItemDescription, SupermicroEntity, async_add_items
from .runtime_data import SupermicroConfigEntry
from .storage import SeenLogEntries
from .util import SEVERITIES, SEVERITY_UNKNOWN, entry_attributes, entry_severity

PARALLEL_UPDATES = 0

_TYPES: Final = (SEVERITY_UNKNOWN, *SEVERITIES.values())
"""Event types, the most severe one last."""


@dataclass(frozen=True, kw_only=True)
class SupermicroEventDescription(
    ItemDescription[tuple[LogEntry, ...]], EventEntityDescription
):
    """Describe a log whose new entries are events."""


DESCRIPTIONS: tuple[SupermicroEventDescription, ...] = (
    SupermicroEventDescription(
        key="health_log",
        event_types=[*SEVERITIES.values(), SEVERITY_UNKNOWN],
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
        self._seen = SeenLogEntries(self.hass, self.coordinator.config_entry)
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

    @property
    @override
    def _state_inputs(self) -> tuple[Any, ...]:
        """Inputs of the state, with the last event."""
        return (*super()._state_inputs, self.state, self.state_attributes)

    @property
    def _is_incomplete(self) -> bool:
        """Return whether a page of the log failed; it may contain old entries only."""
        errors = self.runtime_data.client.member_errors
        return any(path.endswith("/Entries") for path in errors)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Fire an event for each new entry, in the order of the log."""
        if self._is_ready and self.available and not self._is_incomplete:
            new = self._seen.mark_seen(self.item)
            for event_type, attributes in _events(new):
                self._trigger_event(event_type, attributes)
                super()._handle_coordinator_update()
        super()._handle_coordinator_update()


def _events(new: Sequence[LogEntry]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return type and attributes of an event for each entry, oldest first.

    Of more entries than a log gets at once, the older ones share an event with the type
    of the most severe of them.
    """
    if older := new[:-MAX_EVENTS]:
        types = {entry_severity(entry) for entry in older}
        yield (
            max(types, key=_TYPES.index),
            entry_attributes(LogEntry())
            | {
                "message": f"{len(older)} older entries without an event of their own",
                "omitted": len(older),
            },
        )
    for entry in new[-MAX_EVENTS:]:
        yield entry_severity(entry), entry_attributes(entry)
