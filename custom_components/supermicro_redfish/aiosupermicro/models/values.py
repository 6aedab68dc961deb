"""Decoding of single values: texts, numbers, booleans and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
import re
import sys
from typing import Any

# NodeManager puts a colon before the offset: "2023-11-30T21:04:18:+00:00".
_STRAY_COLON = re.compile(r":(?=[+-])")
_EPOCH_YEAR = 1970
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_MAX_ID_BITS = 64
NUMBER_TYPES = frozenset((int, float))
MAX_FLOAT = sys.float_info.max

Decoder = Callable[[Any], Any]
"""Convert raw JSON to the value of a field; None if it does not fit."""


def _decode_boolean(raw: Any) -> bool | None:
    """Decode a boolean."""
    return raw if isinstance(raw, bool) else None


def decode_number(raw: Any) -> float | None:
    """Decode a finite number; booleans and texts such as "N/A" are dropped."""
    if isinstance(raw, str):
        return parse_number(raw)
    is_number = type(raw) in NUMBER_TYPES and -MAX_FLOAT <= raw <= MAX_FLOAT
    return raw if is_number else None


def _decode_integer(raw: Any) -> int | None:
    """Decode a whole number; 42.0 is accepted, 42.5 is dropped."""
    raw = parse_number(raw) if isinstance(raw, str) else raw
    whole = int(raw) if type(raw) is float and not raw % 1 else raw
    return whole if type(whole) is int and -MAX_FLOAT <= whole <= MAX_FLOAT else None


def decode_text(raw: Any) -> str | None:
    """Decode a text; boards send spaces only for a missing value.

    Some send an Id as a number.
    """
    text = str(raw) if type(raw) is int and raw.bit_length() <= _MAX_ID_BITS else raw
    return clean(text) or None if isinstance(text, str) else None


def clean(text: str) -> str:
    """Return a text without control characters other than new lines and tabs."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _CONTROL_CHARACTERS.sub("", text)
    return text.strip()


def parse_number(text: str) -> float | None:
    """Parse a number that is sent as a text: " 41.0 ", but neither "41 C" nor "nan"."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if not -MAX_FLOAT <= number <= MAX_FLOAT:
        return None
    return number if set(text) & set(".eE") else int(text)


def parse_datetime(raw: Any) -> datetime | None:
    """Parse an ISO 8601 date and time with a UTC offset.

    Return None without an offset, and for 1970, the year of a clock that was never
    set.
    """
    try:
        parsed = datetime.fromisoformat(_STRAY_COLON.sub("", raw))
    except (TypeError, ValueError):
        return None
    is_set = parsed.utcoffset() is not None and parsed.year > _EPOCH_YEAR
    return parsed if is_set else None


SCALAR_DECODERS: dict[Any, Decoder] = {
    bool: _decode_boolean,
    float: decode_number,
    int: _decode_integer,
    str: decode_text,
    datetime: parse_datetime,
}
