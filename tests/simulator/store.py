"""Store the current resources of a BMC by path."""

from __future__ import annotations

from .resources import JsonObject, copy_json, normalize_path, resource_type


class Store:
    """The resources of a BMC, which accept any spelling of a path."""

    def __init__(self, resources: dict[str, JsonObject]) -> None:
        """Initialize with a copy of a board's resources."""
        self._bodies: dict[str, JsonObject] = copy_json(resources)

    def __contains__(self, path: str) -> bool:
        """Return whether a resource exists."""
        return normalize_path(path) in self._bodies

    def __getitem__(self, path: str) -> JsonObject:
        """Return the stored, mutable body; raise KeyError if it is missing."""
        return self._bodies[normalize_path(path)]

    def __setitem__(self, path: str, body: JsonObject) -> None:
        """Store a copy of a body."""
        self._bodies[normalize_path(path)] = copy_json(body)

    def __delitem__(self, path: str) -> None:
        """Delete a body; raise KeyError if it is missing."""
        del self._bodies[normalize_path(path)]

    @property
    def paths(self) -> list[str]:
        """The paths of all resources."""
        return list(self._bodies)

    def find(self, kind: str) -> list[str]:
        """Return the paths of all resources of a type."""
        items = self._bodies.items()
        return [path for path, body in items if resource_type(body) == kind]

    def first_of(self, kind: str) -> JsonObject:
        """Return the first resource of a type, or an empty object."""
        return next((self._bodies[path] for path in self.find(kind)), {})

    def first_member(self, collection: str) -> str:
        """Return the path of a collection's first member, or an empty string."""
        members = self._bodies.get(normalize_path(collection), {}).get("Members")
        return normalize_path(members[0]["@odata.id"]) if members else ""

    def clear_below(self, path: str) -> None:
        """Delete all resources below a path."""
        start = f"{normalize_path(path)}/"
        for other in [item for item in self._bodies if item.startswith(start)]:
            del self._bodies[other]
