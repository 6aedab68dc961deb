"""Read collections, whose members may be spread over several pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..exceptions import InvalidResponseError
from ..payload import JsonObject, find_links, path_of

ReadFn = Callable[[str], Awaitable[JsonObject]]

MAX_PAGES = 100


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
        InvalidResponseError: There are more than a hundred pages.

    """
    pages = [await read(path) if first is None else first]
    visited = {path}
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
    return pages


async def async_get_member_paths(
    path: str, read: ReadFn, first: JsonObject | None = None
) -> list[str]:
    """Return the paths of a collection's members, each once.

    The parameters and errors are those of `async_get_pages`.
    """
    pages = await async_get_pages(path, read, first)
    links = (link for page in pages for link in find_links(page, "Members"))
    return [*dict.fromkeys(links)]
