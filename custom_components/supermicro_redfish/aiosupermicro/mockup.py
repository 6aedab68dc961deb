"""Records a BMC into a folder in the DMTF mockup layout, without identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from .const import REDFISH_ROOT
from .exceptions import ENDS_ALL, SupermicroRedfishError
from .http.connection import Connection
from .payload import normalize_path
from .redaction import redacted

MAX_RESOURCES = 3000
"""More than twice the largest recorded board."""

# Schemas are the standard's, sessions come and go, IKVM hands out console tickets.
_LEAVE_OUT = re.compile(
    r".*/(JsonSchemas/.+|Sessions/.+|IKVM|\$metadata|odata)", re.IGNORECASE
)


async def async_read_all(
    connection: Connection, progress: Callable[[int, str], None]
) -> dict[str, Any]:
    """Read every resource that links lead to, one after the other, by path.

    Raises:
        AuthenticationError: The account was refused.
        ConnectionError: The connection broke.

    """
    bodies: dict[str, Any] = {}
    waiting = [normalize_path(REDFISH_ROOT)]
    seen = set(waiting)
    while waiting and len(bodies) < MAX_RESOURCES:
        path = waiting.pop(0)
        progress(len(bodies), path)
        try:
            bodies[path] = await connection.async_get(path)
        except ENDS_ALL:
            raise
        except SupermicroRedfishError:
            continue
        new = [link for link in _links(bodies[path]) if link not in seen]
        seen.update(new)
        waiting += dict.fromkeys(new)
    return bodies


def write_mockup(bodies: Mapping[str, Any], folder: Path) -> None:
    """Write resources without identifiers, one folder for each path."""
    for path, body in redacted(bodies).items():
        place = folder / path.strip("/") / "index.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(body, indent=1, ensure_ascii=False)
        place.write_text(text + "\n", encoding="utf-8")


def _links(value: Any) -> Iterator[str]:
    """Return the paths of all resources that a resource links to.

    A member that is written out, as entries of a log are, needs no reading.
    """
    if isinstance(value, Mapping):
        links = [value.get("@Redfish.ActionInfo")]
        links += [value.get("@odata.id")] if len(value) == 1 else []
        for link in links:
            if isinstance(link, str) and _is_worth_reading(link):
                yield normalize_path(link)
        for inner in value.values():
            yield from _links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _links(inner)


def _is_worth_reading(link: str) -> bool:
    """Tell whether a link leads to a resource of the board's own."""
    path = normalize_path(link)
    is_inside = path.startswith(REDFISH_ROOT) and ".." not in path.split("/")
    return is_inside and not _LEAVE_OUT.fullmatch(path)
