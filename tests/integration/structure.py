"""Boards whose structure is changed at random, and the entities that they lead to.

A part is an entry of a list in Thermal or Power, or a drive. Each part of a variant has
a reading of its own, by which an item shows which part it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientSession, TCPConnector

from custom_components.supermicro_redfish import binary_sensor, sources
from custom_components.supermicro_redfish.aiosupermicro import (
    ResourceError,
    SupermicroRedfishClient,
)
from custom_components.supermicro_redfish.models import ServerData
from custom_components.supermicro_redfish.sources import EntitySource
from tests.simulator import Bmc, Server

type JsonObject = dict[str, Any]

BAD = ("Warning", "Critical")
LISTS = {
    "Temperatures": ("thermal", "ReadingCelsius"),
    "Fans": ("thermal", "Reading"),
    "Voltages": ("power", "ReadingVolts"),
    "PowerSupplies": ("power", "PowerOutputWatts"),
}
"""The key of each list: the resource that has it, and the property of a reading."""
SOURCES: dict[str, tuple[EntitySource[Any], ...]] = {
    "Temperatures": (sources.MAIN_TEMPERATURES, sources.OTHER_TEMPERATURES),
    "Fans": (sources.FANS, sources.FAN_DUTIES),
    "Voltages": (sources.VOLTAGES,),
    "PowerSupplies": (sources.SUPPLIES,),
}
HEALTHS = ("OK", "Warning", "Critical", "Unknown", "N/A", None)
MEMBER_FAULTS: tuple[dict[str, Any], ...] = (
    *({"status": status} for status in (400, 403, 404, 500, 503)),
    {"status": 200, "body": "<html>", "content_type": "text/html"},
    {"status": 200, "body": '{"Id": "1", "Na'},
    {"status": 200, "body": "null"},
    {"status": 200, "body": "[]"},
    {"status": 302, "headers": {"Location": "/redfish/v1/Elsewhere"}},
)


@dataclass
class Variant:
    """A board with a changed structure, and the parts that its lists contain."""

    lists: dict[str, list[JsonObject]]
    drives: dict[str, JsonObject] = field(default_factory=dict)
    """Drives by path, without the one that cannot be read."""
    is_ordered: bool = True
    """Whether parts without an identity keep their positions."""


class StructureFuzzer:
    """Change the structure of a board at random and compare items with parts."""

    def __init__(self, bmc: Bmc, client: SupermicroRedfishClient) -> None:
        """Find the lists and drives of a board."""
        self._bmc = bmc
        self._client = client
        self._paths: dict[str, str] = {}
        self._drives: list[str] = []

    async def async_prepare(self) -> None:
        """Read the board once, to know the paths of its lists and drives."""
        await self._client.async_get_dynamic_data()
        drives = [] if await self._is_without_drives() else self._find("Drive.")
        self._drives = drives
        self._paths = self._client.paths

    async def _is_without_drives(self) -> bool:
        """Return whether the board lists no drives."""
        try:
            return not await self._client.async_get_drives()
        except ResourceError:
            return True

    def _find(self, odata_type: str) -> list[str]:
        """Return the resources of a type that the client has read."""
        return [
            path
            for path, body in self._client.cached_resources.items()
            if str(body.get("@odata.type")).startswith(f"#{odata_type}")
        ]

    def make_variant(self, random: Random) -> Variant:
        """Return a variant of the board."""
        lists = {}
        for key, (resource, reading) in LISTS.items():
            body = self._bmc.board.resources.get(self._paths.get(resource, ""), {})
            entries = body.get(key)
            parts = [dict(part) for part in entries if part] if entries else []
            for place, part in enumerate(parts):
                part[reading] = 20 + place
                part["Status"] = {"State": "Enabled", "Health": "OK"}
                _mutate(part, random, has_serial=key == "PowerSupplies")
            if parts:
                lists[key] = parts
        return Variant(lists, self._make_drives(random))

    def _make_drives(self, random: Random) -> dict[str, JsonObject]:
        """Return variants of the drives."""
        drives = {}
        for place, path in enumerate(self._drives):
            body = dict(self._bmc.board.resources[path])
            body |= {"SerialNumber": f"S{place}", "CapacityBytes": 20 + place}
            body["Status"] = {"State": "Enabled", "Health": random.choice(HEALTHS)}
            if random.random() < 0.5:
                body |= {"Name": "Drive", "Id": random.choice(("1", f"{place}"))}
            drives[path] = body
        return drives

    def apply(self, variant: Variant, random: Random) -> None:
        """Let the BMC return a variant; one drive may fail."""
        self._bmc.heal()
        for key, parts in variant.lists.items():
            path = self._paths[LISTS[key][0]]
            self._bmc.change(path, {key: parts})
        for path, body in variant.drives.items():
            self._bmc.put(path, body)
        if len(variant.drives) > 1 and random.random() < 0.7:
            failed = random.choice([*variant.drives])
            self._bmc.fail(failed, **random.choice(MEMBER_FAULTS))
            del variant.drives[failed]

    async def async_read(self) -> ServerData:
        """Read the board as the integration does; a changed resource has a new ETag."""
        dynamic = await self._client.async_get_dynamic_data()
        drives = await self._client.async_get_drives() if self._drives else ()
        values = {name: getattr(dynamic, name) for name in ("thermal", "power")}
        data = ServerData(drives=tuple(drives))
        return _Both(data, values)  # type: ignore[return-value]  # has all attributes


class _Both:
    """Static and dynamic data together, for the functions of the sources."""

    def __init__(self, static: ServerData, dynamic: Mapping[str, Any]) -> None:
        """Initialize with static and dynamic data."""
        self.__dict__.update(vars(static) | dict(dynamic) | {"leak_detectors": ()})

    def get_resource(self, name: str) -> Any:
        """Return a resource by name."""
        return getattr(self, name)


def _mutate(part: JsonObject, random: Random, *, has_serial: bool) -> None:
    """Change the name, the Id and the health of a part at random."""
    if random.random() < 0.5:
        part["Name"] = random.choice(("Standard part", "Power Supply", "", None))
    if random.random() < 0.3:
        part.pop("MemberId", None)
    elif random.random() < 0.2:
        part["MemberId"] = random.choice((0, 1, "0", "1"))
    if has_serial and random.random() < 0.3:
        part["SerialNumber"] = random.choice(("", "A", "B", None))
    health = random.choice(HEALTHS)
    part["Status"] = random.choice(
        ({"State": "Enabled", "Health": health}, {"Health": health}, {}, None)
    )


def shown_parts(data: ServerData, key: str) -> dict[str, float]:
    """Return the reading of each item of a list, by the key of its entity."""
    name = "power_output_watts" if key == "PowerSupplies" else "_raw_reading"
    return {
        f"{place}/{item_key}": float(getattr(item, name))
        for place, source in enumerate(SOURCES[key])
        for item_key, item in source.items_fn(data).items()
    }


def shown_drives(data: ServerData) -> dict[str, float]:
    """Return the capacity of each drive, by the key of its entity."""
    return {
        name: drive.capacity_bytes or 0
        for name, drive in sources.DRIVES.items_fn(data).items()
    }


def has_identity(part: JsonObject, parts: list[JsonObject], reading: str) -> bool:
    """Return whether a part can be recognized when the order of the list changes."""

    def alike(key: str) -> list[JsonObject]:
        """Return the other parts of the same name with the same value of a key."""
        return [
            other
            for other in parts
            if other[reading] != part[reading]
            and (other.get("Name") or "") == (part.get("Name") or "")
            and str(other.get(key)) == str(part.get(key))
        ]

    if not [other for other in parts if other is not part and _same_name(other, part)]:
        return bool(part.get("Name") or part.get("MemberId") is not None)
    has_id = part.get("MemberId") is not None and not alike("MemberId")
    has_serial = bool(part.get("SerialNumber")) and not alike("SerialNumber")
    return has_id or has_serial


def _same_name(one: JsonObject, other: JsonObject) -> bool:
    """Return whether two parts have the same name."""
    return (one.get("Name") or "") == (other.get("Name") or "")


def false_problems(data: ServerData, variant: Variant) -> Iterator[str]:
    """Return the active problems that the BMC did not report."""
    reported = {
        (part.get("Status") or {}).get("Health")
        for parts in variant.lists.values()
        for part in parts
    } | {body["Status"]["Health"] for body in variant.drives.values()}
    if reported & set(BAD):
        return
    for row in binary_sensor.DESCRIPTIONS:
        if row.source in (sources.SUPPLIES, sources.DRIVES, sources.POWER):
            for name, item in row.source.items_fn(data).items():
                if row.has(item) and row.is_on_fn(item):
                    yield f"{row.key} {name}"


def create_session() -> ClientSession:
    """Return a session with one connection."""
    return ClientSession(connector=TCPConnector(limit=1))


def create_client(
    session: ClientSession, server: Server, bmc: Bmc
) -> SupermicroRedfishClient:
    """Return a client of a simulated BMC."""
    return SupermicroRedfishClient(
        session, server.host, bmc.username, bmc.password, timeout=5
    )
