"""Read a resource and those inside it with one request, where `$expand` works."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from ..const import EXPAND_FRESH_SECONDS, MAX_CACHED_RESOURCES
from ..exceptions import ResourceError
from ..http.cache import NewestItems
from ..payload import JsonObject
from .expand_requests import async_get_query, find_members, fold_inner
from .expansion import CollectionExpander

if TYPE_CHECKING:
    from .reader import ResourceReader

_REQUIRED = {"Id", "Name"}
"""Properties that all resources have; broken expansions drop some."""


class TreeExpander:
    """Expand the resources that a search for others reads anyway.

    That is tried where collections can be expanded. The members of the collections
    inside are verified like those of any collection.
    """

    def __init__(self, reader: ResourceReader, collections: CollectionExpander) -> None:
        """Initialize without resources."""
        self._reader = reader
        self._collections = collections
        self._kept_at: NewestItems[str, float] = NewestItems(MAX_CACHED_RESOURCES)
        """The time of resources that another one contained, until their first read."""

    def is_recent(self, path: str) -> bool:
        """Return whether a cached resource is new enough for its first read.

        Only one that another resource has contained may have been cached for long.
        """
        kept_at = self._kept_at.pop(path, inf)
        return monotonic() - kept_at < EXPAND_FRESH_SECONDS

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
        try:
            expanded = await self._reader.async_get_json(f"{path}?{query}")
        except ResourceError as error:
            verdicts.reject(path, error.status)
            return None
        body: JsonObject = fold_inner(expanded, inner)
        resources = [found for found in inner.values() if "Members" not in found]
        if not all(found.keys() >= _REQUIRED for found in (body, *resources)):
            verdicts.reject(path)
            return None
        await self._async_keep(inner)
        self._reader.store(path, body)
        return body

    async def _async_keep(self, inner: dict[str, JsonObject]) -> None:
        """Cache the resources inside another one; members only if they are verified."""
        members = set[str]()
        for path, body in inner.items():
            answer = find_members(body)
            members.update(answer.bodies)
            if "Members" in body and answer.is_complete:
                await self._collections.async_keep(path, answer)
        for path in inner.keys() - members:
            self._kept_at[path] = monotonic()
            self._reader.store(path, fold_inner(inner[path], {}))
