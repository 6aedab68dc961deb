"""Read the resources of many rows concurrently; each error costs its row only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from ..concurrency import run_in_turn
from ..exceptions import NotFoundError, ResourceError
from .endpoints import Endpoint
from .reader import ResourceReader

OnRead = Callable[[str, Any], None]
"""Function that is called with the name and value of each read resource."""


def ignore_read(_name: str, _resource: Any) -> None:
    """Do nothing; default of `on_read`."""


class Found(NamedTuple):
    """Resources of several rows and errors of others, by name of the row."""

    resources: dict[str, Any]
    errors: dict[str, ResourceError]
    missing: dict[str, NotFoundError]
    """Rows that the board does not have. A row that was present before is an error."""


async def async_get_each(
    reader: ResourceReader,
    reads: Mapping[Endpoint[Any], Callable[[], Awaitable[Any]]],
    on_read: OnRead = ignore_read,
    *,
    delay: float = 0.0,
) -> Found:
    """Return the resources of many rows and the errors of the failed ones.

    Args:
        reader: The reader of the board.
        reads: The function that reads each row.
        on_read: Called with the name and value of each row as soon as it is read.
        delay: Seconds for which one row is read after the other; those that are left
            are then read together.

    Raises:
        SupermicroRedfishError: Nothing could be read, the connection was lost or
            the login was refused.

    """
    found = await async_try_each(reader, reads, on_read, delay=delay)
    if not found.resources:
        raise next(iter((*found.errors.values(), *found.missing.values())))
    return found


async def async_try_each(
    reader: ResourceReader,
    reads: Mapping[Endpoint[Any], Callable[[], Awaitable[Any]]],
    on_read: OnRead = ignore_read,
    *,
    delay: float = 0.0,
) -> Found:
    """Return the resources of many rows, if any, and the errors of the failed ones."""
    found = Found({}, {}, {})

    async def read(endpoint: Endpoint[Any]) -> None:
        try:
            resource = found.resources[endpoint.name] = await reads[endpoint]()
            on_read(endpoint.name, resource)
        except NotFoundError as error:
            is_lost = reader.availability.was_seen(endpoint)
            (found.errors if is_lost else found.missing)[endpoint.name] = error
        except ResourceError as error:
            found.errors[endpoint.name] = error

    await run_in_turn(read, reads, delay)
    return found
