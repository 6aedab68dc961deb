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

_REQUIRED = frozenset(("Id", "Name"))
"""Properties that every resource has; some firmware drops them in an expansion."""


class ExpandedResponse(NamedTuple):
    """Response to a read of a collection with `$expand`."""

    members: list[str]
    """Paths of the listed members, including those without a body."""
    bodies: dict[str, JsonObject]
    """Whole resources by path: members, and resources inside them."""
    requested_at: float
    """Time of the request, by `time.monotonic`."""
    is_listed: bool
    """Whether all members are listed."""
    has_bodies: bool
    """Whether every listed member has a body unless it failed."""
    is_slow: bool = False
    """Whether the response took so long that single reads are better."""
    status: int | None = None
    """HTTP status of an error response."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, and the collection may be expanded again."""
        return self.is_listed and self.has_bodies and not self.is_slow

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


async def async_expand(
    reader: ResourceReader, collection: str, query: str
) -> ExpandedResponse:
    """Expand a collection; return the response, also an error response.

    On bmcweb a member that fails stays a link, and its status becomes that of the
    whole response. After a response that took long, the collection is not expanded
    again for a day.
    """
    requested_at = monotonic()
    try:
        body = await reader.async_get_json(f"{collection}?{query}")
    except ResourceError as error:
        response = find_members({"Members": [*error.members]}, requested_at)
        has_bodies = bool(response.bodies)
        response = response._replace(has_bodies=has_bodies, status=error.status)
    else:
        response = find_members(body, requested_at)
    is_slow = monotonic() - requested_at > EXPAND_MAX_SECONDS
    return response._replace(is_slow=is_slow)


def find_members(body: JsonObject, requested_at: float) -> ExpandedResponse:
    """Return the members of an expanded collection, and the resources inside them.

    A member may contain a part of another one, which is no substitute for it.

    Args:
        body: The collection.
        requested_at: The time of the request, by `time.monotonic`.

    """
    listed = body.get("Members")
    entries = listed if isinstance(listed, list) else []
    pairs = [(path, entry) for entry in entries if (path := _path(entry))]
    members, own = [path for path, _ in pairs], dict(pairs)
    bodies: dict[str, JsonObject] = {}
    _collect([entry for _, entry in pairs], bodies)
    bodies = {path: body for path, body in bodies.items() if path not in own}
    bodies |= {path: entry for path, entry in own.items() if _is_resource(entry)}
    has_all = body.get("Members@odata.count", len(members)) == len(members)
    return ExpandedResponse(
        members,
        bodies,
        requested_at,
        is_listed=has_all and "Members@odata.nextLink" not in body,
        has_bodies=all(path in bodies for path in members),
    )


def has_required(resource: JsonObject) -> bool:
    """Return whether a resource has the properties that every resource has."""
    return resource.keys() >= _REQUIRED


def is_collection(body: JsonObject) -> bool:
    """Return whether a body is that of a collection, whole or not."""
    return "Members" in body


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
    if path is None or not isinstance(item, Mapping):
        return folded
    if is_collection(item):
        found[path] = item
    elif _is_resource(item):
        _add(found, path, folded)
    else:
        return folded
    return {"@odata.id": path}


def _is_resource(value: JsonObject) -> bool:
    """Return whether a value with a path is a resource, and no mere link to it."""
    return "Id" in value


def _path(entry: Any) -> str | None:
    """Return the path of a resource, or of a link to it."""
    return find_link({"Member": entry}, "Member")


def _add(found: dict[str, JsonObject], path: str, body: JsonObject) -> None:
    """Add a resource, unless another place in the response shows more of it."""
    if len(body) >= len(found.get(path, ())):
        found[path] = body


def _collect(value: Any, found: dict[str, JsonObject]) -> None:
    """Add all resources in a value to `found`, by path."""
    if isinstance(value, list):
        for item in value:
            _collect(item, found)
    elif isinstance(value, Mapping):
        path = _path(value)
        if path and _is_resource(value):
            _add(found, path, value)
        for key, item in value.items():
            if key != "Links":
                _collect(item, found)
