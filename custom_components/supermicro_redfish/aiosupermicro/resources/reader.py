"""Find the resources of a board by links, read them and decode them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from math import inf
from time import monotonic
from typing import Any, TypeVar

from .. import exceptions
from ..concurrency import map_limited
from ..const import (
    LINK_FRESH_SECONDS,
    MAX_CACHED_RESOURCES,
    MAX_CONCURRENT_REQUESTS,
    MAX_REMEMBERED_ERRORS,
    REDFISH_ROOT,
)
from ..exceptions import (
    LicenseError,
    NotFoundError,
    ResourceError,
    SupermicroRedfishError,
)
from ..http.cache import NewestItems
from ..http.connection import Connection
from ..models import Model
from ..payload import JsonObject, find_link, normalize_path
from .collections import async_get_member_paths
from .endpoints import ROOT, Cadence, Endpoint, ModelT
from .expansion import CollectionExpander
from .memory import Memory
from .path_finder import PathFinder
from .recent_errors import RecentErrors

Source = Endpoint[Any] | str
"""A row of the table, or the path that another resource links to."""
_SourceT = TypeVar("_SourceT", bound=Source)

_MAX_TIMEOUTS = 2
_ROOT_PATH = normalize_path(REDFISH_ROOT)
_EXPAND = "expand"
"""Name of the verdicts on expansion in the memory."""


class ResourceReader:
    """Read and write resources, given as a row of the table or as a path.

    - `get` raises NotFoundError where a resource is missing, `find` returns None.
    - `cached=True` accepts the last value, and reads only what was never read.
    - A resource that is missing, or needs a license, is not requested again for an
      hour.
    - A member of a collection that cannot be read does not affect the other members;
      its error is in `member_errors`.
    - A dead link is skipped: the next one is followed, and the dead one is tried again
      after an hour.
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
        self._seen: set[Endpoint[Any]] = set()
        """Rows that were read at least once: if one is missing, the BMC is starting."""
        self._unavailable: RecentErrors[Source] = RecentErrors()
        """Resources that are missing or need a license."""
        self._models: dict[Endpoint[Any], tuple[JsonObject, Model]] = {}
        self._is_first_read = True
        """Whether no static read has ended yet; until then, reads for links count."""
        self._read_for_links: NewestItems[str, float] = NewestItems(
            MAX_CACHED_RESOURCES
        )
        """Resources that were only read to follow their links, and when."""
        self._failures: RecentErrors[Endpoint[Any]] = RecentErrors()
        """The errors of rows whose last read has failed."""
        self.member_errors: NewestItems[str, ResourceError] = NewestItems(
            MAX_REMEMBERED_ERRORS
        )
        """The errors of members of collections, by path, as they were last read."""
        self._finder = PathFinder(self, connection, wanted_ids or {})
        self.expander = CollectionExpander(self)
        self.limit = MAX_CONCURRENT_REQUESTS
        """Maximum number of concurrent requests for a series of resources."""

    @property
    def paths(self) -> dict[str, str]:
        """The paths found so far, by the name of their row."""
        return {endpoint.name: path for endpoint, path in self._finder.paths.items()}

    @property
    def discovery(self) -> dict[str, Any]:
        """Findings about the board for a later run; empty while a link is dead."""
        if self._finder.has_detours:
            return {}
        if not self.memory.is_pending:
            self.memory.readings.pop(_EXPAND, None)
            if not self.expander.verdicts.is_empty:
                self.memory.readings[_EXPAND] = self.expander.verdicts.export()
        return self.memory.export(self.paths, self._unavailable.get_all())

    def path(self, endpoint: Endpoint[Any]) -> str | None:
        """Return the path of a row, None while it was not found."""
        return self._finder.paths.get(endpoint)

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
        """Discard all paths, errors and cached values, except for the memory."""
        discovery = self.discovery | {"missing": {}, "unlicensed": {}}
        self.memory = Memory(self._connection, self._memory_key, discovery)
        self._finder.reset()
        self._seen.clear()
        self._unavailable.clear()
        self._models.clear()
        self._read_for_links.clear()
        self._is_first_read = True
        self._failures.clear()
        self.expander.reset()
        self.member_errors.clear()

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
        return self._decode(endpoint, body)

    async def async_get_once(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a decoded resource; reuse one that was just read for its links.

        Errors are those of `async_get`.
        """
        path = self.path(endpoint)
        is_new = path is not None and self._take_just_read(path)
        return await self.async_get(endpoint, cached=is_new)

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
        return None if body is None else self._decode(endpoint, body)

    def has_failed(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether the last read has failed, less than an hour ago."""
        return self._failures.get(endpoint) is not None

    def _get_cached(self, source: Source) -> JsonObject | None:
        """Return the cached JSON of a resource, None if it was never read."""
        path = self._get_path(source)
        return self._connection.get_cached(path) if path else None

    def _decode(self, endpoint: Endpoint[ModelT], body: JsonObject) -> ModelT:
        """Return a decoded resource, the same object while its JSON is the same.

        Where a part has changed, models of unchanged items are the same objects.
        """
        former, known = self._models.get(endpoint, (None, None))
        if former is not body:
            if former is None or not isinstance(known, endpoint.model):
                known = endpoint.model.from_dict(body)
            else:
                known = endpoint.model.from_changed(body, former, known)
            self._models[endpoint] = (body, known)
        return known  # type: ignore[return-value]  # a row keeps its model

    async def async_get_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject:
        """Return the JSON of a resource; errors as in `async_get`."""
        if self.memory.is_pending and source is not ROOT:
            await self.async_verify_memory()
        body = await self._async_get_json(source, cached=cached)
        if isinstance(source, Endpoint) and not self.memory.record(source, body):
            self._forget_memory()
            self.memory.record(source, body)
        return body

    async def async_verify_memory(self) -> bool:
        """Return whether the findings of an earlier run fit the board.

        If it is not, what that run has found out is forgotten.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        if (memory := self.memory).is_pending:
            fits = await memory.async_fits()
            if memory.is_pending and memory is self.memory:
                if fits:
                    for source, error in memory.use():
                        self._unavailable.record(source, error)
                    self.expander.verdicts.restore(memory.readings.get(_EXPAND))
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
        self._unavailable.clear()
        self.expander.reset()

    async def _async_get_json(self, source: Source, *, cached: bool) -> JsonObject:
        """Return the JSON of a resource, read at its path or from the cache."""
        self._finder.forget_detours()
        if cached and (body := self._get_cached(source)):
            return body
        self.require_available(source)
        if isinstance(source, Endpoint):
            return await self._async_read(source, for_links=cached)
        self._mark_read(source, for_links=cached)
        try:
            return await self._connection.async_get(source)
        except LicenseError as error:
            self._unavailable.record(source, error)
            raise

    def end_first_read(self) -> None:
        """End the first static read: later ones request all resources."""
        self._is_first_read = False
        self._read_for_links.clear()

    def _mark_read(self, path: str, *, for_links: bool) -> None:
        """Record the purpose of a read that is about to start."""
        if not for_links:
            self._read_for_links.pop(path, None)
        elif self._is_first_read and not self._connection.is_pending(path):
            self._read_for_links[path] = monotonic()

    def _take_just_read(self, path: str) -> bool:
        """Return whether a resource was just read for its links, and not used since.

        One that a command has changed since is not in the cache any more.
        """
        expanded = self.expander.take(path)
        read_at = self._read_for_links.pop(path, -inf)
        is_new = monotonic() - read_at < LINK_FRESH_SECONDS
        return expanded is not None or is_new

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
            if source in self._seen and not cached:
                raise
            return None

    async def async_has_link(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether the board links to a resource."""
        with suppress(NotFoundError):
            await self._finder.async_get(endpoint)
            return True
        return False

    async def async_is_missing(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource has no link, or only a dead link."""
        try:
            self.require_available(endpoint)
        except ResourceError:
            return True
        return not await self.async_has_link(endpoint)

    def was_seen(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a row was ever read.

        If such a row is missing now, the BMC is starting.
        """
        return endpoint in self._seen

    def was_decoded(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever read with `async_get`."""
        return endpoint in self._models

    def mark_replaced(self, endpoint: Endpoint[Any], error: ResourceError) -> None:
        """Return whether `async_get` has ever returned a resource.

        The hour begins with its last request, not with each read of the others.
        """
        if self._unavailable.get(endpoint) is None:
            self._unavailable.record(endpoint, error)
        self._seen.add(endpoint)

    @contextmanager
    def remember_license(self, name: str) -> Iterator[None]:
        """Raise the LicenseError of a series again for an hour, without requests.

        Without it, the resources that lead to the unlicensed ones would be read again.
        """
        self.require_available(name)
        try:
            yield
        except LicenseError as error:
            self.remember_error(name, error)
            raise

    def remember_error(self, name: str, error: ResourceError) -> None:
        """Let `require_available` raise an error for an hour."""
        self._unavailable.record(name, error)

    # Several resources

    async def async_get_many(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, by path.

        The errors of the others are in `member_errors`.

        Raises:
            ResourceError: None of them could be read.
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        paths = [*dict.fromkeys(paths)]
        expanded = await self._async_expand(paths)
        left = [path for path in paths if path not in expanded]
        found, errors = await self.async_try_many(left)
        found |= expanded
        self._record_member_errors(paths, errors)
        if errors and not found:
            raise next(iter(errors.values()))
        return {path: found[path] for path in paths if path in found}

    async def async_find_many(
        self, paths: Iterable[str], *, cached: bool = False
    ) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, maybe none, by path.

        The errors of the others are in `member_errors`, except for those that are
        missing or need a license.
        """
        paths = [*dict.fromkeys(paths)]
        new = [path for path in paths if not (cached and self.is_cached(path))]
        expanded = await self._async_expand(new)
        left = [path for path in paths if path not in expanded]
        found, errors = await self.async_try_many(left, cached=cached)
        found |= expanded
        for path in found:
            self.member_errors.pop(path, None)
        for path, error in errors.items():
            if not isinstance(error, (NotFoundError, LicenseError)):
                self.member_errors[path] = error
        return {path: found[path] for path in paths if path in found}

    async def async_get_models(
        self, paths: Iterable[str], model: type[ModelT]
    ) -> list[ModelT]:
        """Return several decoded resources; errors as in `async_get_many`."""
        bodies = await self.async_get_many(paths)
        return [model.from_dict(body) for body in bodies.values()]

    async def async_get_members(
        self, collection: Endpoint[Any], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the members of a collection, an empty list where it is missing.

        Raises:
            SupermicroRedfishError: As in `async_get_many`.

        """
        paths = await self.async_get_member_paths(collection)
        return await self.async_get_models(paths, model)

    async def async_get_member_paths(
        self, *collections: Source, cached: bool = False, since: float = inf
    ) -> list[str]:
        """Return the paths of the members of collections, each once.

        Args:
            collections: The collections.
            cached: Whether to accept collections as they were last read.
            since: The time since when a list of the members by a poll is new enough.

        Raises:
            ResourceError: None of the collections that exist could be read.

        """
        new = [
            source for source in collections if not (cached and self.is_cached(source))
        ]
        listed = await self._async_list_expanded(new, since)
        left = [source for source in collections if source not in listed]
        found, errors = await self.async_try_many(left, cached=cached)
        for source, error in errors.items():
            is_missing = isinstance(error, NotFoundError)
            is_lost = is_missing and source in self._seen and not cached
            if is_lost or not (found or listed or is_missing):
                raise error
            if isinstance(source, str):
                self.member_errors[source] = error

        async def read(path: str) -> JsonObject:
            return await self.async_get_json(path, cached=cached)

        for source, first in found.items():
            if isinstance(source, str):
                self.member_errors.pop(source, None)
                path = source
            else:
                path = await self._finder.async_get(source)
            listed[source] = await async_get_member_paths(path, read, first)
        paths = (path for source in collections for path in listed.get(source, ()))
        return [*dict.fromkeys(paths)]

    async def _async_list_expanded(
        self, collections: Iterable[Source], since: float
    ) -> dict[Source, list[str]]:
        """Return the paths of the members of collections that can be expanded."""
        listed: dict[Source, list[str]] = {}
        if self.memory.is_pending:
            await self.async_verify_memory()
        for source in collections:
            if isinstance(source, Endpoint) and not source.expand_levels:
                continue
            path = self._get_path(source)
            if isinstance(source, Endpoint) and self.expander.has_worked:
                with suppress(ResourceError):
                    path = await self._finder.async_get(source)
            if path is None:
                continue
            levels = self.get_expand_levels(path)
            paths = self.expander.get_listed(path, since)
            if paths is None:
                paths = await self.expander.async_list(path, levels)
            if paths is not None:
                listed[source] = paths
                self._mark_seen(source)
        return listed

    def _mark_seen(self, source: Source) -> None:
        """Record that a row was read: if it is missing later, the BMC is starting."""
        if isinstance(source, Endpoint):
            self._seen.add(source)

    async def _async_expand(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the resources that an expansion of their collections shows, by path.

        Only collections that were read before are expanded.
        """
        found: dict[str, JsonObject] = {}
        groups: dict[str, list[str]] = {}
        for path in paths:
            if (body := self.expander.take(path)) is not None:
                found[path] = body
            else:
                groups.setdefault(path.rpartition("/")[0], []).append(path)
        for collection, members in groups.items():
            levels = self.get_expand_levels(collection)
            if levels and self.is_cached(collection):
                found |= await self.expander.async_read(
                    collection, members, levels=levels
                )
        return found

    def get_expand_levels(self, path: str) -> int:
        """Return the number of levels that an expansion of a collection reads."""
        rows = (row for row, known in self._finder.paths.items() if known == path)
        return max((row.expand_levels for row in rows), default=1)

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

    async def async_try_many(
        self, sources: Iterable[_SourceT], *, cached: bool = False
    ) -> tuple[dict[_SourceT, JsonObject], dict[_SourceT, ResourceError]]:
        """Return the resources that can be read, and the errors of all others.

        A BMC that hangs is not asked for the rest of a long series: after two
        time-outs without a response in between, the others count as timed out.
        """
        found: dict[_SourceT, JsonObject] = {}
        errors: dict[_SourceT, ResourceError] = {}
        timeouts = 0

        async def read(source: _SourceT) -> None:
            nonlocal timeouts
            if timeouts >= _MAX_TIMEOUTS:
                message = f"{source} was not requested: too many time-outs"
                errors[source] = exceptions.TimeoutError(message)
                return
            try:
                found[source] = await self.async_get_json(source, cached=cached)
                timeouts = 0
            except exceptions.TimeoutError as error:
                timeouts += 1
                errors[source] = error
            except ResourceError as error:
                timeouts = 0
                errors[source] = error

        unique = [*dict.fromkeys(sources)]
        await map_limited(read, unique, self.limit)
        return {source: found[source] for source in unique if source in found}, errors

    def _record_member_errors(
        self, paths: list[str], errors: Mapping[str, ResourceError]
    ) -> None:
        """Replace the errors of the members that these paths belong to."""
        parents = {path.rpartition("/")[0] for path in paths}
        for path in [*self.member_errors]:
            if path.rpartition("/")[0] in parents:
                del self.member_errors[path]
        self.member_errors.add(errors)

    def require_available(self, source: Source) -> None:
        """Raise the error of a resource that was unavailable less than an hour ago."""
        if error := self._unavailable.get(source):
            raise error.with_traceback(None)
        if self._unavailable.discard(source):
            self._finder.retry_dead_links()
            self._invalidate_parents(source)

    def _invalidate_parents(self, source: Source) -> None:
        """Discard cached parents of a row that would not be read again.

        The response of a BMC that is starting may lack links.
        """
        for link in source.links if isinstance(source, Endpoint) else ():
            path = self._finder.paths.get(link.parent)
            if path and link.parent.cadence is Cadence.ONCE:
                self._connection.invalidate(path)

    async def _async_read(
        self, endpoint: Endpoint[Any], *, for_links: bool
    ) -> JsonObject:
        """Read a row; use the cache if the search for its path has just read it."""
        try:
            body = await self._async_read_linked(endpoint, for_links=for_links)
        except (NotFoundError, LicenseError) as error:
            is_new = endpoint not in self._seen
            if is_new:
                self._unavailable.record(endpoint, error)
            if is_new or isinstance(error, LicenseError):
                raise
            body = await self._async_read_moved(endpoint, error)
        self._seen.add(endpoint)
        return body

    async def _async_read_linked(
        self, endpoint: Endpoint[Any], *, for_links: bool
    ) -> JsonObject:
        """Read a row; follow its next link if a newly found path is dead."""
        is_found = endpoint in self._finder.paths
        path = await self._finder.async_get(endpoint)
        if not is_found and (just_read := self._connection.get_cached(path)):
            if not for_links:
                self._read_for_links.pop(path, None)
            return just_read
        self._mark_read(path, for_links=for_links)
        try:
            return await self._connection.async_get(path)
        except NotFoundError as error:
            if self.memory.is_unproven(endpoint):
                self._forget_memory()
                return await self._async_read_linked(endpoint, for_links=for_links)
            if endpoint in self._seen or not await self._finder.async_skip(
                endpoint, path
            ):
                raise
            self.member_errors[path] = error
        return await self._async_read_linked(endpoint, for_links=for_links)

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
