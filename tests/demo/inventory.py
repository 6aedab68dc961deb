"""Read the config entry, the devices and the entities of the server."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .api import WebSocket

_DEVICE_FIELDS = (
    "name",
    "manufacturer",
    "model",
    "model_id",
    "serial_number",
    "sw_version",
    "hw_version",
    "configuration_url",
    "connections",
)

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """An entity with its registry entry and its state."""

    entity_id: str
    unique_id: str
    name: str | None
    state: str | None
    unit: str | None
    device_class: str | None
    platform: str
    category: str | None
    disabled: bool

    @classmethod
    def from_entry(cls, entry: Json, state: Json | None) -> Entity:
        """Create an entity from its registry entry; a disabled one has no state."""
        attributes = state["attributes"] if state else {}
        return cls(
            entity_id=entry["entity_id"],
            unique_id=entry["unique_id"],
            name=attributes.get(
                "friendly_name", entry["name"] or entry["original_name"]
            ),
            state=state["state"] if state else None,
            unit=attributes.get("unit_of_measurement"),
            device_class=entry["device_class"] or entry["original_device_class"],
            platform=entry["entity_id"].partition(".")[0],
            category=entry["entity_category"],
            disabled=entry["disabled_by"] is not None,
        )


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """A config entry with its devices and entities."""

    title: str
    state: str
    reason: str | None
    devices: tuple[Json, ...]
    entities: tuple[Entity, ...]

    @property
    def is_loaded(self) -> bool:
        """Return whether the entry was set up."""
        return self.state == "loaded"

    @property
    def device(self) -> Json:
        """The device of the server; the others are its parts."""
        return next((item for item in self.devices if _is_root(item)), {})

    @property
    def device_fields(self) -> Json:
        """The fields of the server's device page, without Home Assistant's own ids."""
        return {name: self.device.get(name) for name in _DEVICE_FIELDS}


async def read_inventory(websocket: WebSocket, entry_id: str) -> Inventory:
    """Read a config entry with its devices and entities."""
    result = await websocket.call("config_entries/get_single", entry_id=entry_id)
    entry = result["config_entry"]
    return Inventory(
        title=entry["title"],
        state=entry["state"],
        reason=entry["reason"],
        devices=tuple(await _registry_items(websocket, "device", entry_id)),
        entities=tuple(await _entities(websocket, entry_id)),
    )


async def _registry_items(
    websocket: WebSocket, registry: str, entry_id: str
) -> list[Json]:
    """Return the items of a registry that belong to a config entry."""
    items = await websocket.call(f"config/{registry}_registry/list")
    return [item for item in items if item["config_entry_id"] == entry_id]


async def _entities(websocket: WebSocket, entry_id: str) -> list[Entity]:
    """Return the entities of a config entry, sorted by id."""
    items = await _registry_items(websocket, "entity", entry_id)
    entries: Mapping[str, Json] = await websocket.call(
        "config/entity_registry/get_entries",
        entity_ids=[item["entity_id"] for item in items],
    )
    states = {item["entity_id"]: item for item in await websocket.call("get_states")}
    return [
        Entity.from_entry(entry, states.get(entity_id))
        for entity_id, entry in sorted(entries.items())
    ]


def _is_root(device: Json) -> bool:
    """Return whether a device is not a part of another one."""
    return not device.get("via_device_id") and not device["parent_device_id"]


def format_table(entities: Iterable[Entity], prefix: str) -> Iterator[str]:
    """Return the lines of a table of entities, without the prefix of their names."""
    rows = [
        ("Entity", "Name", "State"),
        *(
            (
                entity.entity_id,
                (entity.name or "").removeprefix(prefix),
                _format_state(entity),
            )
            for entity in entities
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  ".join(f"{cell:<{width}}" for cell, width in cells).rstrip()


def _format_state(entity: Entity) -> str:
    """Return a state with its unit."""
    if entity.disabled:
        return "(disabled)"
    return " ".join(filter(None, (entity.state, entity.unit)))
