"""Parse the body of a resource; later, parse only the values that have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
import json
from typing import Any, NamedTuple

from ..const import (
    BYTES_PER_VALUE,
    MAX_DEPTH,
    MAX_PIECES,
    PARSE_IN_THREAD_BYTES,
    SMALL_BODY_BYTES,
    VALUE_BYTES,
)
from ..payload import count_values, is_too_deep, may_be_too_deep, parse_json

_scan = json.JSONDecoder(strict=False).raw_decode
"""Parse the value at a position of a text; return it and the position after it."""

_SPACE = " \t\n\r"


class _Piece(NamedTuple):
    """Text of a value in an object, or of an item in such a value."""

    text: str
    """Text from the value up to the next one."""
    size: int
    """Number of characters of the value alone."""
    key: str
    place: int | None
    """Index in the list; None for a value that is not an item."""


class _Layout(NamedTuple):
    """Text of an object, split at its values."""

    head: str
    """Text before the first value."""
    pieces: list[_Piece]


class Document(NamedTuple):
    """Parsed body, immutable because other documents share its parts."""

    content: Any
    """The JSON; the bytes if the body is not JSON, None if it is empty."""
    raw: bytes
    memory: int
    """Estimated memory in bytes."""
    layout: _Layout | None = None
    """Layout of a body that has changed before and may change again."""


async def async_parse_document(raw: bytes, known: Document | None = None) -> Document:
    """Parse a body, in a thread if it is large; arguments as in `parse_document`."""
    if len(raw) < PARSE_IN_THREAD_BYTES:
        return parse_document(raw, known)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, parse_document, raw, known)


def parse_document(raw: bytes, known: Document | None = None) -> Document:
    """Parse a body, reusing the unchanged values of the former document.

    Args:
        raw: The body.
        known: The former document of the same resource. Where only values have changed
            since, the unchanged ones are the same objects.

    """
    if known is None or not isinstance(known.content, dict):
        return Document(parse_json(raw), raw, _estimate_memory(raw))
    if raw == known.raw:
        return known
    if known.layout and (updated := _update(raw, known.content, known.layout)):
        return updated
    content = parse_json(raw)
    # A body that changes more than its values is not split each time.
    layout = None if known.layout else _split(raw, content)
    return Document(content, raw, _estimate_memory(raw), layout)


def _estimate_memory(raw: bytes) -> int:
    """Return the estimated memory of a document in bytes.

    The values of a small one are not counted, which would take as long as a third of
    the parsing.
    """
    is_small = len(raw) <= SMALL_BODY_BYTES
    values = len(raw) // BYTES_PER_VALUE if is_small else count_values(raw)
    return 2 * len(raw) + VALUE_BYTES * values


def _update(raw: bytes, known: dict[str, Any], layout: _Layout) -> Document | None:
    """Return the known document with changed values; None if more has changed."""
    text = _decode(raw) or ""
    if not text.startswith(layout.head):
        return None
    position = len(layout.head)
    pieces, content = [*layout.pieces], {**known}
    may_be_deep = may_be_too_deep(raw)
    for number, piece in enumerate(layout.pieces):
        if text.startswith(piece.text, position):
            position += len(piece.text)
            continue
        try:
            value, end = _scan(text, position)
        except (ValueError, RecursionError):
            return None
        _, size, key, place = piece
        following = piece.text[size:]
        levels = MAX_DEPTH - (1 if place is None else 2)
        if not text.startswith(following, end) or (
            may_be_deep and is_too_deep(value, levels)
        ):
            return None
        start, position = position, end + len(following)
        pieces[number] = _Piece(text[start:position], end - start, key, place)
        _set_value(content, known, piece, value)
    if position != len(text):
        return None
    layout = _Layout(layout.head, pieces)
    return Document(content, raw, _estimate_memory(raw), layout)


def _set_value(
    content: dict[str, Any], known: dict[str, Any], piece: _Piece, value: Any
) -> None:
    """Set a changed value, in a copy of its list."""
    if piece.place is None:
        content[piece.key] = value
        return
    if content[piece.key] is known[piece.key]:
        content[piece.key] = [*known[piece.key]]
    content[piece.key][piece.place] = value


def _split(raw: bytes, content: Any) -> _Layout | None:
    """Return the layout of an object; None for a large body or another value."""
    text = _decode(raw)
    if not text or not isinstance(content, dict):
        return None
    try:
        values = [*islice(_find_values(text, content), MAX_PIECES + 1)]
    except (IndexError, ValueError, RecursionError):
        return None
    if not 0 < len(values) <= MAX_PIECES:
        return None
    starts = [start for start, _, _, _ in values]
    pieces = [
        _Piece(text[start:following], end - start, key, place)
        for (start, end, key, place), following in zip(
            values, [*starts[1:], len(text)], strict=True
        )
    ]
    return _Layout(text[: starts[0]], pieces)


def _find_values(
    text: str, content: dict[str, Any]
) -> Iterator[tuple[int, int, str, int | None]]:
    """Return start, end, key and place of each value in a valid text.

    Raises:
        ValueError: A key is repeated, or the text is in another encoding.

    """
    position = text.index("{")
    for _ in content:
        key, end = _scan(text, _skip_space(text, position + 1))
        position = _skip_space(text, text.index(":", end) + 1)
        value = content.get(key)
        places = range(len(value)) if value and isinstance(value, list) else (None,)
        for place in places:
            is_item = place is not None
            start = _skip_space(text, position + 1) if is_item else position
            _, end = _scan(text, start)
            yield start, end, key, place
            position = _skip_space(text, end)
        if places != (None,):
            position = _skip_space(text, position + 1)
    if text[position:].strip(_SPACE) != "}":
        raise ValueError


def _decode(raw: bytes) -> str | None:
    """Return the text of a body; None if it is large or has escapes."""
    # The search for one byte is the faster one; most bodies have none.
    if len(raw) >= PARSE_IN_THREAD_BYTES or (b"\\" in raw and b"\\u" in raw):
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _skip_space(text: str, position: int) -> int:
    """Return the position of the next character that is not white space."""
    while text[position] in _SPACE:
        position += 1
    return position
