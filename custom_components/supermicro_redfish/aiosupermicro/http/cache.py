"""Cache of resources and their ETags, bounded in entries and memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Any, TypeVar

from ..const import MAX_CACHED_BYTES, MAX_CACHED_RESOURCES
from .document import Document

_KeyT = TypeVar("_KeyT")
_ValueT = TypeVar("_ValueT")


@dataclass
class ETagCache:
    """Last version of each resource, by path.

    It keeps the resources that were used last. The links that a poll follows are used
    by each poll, so that a flood of other resources does not remove them.
    """

    etags: dict[str, str] = field(default_factory=dict)
    cached_data: dict[str, dict[str, Any]] = field(default_factory=dict)
    """JSON objects; resources without an ETag are cached as well, for their links."""
    _documents: dict[str, Document] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The documents that the objects were parsed from."""
    _stored_at: dict[str, float] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _size: int = field(default=0, init=False, repr=False, compare=False)

    def get_etag(self, path: str) -> str | None:
        """Return the ETag of a resource; None if it has none or is not cached."""
        return self.etags.get(path)

    def get_cached(self, path: str) -> dict[str, Any] | None:
        """Return a cached resource, or None."""
        if (data := self.cached_data.pop(path, None)) is not None:
            self.cached_data[path] = data  # now the most recently used one
        return data

    def get_document(self, path: str) -> Document | None:
        """Return the document of a resource, None if it was not received alone."""
        return self._documents.get(path)

    def get_recent(self, path: str, seconds: float) -> dict[str, Any] | None:
        """Return a resource that was stored in the last seconds, or None."""
        age = monotonic() - self._stored_at.get(path, -inf)
        return self.get_cached(path) if age < seconds else None

    def get_version(
        self, path: str
    ) -> tuple[dict[str, Any] | None, str | None, Document | None]:
        """Return a resource, its ETag and its document; each is None if missing."""
        return self.get_cached(path), self.etags.get(path), self._documents.get(path)

    def store(
        self,
        path: str,
        etag: str | None,
        data: dict[str, Any],
        document: Document | None = None,
    ) -> None:
        """Store a resource, its ETag and the document that it was parsed from."""
        self.invalidate(path)
        self.cached_data[path] = data
        self._stored_at[path] = monotonic()
        if document is not None:
            self._documents[path] = document
            self._size += document.memory
        if etag is not None:
            self.etags[path] = etag
        while len(self.cached_data) > MAX_CACHED_RESOURCES or (
            self._size > MAX_CACHED_BYTES and len(self.cached_data) > 1
        ):
            self.invalidate(next(iter(self.cached_data)))

    def invalidate(self, path: str) -> None:
        """Remove a resource, before or after a change."""
        self.etags.pop(path, None)
        self.cached_data.pop(path, None)
        self._stored_at.pop(path, None)
        if document := self._documents.pop(path, None):
            self._size -= document.memory

    def invalidate_all(self) -> None:
        """Remove all resources."""
        self.etags.clear()
        self.cached_data.clear()
        self._documents.clear()
        self._stored_at.clear()
        self._size = 0


class NewestItems(dict[_KeyT, _ValueT]):
    """Mapping that keeps only the newest items."""

    def __init__(self, limit: int) -> None:
        """Create an empty mapping that keeps at most `limit` items."""
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: _KeyT, value: _ValueT) -> None:
        """Set an item, and remove the oldest one if there are too many."""
        super().__setitem__(key, value)
        if len(self) > self._limit:
            del self[next(iter(self))]

    def add(self, items: Mapping[_KeyT, _ValueT]) -> None:
        """Set several items."""
        for key, value in items.items():
            self[key] = value
