"""What a BMC last sent, with the tag that tells whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ETagCache:
    """Resources by their path, as they were last read."""

    etags: dict[str, str] = field(default_factory=dict)
    cached_data: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The JSON, kept of resources without an ETag as well: they hold links."""

    def get_etag(self, path: str) -> str | None:
        """Return the tag of a resource, None if it has none or was not read."""
        return self.etags.get(path)

    def get_cached(self, path: str) -> dict[str, Any] | None:
        """Return a resource as it was last read, None if it was not."""
        return self.cached_data.get(path)

    def store(self, path: str, etag: str | None, data: dict[str, Any]) -> None:
        """Keep a resource as it is now."""
        self.cached_data[path] = data
        self.etags.pop(path, None)
        if etag is not None:
            self.etags[path] = etag

    def invalidate(self, path: str) -> None:
        """Forget a resource: it has changed, or soon will."""
        self.etags.pop(path, None)
        self.cached_data.pop(path, None)

    def invalidate_all(self) -> None:
        """Forget everything."""
        self.etags.clear()
        self.cached_data.clear()
