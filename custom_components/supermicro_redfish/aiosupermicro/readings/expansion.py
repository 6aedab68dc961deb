"""Read all members of a collection with one request, where `$expand` works.

Many boards advertise it. Some of them return an error, ignore the query, or return only
a part of the members or of their properties. It is therefore tried once per collection,
and used only if a member is the same as when it is read on its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from math import inf
from time import monotonic

from ..const import EXPAND_RETRY_SECONDS
from ..exceptions import ResourceError
from ..payload import JsonObject, find_link
from ..resources.endpoints import ROOT
from ..resources.reader import ResourceReader

_LEVELS = "$expand=.($levels=1)"
_NO_LEVELS = "$expand=."
_COMPARED = ("Id", "Name", "ReadingType", "ReadingUnits", "ReadingBasis")
"""Properties that are equal however a member is read; State and Health may differ."""


class CollectionExpander:
    """Expand collections, and remember for each whether that works."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without results."""
        self._reader = reader
        self._is_verified: set[str] = set()
        self._retry_at: dict[str, float] = {}
        """The time to try again a collection whose expansion has failed."""
        self._lock = asyncio.Lock()
        """Held while a collection is expanded, so that others use the result."""
        self._last: dict[str, tuple[float, dict[str, JsonObject]]] = {}
        """The time and the members of the last expansion of a collection."""

    async def async_read(
        self, collection: str, members: list[str], *, since: float, may_try: bool
    ) -> dict[str, JsonObject]:
        """Return the members of a collection by path, as far as one request shows them.

        Those that are not returned have to be read on their own.

        Args:
            collection: The path of the collection.
            members: The paths of the members.
            since: The time since when an expansion is new enough, by `time.monotonic`.
            may_try: Whether a collection that is not verified yet may be expanded.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        async with self._lock:
            expanded_at, found = self._last.get(collection, (-inf, {}))
            if expanded_at < since:
                found = await self._async_read(collection, members, may_try=may_try)
        return {path: found[path] for path in members if path in found}

    async def _async_read(
        self, collection: str, members: list[str], *, may_try: bool
    ) -> dict[str, JsonObject]:
        """Expand a verified collection, or verify it again when that is due."""
        is_verified = collection in self._is_verified
        query = await self._async_get_query()
        if query is None or not (is_verified or (may_try and self._is_due(collection))):
            return {}
        expanded_at = monotonic()
        found = await self._async_expand(f"{collection}?{query}", members)
        if not is_verified:
            found = await self._async_verify(collection, members, found)
        elif not found:
            self._reject(collection)
        self._last[collection] = (expanded_at, found)
        return found

    def _is_due(self, collection: str) -> bool:
        """Return whether a collection was not tried in the last day."""
        return monotonic() >= self._retry_at.get(collection, 0.0)

    def _reject(self, collection: str) -> None:
        """Stop expanding a collection for a day."""
        self._is_verified.discard(collection)
        self._retry_at[collection] = monotonic() + EXPAND_RETRY_SECONDS

    async def _async_get_query(self) -> str | None:
        """Return the query that the service root advertises, None without support."""
        root = await self._reader.async_get_json(ROOT, cached=True)
        features = root.get("ProtocolFeaturesSupported")
        expand = features.get("ExpandQuery") if isinstance(features, Mapping) else None
        if not isinstance(expand, Mapping) or not (
            expand.get("NoLinks") is True or expand.get("ExpandAll") is True
        ):
            return None
        return _LEVELS if expand.get("Levels") is True else _NO_LEVELS

    async def _async_expand(
        self, path: str, members: list[str]
    ) -> dict[str, JsonObject]:
        """Return the members in an expanded collection, also from an error response.

        On bmcweb a member that fails stays a link, and its status becomes that of the
        whole response.
        """
        try:
            listed = (await self._reader.async_get_json(path)).get("Members")
        except ResourceError as error:
            listed = [*error.members]
        found = {}
        for member in listed if isinstance(listed, list) else ():
            link = find_link({"Member": member}, "Member")
            if link in members and len(member) > 1:
                found[link] = member
        return found

    async def _async_verify(
        self, collection: str, members: list[str], found: dict[str, JsonObject]
    ) -> dict[str, JsonObject]:
        """Return the members if all are there, and one is as when read on its own.

        Otherwise return only that one.
        """
        if set(found) != set(members):
            self._reject(collection)
            return {}
        path = max(members, key=lambda member: len(found[member]))
        try:
            single = await self._reader.async_get_json(path)
        except ResourceError:
            self._reject(collection)
            return {}
        if not _is_same(single, found[path]):
            self._reject(collection)
            return {path: single}
        self._is_verified.add(collection)
        return found


def _is_same(single: JsonObject, expanded: JsonObject) -> bool:
    """Return whether a member has all properties, and the same identity and reading.

    Readings move between two requests: they need to be of the same type.
    """
    has_all = single.keys() - {"Status"} <= expanded.keys()
    is_equal = all(single.get(key) == expanded.get(key) for key in _COMPARED)
    readings = (single.get("Reading"), expanded.get("Reading"))
    is_number = [isinstance(reading, (int, float)) for reading in readings]
    return has_all and is_equal and is_number[0] == is_number[1]
