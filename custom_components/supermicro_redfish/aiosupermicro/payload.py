"""Parse JSON payloads and find the links in them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
import json
from typing import Any
from urllib.parse import urlsplit

from .const import MAX_DEPTH, MAX_VALUES, PARSE_IN_THREAD_BYTES

JsonObject = Mapping[str, Any]
"""The JSON of a resource, or of an object inside it."""

_CONTAINERS = frozenset((dict, list))


def parse_json(raw: bytes) -> Any:
    """Return the parsed document; the bytes if it is not JSON, None if it is empty.

    Control characters in texts are accepted, which JSON forbids but boards send. Lone
    surrogates are replaced: JSON can contain them, but a text with one cannot be
    encoded. A document nested deeper than `MAX_DEPTH` counts as no JSON, since callers
    could not traverse it recursively. So does one with more than `MAX_VALUES` values.
    """
    if count_values(raw) > MAX_VALUES:
        return raw
    try:
        text = raw.decode(json.detect_encoding(raw), "replace")
        document = json.loads(text, strict=False) if text.strip() else None
    except (ValueError, RecursionError):
        return raw
    if not _is_surely_shallow(text) and _is_too_deep(document):
        return raw
    return _replace_surrogates(document) if "\\u" in text else document


async def async_parse_json(raw: bytes) -> Any:
    """Return the parsed document as `parse_json` does, without a long stall."""
    if len(raw) < PARSE_IN_THREAD_BYTES:
        return parse_json(raw)
    return await asyncio.get_running_loop().run_in_executor(None, parse_json, raw)


def count_values(raw: bytes) -> int:
    """Return an upper limit for the number of values in a document.

    Each value follows a comma, or is the first of an object or list. Commas and
    brackets within texts count as well, which keeps the check cheap.
    """
    return 1 + raw.count(b",") + raw.count(b"{") + raw.count(b"[")


def is_header_text(value: str) -> bool:
    """Return whether a text can be sent in a header."""
    return value.isascii() and value.isprintable()


def one_line(text: str) -> str:
    """Return a text as one line of printable characters, for logs and terminals."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def normalize_path(path: str) -> str:
    """Return a path without fragment and trailing slash, which boards add at will."""
    return path.partition("#")[0].rstrip("/")


def path_of(location: Any) -> str | None:
    """Return the path of a Location header, None if it has none.

    The host in it is ignored: a BMC may know itself by another name than the caller.
    """
    try:
        url = urlsplit(location if isinstance(location, str) else "")
    except ValueError:
        return None
    return _link_path(url._replace(scheme="", netloc="", fragment="").geturl())


def find_link(body: JsonObject, pointer: str) -> str | None:
    """Return the path of the link at a pointer such as "Links/Chassis", or None.

    Of several links it is the first. A value that is not a path, such as the name of a
    type that one firmware writes there, is not a link.
    """
    return next(iter(find_links(body, pointer)), None)


def find_links(body: JsonObject, pointer: str) -> list[str]:
    """Return the paths of all links at a pointer."""
    value: Any = body
    for key in pointer.split("/"):
        value = value.get(key) if isinstance(value, Mapping) else None
    links = value if isinstance(value, list) else [value]
    return [path for link in links if (path := _link_path(link))]


def _link_path(value: Any) -> str | None:
    """Return the path of a link, given as object or as text."""
    if isinstance(value, Mapping):
        value = value.get("@odata.id")
    is_path = isinstance(value, str) and value.startswith("/")
    return normalize_path(value) if is_path and not value.startswith("//") else None


def _replace_surrogates(value: Any) -> Any:
    """Return a document in which every text can be encoded."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_replace_surrogates(inner) for inner in value]
    if isinstance(value, dict):
        return {
            _replace_surrogates(key): _replace_surrogates(inner)
            for key, inner in value.items()
        }
    return value


def _is_surely_shallow(text: str) -> bool:
    """Return whether the brackets alone prove that a document is not too deep.

    The depth is at most the number of opening brackets, less one for each pair of
    adjacent objects, which are not nested. This check is cheap and settles nearly all
    documents.
    """
    adjacent = text.count("},{") + text.count("}, {")
    return text.count("{") + text.count("[") - adjacent < MAX_DEPTH


def _is_too_deep(document: Any) -> bool:
    """Return whether a document is nested deeper than `MAX_DEPTH`."""
    level = [document] if type(document) in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        groups = [part.values() if type(part) is dict else part for part in level]
        level = [
            part for group in groups for part in group if type(part) in _CONTAINERS
        ]
    return True
