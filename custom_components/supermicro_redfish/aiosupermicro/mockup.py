"""Recording of a BMC in the DMTF mockup layout, without identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from .const import REDFISH_ROOT
from .exceptions import ResourceError
from .http.connection import Connection
from .payload import normalize_path
from .redaction import redacted

MAX_RESOURCES = 3000
"""Maximum number of recorded resources; more than twice the largest recorded board."""

# Schemas are equal on all boards, sessions are temporary, IKVM creates console tickets.
_EXCLUDED = re.compile(
    r".*/(JsonSchemas/.+|Sessions/.+|IKVM|\$metadata|odata)", re.IGNORECASE
)


async def async_read_all(
    connection: Connection, progress: Callable[[int, str], None]
) -> dict[str, Any]:
    """Read all linked resources one after the other and return them by path.

    A resource that fails is skipped.

    Args:
        connection: Connection to the BMC.
        progress: Function that is called before each read, with the number of resources
            so far and the path of the next one.

    Raises:
        AuthenticationError: The credentials were rejected.
        ConnectionError: The connection failed.

    """
    resources: dict[str, Any] = {}
    pending = [normalize_path(REDFISH_ROOT)]
    seen = set(pending)
    while pending and len(resources) < MAX_RESOURCES:
        path = pending.pop(0)
        progress(len(resources), path)
        try:
            resources[path] = await connection.async_get(path)
        except ResourceError:
            continue
        new = [link for link in _links(resources[path]) if link not in seen]
        seen.update(new)
        pending += dict.fromkeys(new)
    return resources


def write_mockup(resources: Mapping[str, Any], folder: Path) -> None:
    """Write resources without identifiers, each to the folder of its path."""
    for path, body in redacted(resources).items():
        file = folder / path.strip("/") / "index.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(body, indent=1, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")


def _links(value: Any) -> Iterator[str]:
    """Return the paths of all linked resources.

    An embedded member, such as an entry of a log, is complete and not read again.
    """
    if isinstance(value, Mapping):
        links = [value.get("@Redfish.ActionInfo")]
        links += [value.get("@odata.id")] if len(value) == 1 else []
        for link in links:
            if isinstance(link, str) and _is_recorded(link):
                yield normalize_path(link)
        for inner in value.values():
            yield from _links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _links(inner)


def _is_recorded(link: str) -> bool:
    """Return whether the target of a link belongs in a recording."""
    path = normalize_path(link)
    is_inside = path.startswith(REDFISH_ROOT) and ".." not in path.split("/")
    return is_inside and not _EXCLUDED.fullmatch(path)
