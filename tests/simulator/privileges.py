"""Check the privileges of the account, as in the DMTF's privilege registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import ROOT, JsonObject, link, resource_type
from .responses import RedfishError

if TYPE_CHECKING:
    from .bmc import Bmc

_ROLES = f"{ROOT}/AccountService/Roles"

# The privileges of roles that a board did not record. They are equal on the recorded
# boards of all families.
_PREDEFINED = {
    "Administrator": (
        "Login",
        "ConfigureManager",
        "ConfigureUsers",
        "ConfigureSelf",
        "ConfigureComponents",
    ),
    "Operator": ("Login", "ConfigureSelf", "ConfigureComponents"),
    "ReadOnly": ("Login", "ConfigureSelf"),
}

# The types of resources that need another privilege than ConfigureManager for a write.
# That Supermicro's own resources below a manager need ConfigureManager, as the manager
# does, is an assumption.
_NEEDED = {
    "ComputerSystem": "ConfigureComponents",
    "Chassis": "ConfigureComponents",
    "Drive": "ConfigureComponents",
    "SecureBoot": "ConfigureComponents",
    "Bios": "ConfigureComponents",
    "AccountService": "ConfigureUsers",
    "ManagerAccount": "ConfigureUsers",
}

_ACCOUNT = "ManagerAccount"


def require_write_privilege(bmc: Bmc, path: str) -> None:
    """Reject a write to a resource, or an action of it, without the privilege."""
    body = bmc.resource(path) if bmc.has(path) else {}
    needed = _NEEDED.get(resource_type(body), "ConfigureManager")
    if needed not in _privileges(bmc) and not _is_own_account(bmc, body):
        raise RedfishError("Base.InsufficientPrivilege")


def require_read_privilege(bmc: Bmc, body: JsonObject) -> None:
    """Reject a read of another user's account without the privilege to change it."""
    if resource_type(body) != _ACCOUNT or _is_own_account(bmc, body):
        return
    if not {"ConfigureManager", "ConfigureUsers"} & {*_privileges(bmc)}:
        raise RedfishError("Base.InsufficientPrivilege")


def require_event_privilege(bmc: Bmc) -> None:
    """Reject a stream of events for an account that may configure nothing."""
    if not {"ConfigureManager", "ConfigureComponents"} & {*_privileges(bmc)}:
        raise RedfishError("Base.InsufficientPrivilege")


def show_role(bmc: Bmc, body: JsonObject) -> None:
    """Set the role in a body, in place, if it is the simulator's account."""
    if _is_own_account(bmc, body):
        body["RoleId"] = bmc.role
        if role := body.get("Links", {}).get("Role"):
            role |= link(f"{_ROLES}/{bmc.role}")


def _privileges(bmc: Bmc) -> tuple[str, ...]:
    """Return the privileges of the simulator's account."""
    path = f"{_ROLES}/{bmc.role}"
    if path not in bmc.store:
        return _PREDEFINED[bmc.role]
    return tuple(bmc.store[path].get("AssignedPrivileges", ()))


def _is_own_account(bmc: Bmc, body: JsonObject) -> bool:
    """Return whether a resource is the account that clients log in to."""
    return resource_type(body) == _ACCOUNT and body.get("UserName") == bmc.username
