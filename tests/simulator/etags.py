"""ETags as the new family of firmware makes them."""

from __future__ import annotations

import hashlib

from .messages import Json, compact

ETAG = "@odata.etag"


def etag_of(body: Json) -> str:
    """Return the MD5 of the compact body without its ETag; the quotes belong to it."""
    content = {key: value for key, value in body.items() if key != ETAG}
    digest = hashlib.md5(compact(content), usedforsecurity=False).hexdigest()
    return f'"{digest}"'


def with_etag(body: Json) -> Json:
    """Return the body with the ETag it must have."""
    return {key: value for key, value in body.items() if key != ETAG} | {
        ETAG: etag_of(body)
    }


def matches(header: str, etag: str) -> bool:
    """Whether an `If-Match` or `If-None-Match` names this ETag."""
    named = [item.strip().removeprefix("W/") for item in header.split(",")]
    return "*" in named or etag in named
