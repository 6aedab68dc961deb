"""Read collections, whose members may be spread over several pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from ..const import MAX_PAGES, MAX_VALUES
from ..exceptions import InvalidResponseError
from ..payload import JsonObject, find_links, path_of

ReadFn = Callable[[str], Awaitable[JsonObject]]


async def async_get_pages(
    path: str, read: ReadFn, first: JsonObject | None = None
) -> list[JsonObject]:
    """Return all pages of a collection.

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
    pages = [await read(path) if first is None else first]
    visited, room = {path}, 2 * MAX_VALUES
    while next_path := path_of(pages[-1].get("Members@odata.nextLink")):
        if next_path in visited:
            break
        if len(pages) == MAX_PAGES:
            message = f"{path} has more than {MAX_PAGES} pages"
            raise InvalidResponseError(message, path=path)
        visited.add(next_path)
        page = await read(next_path)
        if page.get("Members") and page["Members"] == pages[-1].get("Members"):
            break
        pages.append(page)
        room -= _count_values(page)
        if room < 0:
            raise InvalidResponseError(f"{path} is too large", path=path)
    return pages


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


async def async_get_member_paths(
    path: str, read: ReadFn, first: JsonObject | None = None
) -> list[str]:
    """Return the paths of a collection's members, each once.

    The parameters and errors are those of `async_get_pages`.
    """
    pages = await async_get_pages(path, read, first)
    links = (link for page in pages for link in find_links(page, "Members"))
    return [*dict.fromkeys(links)]
