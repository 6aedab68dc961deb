"""Links from one resource to another (@odata.id)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def normalised(path: str) -> str:
    """Return a path without fragment and closing slash, which boards add at will."""
    return path.partition("#")[0].rstrip("/")


def path_of(location: Any) -> str | None:
    """Return the path in a Location, None where there is none.

    A BMC may know itself by another name than the caller does.
    """
    try:
        url = urlsplit(location if isinstance(location, str) else "")
    except ValueError:
        return None
    return _path(url._replace(scheme="", netloc="", fragment="").geturl())


def follow(body: Mapping[str, Any], pointer: str) -> str | None:
    """Return the path that stands at a pointer such as "Links/Chassis", or None.

    Of several links it is the first. A value that is no path, such as the name of
    a type that one firmware writes there, is no link.
    """
    return next(iter(follow_all(body, pointer)), None)


def follow_all(body: Mapping[str, Any], pointer: str) -> list[str]:
    """Return all paths that stand at a pointer."""
    value = _value(body, pointer)
    links = value if isinstance(value, list) else [value]
    return [path for link in links if (path := _path(link))]


def _value(body: Mapping[str, Any], pointer: str) -> Any:
    """Return what stands at a pointer, or None."""
    value: Any = body
    for key in pointer.split("/"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _path(value: Any) -> str | None:
    """Return the path in a link."""
    if isinstance(value, Mapping):
        value = value.get("@odata.id")
    is_path = isinstance(value, str) and value.startswith("/")
    return normalised(value) if is_path and not value.startswith("//") else None
