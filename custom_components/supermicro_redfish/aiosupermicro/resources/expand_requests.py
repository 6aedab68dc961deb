"""Send requests with `$expand`, and find the resources in the responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from ..const import EXPAND_MAX_SECONDS
from ..exceptions import ResourceError
from ..payload import JsonObject, find_link
from .endpoints import ROOT

if TYPE_CHECKING:
    from .reader import ResourceReader

_RESOURCE = frozenset(("Id", "Members"))
"""Properties of which a whole resource or collection has one, and a link has none."""


class Answer(NamedTuple):
    """Response to a read of a collection with `$expand`."""

    members: list[str]
    """Paths of all members, including those without a body."""
    bodies: dict[str, JsonObject]
    """Whole resources by path: members, and resources inside them."""
    is_complete: bool
    """Whether every member is listed, and has a body unless it failed."""
    status: int | None = None
    """HTTP status of an error response."""

    @property
    def inner(self) -> dict[str, JsonObject]:
        """The resources inside the members."""
        return {p: body for p, body in self.bodies.items() if p not in self.members}

    def select(self, members: Iterable[str]) -> dict[str, JsonObject]:
        """Return the bodies of these members."""
        return {path: self.bodies[path] for path in members if path in self.bodies}


async def async_get_query(
    reader: ResourceReader, levels: int, *, exact: bool = False
) -> str | None:
    """Return the query that the service root advertises, None without support.

    Args:
        reader: The reader of the board.
        levels: The number of levels to expand.
        exact: Whether fewer levels are no use.

    """
    root = await reader.async_get_json(ROOT, cached=True)
    features = root.get("ProtocolFeaturesSupported")
    expand = features.get("ExpandQuery") if isinstance(features, Mapping) else None
    if not isinstance(expand, Mapping) or not (
        expand.get("NoLinks") is True or expand.get("ExpandAll") is True
    ):
        return None
    has_levels, most = expand.get("Levels") is True, expand.get("MaxLevels")
    most = most if has_levels and isinstance(most, int) and most > 0 else 1
    if exact and most < levels:
        return None
    return f"$expand=.($levels={min(levels, most)})" if has_levels else "$expand=."


async def async_expand(reader: ResourceReader, collection: str, query: str) -> Answer:
    """Expand a collection; return the response, also an error response.

    On bmcweb a member that fails stays a link, and its status becomes that of the
    whole response. An answer that takes long is used, but not requested again.
    """
    started_at = monotonic()
    try:
        body = await reader.async_get_json(f"{collection}?{query}")
    except ResourceError as error:
        answer = find_members({"Members": [*error.members]})
        is_complete = bool(answer.bodies)
        answer = answer._replace(is_complete=is_complete, status=error.status)
    else:
        answer = find_members(body)
    is_fast = monotonic() - started_at <= EXPAND_MAX_SECONDS
    return answer._replace(is_complete=answer.is_complete and is_fast)


def find_members(body: JsonObject) -> Answer:
    """Return the members of an expanded collection, and the resources inside them."""
    listed = body.get("Members")
    entries = [e for e in listed if _path(e)] if isinstance(listed, list) else []
    bodies: dict[str, JsonObject] = {}
    _collect(entries, bodies)
    members = [path for entry in entries if (path := _path(entry))]
    is_whole = all(path in bodies for path in members)
    is_listed = body.get("Members@odata.count", len(members)) == len(members)
    is_paged = "Members@odata.nextLink" in body
    return Answer(members, bodies, is_whole and is_listed and not is_paged)


def fold_inner(value: Any, found: dict[str, JsonObject]) -> Any:
    """Return a JSON value with links in the place of the resources inside it.

    These are added to `found` by path, with links in the place of others as well. A
    collection keeps its members, for `find_members`.
    """
    if isinstance(value, list):
        return [_fold(item, found) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: item if key == "Links" else _fold(item, found)
        for key, item in value.items()
    }


def _fold(item: Any, found: dict[str, JsonObject]) -> Any:
    """Return a link in the place of a resource; fold any other value."""
    folded, path = fold_inner(item, found), _path(item)
    is_resource = isinstance(item, Mapping) and not _RESOURCE.isdisjoint(item)
    if path is None or not is_resource:
        return folded
    found[path] = item if "Members" in item else folded
    return {"@odata.id": path}


def _path(entry: Any) -> str | None:
    """Return the path of a resource, or of a link to it."""
    return find_link({"Member": entry}, "Member")


def _collect(value: Any, found: dict[str, JsonObject]) -> None:
    """Add all complete resources in a value to `found`, by path."""
    if isinstance(value, list):
        for item in value:
            _collect(item, found)
    elif isinstance(value, Mapping):
        path = _path(value)
        if path and len(value) > 1 and "Id" in value:
            found[path] = value
        for key, item in value.items():
            if key != "Links":
                _collect(item, found)
