"""Find the role of the client's own account, with few requests."""

from __future__ import annotations

from ..exceptions import AuthorizationError, NotFoundError
from ..models import Account, Role
from ..payload import find_link
from .endpoints import ACCOUNTS
from .reader import ResourceReader

_FACTORY_ACCOUNT = "ADMIN"
_MAX_ACCOUNTS = 3
"""The number of accounts that are read; a BMC may have sixteen."""


async def async_get_role(reader: ResourceReader, user_name: str) -> Role:
    """Return the role of an account, with at most six requests.

    Raises:
        NotFoundError: None of the accounts read has this name, for example because it
            is an account of a directory service.

    """
    paths = await reader.async_get_member_paths(ACCOUNTS)
    for path in _sort_by_likelihood(paths, user_name)[:_MAX_ACCOUNTS]:
        try:
            body = await reader.async_get_json(path)
        except (AuthorizationError, NotFoundError):
            # An account may read itself, but not always the others.
            continue
        is_own = Account.from_dict(body).user_name == user_name
        if is_own and (role := find_link(body, "Links/Role")):
            return Role.from_dict(await reader.async_get_json(role))
    raise NotFoundError(f"This BMC has no role for {user_name}")


def _sort_by_likelihood(paths: list[str], user_name: str) -> list[str]:
    """Return the paths of accounts, the likeliest first.

    OpenBMC names accounts by their user name. Supermicro's firmware numbers them, and
    the factory's account is the first one.
    """
    ordered = paths if user_name == _FACTORY_ACCOUNT else paths[::-1]
    return sorted(ordered, key=lambda path: path.rpartition("/")[2] != user_name)
