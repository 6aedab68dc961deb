"""Machines of many chassis, each of which has cards, drives and sensors of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .endpoints import ALL_CHASSIS, CHASSIS, SYSTEM, Endpoint
from .links import follow, follow_all
from .resources import Resources


async def async_get_inner_chassis(
    resources: Resources,
) -> dict[str, Mapping[str, Any]]:
    """Return all chassis of the machine but the host's own, by path.

    Only a chassis that says that it contains others is worth looking beyond it: no
    other board needs a request for this. Each is read once for each connection.
    """
    host = await resources.async_find_known(CHASSIS) or {}
    if not follow_all(host, "Links/Contains"):
        return {}
    paths = await resources.async_get_member_paths(ALL_CHASSIS, known=True)
    others = [path for path in paths if path != resources.path(CHASSIS)]
    return await resources.async_find_all_known(others)


async def async_get_device_paths(
    resources: Resources, collection: Endpoint[Any]
) -> list[str]:
    """Return where the members of a kind of collection are, in all of its chassis.

    Args:
        resources: The board.
        collection: The host's own; that of another chassis stands at the same key.

    Raises:
        LicenseError: All of them want a licence.

    """
    key = collection.ways[0].pointer
    paths = await resources.async_get_member_paths(collection)
    inner = await async_get_inner_chassis(resources)
    own = [body for body in inner.values() if _is_of(body, resources.path(SYSTEM))]
    collections = [link for body in own if (link := follow(body, key))]
    paths += await resources.async_get_member_paths_at(collections)
    host = await resources.async_find_known(CHASSIS) or {}
    paths += [
        path for body in (host, *own) for path in follow_all(body, f"Links/{key}")
    ]
    return [*dict.fromkeys(paths)]


def _is_of(chassis: Mapping[str, Any], system: str | None) -> bool:
    """Tell whether a chassis is a system's; one that names no system is everyone's."""
    systems = follow_all(chassis, "Links/ComputerSystems")
    return not systems or system in systems
