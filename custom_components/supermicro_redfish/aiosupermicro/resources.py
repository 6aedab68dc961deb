"""The resources of one board: found by links, decoded, remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from .bodies import Bodies
from .connection import Connection
from .const import REDFISH_ROOT
from .documents import Body
from .endpoints import ROOT, Cadence, Endpoint, ModelT, Substitute
from .exceptions import (
    ENDS_ALL,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    SupermicroRedfishError,
)
from .links import follow, follow_all
from .models import Model
from .pages import async_members
from .together import async_together


class Resources(Bodies):
    """Reads and writes a board's resources by their row in the table of endpoints."""

    def __init__(
        self,
        connection: Connection,
        wanted: Mapping[Endpoint[Any], str | None] | None = None,
    ) -> None:
        """Keep the connection, and which of several resources is wanted, by its Id."""
        super().__init__(connection)
        self._wanted = wanted or {}
        self._paths: dict[Endpoint[Any], str] = {ROOT: REDFISH_ROOT}
        self._seen: set[Endpoint[Any]] = set()
        """What was there at least once: if it is gone, the BMC is starting."""
        self._missing: dict[Endpoint[Any], SupermicroRedfishError] = {}
        self._models: dict[Endpoint[Any], tuple[Body, Model]] = {}
        self.substitutes: dict[Endpoint[Any], Substitute] = {}
        """What to read where a board lacks a resource but has it in other words."""

    @property
    def paths(self) -> dict[str, str]:
        """Where the resources are that were found so far, by their name."""
        return {endpoint.name: path for endpoint, path in self._paths.items()}

    def path(self, endpoint: Endpoint[Any]) -> str | None:
        """Return where a resource is, None where it was not found yet."""
        return self._paths.get(endpoint)

    def reset(self) -> None:
        """Forget where everything is and what is missing."""
        super().reset()
        self._paths = {ROOT: REDFISH_ROOT}
        self._seen.clear()
        self._missing.clear()
        self._models.clear()

    async def async_get(
        self, endpoint: Endpoint[ModelT], *, is_brief: bool = False
    ) -> ModelT:
        """Return a resource as it is now; the same object when it has not changed.

        Args:
            endpoint: The resource.
            is_brief: Whether what stands in for it is to be told in a few requests.

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
            try:
                found: ModelT = await substitute(
                    is_linked=endpoint in self._paths, is_brief=is_brief
                )
            except NotFoundError:
                raise error from None
            self._missing[endpoint] = error
            self._seen.add(endpoint)
            return found

    async def async_find(self, endpoint: Endpoint[Any]) -> Body | None:
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

    async def async_find_known(self, endpoint: Endpoint[Any]) -> Body | None:
        """Return a resource's JSON as it was last read, None where there is none."""
        try:
            return await self.async_known_body(endpoint)
        except NotFoundError:
            return None

    async def async_lacks(self, endpoint: Endpoint[Any]) -> bool:
        """Tell whether the board links to no such resource, or to one that is none."""
        if endpoint not in self._missing:
            with suppress(NotFoundError):
                await self._async_path(endpoint)
                return False
        return True

    async def async_require_any(self, endpoints: Iterable[Endpoint[Any]]) -> None:
        """Raise NotFoundError where the board links to none of these."""
        for endpoint in endpoints:
            with suppress(NotFoundError):
                await self._async_path(endpoint)
                return
        raise NotFoundError("This board links to nothing of the kind")

    async def async_known(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a resource as it was last read, reading it if it never was."""
        return self._decoded(endpoint, await self.async_known_body(endpoint))

    async def async_get_members(
        self, endpoint: Endpoint[Any], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the members of a collection, none where the board has no such one.

        Raises:
            SupermicroRedfishError: As for `async_get_bodies`.

        """
        paths = await self.async_get_member_paths(endpoint)
        return await self.async_get_all_at(paths, model)

    async def async_get_member_paths(
        self, endpoint: Endpoint[Any], *, known: bool = False
    ) -> list[str]:
        """Return where the members of a collection are.

        Args:
            endpoint: The collection.
            known: Whether its members as they were last read will do.

        """
        find = self.async_find_known if known else self.async_find
        if (first := await find(endpoint)) is None:
            return []
        read = self.async_known_at if known else self.async_get_at
        return [*await async_members(self._paths[endpoint], read, first)]

    async def async_post(self, path: str, body: Body) -> None:
        """Start an action at a path."""
        await self._connection.async_post(path, body)

    async def async_get_each(
        self, endpoints: Iterable[Endpoint[Any]], *, is_brief: bool = False
    ) -> tuple[dict[str, Model], dict[str, SupermicroRedfishError]]:
        """Return many resources by name, and what kept the others from being read.

        What the board does not have is in neither.

        Args:
            endpoints: The resources.
            is_brief: As for `async_get`.

        Raises:
            SupermicroRedfishError: Nothing could be read, the connection broke or
                the login was refused.

        """
        found: dict[str, Model] = {}
        errors: dict[str, SupermicroRedfishError] = {}
        missing: list[SupermicroRedfishError] = []

        async def attempt(endpoint: Endpoint[Any]) -> None:
            try:
                found[endpoint.name] = await self.async_get(endpoint, is_brief=is_brief)
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

    async def async_patch(self, endpoint: Endpoint[Any], changes: Body) -> None:
        """Change properties of a resource."""
        await self._connection.async_patch(await self._async_path(endpoint), changes)

    async def async_act(
        self, endpoint: Endpoint[Any], action: str, parameters: Body
    ) -> None:
        """Start an action of a resource, at its usual place if none is linked."""
        body = await self.async_known_body(endpoint)
        path = await self._async_path(endpoint)
        target = follow(body, f"Actions/#{action}/target") or f"{path}/Actions/{action}"
        await self._connection.async_post(target, parameters)
        self._connection.forget(path)

    async def _async_body(self, endpoint: Endpoint[Any]) -> Body:
        """Read a resource, unless the board is known not to have it."""
        if missing := self._missing.get(endpoint):
            raise missing.with_traceback(None)
        is_found = endpoint in self._paths
        try:
            path = await self._async_path(endpoint)
            read_on_the_way = None if is_found else self._connection.known(path)
            body: Body = read_on_the_way or await self._connection.async_get(path)
        except (NotFoundError, LicenseError) as error:
            if endpoint not in self._seen:
                self._missing[endpoint] = error
            if endpoint in self._missing or isinstance(error, LicenseError):
                raise
            body = await self._async_moved(endpoint, error)
        self._seen.add(endpoint)
        return body

    async def _async_moved(self, endpoint: Endpoint[Any], error: NotFoundError) -> Body:
        """Read a resource where new firmware has it, or raise the error again."""
        path = old = self._paths.get(endpoint)
        with suppress(SupermicroRedfishError):
            for way in endpoint.ways if endpoint.cadence is Cadence.STATIC else ():
                if way.parent.cadence is Cadence.ONCE:  # else it is read anyway
                    await self._async_body(way.parent)
            path = await self._async_find_path(endpoint)
        if path is None or path == old:
            raise error
        return await self._connection.async_get(path)

    async def async_known_body(self, endpoint: Endpoint[Any]) -> Body:
        """Return a resource as it was last read, reading it if it never was."""
        path = self._paths.get(endpoint)
        known = self._connection.known(path) if path else None
        return known or await self._async_body(endpoint)

    async def _async_path(self, endpoint: Endpoint[Any]) -> str:
        """Return where a resource lives."""
        return self._paths.get(endpoint) or await self._async_find_path(endpoint)

    async def _async_find_path(self, endpoint: Endpoint[Any]) -> str:
        """Find where a resource lives, by the first link that leads to it."""
        for way in endpoint.ways:
            body = await self.async_known_body(way.parent)
            if paths := self._wanted_of(endpoint, follow_all(body, way.pointer)):
                path = await self._async_choose(endpoint, paths)
                self._paths[endpoint] = path
                return path
        name = self._wanted.get(endpoint) or ""
        raise NotFoundError(f"This board links to no {endpoint.name} {name}".rstrip())

    def _wanted_of(self, endpoint: Endpoint[Any], paths: list[str]) -> list[str]:
        """Return the paths without those that the caller does not want."""
        name = self._wanted.get(endpoint)
        return [path for path in paths if name in (None, path.rpartition("/")[2])]

    async def _async_choose(self, endpoint: Endpoint[Any], paths: list[str]) -> str:
        """Return which of several resources is meant, or what contains it."""
        chosen = paths[0]
        if self._wanted.get(endpoint):
            return chosen
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

    def _decoded(self, endpoint: Endpoint[ModelT], body: Body) -> ModelT:
        """Decode a resource, once for each body."""
        known = self._models.get(endpoint)
        if known is None or known[0] is not body:
            known = self._models[endpoint] = (body, endpoint.model.from_dict(body))
        return known[1]  # type: ignore[return-value]  # an endpoint keeps its model
