"""What a recording lacks to be walked from the root: links only, nothing invented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .etags import with_etag
from .messages import Json
from .validation import type_of

ROOT = "/redfish/v1"
SESSION_SERVICE = f"{ROOT}/SessionService"
SESSIONS = f"{SESSION_SERVICE}/Sessions"
TASKS = f"{ROOT}/TaskService/Tasks"

# The root's links by its own keys, in the order in which boards send them.
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
    """One of the three collections that the way in leads through."""

    member: str
    member_name: str
    collection_name: str
    back_links: dict[str, str]


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


def link(path: str) -> Json:
    """Return a link."""
    return {"@odata.id": path}


def complete(recorded: dict[str, Json]) -> dict[str, Json]:
    """Return the recorded resources and the ones that are missing on the way in."""
    completion = _Completion(recorded)
    completion.add_log_entries()
    completion.add_members()
    completion.add_collections()
    completion.add_linked_collections()
    completion.add_sessions()
    completion.add_root()
    return completion.resources


class _Completion:
    """The work of completing one board, in the manner of its family."""

    def __init__(self, recorded: dict[str, Json]) -> None:
        """Start with what was recorded."""
        self.resources = dict(recorded)
        bodies = list(recorded.values())
        self._has_context = any("@odata.context" in body for body in bodies)
        self._has_etag = any(
            "@odata.etag" in body for body in bodies if "@odata.id" in body
        )

    def add_log_entries(self) -> None:
        """Serve the log entries that their collection holds one by one, too."""
        for body in list(self.resources.values()):
            for member in body.get("Members") or ():
                if len(member) > 1 and "@odata.id" in member:
                    self._keep(member["@odata.id"], member)

    def add_members(self) -> None:
        """Link the recorded parts of a system, chassis or manager that is missing."""
        for group, kind in _GROUPS.items():
            for path in self._children(f"{ROOT}/{group}", below=True):
                body = {"Id": path.rpartition("/")[2], "Name": kind.member_name}
                parts = {
                    child.rpartition("/")[2]: link(child)
                    for child in self._children(path)
                }
                self._add(path, kind.member, body | parts | self._back_links(kind))

    def add_collections(self) -> None:
        """List the systems, chassis and managers that are there."""
        for group, kind in _GROUPS.items():
            path = f"{ROOT}/{group}"
            self._add_collection(
                path, kind.member, kind.collection_name, list(self._children(path))
            )

    def add_linked_collections(self) -> None:
        """List recorded members of which only the collection was not recorded."""
        for body in list(self.resources.values()):
            for key, value in body.items():
                path = value.get("@odata.id") if isinstance(value, dict) else None
                if not isinstance(path, str) or path in self.resources:
                    continue
                if members := list(self._children(path)):
                    kind = type_of(self.resources[members[0]])
                    self._add_collection(path, kind, f"{key} Collection", members)

    def add_sessions(self) -> None:
        """Let a board take logins of which they were not recorded."""
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
        """Link the services that are there from a root that was not recorded."""
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

    def _back_links(self, kind: _Group) -> Json:
        """Link a member with the members of the other collections."""
        links = {
            key: [link(path) for path in self._children(f"{ROOT}/{group}", below=True)]
            for key, group in kind.back_links.items()
        }
        return {"Links": links}

    def _children(self, path: str, *, below: bool = False) -> Iterator[str]:
        """Return the children of a path; with `below` also those known by theirs."""
        depth = path.count("/") + 1
        seen = {
            "/".join(other.split("/")[: depth + 1])
            for other in self.resources
            if other.startswith(f"{path}/") and other.count("/") <= depth + below
        }
        return iter(sorted(seen))

    def _add_collection(
        self, path: str, member: str, name: str, members: list[str]
    ) -> None:
        """Add a collection of links."""
        body = {
            "Name": name,
            "Members@odata.count": len(members),
            "Members": [link(item) for item in members],
        }
        self._add(path, f"{member}Collection", body)

    def _add(self, path: str, kind: str, body: Json) -> None:
        """Add a resource in the manner of the family, unless it was recorded."""
        context = {"@odata.context": f"{ROOT}/$metadata#{kind}.{kind}"}
        head = {"@odata.type": f"#{kind}.{kind}", "@odata.id": path}
        self._keep(path, (context if self._has_context else {}) | head | body)

    def _keep(self, path: str, body: Json) -> None:
        """Add a resource with its ETag, unless it was recorded."""
        if path not in self.resources:
            self.resources[path] = with_etag(body) if self._has_etag else body
