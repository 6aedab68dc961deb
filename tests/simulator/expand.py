"""Respond to reads with `$expand`, correctly or with a fault.

The firmware of X12 and X13 advertises it, but owners report that it does not work.
"""

from __future__ import annotations

from collections.abc import Callable, Set as AbstractSet
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import parse_qs

from .resources import JsonObject
from .responses import HTML_TYPE, WELCOME_PAGE, RedfishError, Response

if TYPE_CHECKING:
    from .bmc import Bmc

Expand = Literal[
    "ignored",
    "400",
    "500",
    "501",
    "503",
    "HTML",
    "half the properties",
    "fewer members",
    "links only",
    "paged",
    "correct",
    "bmcweb",
]
"""Response to a read with `$expand`: the resource without expansion; an error; a page
with status 200; half of the properties of each member, or only those that are links;
all members of each collection but the last one, or two of them at a time; the right
one; or that of OpenBMC, where a member that fails stays a link and gives the whole
response its status."""

_BAD_REQUEST, _NOT_FOUND, _INTERNAL_ERROR = 400, 404, 500

_PAGE = 2
"""Number of members in a page."""

_VALUE = re.compile(r"([.*~])(?:\(\$levels=([1-9])\))?")


class ExpandQuery(NamedTuple):
    """The query of a read with `$expand`."""

    value: str
    skip: int = 0
    """Number of members that earlier pages had."""
    has_select: bool = False
    """Whether the query selects properties as well, which OpenBMC rejects."""

    @property
    def levels(self) -> int:
        """The number of levels to expand."""
        return int(self._match[2] or 1)

    def includes(self, *, in_links: bool) -> bool:
        """Return whether links inside or outside of `Links` are expanded."""
        return self._match[1] in ("*", "~" if in_links else ".")

    @property
    def _match(self) -> re.Match[str]:
        """The parts of the value; RedfishError if it is invalid."""
        if match := _VALUE.fullmatch(self.value):
            return match
        raise RedfishError("Base.QueryNotSupported")


def parse_expand(query: str) -> ExpandQuery | None:
    """Return the `$expand` of a query, or None."""
    values = parse_qs(query, keep_blank_values=True)
    if "$expand" not in values:
        return None
    skip = values.get("$skip", ["0"])[0]
    first = int(skip) if skip.isdecimal() else 0
    return ExpandQuery(values["$expand"][0], first, "$select" in values)


def advertise(root: JsonObject, *, is_supported: bool) -> None:
    """Show in the service root whether `$expand` is supported, in place."""
    features = root.setdefault("ProtocolFeaturesSupported", {})
    if is_supported:
        flags = dict.fromkeys(("ExpandAll", "Levels", "Links", "NoLinks"), True)
        recorded = features.get("ExpandQuery", {})
        features["ExpandQuery"] = {"MaxLevels": 2} | recorded | flags
    else:
        features.pop("ExpandQuery", None)


def respond_expanded(bmc: Bmc, path: str, query: ExpandQuery) -> Response:
    """Return the response to a read with `$expand`, as the BMC is configured."""
    if bmc.expand == "400":
        raise RedfishError("Base.QueryNotSupported")
    if bmc.expand in ("500", "501", "503"):
        return bmc.response_builder.error(int(bmc.expand))
    if bmc.expand == "HTML":
        return Response(200, WELCOME_PAGE, content_type=HTML_TYPE)
    body = bmc.resource(path)
    if bmc.expand == "ignored":
        return Response(200, body)
    if bmc.expand == "bmcweb":
        return _respond_as_bmcweb(bmc, path, body, query)
    body = _expand(bmc, body, query, query.levels)
    if bmc.expand == "fewer members":
        body = _show_fewer(body)
    if "Members" in body and bmc.expand == "paged":
        _show_page(path, body, query)
    return Response(200, body)


def _expand(
    bmc: Bmc,
    value: Any,
    query: ExpandQuery,
    levels: int,
    *,
    in_links: bool = False,
    broken: AbstractSet[str] = frozenset(),
) -> Any:
    """Replace the links in a value with the resources, down to a number of levels.

    Links to broken resources stay.
    """
    if levels == 0:
        return value
    if isinstance(value, list):
        return [
            _expand(bmc, item, query, levels, in_links=in_links, broken=broken)
            for item in value
        ]
    if not isinstance(value, dict):
        return value
    target = value["@odata.id"] if value.keys() == {"@odata.id"} else "#"
    if "#" not in target and target not in broken and bmc.has(target):
        if not query.includes(in_links=in_links):
            return value
        shown = _SHOWN.get(bmc.expand, dict)(bmc.resource(target))
        return _expand(bmc, shown, query, levels - 1, broken=broken)
    return {
        key: _expand(
            bmc, item, query, levels, in_links=in_links or key == "Links", broken=broken
        )
        for key, item in value.items()
    }


def _respond_as_bmcweb(
    bmc: Bmc, path: str, body: JsonObject, query: ExpandQuery
) -> Response:
    """Return the response of OpenBMC's web server.

    A member that fails stays a link. Its error joins the body, and the worst status of
    all members becomes that of the response. Sensors expand by themselves: one that
    fails empties the collection.
    """
    if query.has_select:
        raise RedfishError("Base.QueryNotSupported")
    failed = [status for member in _links(body) if (status := _status(bmc, member))]
    broken = {link for link in _links(body) if _status(bmc, link)}
    body = _expand(bmc, body, query, query.levels, broken=broken)
    if not failed:
        return Response(200, body)
    if path.endswith("/Sensors") and max(failed) >= _INTERNAL_ERROR:
        body["Members"] = []
    error = bmc.response_builder.error(max(failed)).body
    return Response(max(failed), body | (error if isinstance(error, dict) else {}))


def _links(body: JsonObject) -> list[str]:
    """Return the paths of a collection's members."""
    return [member["@odata.id"] for member in body.get("Members", ())]


def _status(bmc: Bmc, path: str) -> int | None:
    """Return the status of the error with which a member fails, None if it does not."""
    fault = bmc.faults.find("GET", path)
    if fault and fault.response:
        status = fault.response.status
        return status if status >= _BAD_REQUEST else _INTERNAL_ERROR
    return None if bmc.has(path) else _NOT_FOUND


def _show_half(body: JsonObject) -> JsonObject:
    """Return a body with its annotations and every second property."""
    names = [key for key in body if not key.startswith("@")]
    return {key: item for key, item in body.items() if key not in names[1::2]}


def _show_links(body: JsonObject) -> JsonObject:
    """Return a body with its annotations and the properties that are links."""
    return {
        key: item
        for key, item in body.items()
        if key.startswith("@") or (isinstance(item, dict) and "@odata.id" in item)
    }


def _show_fewer(body: JsonObject) -> JsonObject:
    """Return a body without its last member, if it is that of a collection."""
    return body | {"Members": body["Members"][:-1]} if "Members" in body else body


def _show_first_page(body: JsonObject) -> JsonObject:
    """Return a body with the first page of its members, and a link to the next one."""
    if "Members" in body:
        _show_page(body["@odata.id"], body, ExpandQuery("."))
    return body


_SHOWN: dict[str, Callable[[JsonObject], JsonObject]] = {
    "half the properties": _show_half,
    "links only": _show_links,
    "fewer members": _show_fewer,
    "paged": _show_first_page,
}
"""Changes to the resources inside an expanded one, by variant."""


def _show_page(path: str, body: JsonObject, query: ExpandQuery) -> None:
    """Show one page of the members in a collection, in place."""
    end = query.skip + _PAGE
    if end < len(body["Members"]):
        next_link = f"{path}?$expand={query.value}&$skip={end}"
        body["Members@odata.nextLink"] = next_link
    body["Members"] = body["Members"][query.skip : end]
