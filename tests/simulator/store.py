"""The bodies a BMC stores, by path."""

from __future__ import annotations

import copy

from .board import normalise
from .messages import Json
from .validation import type_of


class Store:
    """What a BMC has in its memory; paths are taken in any spelling."""

    def __init__(self, resources: dict[str, Json]) -> None:
        """Start with a copy of a board's resources."""
        self._bodies = copy.deepcopy(resources)

    def __contains__(self, path: str) -> bool:
        """Whether there is such a resource."""
        return normalise(path) in self._bodies

    def __getitem__(self, path: str) -> Json:
        """Return a body, to be read or changed; KeyError if there is none."""
        return self._bodies[normalise(path)]

    def __setitem__(self, path: str, body: Json) -> None:
        """Store a body."""
        self._bodies[normalise(path)] = copy.deepcopy(body)

    def __delitem__(self, path: str) -> None:
        """Forget a body."""
        del self._bodies[normalise(path)]

    def find(self, kind: str) -> list[str]:
        """Return where the resources of a type are, whatever the family."""
        return [path for path, body in self._bodies.items() if type_of(body) == kind]

    def first_of(self, kind: str) -> Json:
        """Return the first resource of a type, or an empty one."""
        return next((self._bodies[path] for path in self.find(kind)), {})

    def first_member(self, collection: str) -> str:
        """Return the path of a collection's first member, or an empty one."""
        members = self._bodies.get(normalise(collection), {}).get("Members")
        return normalise(members[0]["@odata.id"]) if members else ""

    def clear_below(self, path: str) -> None:
        """Forget the members of a collection."""
        start = f"{normalise(path)}/"
        for other in [item for item in self._bodies if item.startswith(start)]:
            del self._bodies[other]
