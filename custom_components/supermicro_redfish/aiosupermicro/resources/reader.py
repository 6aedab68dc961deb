"""Find the resources of a board by links, read them and decode them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from .. import exceptions
from ..concurrency import gather_or_raise, map_limited
from ..const import (
    FAILING_LINK_SECONDS,
    MAX_CONCURRENT_REQUESTS,
    MAX_REMEMBERED_ERRORS,
    REDFISH_ROOT,
    RETRY_UNAVAILABLE_SECONDS,
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
from ..payload import JsonObject, find_link, find_links
from .collections import async_get_member_paths
from .endpoints import ROOT, Cadence, Endpoint, ModelT

Source = Endpoint[Any] | str
"""A row of the table, or the path that another resource links to."""
_SourceT = TypeVar("_SourceT", bound=Source)

_MAX_TIMEOUTS = 2


@dataclass(frozen=True)
class _Unavailable:
    """A resource that was missing or needed a license when it was requested."""

    error: ResourceError
    requested_at: float
    """The time of the request, by `time.monotonic`."""

    @property
    def is_recent(self) -> bool:
        """Whether it is too early to request the resource again."""
        return monotonic() - self.requested_at < RETRY_UNAVAILABLE_SECONDS


class Found(NamedTuple):
    """Resources of several rows, and why others are missing, by name of the row."""

    resources: dict[str, Any]
    errors: dict[str, ResourceError]
    missing: dict[str, NotFoundError]
    """Rows that the board does not have; one that it had before is an error."""


class ResourceReader:
    """Read and write resources, given as a row of the table or as a path.

    - `get` raises NotFoundError where a resource is missing, `find` returns None.
    - `cached=True` accepts the last value, and reads only what was never read.
    - A resource that is missing, or needs a license, is not requested again for an
      hour.
    - A member of a collection that cannot be read costs only itself; its error is in
      `member_errors`.
    - So does a link that leads nowhere: another one is followed, and the first one is
      tried again after an hour.
    """

    def __init__(
        self,
        connection: Connection,
        wanted_ids: Mapping[Endpoint[Any], str | None] | None = None,
    ) -> None:
        """Keep the connection, and the Id of each resource that has to have one."""
        self._connection = connection
        self._wanted_ids = wanted_ids or {}
        self._paths: dict[Endpoint[Any], str] = {ROOT: REDFISH_ROOT}
        self._seen: set[Endpoint[Any]] = set()
        """Rows that were read at least once: if one is missing, the BMC is starting."""
        self._unavailable: dict[Source, _Unavailable] = NewestItems(
            MAX_REMEMBERED_ERRORS
        )
        """Resources that are missing or need a license."""
        self._dead_links: set[str] = set()
        """Links that lead nowhere."""
        self._failing_since: dict[str, float] = {}
        """The time of the first failure of links that have not succeeded since."""
        self._detours: dict[Endpoint[Any], float] = {}
        """The time at which rows were found past a link that leads nowhere."""
        self._models: dict[Endpoint[Any], tuple[JsonObject, Model]] = {}
        self._failures: dict[Endpoint[Any], _Unavailable] = {}
        """The errors of rows whose last read has failed."""
        self.member_errors: NewestItems[str, ResourceError] = NewestItems(
            MAX_REMEMBERED_ERRORS
        )
        """The errors of members of collections, by path, as they were last read."""
        self.limit = MAX_CONCURRENT_REQUESTS
        """The number of resources of a series that are requested at a time."""

    @property
    def paths(self) -> dict[str, str]:
        """The paths found so far, by the name of their row."""
        return {endpoint.name: path for endpoint, path in self._paths.items()}

    def path(self, endpoint: Endpoint[Any]) -> str | None:
        """Return the path of a row, None while it was not found."""
        return self._paths.get(endpoint)

    def is_cached(self, path: str) -> bool:
        """Return whether a resource was read at a path."""
        return self._connection.get_cached(path) is not None

    def reset(self) -> None:
        """Discard all that was found out about the board."""
        self._paths = {ROOT: REDFISH_ROOT}
        self._seen.clear()
        self._unavailable.clear()
        self._dead_links.clear()
        self._failing_since.clear()
        self._detours.clear()
        self._models.clear()
        self._failures.clear()
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
            self._failures[endpoint] = _Unavailable(error, monotonic())
            raise
        self._failures.pop(endpoint, None)
        return self._decode(endpoint, body)

    async def async_get_last(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a decoded resource as it was last read.

        It is requested only if it was never requested, if a command has changed it
        since, or an hour after a failure. So another read keeps it up to date.

        Raises:
            SupermicroRedfishError: The last request has failed.

        """
        if (body := self._get_cached(endpoint)) is not None:
            return self._decode(endpoint, body)
        failure = self._failures.get(endpoint)
        if failure and failure.is_recent:
            raise failure.error.with_traceback(None)
        return await self.async_get(endpoint)

    def has_last(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether `async_get_last` does without a request."""
        failure = self._failures.get(endpoint)
        has_failed = failure is not None and failure.is_recent
        return has_failed or self._get_cached(endpoint) is not None

    def _get_cached(self, endpoint: Endpoint[Any]) -> JsonObject | None:
        """Return the cached JSON of a row, None if it was never read."""
        path = self._paths.get(endpoint)
        return self._connection.get_cached(path) if path else None

    def _decode(self, endpoint: Endpoint[ModelT], body: JsonObject) -> ModelT:
        """Return a decoded resource, the same object while its JSON is the same."""
        known = self._models.get(endpoint)
        if known is None or known[0] is not body:
            known = self._models[endpoint] = (body, endpoint.model.from_dict(body))
        return known[1]  # type: ignore[return-value]  # a row keeps its model

    async def async_get_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject:
        """Return the JSON of a resource; errors as in `async_get`."""
        self._forget_detours()
        path = source if isinstance(source, str) else self._paths.get(source)
        if cached and path and (body := self._connection.get_cached(path)):
            return body
        self._require_available(source)
        if isinstance(source, Endpoint):
            return await self._async_read(source)
        try:
            return await self._connection.async_get(source)
        except LicenseError as error:
            self._unavailable[source] = _Unavailable(error, monotonic())
            raise

    async def async_find_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject | None:
        """Return the JSON of a resource, None where the board does not have it.

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
            await self._async_get_path(endpoint)
            return True
        return False

    async def async_is_missing(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource has no link, or a link that leads nowhere."""
        try:
            self._require_available(endpoint)
        except ResourceError:
            return True
        return not await self.async_has_link(endpoint)

    def was_decoded(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever read with `async_get`."""
        return endpoint in self._models

    def mark_replaced(self, endpoint: Endpoint[Any], error: ResourceError) -> None:
        """Stop requesting a resource that others provide the values of, for an hour.

        The hour begins with its last request, not with each read of the others.
        """
        known = self._unavailable.get(endpoint)
        if known is None or not known.is_recent:
            self._unavailable[endpoint] = _Unavailable(error, monotonic())
        self._seen.add(endpoint)

    @contextmanager
    def remember_license(self, name: str) -> Iterator[None]:
        """Raise the LicenseError of a series of requests again, for an hour.

        Without it, the resources that lead to the unlicensed ones would be read again.
        """
        self._require_available(name)
        try:
            yield
        except LicenseError as error:
            self._unavailable[name] = _Unavailable(error, monotonic())
            raise

    # Several resources

    async def async_get_many(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, by path.

        The errors of the others are in `member_errors`.

        Raises:
            ResourceError: None of them could be read.
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        paths = [*dict.fromkeys(paths)]
        found, errors = await self.async_try_many(paths)
        self._record_member_errors(paths, errors)
        if errors and not found:
            raise next(iter(errors.values()))
        return found

    async def async_find_many(
        self, paths: Iterable[str], *, cached: bool = False
    ) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, maybe none, by path."""
        found, _ = await self.async_try_many(paths, cached=cached)
        return found

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
        self, *collections: Source, cached: bool = False
    ) -> list[str]:
        """Return the paths of the members of collections, each once.

        Raises:
            ResourceError: None of the collections that exist could be read.

        """
        found, errors = await self.async_try_many(collections, cached=cached)
        for source, error in errors.items():
            is_missing = isinstance(error, NotFoundError)
            is_lost = is_missing and source in self._seen and not cached
            if is_lost or not (found or is_missing):
                raise error
            if isinstance(source, str):
                self.member_errors[source] = error

        async def read(path: str) -> JsonObject:
            return await self.async_get_json(path, cached=cached)

        paths: dict[str, None] = {}
        for source, first in found.items():
            if isinstance(source, str):
                path = source
            else:
                path = await self._async_get_path(source)
            paths |= dict.fromkeys(await async_get_member_paths(path, read, first))
        return [*paths]

    async def async_get_each(
        self, reads: Mapping[Endpoint[Any], Callable[[], Awaitable[Any]]]
    ) -> Found:
        """Return many resources, and the errors of others.

        Args:
            reads: The function that reads each row.

        Raises:
            SupermicroRedfishError: Nothing could be read, the connection was lost or
                the login was refused.

        """
        found = await self.async_try_each(reads)
        if not found.resources:
            raise next(iter((*found.errors.values(), *found.missing.values())))
        return found

    async def async_try_each(
        self, reads: Mapping[Endpoint[Any], Callable[[], Awaitable[Any]]]
    ) -> Found:
        """Return the resources that can be read, maybe none; else as above."""
        found = Found({}, {}, {})

        async def read(endpoint: Endpoint[Any]) -> None:
            try:
                found.resources[endpoint.name] = await reads[endpoint]()
            except NotFoundError as error:
                is_lost = endpoint in self._seen
                (found.errors if is_lost else found.missing)[endpoint.name] = error
            except ResourceError as error:
                found.errors[endpoint.name] = error

        await gather_or_raise(*map(read, reads))
        return found

    # Writes

    async def async_patch(self, endpoint: Endpoint[Any], changes: JsonObject) -> None:
        """Change properties of a resource."""
        path = await self._async_get_path(endpoint)
        await self._connection.async_patch(path, changes)

    async def async_post(self, path: str, body: JsonObject) -> None:
        """Invoke the action at a path."""
        await self._connection.async_post(path, body)

    async def async_invoke_action(
        self, endpoint: Endpoint[Any], action: str, parameters: JsonObject
    ) -> None:
        """Invoke an action of a resource, at its usual path if it has no link."""
        body = await self.async_get_json(endpoint, cached=True)
        path = await self._async_get_path(endpoint)
        target = find_link(body, f"Actions/#{action}/target")
        target = target or f"{path}/Actions/{action}"
        await self._connection.async_post(target, parameters)
        self._connection.invalidate(path)

    # How rows are found

    async def async_try_many(
        self, sources: Iterable[_SourceT], *, cached: bool = False
    ) -> tuple[dict[_SourceT, JsonObject], dict[_SourceT, ResourceError]]:
        """Return the resources that can be read, and the errors of the others.

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

    def _require_available(self, source: Source) -> None:
        """Raise the error of a resource that was unavailable less than an hour ago."""
        if unavailable := self._unavailable.get(source):
            if unavailable.is_recent:
                raise unavailable.error.with_traceback(None)
            del self._unavailable[source]
            self._dead_links.clear()
            self._invalidate_parents(source)

    def _invalidate_parents(self, source: Source) -> None:
        """Discard cached parents of a row that would not be read again.

        The response of a BMC that is starting may lack links.
        """
        for link in source.links if isinstance(source, Endpoint) else ():
            path = self._paths.get(link.parent)
            if path and link.parent.cadence is Cadence.ONCE:
                self._connection.invalidate(path)

    async def _async_read(self, endpoint: Endpoint[Any]) -> JsonObject:
        """Read a row, from the cache where finding it has just read it."""
        try:
            body = await self._async_read_linked(endpoint)
        except (NotFoundError, LicenseError) as error:
            is_new = endpoint not in self._seen
            if is_new:
                self._unavailable[endpoint] = _Unavailable(error, monotonic())
            if is_new or isinstance(error, LicenseError):
                raise
            body = await self._async_read_moved(endpoint, error)
        self._seen.add(endpoint)
        return body

    async def _async_read_linked(self, endpoint: Endpoint[Any]) -> JsonObject:
        """Read a row at its path; if a new one leads nowhere, at its next link."""
        is_found = endpoint in self._paths
        path = await self._async_get_path(endpoint)
        if not is_found and (just_read := self._connection.get_cached(path)):
            return just_read
        try:
            return await self._connection.async_get(path)
        except NotFoundError as error:
            if endpoint in self._seen or not await self._async_skip(endpoint, path):
                raise
            self.member_errors[path] = error
        return await self._async_read_linked(endpoint)

    async def _async_skip(self, endpoint: Endpoint[Any], path: str) -> bool:
        """Find another path for a row whose link leads nowhere; return if there is."""
        self._dead_links.add(path)
        try:
            await self._async_find_path(endpoint)
        except NotFoundError:
            return False
        return True

    async def _async_read_moved(
        self, endpoint: Endpoint[Any], error: NotFoundError
    ) -> JsonObject:
        """Read a row at the path where new firmware has it, or raise the error."""
        path = old = self._paths.get(endpoint)
        with suppress(SupermicroRedfishError):
            for link in endpoint.links if endpoint.cadence is Cadence.STATIC else ():
                if link.parent.cadence is Cadence.ONCE:  # the others are read anyway
                    await self.async_get_json(link.parent)
            path = await self._async_find_path(endpoint)
        if path is None or path == old:
            raise error
        return await self._connection.async_get(path)

    async def _async_get_path(self, endpoint: Endpoint[Any]) -> str:
        """Return the path of a row."""
        return self._paths.get(endpoint) or await self._async_find_path(endpoint)

    async def _async_find_path(self, endpoint: Endpoint[Any]) -> str:
        """Find the path of a row by its links.

        Without a match, the first resource is used, unless a link leads nowhere: it may
        be the right one.
        """
        errors: list[ResourceError] = []
        fallback: str | None = None
        is_first = True
        for link in endpoint.links:
            parent = await self.async_get_json(link.parent, cached=True)
            paths = find_links(parent, link.pointer)
            for path in self._filter_links(endpoint, paths):
                selected, is_match = await self._async_select(endpoint, path, errors)
                fallback = fallback or (selected if is_first else None)
                if is_match and selected:
                    if errors or not self._dead_links.isdisjoint(paths):
                        self._detours[endpoint] = monotonic()
                    self._paths[endpoint] = selected
                    return selected
            # A later link is a wider search; what it finds without a match is foreign.
            is_first = is_first and not paths
        if fallback is None or errors:
            name = f"{endpoint.name} {self._wanted_ids.get(endpoint) or ''}".rstrip()
            missing = NotFoundError(f"This board has no link to {name}")
            raise next(iter(errors), missing)
        self._paths[endpoint] = fallback
        return fallback

    def _forget_detours(self) -> None:
        """Find rows again an hour after they were found past a link to nowhere."""
        for endpoint, found_at in [*self._detours.items()]:
            if monotonic() - found_at >= RETRY_UNAVAILABLE_SECONDS:
                self._detours.pop(endpoint, None)
                self._dead_links.clear()
                self._forget_path(endpoint)

    def _forget_path(self, endpoint: Endpoint[Any]) -> None:
        """Discard the path of a row, and of all rows that are found by it."""
        if path := self._paths.pop(endpoint, None):
            self._connection.invalidate(path)
        for row in [*self._paths]:
            if any(link.parent is endpoint for link in row.links):
                self._forget_path(row)

    def _filter_links(self, endpoint: Endpoint[Any], paths: list[str]) -> list[str]:
        """Return the paths that have the wanted Id and do not lead nowhere."""
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

        It is the linked one, or the last one above it that matches. A link that leads
        nowhere, or fails for a minute, selects nothing.
        """
        if endpoint.select_fn is None or self._wanted_ids.get(endpoint):
            return path, True
        above: dict[str, JsonObject] = {}
        link: str | None = path
        while link and link not in above:
            try:
                above[link] = await self.async_get_json(link, cached=True)
            except ResourceError as error:
                if not self._leads_nowhere(link, error):
                    raise
                self.member_errors[link] = error
                errors.append(error)
                break
            self._failing_since.pop(link, None)
            self.member_errors.pop(link, None)
            pointer = endpoint.parent_pointer
            link = find_link(above[link], pointer) if pointer else None
        matches = [path for path, body in above.items() if endpoint.select_fn(body)]
        return next(reversed(matches or [*above]), None), bool(matches)

    def _leads_nowhere(self, path: str, error: ResourceError) -> bool:
        """Return whether a linked resource is missing, or has failed for a minute."""
        since = self._failing_since.setdefault(path, monotonic())
        is_missing = isinstance(error, (NotFoundError, LicenseError))
        return is_missing or monotonic() - since >= FAILING_LINK_SECONDS
