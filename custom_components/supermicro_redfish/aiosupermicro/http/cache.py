"""Cache of resources and their ETags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ETagCache:
    """Last version of each resource, by path."""

    etags: dict[str, str] = field(default_factory=dict)
    cached_data: dict[str, dict[str, Any]] = field(default_factory=dict)
    """JSON objects; resources without an ETag are cached as well, for their links."""

    def get_etag(self, path: str) -> str | None:
        """Return the ETag of a resource; None if it has none or is not cached."""
        return self.etags.get(path)

    def get_cached(self, path: str) -> dict[str, Any] | None:
        """Return a cached resource, or None."""
        return self.cached_data.get(path)

    def store(self, path: str, etag: str | None, data: dict[str, Any]) -> None:
        """Store a resource and its ETag."""
        self.cached_data[path] = data
        self.etags.pop(path, None)
        if etag is not None:
            self.etags[path] = etag

    def invalidate(self, path: str) -> None:
        """Remove a resource that has changed or will change soon."""
        self.etags.pop(path, None)
        self.cached_data.pop(path, None)

    def invalidate_all(self) -> None:
        """Remove all resources."""
        self.etags.clear()
        self.cached_data.clear()
