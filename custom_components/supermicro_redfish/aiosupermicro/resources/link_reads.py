"""Remember the resources that were only read to follow their links."""

from __future__ import annotations

from math import inf
from time import monotonic

from ..const import LINK_FRESH_SECONDS, MAX_CACHED_RESOURCES
from ..http.cache import NewestItems
from ..http.connection import Connection
from .expansion import CollectionExpander


class LinkReads:
    """The resources that were just read for their links.

    The first read of static data uses them instead of reading them again. Each later
    one requests all resources, however soon it is.
    """

    def __init__(self, connection: Connection, expander: CollectionExpander) -> None:
        """Initialize before the first static read."""
        self._connection = connection
        self._expander = expander
        self._is_first_read = True
        self._read_at: NewestItems[str, float] = NewestItems(MAX_CACHED_RESOURCES)
        """The time of the read, by path."""

    def reset(self) -> None:
        """Start again before the first static read."""
        self._is_first_read = True
        self._read_at.clear()

    def end_first_read(self) -> None:
        """End the first static read: later ones request all resources."""
        self._is_first_read = False
        self._read_at.clear()

    def mark(self, path: str, *, for_links: bool) -> None:
        """Record a read that is about to start, if it is one for links."""
        if for_links and self._is_first_read and not self._connection.is_pending(path):
            self._read_at[path] = monotonic()

    def take(self, path: str) -> bool:
        """Return whether a resource was just read for its links, and forget it.

        One that an expansion has just shown counts as well. One that a command has
        changed since is not in the cache anymore.
        """
        expanded = self._expander.take(path)
        read_at = self._read_at.pop(path, -inf)
        is_new = monotonic() - read_at < LINK_FRESH_SECONDS
        return expanded is not None or is_new
