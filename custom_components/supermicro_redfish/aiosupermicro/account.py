"""What an account may do: found by its name, with few requests."""

from __future__ import annotations

from .endpoints import ACCOUNTS
from .exceptions import AuthorizationError, NotFoundError
from .links import follow
from .models import Account, Role
from .resources import Resources

_FACTORY_NAME = "ADMIN"
_MOST_ACCOUNTS = 3
"""How many accounts are looked at, for a BMC may have sixteen."""


async def async_get_role(resources: Resources, user_name: str) -> Role:
    """Return the role of an account, with six requests at the most.

    Raises:
        NotFoundError: It is not among the accounts that were looked at, as one of a
            directory is not.

    """
    paths = await resources.async_get_member_paths(ACCOUNTS)
    for path in _likeliest_first(paths, user_name)[:_MOST_ACCOUNTS]:
        try:
            body = await resources.async_get_at(path)
        except (AuthorizationError, NotFoundError):
            # An account may read itself, and not always the others.
            continue
        is_own = Account.from_dict(body).user_name == user_name
        if is_own and (role := follow(body, "Links/Role")):
            return Role.from_dict(await resources.async_get_at(role))
    raise NotFoundError(f"This BMC shows no role of {user_name}")


def _likeliest_first(paths: list[str], user_name: str) -> list[str]:
    """Return the accounts in the order in which to look at them.

    OpenBMC calls them by their names. Supermicro's firmware counts them, and the one
    that it was delivered with goes first.
    """
    ordered = paths if user_name == _FACTORY_NAME else paths[::-1]
    return sorted(ordered, key=lambda path: path.rpartition("/")[2] != user_name)
