"""Add the resources that a recording lacks between the root and its resources.

A recording may lack the service root, collections, or their members. The additions
contain links to recorded resources and no invented values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .etags import ETAG, with_etag
from .media import add_configuration
from .resources import (
    ROOT,
    SESSION_SERVICE,
    SESSIONS,
    JsonObject,
    link,
    resource_type,
)

# The keys of the root's links and their paths, in the order in which boards send them.
_SERVICES = {
    "Systems": "Systems",
    "Chassis": "Chassis",
    "Managers": "Managers",
    "Tasks": "TaskService",
    "SessionService": "SessionService",
    "AccountService": "AccountService",
    "EventService": "EventService",
    "UpdateService": "UpdateService",
    "CertificateService": "CertificateService",
    "Registries": "Registries",
    "JsonSchemas": "JsonSchemas",
    "TelemetryService": "TelemetryService",
}


class _Group(NamedTuple):
    """One of the three main collections."""

    member: str
    member_name: str
    collection_name: str
    links: dict[str, str]
    """Members' keys in `Links`, with the collection that each links to."""


_GROUPS = {
    "Systems": _Group(
        "ComputerSystem",
        "System",
        "Computer System Collection",
        {"Chassis": "Chassis", "ManagedBy": "Managers"},
    ),
    "Chassis": _Group(
        "Chassis",
        "Computer System Chassis",
        "Chassis Collection",
        {"ComputerSystems": "Systems", "ManagedBy": "Managers"},
    ),
    "Managers": _Group(
        "Manager",
        "Manager",
        "Manager Collection",
        {"ManagerForServers": "Systems", "ManagerForChassis": "Chassis"},
    ),
}


def complete(recorded: dict[str, JsonObject]) -> dict[str, JsonObject]:
    """Return the recorded resources and the missing ones that lead to them."""
    completion = _Completion(recorded)
    completion.add_log_entries()
    completion.add_members()
    completion.add_collections()
    completion.add_linked_collections()
    completion.add_sessions()
    completion.add_root()
    add_configuration(completion.resources)
    return completion.resources


class _Completion:
    """The completion of one board, in the format of its firmware family."""

    def __init__(self, recorded: dict[str, JsonObject]) -> None:
        """Initialize with the recorded resources."""
        self.resources = dict(recorded)
        bodies = list(recorded.values())
        self._has_context = any("@odata.context" in body for body in bodies)
        self._has_etag = any(ETAG in body for body in bodies if "@odata.id" in body)

    def add_log_entries(self) -> None:
        """Add the log entries that are recorded only inside their collection."""
        for body in list(self.resources.values()):
            for member in body.get("Members") or ():
                if len(member) > 1 and "@odata.id" in member:
                    self._add_body(member["@odata.id"], member)

    def add_members(self) -> None:
        """Add a missing system, chassis or manager with links to its subresources."""
        for name, group in _GROUPS.items():
            for path in self._children(f"{ROOT}/{name}", grandchildren=True):
                body = {"Id": path.rpartition("/")[2], "Name": group.member_name}
                parts = {
                    child.rpartition("/")[2]: link(child)
                    for child in self._children(path)
                }
                self._add(path, group.member, body | parts | self._links(group))

    def add_collections(self) -> None:
        """Add missing collections of systems, chassis and managers."""
        for name, group in _GROUPS.items():
            path = f"{ROOT}/{name}"
            members = list(self._children(path))
            self._add_collection(path, group.member, group.collection_name, members)

    def add_linked_collections(self) -> None:
        """Add the collections that have links to them and recorded members."""
        for body in list(self.resources.values()):
            for key, value in body.items():
                path = value.get("@odata.id") if isinstance(value, dict) else None
                if not isinstance(path, str) or path in self.resources:
                    continue
                if members := list(self._children(path)):
                    kind = resource_type(self.resources[members[0]])
                    self._add_collection(path, kind, f"{key} Collection", members)

    def add_sessions(self) -> None:
        """Add a missing session service, so that clients can log in."""
        self._add(
            SESSION_SERVICE,
            "SessionService",
            {
                "Id": "SessionService",
                "Name": "Session Service",
                "ServiceEnabled": True,
                "SessionTimeout": 300,
                "Sessions": link(SESSIONS),
            },
        )
        self._add_collection(SESSIONS, "Session", "Session Collection", [])

    def add_root(self) -> None:
        """Add a missing service root with links to the existing services."""
        manager = next(self._children(f"{ROOT}/Managers"), "")
        uuid = self.resources.get(manager, {}).get("UUID")
        services = {
            key: link(f"{ROOT}/{name}")
            for key, name in _SERVICES.items()
            if f"{ROOT}/{name}" in self.resources
        }
        body = {
            "Id": "RootService",
            "Name": "Root Service",
            "RedfishVersion": "1.0.1" if self._has_context else "1.11.0",
            **({"UUID": uuid} if uuid else {}),
            **services,
            "Links": {"Sessions": link(SESSIONS)},
        }
        self._add(ROOT, "ServiceRoot", body)
        self.resources.setdefault("/redfish", {"v1": f"{ROOT}/"})

    def _links(self, group: _Group) -> JsonObject:
        """Return the `Links` of a member to the members of the other collections."""
        links = {
            key: [
                link(path)
                for path in self._children(f"{ROOT}/{other}", grandchildren=True)
            ]
            for key, other in group.links.items()
        }
        return {"Links": links}

    def _children(self, path: str, *, grandchildren: bool = False) -> Iterator[str]:
        """Return the existing children of a path.

        With `grandchildren` return also the missing children that have children.
        """
        depth = path.count("/") + 1
        children = {
            "/".join(other.split("/")[: depth + 1])
            for other in self.resources
            if other.startswith(f"{path}/")
            and other.count("/") <= depth + grandchildren
        }
        return iter(sorted(children))

    def _add_collection(
        self, path: str, member: str, name: str, members: list[str]
    ) -> None:
        """Add a collection of links if it is missing."""
        body = {
            "Name": name,
            "Members@odata.count": len(members),
            "Members": [link(item) for item in members],
        }
        self._add(path, f"{member}Collection", body)

    def _add(self, path: str, kind: str, body: JsonObject) -> None:
        """Add a resource with the family's annotations if it is missing."""
        context = {"@odata.context": f"{ROOT}/$metadata#{kind}.{kind}"}
        head = {"@odata.type": f"#{kind}.{kind}", "@odata.id": path}
        self._add_body(path, (context if self._has_context else {}) | head | body)

    def _add_body(self, path: str, body: JsonObject) -> None:
        """Add a body, with an ETag where the board has ETags, if it is missing."""
        if path not in self.resources:
            self.resources[path] = with_etag(body) if self._has_etag else body
