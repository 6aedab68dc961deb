"""Collections, whose members may come in several pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .documents import Body
from .exceptions import InvalidResponseError
from .links import follow_all, path_of

Read = Callable[[str], Awaitable[Body]]

MOST_PAGES = 100


async def async_pages(path: str, read: Read, first: Body | None = None) -> list[Body]:
    """Return all pages of the collection at a path.

    A page that leads back to an earlier one is the last, and so is one that is like
    the one before: there a BMC does not heed what its own link asks for.

    Args:
        path: Where the first page is.
        read: Reads a page.
        first: The first page, where it was read already.

    Raises:
        InvalidResponseError: There are more than a hundred.

    """
    pages = [await read(path) if first is None else first]
    passed = {path}
    while following := path_of(pages[-1].get("Members@odata.nextLink")):
        if following in passed:
            break
        if len(pages) == MOST_PAGES:
            message = f"{path} has more than {MOST_PAGES} pages"
            raise InvalidResponseError(message, path=path)
        passed.add(following)
        page = await read(following)
        if page.get("Members") and page["Members"] == pages[-1].get("Members"):
            break
        pages.append(page)
    return pages


async def async_members(
    path: str, read: Read, first: Body | None = None
) -> dict[str, None]:
    """Return the paths of a collection's members, each once; as `async_pages`."""
    pages = await async_pages(path, read, first)
    return dict.fromkeys(link for page in pages for link in follow_all(page, "Members"))
