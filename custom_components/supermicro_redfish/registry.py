"""Entities of what is gone for good are taken out of the registry."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from . import sources
from .aiosupermicro import BulkData, DynamicData, System
from .const import LOGGER
from .coordinator import SupermicroConfigEntry
from .entity import unique_id
from .items import is_of_memory
from .models import ServerData
from .sources import Kind

_PATIENCE: Final = 4
"""How many readings in a row a part has to be missing from: an hour, as a rule."""


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Parts that can be taken out of a server."""

    kind: Kind[Any]
    there_fn: Callable[[ServerData, DynamicData], set[str] | None]
    """Those that are there, None where that cannot be told."""
    belongs_fn: Callable[[str], bool] = lambda _: True
    """Which entities of these kinds are for such a part, by the part's name."""


def _there[ItemT](kind: Kind[ItemT], data: BulkData) -> set[str]:
    """Return the items that are there, and not only their places."""
    found = kind.items_fn(data)
    return {key for key, item in found.items() if kind.is_there_fn(item)}


PARTS: Final = (
    _Parts(
        kind=sources.DRIVES,
        there_fn=lambda static, _: (
            None if static.drives is None else _there(sources.DRIVES, static)
        ),
    ),
    # One supply at least must be there.
    _Parts(
        kind=sources.SUPPLIES,
        there_fn=lambda _, dynamic: _there(sources.SUPPLIES, dynamic) or None,
    ),
    # A BMC that has just started tells of none.
    _Parts(
        kind=sources.OTHER_TEMPERATURES,
        there_fn=lambda _, dynamic: _there(sources.OTHER_TEMPERATURES, dynamic) or None,
        belongs_fn=is_of_memory,
    ),
)


@callback
def async_clean_up(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Remove what is not described any more, and from now on parts that are gone.

    What is missing while the host is off or the BMC cannot be read is not gone.
    """
    registry = er.async_get(hass)
    _remove_undescribed(registry, entry)
    missing: Counter[str] = Counter()

    @callback
    def look(data: ServerData) -> None:
        """Count how often in a row each part is missing.

        The platforms are told at once: they are to forget it, and to add it anew when
        it is back.
        """
        dynamic = entry.runtime_data.dynamic.data
        if not (dynamic.system or System()).is_on:
            return
        for parts in PARTS:
            if (there := parts.there_fn(data, dynamic)) is not None:
                for entity_id, key in _entities(registry, entry, parts):
                    missing[entity_id] = 0 if key in there else missing[entity_id] + 1
        for entity_id in [of for of, reads in missing.items() if reads >= _PATIENCE]:
            LOGGER.info("%s: what %s was for is gone", entry.title, entity_id)
            registry.async_remove(entity_id)
            del missing[entity_id]
            static.async_update_listeners()

    static = entry.runtime_data.static
    entry.async_on_unload(static.async_add_read_listener(look))


def _entities(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry, parts: _Parts
) -> list[tuple[str, str]]:
    """Return the entities of parts, each with the part's name."""
    rows = chain.from_iterable(entry.runtime_data.described.values())
    prefixes = {
        unique_id(entry, row, "") + "_" for row in rows if row.kind is parts.kind
    }
    return [
        (registered.entity_id, key)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id)
        for prefix in prefixes
        if registered.unique_id.startswith(prefix)
        and parts.belongs_fn(key := registered.unique_id.removeprefix(prefix))
    ]


@callback
def _remove_undescribed(
    registry: er.EntityRegistry, entry: SupermicroConfigEntry
) -> None:
    """Remove the entities of kinds that the integration does not know any more."""
    described = entry.runtime_data.described
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if not any(
            f"{registered.unique_id}_".startswith(unique_id(entry, row, "") + "_")
            for row in described.get(registered.domain, ())
        ):
            registry.async_remove(registered.entity_id)
