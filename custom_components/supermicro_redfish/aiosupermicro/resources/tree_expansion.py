"""Read a resource and those inside it with one request, where `$expand` works."""

from __future__ import annotations

from collections.abc import Container
from time import monotonic
from typing import TYPE_CHECKING

from ..exceptions import ResourceError
from ..payload import JsonObject, find_link
from .expand_requests import (
    ExpandedResponse,
    async_get_query,
    find_members,
    fold_inner,
    has_required,
    is_collection,
)
from .expansion import CollectionExpander

if TYPE_CHECKING:
    from .reader import ResourceReader


class TreeExpander:
    """Expand the resources that a search for others reads anyway.

    That is tried where collections can be expanded. The members of the collections
    inside are verified like those of any collection. Of the other resources inside,
    only those that contain a collection are used: they are read for their links. No
    single read shows whether the expansion has dropped values of the others, such as
    the temperatures in ThermalMetrics.
    """

    def __init__(self, reader: ResourceReader, collections: CollectionExpander) -> None:
        """Initialize without resources."""
        self._reader = reader
        self._collections = collections

    async def async_read(self, path: str, levels: int) -> JsonObject | None:
        """Return a resource, and cache those inside it for their first reads.

        Args:
            path: The path of the resource.
            levels: The levels of resources inside it.

        Returns:
            None where the plain resource has to be read.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        verdicts = self._collections.verdicts
        if not (levels and self._collections.has_worked and verdicts.is_due(path)):
            return None
        query = await async_get_query(self._reader, levels, exact=True)
        if query is None:
            return None
        inner: dict[str, JsonObject] = {}
        requested_at = monotonic()
        try:
            expanded = await self._reader.async_get_json(f"{path}?{query}")
        except ResourceError as error:
            verdicts.reject_tree(path, error.status)
            return None
        body: JsonObject = fold_inner(expanded, inner)
        resources = [found for found in inner.values() if not is_collection(found)]
        if not all(map(has_required, (body, *resources))):
            verdicts.reject_tree(path)
            return None
        await self._async_keep(inner, requested_at)
        self._reader.store(path, body)
        return body

    async def _async_keep(
        self, inner: dict[str, JsonObject], requested_at: float
    ) -> None:
        """Cache the resources inside another one; members only if they are verified."""
        collections = {
            path: find_members(body, requested_at)
            for path, body in inner.items()
            if is_collection(body)
        }
        listed = [p for p, found in collections.items() if _is_list(inner[p], found)]
        for path in listed:
            if collections[path].has_bodies:
                await self._collections.async_keep(path, collections[path])
        members = {path for found in collections.values() for path in found.bodies}
        others = inner.keys() - collections.keys() - members
        containers = [path for path in others if _contains(inner[path], collections)]
        for path in (*listed, *containers):
            self._reader.store(path, fold_inner(inner[path], {}))


def _is_list(collection: JsonObject, found: ExpandedResponse) -> bool:
    """Return whether a collection inside another resource lists all its members.

    Firmware that truncates an expansion leaves some out, or all of them. Without their
    number, that cannot be excluded.
    """
    has_count = "Members@odata.count" in collection
    return bool(found.members) and found.is_listed and has_count


def _contains(body: JsonObject, collections: Container[str]) -> bool:
    """Return whether a resource links to one of these collections."""
    return any(find_link(body, key) in collections for key in body)
