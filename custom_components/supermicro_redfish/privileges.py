"""What the BMC's account may do, so that nothing is offered that must fail."""

from dataclasses import dataclass
from enum import StrEnum

from .aiosupermicro import (
    AuthenticationError,
    BulkData,
    Privilege,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from .const import LOGGER


class Access(StrEnum):
    """How far the account's privileges go."""

    FULL = "full"
    HOST_ONLY = "host_only"
    BMC_ONLY = "bmc_only"
    READ_ONLY = "read_only"
    RESTRICTED = "restricted"
    """Nobody says how far, but a command was refused."""


_ACCESS = {
    (True, True): Access.FULL,
    (True, False): Access.HOST_ONLY,
    (False, True): Access.BMC_ONLY,
    (False, False): Access.READ_ONLY,
}


@dataclass(frozen=True, kw_only=True)
class Privileges(BulkData):
    """What the account may do."""

    assigned: frozenset[str] | None = None
    """None where the BMC does not say, as for an account of a directory."""
    was_refused: bool = False
    """Whether the account was not allowed to do something."""

    def allow(self, privilege: Privilege) -> bool:
        """Tell whether the account has a privilege, as far as is known."""
        return self.assigned is None or privilege in self.assigned

    @property
    def are_limited(self) -> bool:
        """Whether the BMC says that the account may not do everything."""
        return self.assigned is not None and self.access is not Access.FULL

    @property
    def access(self) -> Access | None:
        """How far the privileges go; None where nothing is known."""
        if self.assigned is None:
            return Access.RESTRICTED if self.was_refused else None
        return _ACCESS[
            Privilege.CONFIGURE_COMPONENTS in self.assigned,
            Privilege.CONFIGURE_MANAGER in self.assigned,
        ]


class PrivilegeReader:
    """Reads what the account may do, as far as the BMC tells."""

    def __init__(self, client: SupermicroRedfishClient) -> None:
        """Read through a client."""
        self._client = client
        self._assigned: frozenset[str] | None = None
        self.was_refused = False

    async def async_read(self) -> Privileges:
        """Return the privileges; what the BMC does not want to tell stays as it was.

        Raises:
            AuthenticationError: The BMC refuses the login.

        """
        try:
            role = await self._client.async_get_role()
        except AuthenticationError:
            raise
        except SupermicroRedfishError as error:
            LOGGER.debug("The account's privileges are not known: %s", error)
        else:
            self._assigned = frozenset(role.assigned_privileges) or None
        return Privileges(assigned=self._assigned, was_refused=self.was_refused)
