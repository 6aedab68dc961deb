"""Find the resources of a board by links, read them and decode them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..const import EXPAND_FRESH_SECONDS, REDFISH_ROOT
from ..exceptions import (
    LicenseError,
    NotFoundError,
    ResourceError,
    SupermicroRedfishError,
)
from ..http.connection import Connection
from ..payload import JsonObject, find_link, normalize_path
from .availability import Availability, RecentErrors
from .collections import MemberReader
from .decoded import DecodedResources
from .endpoints import ROOT, SYSTEM, Cadence, Endpoint, ModelT, Source
from .expansion import CollectionExpander
from .link_reads import LinkReads
from .memory import Memory
from .path_finder import PathFinder
from .tree_expansion import TreeExpander

_ROOT_PATH = normalize_path(REDFISH_ROOT)
_EXPAND = "expand"
"""Name of the verdicts on expansion in the memory."""


class ResourceReader:
    """Read and write resources, given as a row of the table or as a path.

    - `get` raises NotFoundError where a resource is missing, `find` returns None.
    - `cached=True` accepts the last value, and reads only what was never read.
    - A resource that is missing, or needs a license, is not requested again for an
      hour.
    - A dead link is skipped: the next one is followed, and the dead one is tried again
      after an hour.
    - `members` reads collections and other resources of which there are many.
    """

    def __init__(
        self,
        connection: Connection,
        wanted_ids: Mapping[Endpoint[Any], str | None] | None = None,
        discovery: Mapping[str, Any] | None = None,
    ) -> None:
        """Initialize the reader of a connection.

        Args:
            connection: The connection to the BMC.
            wanted_ids: The Id of each resource that has to have one.
            discovery: The property `discovery` of an earlier reader.

        """
        self._connection = connection
        self._memory_key = repr([*(wanted_ids or {}).values()])
        self.memory = Memory(connection, self._memory_key, discovery)
        """Findings about the board; replaced when they no longer fit."""
        self._decoded = DecodedResources(connection.get_document)
        self._failures: RecentErrors[Endpoint[Any]] = RecentErrors()
        """The errors of rows whose last read has failed."""
        self._finder = PathFinder(self, connection, wanted_ids or {})
        self.availability = Availability(connection, self._finder)
        """Resources that were read, and those that are missing or need a license."""
        self.expander = CollectionExpander(self, self._finder)
        self.trees = TreeExpander(self, self.expander)
        self.link_reads = LinkReads(connection, self.expander)
        """Resources that were only read to follow their links."""
        self.members = MemberReader(self, self._finder, self.expander)
        """Reader of the members of collections."""

    @property
    def paths(self) -> dict[str, str]:
        """The paths found so far, by the name of their row."""
        return {endpoint.name: path for endpoint, path in self._finder.paths.items()}

    @property
    def discovery(self) -> dict[str, Any]:
        """Findings about the board for a later run; empty while a link is dead.

        Where a path leads nowhere, the later run would discard all findings.
        """
        if self._finder.has_detours:
            return {}
        if not self.memory.is_pending:
            self.memory.findings.pop(_EXPAND, None)
            if not self.expander.verdicts.is_empty:
                self.memory.findings[_EXPAND] = self.expander.verdicts.export()
        missing = self.availability.get_missing()
        found = self._finder.paths.items()
        paths = {row.name: path for row, path in found if row not in missing}
        return self.memory.export(paths, self.availability.get_all())

    def path(self, endpoint: Endpoint[Any]) -> str | None:
        """Return the path of a row, None while it was not found."""
        return self._finder.paths.get(endpoint)

    def can_expand(self, collection: Endpoint[Any]) -> bool:
        """Return whether a collection was found, maybe earlier, and can be expanded."""
        path = self.path(collection) or self.memory.get_path(collection)
        return path is not None and self.expander.can_expand(path)

    def _get_path(self, source: Source) -> str | None:
        """Return the path of a resource, None for a row that was not found yet."""
        return source if isinstance(source, str) else self.path(source)

    def store(self, path: str, body: JsonObject) -> None:
        """Cache a resource that another one contained."""
        self._connection.store(path, dict(body))

    def is_cached(self, source: Source) -> bool:
        """Return whether a resource was found and read."""
        return self._get_cached(source) is not None

    def invalidate(self, endpoint: Endpoint[Any]) -> None:
        """Discard the cached value of a row, so that its next read is unconditional."""
        if path := self.path(endpoint):
            self._connection.invalidate(path)

    def reset(self) -> None:
        """Discard everything but the memory; that forgets unavailable resources."""
        discovery = self.discovery | {"missing": {}, "unlicensed": {}}
        self.memory = Memory(self._connection, self._memory_key, discovery)
        self._finder.reset()
        self.availability.reset()
        self._decoded.clear()
        self.link_reads.reset()
        self._failures.clear()
        self.expander.reset()
        self.members.errors.clear()

    # One resource

    async def async_get(
        self, endpoint: Endpoint[ModelT], *, cached: bool = False
    ) -> ModelT:
        """Return a decoded resource, the same object while it is unchanged.

        Raises:
            NotFoundError: The board does not have the resource.
            SupermicroRedfishError: It could not be read.

        """
        try:
            body = await self.async_get_json(endpoint, cached=cached)
        except ResourceError as error:
            self._failures.record(endpoint, error)
            raise
        self._failures.discard(endpoint)
        return self._decoded.decode(endpoint, body, self.path(endpoint))

    async def async_get_once(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a decoded resource; reuse one that was just read for its links.

        Errors are those of `async_get`.
        """
        path = self.path(endpoint)
        is_new = path is not None and self.link_reads.take(path)
        found = await self.async_get(endpoint, cached=is_new)
        if path is None and (path := self.path(endpoint)):
            self.link_reads.take(path)  # the search for the path has just read it
        return found

    async def async_get_last(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a decoded resource as it was last read.

        It is requested only if it was never requested, if a command has changed it
        since, or an hour after a failure. So another read keeps it up to date.

        Raises:
            SupermicroRedfishError: The last request has failed.

        """
        if (last := self.get_last(endpoint)) is not None:
            return last
        if error := self._failures.get(endpoint):
            raise error.with_traceback(None)
        return await self.async_get(endpoint)

    def get_last(self, endpoint: Endpoint[ModelT]) -> ModelT | None:
        """Return a decoded resource as it was last read, None if it is not cached."""
        body = self._get_cached(endpoint)
        if body is None:
            return None
        return self._decoded.decode(endpoint, body, self.path(endpoint))

    def has_failed(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether the last read has failed, less than an hour ago."""
        return self._failures.get(endpoint) is not None

    def _get_cached(self, source: Source) -> JsonObject | None:
        """Return the cached JSON of a resource, None if it was never read."""
        path = self._get_path(source)
        return self._connection.get_cached(path) if path else None

    async def async_get_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject:
        """Return the JSON of a resource; errors as in `async_get`."""
        if self.memory.is_pending and source is not ROOT:
            await self.async_verify_memory()
        self._finder.forget_detours()
        body = self._get_cached(source) if cached else None
        if not isinstance(source, Endpoint):
            return body or await self._async_read_path(source, for_links=cached)
        body = body or await self._async_read(source, for_links=cached)
        if not self.memory.record(source, body):
            self._forget_memory()
            self.memory.record(source, body)
        return body

    async def async_verify_memory(self) -> bool:
        """Return whether the findings of an earlier run fit the board.

        Findings that do not are discarded. Without any, return False.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        if (memory := self.memory).is_pending:
            fits = await memory.async_fits()
            if memory.is_pending and memory is self.memory:
                if fits:
                    self.availability.expect(memory.rows)
                    for source, error in memory.use():
                        self.availability.record(source, error)
                    self.expander.verdicts.restore(memory.findings.get(_EXPAND))
                else:
                    self._forget_memory()
        return self.memory.is_verified

    def _forget_memory(self) -> None:
        """Discard the findings of an earlier run, and discover the board anew.

        A cached resource would count as just read by the search for its path.
        """
        self.memory = Memory(self._connection, self._memory_key)
        self._finder.reset()
        for path in self._connection.cached_resources.keys() - {_ROOT_PATH}:
            self._connection.invalidate(path)
        self.availability.clear()
        self.expander.reset()

    async def _async_read_path(self, path: str, *, for_links: bool) -> JsonObject:
        """Read the resource at a path."""
        self.availability.require(path)
        self.expander.require(path)
        self.link_reads.mark(path, for_links=for_links)
        try:
            return await self._connection.async_get(path)
        except LicenseError as error:
            self.availability.record(path, error)
            raise

    async def _async_read(
        self, endpoint: Endpoint[Any], *, for_links: bool
    ) -> JsonObject:
        """Read a row; use the cache if the search for its path has just read it."""
        self.availability.require(endpoint)
        try:
            body = await self._async_read_linked(endpoint, for_links=for_links)
        except (NotFoundError, LicenseError) as error:
            is_new = not self.availability.was_seen(endpoint)
            if is_new:
                self.availability.record_new(endpoint, error)
            if is_new or isinstance(error, LicenseError):
                raise
            body = await self._async_read_moved(endpoint, error)
        self.availability.mark_seen(endpoint)
        return body

    async def _async_read_linked(
        self, endpoint: Endpoint[Any], *, for_links: bool
    ) -> JsonObject:
        """Read a row; follow its next link if a newly found path is dead."""
        is_found = endpoint in self._finder.paths
        path = await self._finder.async_get(endpoint)
        if not is_found and (
            just_read := self._connection.get_recent(path, EXPAND_FRESH_SECONDS)
        ):
            return just_read
        self.link_reads.mark(path, for_links=for_links)
        was_seen = self.availability.was_seen(endpoint)
        levels = 0 if was_seen else endpoint.tree_levels
        if levels and (tree := await self.trees.async_read(path, levels)):
            return tree
        try:
            return await self._connection.async_get(path)
        except NotFoundError as error:
            if self.memory.is_unproven(endpoint):
                if await self.async_is_starting(endpoint):
                    raise
                self._forget_memory()
                self.availability.expect_no_more(endpoint)
                return await self._async_read_linked(endpoint, for_links=for_links)
            if was_seen or not await self._finder.async_skip(endpoint, path):
                raise
            self.members.errors[path] = error
        return await self._async_read_linked(endpoint, for_links=for_links)

    async def async_is_starting(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource is missing because the BMC is starting.

        It then does not return the system either, or what leads to the resource,
        although this run has read it.
        """
        ancestors = self.availability.get_seen_ancestors(endpoint)
        for row in (SYSTEM, *ancestors - {SYSTEM}):
            if self.has_failed(row):
                return True
            try:
                if path := self._finder.paths.get(row):
                    await self._connection.async_get(path)
            except ResourceError:
                return True
        return False

    async def _async_read_moved(
        self, endpoint: Endpoint[Any], error: NotFoundError
    ) -> JsonObject:
        """Read a row at its new path after a firmware update, or raise the error."""
        path = old = self._finder.paths.get(endpoint)
        with suppress(SupermicroRedfishError):
            for link in endpoint.links if endpoint.cadence is Cadence.STATIC else ():
                if link.parent.cadence is Cadence.ONCE:  # other parents are not cached
                    await self.async_get_json(link.parent)
            path = await self._finder.async_find(endpoint)
        if path is None or path == old:
            raise error
        return await self._connection.async_get(path)

    async def async_find_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject | None:
        """Return the JSON of a resource, None if the board does not have it.

        Raises:
            NotFoundError: The board had it before, and no cached value was asked for.
            LicenseError: The board has it, but needs a license to show it.

        """
        try:
            return await self.async_get_json(source, cached=cached)
        except NotFoundError:
            if self.availability.was_seen(source) and not cached:
                raise
            return None

    async def async_has_link(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether the board links to a resource."""
        with suppress(NotFoundError):
            await self._finder.async_get(endpoint)
            return True
        return False

    async def async_is_missing(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource has no link or was unavailable in the last hour."""
        try:
            self.availability.require(endpoint)
        except ResourceError:
            return True
        return not await self.async_has_link(endpoint)

    def was_decoded(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether `async_get` has ever returned a resource."""
        return endpoint in self._decoded

    # Writes

    async def async_patch(self, endpoint: Endpoint[Any], changes: JsonObject) -> None:
        """Change properties of a resource."""
        path = await self._finder.async_get(endpoint)
        await self._connection.async_patch(path, changes)

    async def async_patch_member(
        self, path: str, current: JsonObject, changes: JsonObject
    ) -> None:
        """Change properties of a member that was read with its collection."""
        await self._connection.async_patch(path, changes, current=current)

    async def async_post(self, path: str, body: JsonObject) -> None:
        """Invoke the action at a path."""
        await self._connection.async_post(path, body)

    async def async_invoke_action(
        self, endpoint: Endpoint[Any], action: str, parameters: JsonObject
    ) -> None:
        """Invoke an action of a resource, at its usual path if it has no link."""
        body = await self.async_get_json(endpoint, cached=True)
        path = await self._finder.async_get(endpoint)
        target = find_link(body, f"Actions/#{action}/target")
        target = target or f"{path}/Actions/{action}"
        await self._connection.async_post(target, parameters)
        self._connection.invalidate(path)
