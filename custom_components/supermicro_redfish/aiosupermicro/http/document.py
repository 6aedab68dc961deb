"""Parse the body of a resource; later, parse only the values that have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import accumulate, compress, count
from operator import ne
import re
from typing import Any, NamedTuple

from ..const import (
    BYTES_PER_VALUE,
    MAX_CHANGING_BYTES,
    MAX_CHANGING_DEPTH,
    MAX_CHANGING_VALUES,
    PARSE_IN_THREAD_BYTES,
    SMALL_BODY_BYTES,
    VALUE_BYTES,
)
from ..payload import Changes, count_values, parse_json

# A repeated alternative would keep 130 bytes for each character of a text.
_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_SCALAR = rb'(%s|[^\s",:\[\]{}]+)' % _TEXT
_match_scalar = re.compile(_SCALAR).match
"""Match a text, number or literal."""
_match_segment = re.compile(
    rb"[\s\[{]*(?:%s\s*:[\s\[{]*)*%s[\s\]}]*" % (_TEXT, _SCALAR)
).fullmatch
"""Match the text between two commas if it has one scalar value."""

_versions = count(1)

_Key = str | int
_Path = tuple[_Key, ...]
_Copies = dict[_Path, tuple[Any, Changes]]
"""Copy of each changed object or list by path, with its changes."""


class _Place(NamedTuple):
    """Place of a value that changes."""

    before: bytes
    """Text of the body between the previous such value and this one."""
    path: _Path
    """Keys and indexes of the object or list that contains the value."""
    key: _Key


class _Layout(NamedTuple):
    """Text of a body, split at the scalar values that have changed so far."""

    places: list[_Place]
    values: list[bytes]
    """Text of the value at each place."""
    end: bytes
    """Text after the last value."""
    numbers: frozenset[int]
    """Numbers of the segments between commas that have the values."""


_UNKNOWN = _Layout([], [], b"", frozenset())
"""Layout of a body that has just changed in another way."""


class Document(NamedTuple):
    """Parsed body, immutable because other documents share its parts."""

    content: Any
    """The JSON; the bytes if the body is not JSON, None if it is empty."""
    raw: bytes
    memory: int
    """Estimated memory in bytes."""
    version: int
    """Number that no other document has."""
    layout: _Layout | None = None
    """Layout of a body that has changed before and may change again."""
    former: int = 0
    """Version of the document that this one was made from; 0 for none."""
    changes: Changes = {}
    """Changes since the former version."""


async def async_parse_document(raw: bytes, known: Document | None = None) -> Document:
    """Parse a body, in a thread if it is large; arguments as in `parse_document`."""
    if len(raw) < PARSE_IN_THREAD_BYTES:
        return parse_document(raw, known)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, parse_document, raw, known)


def parse_document(raw: bytes, known: Document | None = None) -> Document:
    """Parse a body, reusing the unchanged parts of the former document.

    Args:
        raw: The body.
        known: The former document of the same resource. Where only scalar values have
            changed since, all objects and lists without such a value are the same ones.

    """
    if known is None or not isinstance(known.content, dict):
        return _parse(raw)
    if raw == known.raw:
        return known
    if max(len(raw), len(known.raw)) > MAX_CHANGING_BYTES:
        return _parse(raw)
    if known.layout and (updated := _update(raw, known, known.layout)):
        return updated
    layout = _find_layout(known, raw)
    if layout and (updated := _update(raw, known, layout)):
        return updated
    # A body that changes in other ways is not compared each time.
    return _parse(raw, _UNKNOWN if known.layout is not _UNKNOWN else None)


def _parse(raw: bytes, layout: _Layout | None = None) -> Document:
    """Parse a whole body."""
    content = parse_json(raw)
    return Document(content, raw, _estimate_memory(raw), next(_versions), layout)


def _estimate_memory(raw: bytes) -> int:
    """Return the estimated memory of a document in bytes.

    The values of a small one are not counted, which would take as long as a third of
    the parsing.
    """
    is_small = len(raw) <= SMALL_BODY_BYTES
    values = len(raw) // BYTES_PER_VALUE if is_small else count_values(raw)
    return 2 * len(raw) + VALUE_BYTES * values


def _update(raw: bytes, known: Document, layout: _Layout) -> Document | None:
    """Return the known document with changed values; None if more has changed."""
    if (values := _find_values(raw, layout)) is None:
        return None
    changed = [*compress(count(), map(ne, values, layout.values))]
    parsed = parse_json(b"[%s]" % b",".join([values[number] for number in changed]))
    if not isinstance(parsed, list):
        return None
    content = {**known.content}
    changes: Changes = {}
    copies: _Copies = {(): (content, changes)}
    for number, value in zip(changed, parsed, strict=True):
        _, path, key = layout.places[number]
        part, part_changes = copies.get(path) or _copy(path, copies)
        part[key], part_changes[key] = value, None
    layout = _Layout(layout.places, values, layout.end, layout.numbers)
    memory = _estimate_memory(raw) + VALUE_BYTES * len(values)
    version = next(_versions)
    return Document(content, raw, memory, version, layout, known.version, changes)


def _find_values(raw: bytes, layout: _Layout) -> list[bytes] | None:
    """Return the text of the value at each place; None if other text has changed."""
    values: list[bytes] = []
    position = 0
    for before, _, _ in layout.places:
        if not raw.startswith(before, position):
            return None
        if not (scalar := _match_scalar(raw, position + len(before))):
            return None
        values.append(scalar[1])
        position = scalar.end()
    return values if values and raw[position:] == layout.end else None


def _copy(path: _Path, copies: _Copies) -> tuple[Any, Changes]:
    """Copy the object or list at a path, in a copy of its parent."""
    above, key = path[:-1], path[-1]
    parent, parent_changes = copies.get(above) or _copy(above, copies)
    part = parent[key] = parent[key].copy()
    changes: Changes = {}
    parent_changes[key] = changes
    copies[path] = part, changes
    return part, changes


def _find_layout(known: Document, raw: bytes) -> _Layout | None:
    """Return the layout of a document for the values that differ in a new body.

    It includes the values that have changed before. Return None if not only scalar
    values differ.
    """
    former = known.raw
    # The markers of `_split` are texts with a NUL, which others then may not have.
    if known.layout is _UNKNOWN or b"\0" in former or b"\\u0000" in former:
        return None
    segments, others = former.split(b","), raw.split(b",")
    if len(segments) != len(others):
        return None
    numbers = frozenset(compress(count(), map(ne, segments, others)))
    if known.layout:
        numbers |= known.layout.numbers
    return _split(former, segments, numbers)


def _split(
    raw: bytes, segments: list[bytes], numbers: frozenset[int]
) -> _Layout | None:
    """Return the layout of a body, split at the values of some segments."""
    if len(numbers) > MAX_CHANGING_VALUES:
        return None
    starts = [0, *accumulate([len(segment) + 1 for segment in segments])]
    texts: list[bytes] = []
    values: list[bytes] = []
    end = 0
    for number in sorted(numbers):
        start = starts[number]
        match = _match_segment(segments[number])
        if not match:
            return None
        texts.append(raw[end : start + match.start(1)])
        values.append(match[1])
        end = start + match.end(1)
    marked = [b'%s"\\u0000%d"' % (text, number) for number, text in enumerate(texts)]
    # Within a text, a marker ends it, and a backslash follows: that is no JSON.
    content = parse_json(b"".join([*marked, raw[end:]]))
    found = dict(_find_markers(content, ()))
    if len(found) != len(texts):  # a key is repeated, or a value is too deep
        return None
    places = [_Place(text, *found[number]) for number, text in enumerate(texts)]
    return _Layout(places, values, raw[end:], numbers)


def _find_markers(part: Any, path: _Path) -> Iterator[tuple[int, tuple[_Path, _Key]]]:
    """Return the number of each marker below a part, with its path and key."""
    items: Any = ()
    if isinstance(part, dict):
        items = part.items()
    elif isinstance(part, list):
        items = enumerate(part)
    for key, value in items:
        if isinstance(value, (dict, list)):
            if len(path) < MAX_CHANGING_DEPTH:
                yield from _find_markers(value, (*path, key))
        elif isinstance(value, str) and value.startswith("\0"):
            yield int(value[1:]), (path, key)
