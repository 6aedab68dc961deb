"""JSON as a BMC sends it: what of it nothing can go wrong with later."""

from __future__ import annotations

from collections.abc import Mapping
import json
from typing import Any

from .const import MAX_DEPTH

Body = Mapping[str, Any]
"""A resource of a BMC, or a part of one, as its JSON says it."""

_NESTING = frozenset((dict, list))


def parsed(raw: bytes) -> Any:
    """Return a document, the bytes where they are none, None where there are none.

    What goes deeper than a caller could go into it is none. Half a character, which
    JSON can hold but no text of a caller can, is replaced.
    """
    try:
        text = raw.decode(json.detect_encoding(raw), "replace")
        document = json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return raw
    if not _is_shallow(text) and _is_too_deep(document):
        return raw
    return _whole(document) if "\\u" in text else document


def one_line(text: str) -> str:
    """Return a text as one line of what can be seen, for a log or a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _whole(value: Any) -> Any:
    """Return a document of which all texts can be encoded."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    return value


def _is_shallow(text: str) -> bool:
    """Tell at once, of most documents, that they are not too deep.

    None is deeper than it has opening brackets, less one for each two objects side by
    side: what is in the one is not in the other.
    """
    side_by_side = text.count("},{") + text.count("}, {")
    return text.count("{") + text.count("[") - side_by_side < MAX_DEPTH


def _is_too_deep(document: Any) -> bool:
    """Tell whether a document goes deeper than a caller could go into it."""
    level = [document] if type(document) in _NESTING else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        groups = [part.values() if type(part) is dict else part for part in level]
        level = [part for group in groups for part in group if type(part) in _NESTING]
    return True
