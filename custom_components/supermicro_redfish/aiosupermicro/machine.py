"""Machines of many chassis, each of which has cards, drives and sensors of its own."""

from __future__ import annotations

from typing import Any

from .documents import Body
from .endpoints import ALL_CHASSIS, CHASSIS, SYSTEM, Endpoint
from .links import follow, follow_all
from .resources import Resources


async def async_get_other_chassis(
    resources: Resources,
) -> dict[str, Body]:
    """Return all chassis but the host's own, by path; each is read but once."""
    paths = await resources.async_get_member_paths(ALL_CHASSIS, known=True)
    others = [path for path in paths if path != resources.path(CHASSIS)]
    return await resources.async_find_all_known(others)


async def async_get_device_paths(
    resources: Resources, collection: Endpoint[Any]
) -> list[str]:
    """Return where the members of a kind of collection are, in all of its chassis.

    Only a chassis that says that it contains others is worth looking beyond it: no
    other board needs a request for this.

    Args:
        resources: The board.
        collection: The host's own; that of another chassis stands at the same key.

    Raises:
        LicenseError: All of them want a licence.

    """
    key = collection.ways[0].pointer
    paths = await resources.async_get_member_paths(collection)
    host = await resources.async_find_known(CHASSIS) or {}
    is_many = bool(follow_all(host, "Links/Contains"))
    others = await async_get_other_chassis(resources) if is_many else {}
    system = resources.path(SYSTEM)
    own = [chassis for chassis in others.values() if _is_of(chassis, system)]
    links = [link for chassis in own if (link := follow(chassis, key))]
    paths += await resources.async_get_member_paths_at(links)
    for chassis in (host, *own):
        paths += follow_all(chassis, f"Links/{key}")
    return [*dict.fromkeys(paths)]


def _is_of(chassis: Body, system: str | None) -> bool:
    """Tell whether a chassis is a system's; one that names no system is everyone's."""
    systems = follow_all(chassis, "Links/ComputerSystems")
    return not systems or system in systems
