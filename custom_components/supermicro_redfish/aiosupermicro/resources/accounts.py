"""Find the role of the client's own account, with few requests."""

from __future__ import annotations

from ..exceptions import AuthorizationError, NotFoundError, ResourceError
from ..models import Account, Role
from ..payload import JsonObject, find_link
from .endpoints import ACCOUNT_SERVICE, ACCOUNTS
from .reader import ResourceReader

_FACTORY_ACCOUNT = "ADMIN"
_MAX_REQUESTS = 6
"""The number of requests for the role; a BMC may have sixteen accounts."""
_MAX_ACCOUNTS = 3
_STANDARD_ROLES = ("Administrator", "Operator", "ReadOnly", "NoAccess")


async def async_get_role(reader: ResourceReader, user_name: str) -> Role:
    """Return the role of an account, with at most six requests.

    Raises:
        NotFoundError: None of the accounts read has this name, for example because it
            is an account of a directory service.
        ResourceError: It may be one that could not be read.

    """
    failed: ResourceError | None = None
    paths = await reader.members.async_list(ACCOUNTS)
    for requests, path in enumerate(_sort_by_likelihood(paths, user_name), start=3):
        if requests >= 3 + _MAX_ACCOUNTS:
            break
        try:
            body = await reader.async_get_json(path)
        except (NotFoundError, AuthorizationError):
            # An account may read itself, but not always the others.
            continue
        except ResourceError as error:
            failed = error
            continue
        if Account.from_dict(body).user_name == user_name:
            return await _async_get_role_of(reader, body, _MAX_REQUESTS - requests)
    raise failed or NotFoundError(f"This BMC has no role for {user_name}")


async def _async_get_role_of(
    reader: ResourceReader, account: JsonObject, max_requests: int
) -> Role:
    """Return the role that an account links to, or the one with its RoleId.

    Supermicro's firmware links to the role, others only name it, or their link is
    dead. The Id of a custom role need not be the last segment of its path.
    """
    if link := find_link(account, "Links/Role"):
        try:
            return Role.from_dict(await reader.async_get_json(link))
        except NotFoundError:
            max_requests -= 1
    role_id = Account.from_dict(account).role_id
    service = await reader.async_get_json(ACCOUNT_SERVICE, cached=True)
    roles = find_link(service, "Roles")
    if role_id is None or roles is None:
        raise NotFoundError("The account has no role")
    paths = [f"{roles}/{role_id}"]
    if max_requests > 1:
        listed = await reader.members.async_list(roles)
        paths = _sort_roles(listed, role_id)[: max_requests - 1]
    for path in paths[:max_requests]:
        role = Role.from_dict(await reader.async_get_json(path))
        if role_id in (path.rpartition("/")[2], role.id, role.role_id, role.name):
            return role
    raise NotFoundError(f"This BMC has no role {role_id}")


def _sort_roles(paths: list[str], role_id: str) -> list[str]:
    """Return the role with this Id as last segment, else the custom ones, last first.

    Custom roles come after those that the standard defines.
    """
    named = [path for path in paths if path.rpartition("/")[2] == role_id]
    custom = [path for path in paths if path.rpartition("/")[2] not in _STANDARD_ROLES]
    return named or custom[::-1]


def _sort_by_likelihood(paths: list[str], user_name: str) -> list[str]:
    """Return the paths of accounts, the likeliest first.

    OpenBMC names accounts by their user name. Supermicro's firmware numbers them, and
    the factory's account is the first one.
    """
    ordered = paths if user_name == _FACTORY_ACCOUNT else paths[::-1]
    return sorted(ordered, key=lambda path: path.rpartition("/")[2] != user_name)
