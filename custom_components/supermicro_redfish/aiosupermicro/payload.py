"""Parse JSON payloads and find the links in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
import json
from typing import Any
from urllib.parse import urlsplit

from .const import MAX_DEPTH, MAX_VALUES

_parse_fast: Callable[[bytes], Any] | None
"""Faster parser of most documents, if orjson is installed."""
try:
    from orjson import loads as _parse_fast
except ImportError:
    _parse_fast = None

_parse_text = json.JSONDecoder(strict=False).decode

JsonObject = Mapping[str, Any]
"""The JSON of a resource, or of an object inside it."""

Changes = dict[Any, Any]
"""Keys of an object, or indexes of a list, whose values have changed.

The value of each is None for a scalar value, and the changes inside an object or list.
"""

_CONTAINERS = frozenset((dict, list))

_MARK_DIGITS = bytes(b"0"[0] if chr(code).isdecimal() else 0 for code in range(256))
_LONG_NUMBER = b"0" * 19
"""Digits of a number that may need more than 64 bits, which orjson would round."""


def parse_json(raw: bytes) -> Any:
    """Return the parsed document; the bytes if it is not JSON, None if it is empty.

    Control characters in texts are accepted, which JSON forbids but boards send. Lone
    surrogates are replaced: JSON can contain them, but a text with one cannot be
    encoded. A document nested deeper than `MAX_DEPTH` counts as no JSON, since callers
    could not traverse it recursively. So does one with more than `MAX_VALUES` values.
    """
    if len(raw) > MAX_VALUES and count_values(raw) > MAX_VALUES:
        return raw
    try:
        document = _parse(raw)
    except (ValueError, RecursionError):
        return raw
    return raw if may_be_too_deep(raw) and is_too_deep(document) else document


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
    if "#" not in path and not path.endswith("/"):
        return path
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


def may_be_too_deep(raw: bytes) -> bool:
    """Return whether a document has enough brackets for too many levels.

    The level at any position is at most the number of brackets that open before it, and
    of those that close after it. To count them in one half each takes a seventh of the
    time of `is_too_deep`.
    """
    half = len(raw) // 2
    opened = raw.count(b"{", 0, half) + raw.count(b"[", 0, half)
    closed = raw.count(b"}", half) + raw.count(b"]", half)
    return max(opened, closed) >= MAX_DEPTH


def is_too_deep(document: Any, depth: int = MAX_DEPTH) -> bool:
    """Return whether a document is nested deeper than a number of levels."""
    level = [document] if type(document) in _CONTAINERS else []
    for _ in range(depth):
        if not level:
            return False
        groups = [part.values() if type(part) is dict else part for part in level]
        level = [
            part for group in groups for part in group if type(part) in _CONTAINERS
        ]
    return True


def _parse(raw: bytes) -> Any:
    """Return parsed JSON, None for an empty text.

    orjson is stricter than the standard library, which parses what it refuses.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deep.

    """
    if _parse_fast and _LONG_NUMBER not in raw.translate(_MARK_DIGITS):
        with suppress(ValueError):
            return _parse_fast(raw)
    text = raw.decode(json.detect_encoding(raw), "replace")
    document = _parse_text(text) if text.strip() else None
    return _replace_surrogates(document) if "\\u" in text else document


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
