"""ETags in the format of the new firmware family."""

from __future__ import annotations

import hashlib

from .resources import JsonObject, compact_json

ETAG = "@odata.etag"


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


def matches(header: str, etag: str) -> bool:
    """Return whether an `If-Match` or `If-None-Match` header names an ETag."""
    named = [item.strip().removeprefix("W/") for item in header.split(",")]
    return "*" in named or etag in named
