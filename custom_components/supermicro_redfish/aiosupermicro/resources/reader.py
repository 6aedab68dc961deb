"""Find the resources of a board by links, read them and decode them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from ..concurrency import gather_or_raise, map_limited
from ..const import MAX_CONCURRENT_REQUESTS, REDFISH_ROOT
from ..exceptions import (
    LicenseError,
    NotFoundError,
    ResourceError,
    SupermicroRedfishError,
)
from ..http.connection import Connection
from ..models import Model
from ..payload import JsonObject, find_link, find_links
from .collections import async_get_member_paths
from .endpoints import ROOT, Cadence, Endpoint, ModelT

Source = Endpoint[Any] | str
"""A row of the table, or the path that another resource links to."""
_SourceT = TypeVar("_SourceT", bound=Source)


class ResourceReader:
    """Read and write resources, given as a row of the table or as a path.

    - `get` raises NotFoundError where a resource is missing, `find` returns None.
    - `cached=True` accepts the last value, and reads only what was never read.
    - A resource that was missing, or refused for want of a license, is not requested
      again until `reset`.
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
        self._unavailable: dict[Source, ResourceError] = {}
        """Resources that are missing or need a license."""
        self._models: dict[Endpoint[Any], tuple[JsonObject, Model]] = {}
        self.limit = MAX_CONCURRENT_REQUESTS
        """The number of resources of a series that are requested at a time."""

    @property
    def paths(self) -> dict[str, str]:
        """The paths found so far, by the name of their row."""
        return {endpoint.name: path for endpoint, path in self._paths.items()}

    def path(self, endpoint: Endpoint[Any]) -> str | None:
        """Return the path of a row, None while it was not found."""
        return self._paths.get(endpoint)

    def reset(self) -> None:
        """Discard all that was found out about the board."""
        self._paths = {ROOT: REDFISH_ROOT}
        self._seen.clear()
        self._unavailable.clear()
        self._models.clear()

    # One resource

    async def async_get(
        self, endpoint: Endpoint[ModelT], *, cached: bool = False
    ) -> ModelT:
        """Return a decoded resource, the same object while it is unchanged.

        Raises:
            NotFoundError: The board does not have the resource.
            SupermicroRedfishError: It could not be read.

        """
        body = await self.async_get_json(endpoint, cached=cached)
        known = self._models.get(endpoint)
        if known is None or known[0] is not body:
            known = self._models[endpoint] = (body, endpoint.model.from_dict(body))
        return known[1]  # type: ignore[return-value]  # a row keeps its model

    async def async_get_json(
        self, source: Source, *, cached: bool = False
    ) -> JsonObject:
        """Return the JSON of a resource; errors as in `async_get`."""
        path = source if isinstance(source, str) else self._paths.get(source)
        if cached and path and (body := self._connection.get_cached(path)):
            return body
        if unavailable := self._unavailable.get(source):
            raise unavailable.with_traceback(None)
        if isinstance(source, Endpoint):
            return await self._async_read(source)
        try:
            return await self._connection.async_get(source)
        except LicenseError as error:
            self._unavailable[source] = error
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
        is_unavailable = endpoint in self._unavailable
        return is_unavailable or not await self.async_has_link(endpoint)

    def was_decoded(self, endpoint: Endpoint[Any]) -> bool:
        """Return whether a resource was ever read with `async_get`."""
        return endpoint in self._models

    def mark_replaced(self, endpoint: Endpoint[Any], error: ResourceError) -> None:
        """Stop requesting a resource that others provide the values of."""
        self._unavailable[endpoint] = error
        self._seen.add(endpoint)

    # Several resources

    async def async_get_many(self, paths: Iterable[str]) -> dict[str, JsonObject]:
        """Return the JSON of several resources by path, without those missing.

        Raises:
            NotFoundError: All of them are missing.
            LicenseError: All of them need a license.
            SupermicroRedfishError: One could not be read for another reason.

        """
        found, errors = await self._async_try(paths)
        if errors and not found:
            raise errors[0]
        return found

    async def async_find_many(
        self, paths: Iterable[str], *, cached: bool = False
    ) -> dict[str, JsonObject]:
        """Return the JSON of several resources by path; all of them may be missing."""
        found, _ = await self._async_try(paths, cached=cached)
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
            LicenseError: All collections need a license.

        """
        found, errors = await self._async_try(collections, cached=cached)
        licenses = [error for error in errors if isinstance(error, LicenseError)]
        if licenses and not found:
            raise licenses[0]

        async def read(path: str) -> JsonObject:
            return await self.async_get_json(path, cached=cached)

        paths: dict[str, None] = {}
        for source, first in found.items():
            path = source if isinstance(source, str) else self._paths[source]
            paths |= dict.fromkeys(await async_get_member_paths(path, read, first))
        return [*paths]

    async def async_get_each(
        self, reads: Mapping[Endpoint[Any], Callable[[], Awaitable[Any]]]
    ) -> tuple[dict[str, Any], dict[str, ResourceError]]:
        """Return many resources by name, and the errors of others by name.

        A resource that the board does not have is in neither.

        Args:
            reads: The function that reads each row.

        Raises:
            SupermicroRedfishError: Nothing could be read, the connection was lost or
                the login was refused.

        """
        found: dict[str, Any] = {}
        errors: dict[str, ResourceError] = {}
        missing: list[ResourceError] = []

        async def read(endpoint: Endpoint[Any]) -> None:
            try:
                found[endpoint.name] = await reads[endpoint]()
            except NotFoundError as error:
                if endpoint in self._seen:
                    errors[endpoint.name] = error
                missing.append(error)
            except ResourceError as error:
                errors[endpoint.name] = error

        await gather_or_raise(*map(read, reads))
        if not found:
            raise next(iter((*errors.values(), *missing)))
        return found, errors

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

    async def _async_try(
        self, sources: Iterable[_SourceT], *, cached: bool = False
    ) -> tuple[dict[_SourceT, JsonObject], list[ResourceError]]:
        """Return the resources that can be read, and the errors of those missing."""
        errors: list[ResourceError] = []

        async def read(source: _SourceT) -> JsonObject | None:
            try:
                return await self.async_get_json(source, cached=cached)
            except (NotFoundError, LicenseError) as error:
                is_lost = source in self._seen and not cached
                if is_lost and isinstance(error, NotFoundError):
                    raise
                errors.append(error)
                return None

        unique = [*dict.fromkeys(sources)]
        bodies = await map_limited(read, unique, self.limit)
        pairs = zip(unique, bodies, strict=True)
        return {source: body for source, body in pairs if body is not None}, errors

    async def _async_read(self, endpoint: Endpoint[Any]) -> JsonObject:
        """Read a row, from the cache where finding it has just read it."""
        is_found = endpoint in self._paths
        try:
            path = await self._async_get_path(endpoint)
            just_read = None if is_found else self._connection.get_cached(path)
            body: JsonObject = just_read or await self._connection.async_get(path)
        except (NotFoundError, LicenseError) as error:
            if endpoint not in self._seen:
                self._unavailable[endpoint] = error
            if endpoint in self._unavailable or isinstance(error, LicenseError):
                raise
            body = await self._async_read_moved(endpoint, error)
        self._seen.add(endpoint)
        return body

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
        """Find the path of a row by the first of its links that exists."""
        wanted_id = self._wanted_ids.get(endpoint)
        for link in endpoint.links:
            parent = await self.async_get_json(link.parent, cached=True)
            paths = [
                path
                for path in find_links(parent, link.pointer)
                if wanted_id in (None, path.rpartition("/")[2])
            ]
            if paths:
                path = paths[0]
                if not wanted_id:
                    path = await self._async_select(endpoint, paths)
                self._paths[endpoint] = path
                return path
        name = f"{endpoint.name} {wanted_id or ''}".rstrip()
        raise NotFoundError(f"This board has no link to {name}")

    async def _async_select(self, endpoint: Endpoint[Any], paths: list[str]) -> str:
        """Return one of several linked resources, or the one that contains it."""
        selected = paths[0]
        if endpoint.select_fn and len(paths) > 1:
            for path in paths:
                if endpoint.select_fn(await self.async_get_json(path, cached=True)):
                    selected = path
                    break
        visited: set[str] = set()
        while endpoint.parent_pointer and selected not in visited:
            visited.add(selected)
            body = await self.async_get_json(selected, cached=True)
            selected = find_link(body, endpoint.parent_pointer) or selected
        return selected
