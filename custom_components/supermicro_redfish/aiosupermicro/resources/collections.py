"""Read collections, whose members may be spread over several pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from .. import exceptions
from ..concurrency import map_limited
from ..const import (
    MAX_CONCURRENT_REQUESTS,
    MAX_PAGES,
    MAX_REMEMBERED_ERRORS,
    MAX_VALUES,
)
from ..exceptions import (
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    ResourceError,
)
from ..http.cache import NewestItems
from ..payload import JsonObject, find_links, path_of
from .endpoints import Endpoint, ModelT, Source
from .expansion import CollectionExpander
from .path_finder import PathFinder

if TYPE_CHECKING:
    from .reader import ResourceReader

ReadFn = Callable[[str], Awaitable[JsonObject]]
_SourceT = TypeVar("_SourceT", bound=Source)
_MAX_TIMEOUTS = 2


async def async_get_pages(
    path: str, read: ReadFn, first: JsonObject | None = None
) -> list[JsonObject]:
    """Return all pages of a collection; arguments and errors as `async_iterate_pages`.

    None is returned if one fails.
    """
    return [page async for page in async_iterate_pages(path, read, first)]


async def async_iterate_pages(
    path: str, read: ReadFn, first: JsonObject | None = None
) -> AsyncIterator[JsonObject]:
    """Read the pages of a collection.

    A page that links to an earlier one is the last. So is a page equal to the one
    before: such a BMC ignores the query of its own links.

    Args:
        path: The path of the first page.
        read: Reads a page.
        first: The first page, if it was read already.

    Raises:
        InvalidResponseError: There are more than a hundred pages, or they are larger
            than any real collection.

    """
    page = await read(path) if first is None else first
    yield page
    visited, room = {path}, 2 * MAX_VALUES
    while next_path := path_of(page.get("Members@odata.nextLink")):
        if next_path in visited:
            break
        if len(visited) == MAX_PAGES:
            message = f"{path} has more than {MAX_PAGES} pages"
            raise InvalidResponseError(message, path=path)
        visited.add(next_path)
        last, page = page, await read(next_path)
        if page.get("Members") and page["Members"] == last.get("Members"):
            break
        room -= _count_values(page)
        if room < 0:
            raise InvalidResponseError(f"{path} is too large", path=path)
        yield page


def _count_values(page: JsonObject) -> int:
    """Return the number of values in a page."""
    count = 0
    level: list[Any] = [page]
    while level:
        count += len(level)
        groups = [part.values() if isinstance(part, dict) else part for part in level]
        level = [value for group in groups if _is_group(group) for value in group]
    return count


def _is_group(value: Any) -> bool:
    """Return whether a value is a list or an object."""
    return isinstance(value, Iterable) and not isinstance(value, str)


class MemberReader:
    """Read the members of collections, and other resources of which there are many.

    - `get` raises the first error where none can be read, `find` returns none.
    - A member that cannot be read does not affect the others; its error is in
      `errors`.
    - The members of a collection that can be expanded are read with one request.
    """

    def __init__(
        self, reader: ResourceReader, finder: PathFinder, expander: CollectionExpander
    ) -> None:
        """Initialize the reader of members."""
        self._reader = reader
        self._finder = finder
        self._expander = expander
        self.errors: NewestItems[str, ResourceError] = NewestItems(
            MAX_REMEMBERED_ERRORS
        )
        """The errors of members, by path, as they were last read."""
        self.limit = MAX_CONCURRENT_REQUESTS
        """Maximum number of concurrent requests for a series of resources."""

    async def async_get(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, by path.

        Raises:
            ResourceError: None of them could be read.
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        found, errors = await self._async_read_each([*paths], cached=False)
        self._replace_errors({*found, *errors}, errors)
        if errors and not found:
            raise next(iter(errors.values()))
        return found

    async def async_find(
        self, paths: Iterable[str], *, cached: bool = False
    ) -> dict[str, JsonObject]:
        """Return the JSON of the resources that can be read, maybe none, by path.

        `errors` does not contain those that are missing or need a license.
        """
        found, errors = await self._async_read_each([*paths], cached=cached)
        for path in (*found, *errors):
            self.errors.pop(path, None)
        for path, error in errors.items():
            if not isinstance(error, (NotFoundError, LicenseError)):
                self.errors[path] = error
        return found

    async def _async_read_each(
        self, paths: list[str], *, cached: bool
    ) -> tuple[dict[str, JsonObject], dict[str, ResourceError]]:
        """Return the resources that can be read, and the errors of all others.

        Those that no expansion shows are read singly.
        """
        new = [p for p in paths if not (cached and self._reader.is_cached(p))]
        expanded = await self._async_expand(dict.fromkeys(new))
        left = [path for path in paths if path not in expanded]
        singles, errors = await self.async_try(left, cached=cached)
        found = singles | expanded
        return {path: found[path] for path in paths if path in found}, errors

    async def async_get_models(
        self, paths: Iterable[str], model: type[ModelT]
    ) -> list[ModelT]:
        """Return several decoded resources; errors as in `async_get`."""
        bodies = await self.async_get(paths)
        return [model.from_dict(body) for body in bodies.values()]

    async def async_get_all(
        self, collection: Endpoint[Any], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the members of a collection, an empty list where it is missing.

        Raises:
            SupermicroRedfishError: As in `async_get`.

        """
        return await self.async_get_models(await self.async_list(collection), model)

    async def async_list(
        self, *collections: Source, cached: bool = False, since: float = inf
    ) -> list[str]:
        """Return the paths of the members of collections, each once.

        Args:
            collections: The collections.
            cached: Whether to accept collections as they were last read.
            since: The time since when a list of the members by a poll is new enough.

        Raises:
            NotFoundError: A collection that was read before is missing.
            ResourceError: None of the collections that exist could be read.

        """
        is_cached = self._reader.is_cached
        new = [source for source in collections if not (cached and is_cached(source))]
        listed = await self._async_list_expanded(new, since)
        left = [source for source in collections if source not in listed]
        found, errors = await self.async_try(left, cached=cached)
        for source, error in errors.items():
            is_missing = isinstance(error, NotFoundError)
            was_seen = self._reader.availability.was_seen(source)
            is_lost = is_missing and was_seen and not cached
            if is_lost or not (found or listed or is_missing):
                raise error
            if isinstance(source, str):
                self.errors[source] = error
        for source, first in found.items():
            listed[source] = await self._async_list_pages(source, first, cached=cached)
        paths = (path for source in collections for path in listed.get(source, ()))
        return [*dict.fromkeys(paths)]

    async def _async_list_pages(
        self, source: Source, first: JsonObject, *, cached: bool
    ) -> list[str]:
        """Return the paths in all pages of a collection, of which the first is read."""

        async def read(path: str) -> JsonObject:
            return await self._reader.async_get_json(path, cached=cached)

        if isinstance(source, str):
            self.errors.pop(source, None)
            path = source
        else:
            path = await self._finder.async_get(source)
        pages = await async_get_pages(path, read, first)
        links = (link for page in pages for link in find_links(page, "Members"))
        return [*dict.fromkeys(links)]

    async def _async_list_expanded(
        self, collections: Iterable[Source], since: float
    ) -> dict[Source, list[str]]:
        """Return the paths of the members of collections that can be expanded."""
        listed: dict[Source, list[str]] = {}
        await self._reader.async_verify_memory()
        for source in collections:
            path = await self._async_find_expandable(source)
            paths = await self._expander.async_list(path, since) if path else None
            if paths is not None:
                listed[source] = paths
                if isinstance(source, Endpoint):
                    self._reader.availability.mark_seen(source)
        return listed

    async def _async_find_expandable(self, source: Source) -> str | None:
        """Return the path of a collection if it may be expanded."""
        if isinstance(source, str):
            return source
        if source.expand_levels and self._expander.has_worked:
            with suppress(ResourceError):
                return await self._finder.async_get(source)
        return None

    async def _async_expand(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the resources that an expansion of their collections shows, by path.

        Only collections that were read before are expanded.
        """
        found: dict[str, JsonObject] = {}
        groups: dict[str, list[str]] = {}
        for path in paths:
            if expanded := self._expander.take(path):
                found[path] = expanded.body
            else:
                groups.setdefault(path.rpartition("/")[0], []).append(path)
        for collection, members in groups.items():
            if self._reader.is_cached(collection):
                read = await self._expander.async_read(collection, members)
                found |= {path: expanded.body for path, expanded in read.items()}
        return found

    async def async_try(
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
                found[source] = await self._reader.async_get_json(source, cached=cached)
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

    def _replace_errors(
        self, paths: Iterable[str], errors: Mapping[str, ResourceError]
    ) -> None:
        """Replace the errors of all members of the collections with these paths."""
        parents = {path.rpartition("/")[0] for path in paths}
        for path in [*self.errors]:
            if path.rpartition("/")[0] in parents:
                del self.errors[path]
        self.errors.add(errors)
