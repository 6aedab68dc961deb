"""The resources of one board: found by links, decoded, remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from .connection import Connection
from .const import REDFISH_ROOT
from .endpoints import ROOT, SYSTEM, Endpoint, ModelT
from .exceptions import (
    ENDS_ALL,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    SupermicroRedfishError,
)
from .links import follow, follow_all
from .models import Model
from .together import async_together

Substitute = Callable[[bool], Awaitable[Any]]
"""Reads something else, knowing whether the board links to the resource itself."""


class Resources:
    """Reads and writes a board's resources by their row in the table of endpoints."""

    def __init__(self, connection: Connection, system: str | None = None) -> None:
        """Keep the connection and the Id of the system that is wanted, if any."""
        self._connection = connection
        self._system = system
        self._paths: dict[Endpoint[Any], str] = {ROOT: REDFISH_ROOT}
        self._seen: set[Endpoint[Any]] = set()
        """What was there at least once: if it is gone, the BMC is starting."""
        self._missing: dict[Endpoint[Any], SupermicroRedfishError] = {}
        self._models: dict[Endpoint[Any], tuple[Mapping[str, Any], Model]] = {}
        self.substitutes: dict[Endpoint[Any], Substitute] = {}
        """What to read where a board lacks a resource but has it in other words."""

    @property
    def paths(self) -> dict[str, str]:
        """Where the resources are that were found so far, by their name."""
        return {endpoint.name: path for endpoint, path in self._paths.items()}

    def reset(self) -> None:
        """Forget where everything is and what is missing."""
        self._paths = {ROOT: REDFISH_ROOT}
        self._seen.clear()
        self._missing.clear()
        self._models.clear()

    async def async_get(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a resource as it is now; the same object when it has not changed.

        Raises:
            NotFoundError: The board has no such resource.
            SupermicroRedfishError: It could not be read.

        """
        try:
            return self._decoded(endpoint, await self._async_body(endpoint))
        except (NotFoundError, InvalidResponseError) as error:
            substitute = self.substitutes.get(endpoint)
            if substitute is None or endpoint in self._models:
                raise
            found: ModelT = await self._async_get_instead(endpoint, substitute, error)
            return found

    async def async_find(self, endpoint: Endpoint[Any]) -> Mapping[str, Any] | None:
        """Return a resource's JSON as it is now, None where the board has none.

        Raises:
            NotFoundError: The board had one.

        """
        try:
            return await self._async_body(endpoint)
        except NotFoundError:
            if endpoint in self._seen:
                raise
            return None

    async def async_find_known(
        self, endpoint: Endpoint[Any]
    ) -> Mapping[str, Any] | None:
        """Return a resource's JSON as it was last read, None where there is none."""
        try:
            return await self._async_known_body(endpoint)
        except NotFoundError:
            return None

    async def async_get_at(self, path: str) -> Mapping[str, Any]:
        """Return the JSON at a path that some other resource linked to."""
        return await self._connection.async_get(path)

    async def async_require_any(self, endpoints: Iterable[Endpoint[Any]]) -> None:
        """Raise NotFoundError where the board links to none of these."""
        for endpoint in endpoints:
            with suppress(NotFoundError):
                await self._async_path(endpoint)
                return
        raise NotFoundError("This board links to nothing of the kind")

    async def async_known(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a resource as it was last read, reading it if it never was."""
        return self._decoded(endpoint, await self._async_known_body(endpoint))

    async def async_get_members(
        self, endpoint: Endpoint[Any], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the members of a collection, none where the board has no such one."""
        bodies = await self.async_get_member_bodies(endpoint)
        return [model.from_dict(body) for body in bodies]

    async def async_get_member_bodies(
        self, endpoint: Endpoint[Any]
    ) -> list[Mapping[str, Any]]:
        """Return the JSON of the members of a collection."""
        collection = await self.async_find(endpoint)
        return await self._async_bodies(follow_all(collection or {}, "Members"))

    async def async_get_members_at(
        self, path: str, model: type[ModelT]
    ) -> list[ModelT]:
        """Return the members of the collection at a path."""
        collection = await self._connection.async_get(path)
        return await self.async_get_all_at(follow_all(collection, "Members"), model)

    async def async_get_linked(
        self, endpoint: Endpoint[Any], pointer: str, model: type[ModelT]
    ) -> list[ModelT]:
        """Return what a resource links to in an array of its own."""
        body = await self._async_known_body(endpoint)
        return await self.async_get_all_at(follow_all(body, pointer), model)

    async def async_get_all_at(
        self, paths: Iterable[str], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the resources at several paths."""
        return [model.from_dict(body) for body in await self._async_bodies(paths)]

    async def _async_bodies(self, paths: Iterable[str]) -> list[Mapping[str, Any]]:
        """Return the JSON at several paths."""
        return await async_together(*map(self._connection.async_get, paths))

    async def async_post(self, path: str, body: Mapping[str, Any]) -> None:
        """Start an action at a path."""
        await self._connection.async_post(path, body)

    async def async_get_each(
        self, endpoints: Iterable[Endpoint[Any]]
    ) -> tuple[dict[str, Model], dict[str, SupermicroRedfishError]]:
        """Return many resources by name, and what kept the others from being read.

        What the board does not have is in neither.

        Raises:
            SupermicroRedfishError: Nothing could be read, the connection broke or
                the login was refused.

        """
        found: dict[str, Model] = {}
        errors: dict[str, SupermicroRedfishError] = {}
        missing: list[SupermicroRedfishError] = []

        async def attempt(endpoint: Endpoint[Any]) -> None:
            try:
                found[endpoint.name] = await self.async_get(endpoint)
            except ENDS_ALL:
                raise
            except NotFoundError as error:
                if endpoint in self._seen:
                    errors[endpoint.name] = error
                missing.append(error)
            except SupermicroRedfishError as error:
                errors[endpoint.name] = error

        await async_together(*map(attempt, endpoints))
        if not found:
            raise next(iter((*errors.values(), *missing)))
        return found, errors

    async def async_patch(
        self, endpoint: Endpoint[Any], changes: Mapping[str, Any]
    ) -> None:
        """Change properties of a resource."""
        await self._connection.async_patch(await self._async_path(endpoint), changes)

    async def async_act(
        self, endpoint: Endpoint[Any], action: str, parameters: Mapping[str, Any]
    ) -> None:
        """Start an action of a resource, at its usual place if none is linked."""
        body = await self._async_known_body(endpoint)
        path = await self._async_path(endpoint)
        target = follow(body, f"Actions/#{action}/target")
        await self._connection.async_post(
            target or f"{path}/Actions/{action}", parameters
        )
        self._connection.forget(path)

    async def _async_get_instead(
        self,
        endpoint: Endpoint[Any],
        substitute: Substitute,
        error: SupermicroRedfishError,
    ) -> Any:
        """Read what stands in for a resource, and remember that it has to."""
        try:
            found = await substitute(endpoint in self._paths)
        except NotFoundError:
            raise error from None
        self._missing[endpoint] = error
        self._seen.add(endpoint)
        return found

    async def _async_body(self, endpoint: Endpoint[Any]) -> Mapping[str, Any]:
        """Read a resource, unless the board is known not to have it."""
        if missing := self._missing.get(endpoint):
            raise missing.with_traceback(None)
        is_found = endpoint in self._paths
        try:
            path = await self._async_path(endpoint)
            read_on_the_way = None if is_found else self._connection.known(path)
            body = read_on_the_way or await self._connection.async_get(path)
        except (NotFoundError, LicenseError) as error:
            if endpoint not in self._seen:
                self._missing[endpoint] = error
            raise
        self._seen.add(endpoint)
        return body

    async def _async_known_body(self, endpoint: Endpoint[Any]) -> Mapping[str, Any]:
        """Return a resource as it was last read, reading it if it never was."""
        path = self._paths.get(endpoint)
        known = self._connection.known(path) if path else None
        return known or await self._async_body(endpoint)

    async def _async_path(self, endpoint: Endpoint[Any]) -> str:
        """Find where a resource lives, by the first link that leads to it."""
        if path := self._paths.get(endpoint):
            return path
        for way in endpoint.ways:
            body = await self._async_known_body(way.parent)
            if paths := follow_all(body, way.pointer):
                path = await self._async_choose(endpoint, paths)
                self._paths[endpoint] = path
                return path
        raise NotFoundError(f"This board links to no {endpoint.name}")

    async def _async_choose(self, endpoint: Endpoint[Any], paths: list[str]) -> str:
        """Return which of several resources is meant, or what contains it."""
        chosen = paths[0]
        if endpoint is SYSTEM and self._system is not None:
            return _named(paths, self._system)
        if endpoint.choose_fn and len(paths) > 1:
            for path in paths:
                if endpoint.choose_fn(await self.async_known_at(path)):
                    chosen = path
                    break
        passed: set[str] = set()
        while endpoint.climb and chosen not in passed:
            passed.add(chosen)
            chosen = follow(await self.async_known_at(chosen), endpoint.climb) or chosen
        return chosen

    async def async_known_at(self, path: str) -> Mapping[str, Any]:
        """Return the resource at a path as it was last read."""
        known = self._connection.known(path)
        return known or await self._connection.async_get(path)

    def _decoded(self, endpoint: Endpoint[ModelT], body: Mapping[str, Any]) -> ModelT:
        """Decode a resource, once for each body."""
        known = self._models.get(endpoint)
        if known is None or known[0] is not body:
            known = self._models[endpoint] = (body, endpoint.model.from_dict(body))
        return known[1]  # type: ignore[return-value]  # an endpoint keeps its model


def _named(paths: list[str], name: str) -> str:
    """Return the path of the member with an Id."""
    for path in paths:
        if path.rpartition("/")[2] == name:
            return path
    raise NotFoundError(f"This BMC has no system {name}")
