"""ETags in the format of the new firmware family."""

from __future__ import annotations

import hashlib
from typing import Literal

from .resources import JsonObject, compact_json

ETAG = "@odata.etag"

EtagSpelling = Literal["equal", "quoted twice", "weak", "header only", "body only"]
"""Spelling of the ETag in header and body: the same in both; `""abc""` in the header
beside `"abc"` in the body; `W/"abc"` in both; or in one of them only."""

IfMatch = Literal["any tag", "body's tag", "*"]
"""The values of `If-Match` that a write accepts: the tag in any spelling or `*`, the
tag exactly as in the body, or `*` alone. The last two also reject a write without it.
"""


def etag_of(body: JsonObject) -> str:
    """Return the quoted MD5 of the compact body without its own ETag."""
    content = {key: value for key, value in body.items() if key != ETAG}
    digest = hashlib.md5(compact_json(content), usedforsecurity=False).hexdigest()
    return f'"{digest}"'


def with_etag(body: JsonObject) -> JsonObject:
    """Return the body with its correct ETag as the last key."""
    return {key: value for key, value in body.items() if key != ETAG} | {
        ETAG: etag_of(body)
    }


def spell(body: JsonObject, spelling: EtagSpelling) -> tuple[JsonObject, str | None]:
    """Return a body with its ETag as the board spells it, and the header's ETag."""
    etag = body.get(ETAG)
    if etag is None or spelling == "equal":
        return body, etag
    if spelling == "body only":
        return body, None
    if spelling == "quoted twice":
        return body, f'"{etag}"'
    if spelling == "weak":
        return body | {ETAG: f"W/{etag}"}, f"W/{etag}"
    return {key: value for key, value in body.items() if key != ETAG}, etag


def matches(header: str, etag: str) -> bool:
    """Return whether an `If-Match` or `If-None-Match` header names an ETag."""
    named = [item.strip().removeprefix("W/") for item in header.split(",")]
    return "*" in named or etag in named


def accepts(
    header: str | None, body: JsonObject, spelling: EtagSpelling, accepted: IfMatch
) -> bool:
    """Return whether a write with an `If-Match` header is accepted."""
    if accepted == "any tag":
        return header is None or matches(header, body[ETAG])
    shown, etag = spell(body, spelling)
    return header == ("*" if accepted == "*" else shown.get(ETAG, etag))
