"""Find the paths of rows by links, and avoid dead links."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..const import FAILING_LINK_SECONDS, REDFISH_ROOT, RETRY_UNAVAILABLE_SECONDS
from ..exceptions import (
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    ResourceError,
    ServiceUnavailableError,
)
from ..http.connection import Connection
from ..payload import JsonObject, find_link, find_links
from .endpoints import ROOT, SYSTEM, SYSTEMS, Endpoint

if TYPE_CHECKING:
    from .reader import ResourceReader


class PathFinder:
    """Find the paths of rows, and remember them.

    A dead link has no other effect: the next link is followed, and the first one is
    tried again after an hour.
    """

    def __init__(
        self,
        reader: ResourceReader,
        connection: Connection,
        wanted_ids: Mapping[Endpoint[Any], str | None],
    ) -> None:
        """Initialize with the reader of links, and the wanted Ids of some rows."""
        self._reader = reader
        self._connection = connection
        self._wanted_ids = wanted_ids
        self.paths: dict[Endpoint[Any], str] = {ROOT: REDFISH_ROOT}
        """The paths that were found."""
        self._dead_links: set[str] = set()
        """Links whose resource is missing (404)."""
        self._failing_since: dict[str, float] = {}
        """The time of the first failure of links that have not succeeded since."""
        self._detours: dict[Endpoint[Any], float] = {}
        """Time at which a row was found by another link than its first, dead one."""

    def reset(self) -> None:
        """Discard all paths and dead links."""
        self.paths = {ROOT: REDFISH_ROOT}
        self._dead_links.clear()
        self._failing_since.clear()
        self._detours.clear()

    @property
    def has_detours(self) -> bool:
        """Return whether a row was found by avoiding a dead link."""
        return bool(self._detours)

    def retry_dead_links(self) -> None:
        """Discard the dead links, to follow them again."""
        self._dead_links.clear()

    async def async_get(self, endpoint: Endpoint[Any]) -> str:
        """Return the path of a row."""
        return self.paths.get(endpoint) or await self.async_find(endpoint)

    async def async_find(self, endpoint: Endpoint[Any]) -> str:
        """Find the path of a row: the remembered one, or by its links.

        Without a match, the first resource is used, unless a link is dead: it may
        be the right one.
        """
        await self._reader.async_verify_memory()
        if remembered := self._reader.memory.recall_path(endpoint):
            self.paths[endpoint] = remembered
            return remembered
        await self._async_read_members(endpoint)
        errors: list[ResourceError] = []
        fallback: str | None = None
        is_first = True
        for link in endpoint.links:
            parent = await self._async_get_parent(link.parent)
            if link.parent not in self.paths:  # the stored findings were outdated
                return await self.async_find(endpoint)
            if error := self._check_properties(link.parent, parent):
                errors.append(error)
            paths = find_links(parent, link.pointer)
            for path in self._filter_links(endpoint, paths):
                selected, is_match = await self._async_select(endpoint, path, errors)
                fallback = fallback or (selected if is_first else None)
                if is_match and selected:
                    if errors or not self._dead_links.isdisjoint(paths):
                        self._detours[endpoint] = monotonic()
                    self.paths[endpoint] = selected
                    return selected
            # Later links are less specific: their first resource may be a wrong one.
            is_first = is_first and not paths
        if fallback is None or errors:
            name = f"{endpoint.name} {self._wanted_ids.get(endpoint) or ''}".rstrip()
            missing = NotFoundError(f"This board has no link to {name}")
            raise next(iter(errors), missing)
        self.paths[endpoint] = fallback
        return fallback

    async def _async_get_parent(self, parent: Endpoint[Any]) -> JsonObject:
        """Return a resource that links to a row.

        A BMC that starts shows no system for a while, and a caller may want a wrong Id.
        The rows below are unknown then: a collection would count as empty.
        """
        try:
            return await self._reader.async_get_json(parent, cached=True)
        except NotFoundError as error:
            if not (parent in (SYSTEMS, SYSTEM) or self._wanted_ids.get(parent)):
                raise
            raise ServiceUnavailableError(
                str(error), status=error.status, path=error.path
            ) from error

    def _check_properties(
        self, endpoint: Endpoint[Any], body: JsonObject
    ) -> ResourceError | None:
        """Return the error of a resource with nothing but its path; None for others.

        It says nothing about its links, which would count as missing for an hour.
        """
        if not all(key.startswith("@odata.") for key in body):
            return None
        path = self.paths[endpoint]
        self._connection.invalidate(path)
        return InvalidResponseError(f"{path} has no properties", path=path)

    async def _async_read_members(self, endpoint: Endpoint[Any]) -> None:
        """Read all candidates for a row, if one request returns them.

        A machine of many chassis needs them anyway.
        """
        collection = endpoint.links[-1].parent if endpoint.parent_pointer else None
        if collection and self._reader.expander.has_worked:
            with suppress(ResourceError):
                await self._reader.members.async_list(collection, cached=True)

    async def async_skip(self, endpoint: Endpoint[Any], path: str) -> bool:
        """Find another path for a row with a dead link, if there is one."""
        self._dead_links.add(path)
        try:
            await self.async_find(endpoint)
        except NotFoundError:
            return False
        return True

    def forget_detours(self) -> None:
        """Discard the paths of detours after an hour."""
        if not self._detours:
            return
        for endpoint, found_at in [*self._detours.items()]:
            if monotonic() - found_at >= RETRY_UNAVAILABLE_SECONDS:
                self._detours.pop(endpoint, None)
                self._dead_links.clear()
                self._forget_path(endpoint)

    def _forget_path(self, endpoint: Endpoint[Any]) -> None:
        """Discard the path of a row, and the paths of all rows below it."""
        if path := self.paths.pop(endpoint, None):
            self._connection.invalidate(path)
        for row in [*self.paths]:
            if any(link.parent is endpoint for link in row.links):
                self._forget_path(row)

    def _filter_links(self, endpoint: Endpoint[Any], paths: list[str]) -> list[str]:
        """Return the paths that have the wanted Id and are no dead links."""
        wanted_id = self._wanted_ids.get(endpoint)
        return [
            path
            for path in paths
            if path not in self._dead_links
            and wanted_id in (None, path.rpartition("/")[2])
        ]

    async def _async_select(
        self, endpoint: Endpoint[Any], path: str, errors: list[ResourceError]
    ) -> tuple[str | None, bool]:
        """Return the resource that a link selects, and whether it matches.

        It is the linked one, or the last one above it that matches. A dead link selects
        nothing.
        """
        if endpoint.select_fn is None or self._wanted_ids.get(endpoint):
            return path, True
        above: dict[str, JsonObject] = {}
        link: str | None = path
        while link and link not in above:
            try:
                above[link] = await self._reader.async_get_json(link, cached=True)
            except ResourceError as error:
                if not self._is_dead(link, error):
                    raise
                self._reader.members.errors[link] = error
                errors.append(error)
                break
            self._failing_since.pop(link, None)
            self._reader.members.errors.pop(link, None)
            pointer = endpoint.parent_pointer
            link = find_link(above[link], pointer) if pointer else None
        matches = [path for path, body in above.items() if endpoint.select_fn(body)]
        return next(reversed(matches or [*above]), None), bool(matches)

    def _is_dead(self, path: str, error: ResourceError) -> bool:
        """Return whether a link is dead: its resource is missing or keeps failing."""
        since = self._failing_since.setdefault(path, monotonic())
        is_missing = isinstance(error, (NotFoundError, LicenseError))
        return is_missing or monotonic() - since >= FAILING_LINK_SECONDS
