"""Entities of what is gone for good are taken out of the registry."""

from collections import Counter
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .aiosupermicro import System
from .const import LOGGER
from .coordinator import SupermicroConfigEntry
from .data import ServerData
from .items import drives, has_drive

_PATIENCE: Final = 4
"""How many readings in a row a drive has to be missing from: an hour, as a rule."""

DRIVE_KEYS: Final = ("drive_temperature", "drive_life_used", "drive_problem")
"""The kinds of entities that there are for a drive."""


@callback
def async_clean_up(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Remove what is not described any more, and from now on drives that are gone.

    What is missing while the host is off or the BMC cannot be read is not gone.
    """
    registry = er.async_get(hass)
    _remove_undescribed(registry, entry)
    missing: Counter[str] = Counter()

    @callback
    def look(data: ServerData) -> None:
        """Count how often in a row each drive is missing.

        The platforms are told at once: they are to forget it, and to add it anew when
        it is back.
        """
        system = entry.runtime_data.dynamic.data.system or System()
        if data.drives is None or not system.is_on:
            return
        there = {key for key, drive in drives(data).items() if has_drive(drive)}
        for entity_id, key in _drive_entities(registry, entry):
            missing[entity_id] = 0 if key in there else missing[entity_id] + 1
        for entity_id in [of for of, reads in missing.items() if reads >= _PATIENCE]:
            LOGGER.info("%s: the drive of %s is gone", entry.title, entity_id)
            registry.async_remove(entity_id)
            del missing[entity_id]
            static.async_update_listeners()

    static = entry.runtime_data.static
    entry.async_on_unload(static.async_add_read_listener(look))


def _drive_entities(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> list[tuple[str, str]]:
    """Return the entities of drives, with the key of the drive."""
    return [
        (registered.entity_id, registered.unique_id.removeprefix(prefix))
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id)
        for kind in DRIVE_KEYS
        if registered.unique_id.startswith(prefix := f"{entry.unique_id}_{kind}_")
    ]


@callback
def _remove_undescribed(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> None:
    """Remove the entities of kinds that the integration does not know any more."""
    described = entry.runtime_data.described
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        rest = registered.unique_id.removeprefix(f"{entry.unique_id}_")
        if not any(
            registered.domain == domain and f"{rest}_".startswith(f"{kind}_")
            for domain, kind in described
        ):
            registry.async_remove(registered.entity_id)
