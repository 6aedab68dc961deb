"""Read devices of machines with many chassis.

Each chassis of such a machine has cards, drives and sensors of its own.
"""

from __future__ import annotations

from typing import Any

from ..payload import JsonObject, find_link, find_links
from .endpoints import ALL_CHASSIS, CHASSIS, SYSTEM, Endpoint
from .reader import ResourceReader


async def async_get_other_chassis(reader: ResourceReader) -> dict[str, JsonObject]:
    """Return all chassis except the host's own, by path; each is read only once."""
    paths = await reader.members.async_list(ALL_CHASSIS, cached=True)
    others = [path for path in paths if path != reader.path(CHASSIS)]
    return await reader.members.async_find(others, cached=True)


async def async_get_device_paths(
    reader: ResourceReader, collection: Endpoint[Any]
) -> list[str]:
    """Return the paths of the members of a collection, from all chassis of the host.

    Other chassis are searched only where the host's chassis contains some. All other
    boards need no request for this.

    Args:
        reader: The reader.
        collection: The row of the host's own chassis. Other chassis have theirs under
            the same key.

    Raises:
        LicenseError: All of them need a license.

    """
    key = collection.links[0].pointer
    paths = await reader.members.async_list(collection)
    host = await reader.async_find_json(CHASSIS, cached=True) or {}
    has_others = bool(find_links(host, "Links/Contains"))
    others = await async_get_other_chassis(reader) if has_others else {}
    system = reader.path(SYSTEM)
    own = [body for body in others.values() if _belongs_to(body, system)]
    links = [link for chassis in own if (link := find_link(chassis, key))]
    paths += await reader.members.async_list(*links)
    for chassis in (host, *own):
        paths += find_links(chassis, f"Links/{key}")
    return [*dict.fromkeys(paths)]


def _belongs_to(chassis: JsonObject, system: str | None) -> bool:
    """Return whether a chassis is part of a system, or has no link to any."""
    systems = find_links(chassis, "Links/ComputerSystems")
    return not systems or system in systems
