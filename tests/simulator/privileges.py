"""What an account may do, as the DMTF's registry of privileges has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .completion import ROOT, link
from .messages import Json, Refusal
from .validation import type_of

if TYPE_CHECKING:
    from .bmc import Bmc

_ROLES = f"{ROOT}/AccountService/Roles"

# What boards of all families have recorded, for those that have not.
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

# The resources that are written to with another privilege than ConfigureManager. That
# Supermicro's own resources below a manager are written to as the manager is ours.
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


def check_write(bmc: Bmc, path: str) -> None:
    """Refuse to write to a resource, or to act on it, without the privilege."""
    body = bmc.resource(path) if bmc.has(path) else {}
    needed = _NEEDED.get(type_of(body), "ConfigureManager")
    if needed not in _privileges(bmc) and not _is_own(bmc, body):
        raise Refusal("Base.InsufficientPrivilege")


def check_read(bmc: Bmc, body: Json) -> None:
    """Refuse to show the accounts of others to who may not change them."""
    is_hidden = not {"ConfigureManager", "ConfigureUsers"} & {*_privileges(bmc)}
    if type_of(body) == _ACCOUNT and is_hidden and not _is_own(bmc, body):
        raise Refusal("Base.InsufficientPrivilege")


def show_role(bmc: Bmc, body: Json) -> None:
    """Let the account that logs in, in place, show the role that it has."""
    if type_of(body) == _ACCOUNT and _is_own(bmc, body):
        body["RoleId"] = bmc.role
        if role := body.get("Links", {}).get("Role"):
            role |= link(f"{_ROLES}/{bmc.role}")


def _privileges(bmc: Bmc) -> tuple[str, ...]:
    """Return the privileges of the account that is logged in."""
    path = f"{_ROLES}/{bmc.role}"
    if path not in bmc.store:
        return _PREDEFINED[bmc.role]
    return tuple(bmc.store[path].get("AssignedPrivileges", ()))


def _is_own(bmc: Bmc, body: Json) -> bool:
    """Whether a resource is the account that is logged in."""
    return type_of(body) == _ACCOUNT and body.get("UserName") == bmc.username
