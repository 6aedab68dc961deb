"""The JSON at paths that a board links to: one, or several at a time."""

from __future__ import annotations

from collections.abc import Iterable

from .connection import Connection
from .const import MAX_CONCURRENT_REQUESTS
from .documents import Body
from .endpoints import ModelT
from .exceptions import LicenseError, NotFoundError, SupermicroRedfishError
from .pages import Read, async_members
from .together import async_each


class Bodies:
    """Reads what is at the paths of a board; asks for no licence twice."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection."""
        self._connection = connection
        self._refused: dict[str, LicenseError] = {}
        """What wants a licence, by path."""
        self.at_a_time = MAX_CONCURRENT_REQUESTS
        """How many of several are asked for before the first is there."""

    def reset(self) -> None:
        """Forget what wants a licence."""
        self._refused.clear()

    async def async_get_at(self, path: str) -> Body:
        """Return the JSON at a path that some other resource linked to.

        Raises:
            LicenseError: The board wants a licence for it, now or when it was asked.

        """
        if refused := self._refused.get(path):
            raise refused.with_traceback(None)
        try:
            return await self._connection.async_get(path)
        except LicenseError as error:
            self._refused[path] = error
            raise

    async def async_find_at(self, path: str) -> Body | None:
        """Return the JSON at a path, None where it is not there or not to be had."""
        try:
            return await self.async_get_at(path)
        except (NotFoundError, LicenseError):
            return None

    async def async_known_at(self, path: str) -> Body:
        """Return the resource at a path as it was last read."""
        return self._connection.known(path) or await self.async_get_at(path)

    async def async_get_member_paths_at(self, collections: Iterable[str]) -> list[str]:
        """Return where the members of several collections are, each once.

        Raises:
            LicenseError: All of them want a licence.

        """
        found, errors = await self._async_find_all(collections, self.async_get_at)
        licences = [error for error in errors if isinstance(error, LicenseError)]
        if licences and not found:
            raise licences[0]
        paths: dict[str, None] = {}
        for path, first in found.items():
            paths |= await async_members(path, self.async_get_at, first)
        return [*paths]

    async def async_get_all_at(
        self, paths: Iterable[str], model: type[ModelT]
    ) -> list[ModelT]:
        """Return the resources at several paths; as `async_get_bodies`."""
        return [model.from_dict(body) for body in await self.async_get_bodies(paths)]

    async def async_get_bodies(self, paths: Iterable[str]) -> list[Body]:
        """Return the JSON at several paths; as `async_get_by_path`."""
        return [*(await self.async_get_by_path(paths)).values()]

    async def async_get_by_path(self, paths: Iterable[str]) -> dict[str, Body]:
        """Return the JSON at several paths, by path.

        A link that leads nowhere, or to what wants a licence, costs that one only.

        Raises:
            NotFoundError: None of them is there.
            LicenseError: All of them want a licence.
            SupermicroRedfishError: One could not be read, for any other reason.

        """
        found, errors = await self._async_find_all(paths, self.async_get_at)
        if errors and not found:
            raise errors[0]
        return found

    async def async_find_all_known(self, paths: Iterable[str]) -> dict[str, Body]:
        """Return what is at several paths as it was last read, by path."""
        found, _ = await self._async_find_all(paths, self.async_known_at)
        return found

    async def _async_find_all(
        self, paths: Iterable[str], read: Read
    ) -> tuple[dict[str, Body], list[SupermicroRedfishError]]:
        """Return what is at several paths, and why the rest is not to be had."""
        errors: list[SupermicroRedfishError] = []

        async def attempt(path: str) -> Body | None:
            try:
                return await read(path)
            except (NotFoundError, LicenseError) as error:
                errors.append(error)
                return None

        wanted = [*dict.fromkeys(paths)]
        bodies = await async_each(attempt, wanted, self.at_a_time)
        found = zip(wanted, bodies, strict=True)
        return {path: body for path, body in found if body is not None}, errors
