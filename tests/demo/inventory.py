"""What Home Assistant has of the server once it was added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .api import Socket

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
    """An entity as the registry and the state machine have it."""

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
    def of(cls, entry: Json, state: Json | None) -> Entity:
        """Put together what is known; a disabled entity has no state."""
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
class Survey:
    """A config entry with its devices and entities."""

    title: str
    state: str
    reason: str | None
    devices: tuple[Json, ...]
    entities: tuple[Entity, ...]

    @property
    def is_loaded(self) -> bool:
        """Whether the entry was set up."""
        return self.state == "loaded"

    @property
    def device(self) -> Json:
        """The server itself, of which other devices are parts."""
        return next((item for item in self.devices if _is_whole(item)), {})

    @property
    def device_fields(self) -> Json:
        """What the server's page says of it, without Home Assistant's own ids."""
        return {name: self.device.get(name) for name in _DEVICE_FIELDS}


async def survey(socket: Socket, entry_id: str) -> Survey:
    """Read everything that belongs to a config entry."""
    answer = await socket.ask("config_entries/get_single", entry_id=entry_id)
    entry = answer["config_entry"]
    return Survey(
        title=entry["title"],
        state=entry["state"],
        reason=entry["reason"],
        devices=tuple(await _registered(socket, "device", entry_id)),
        entities=tuple(await _entities(socket, entry_id)),
    )


async def _registered(socket: Socket, kind: str, entry_id: str) -> list[Json]:
    """Return what a registry has of a config entry."""
    registered = await socket.ask(f"config/{kind}_registry/list")
    return [item for item in registered if item["config_entry_id"] == entry_id]


async def _entities(socket: Socket, entry_id: str) -> list[Entity]:
    """Return the entities of a config entry by their ids."""
    registered = await _registered(socket, "entity", entry_id)
    entries: Mapping[str, Json] = await socket.ask(
        "config/entity_registry/get_entries",
        entity_ids=[item["entity_id"] for item in registered],
    )
    states = {item["entity_id"]: item for item in await socket.ask("get_states")}
    return [
        Entity.of(entry, states.get(entity_id))
        for entity_id, entry in sorted(entries.items())
    ]


def _is_whole(device: Json) -> bool:
    """Tell whether a device is no part of another one."""
    return not device.get("via_device_id") and not device["parent_device_id"]
