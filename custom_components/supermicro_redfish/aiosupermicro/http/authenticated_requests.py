"""Send requests with credentials, and log in again after a 401."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from ..const import MAX_REMEMBERED_ERRORS
from ..exceptions import AuthenticationError, AuthorizationError
from .authenticator import Authenticator
from .cache import NewestItems
from .credentials import Credentials

_T = TypeVar("_T")


class AuthenticatedRequests:
    """Send requests with the credentials of one login.

    A 401 mostly means that the BMC has dropped the session. But some BMCs answer so
    where the account lacks a privilege for one resource. A login for each of its reads
    would fill the log of the BMC, and an error of the login would hide all others.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        async_get_root: Callable[[], Awaitable[Mapping[str, Any]]],
    ) -> None:
        """Initialize without a login.

        Args:
            authenticator: Logs in.
            async_get_root: Returns the service root, which links to the sessions, or
                raises ConnectionError if nothing may be sent anymore.

        """
        self._authenticator = authenticator
        self._async_get_root = async_get_root
        self._refused: NewestItems[str, None] = NewestItems(MAX_REMEMBERED_ERRORS)
        """Paths for which the BMC has rejected a valid session with 401."""

    async def async_log_in(self, rejected: Credentials | None = None) -> Credentials:
        """Return credentials other than the rejected ones; log in if necessary."""
        root = await self._async_get_root()
        return await self._authenticator.async_get_credentials(root, rejected=rejected)

    async def async_send(
        self, path: str, send: Callable[[Credentials], Awaitable[_T]]
    ) -> _T:
        """Send a request; log in before if necessary, and again after a 401.

        Raises:
            AuthorizationError: The BMC accepts the session, but not for this path.
            AuthenticationError: The BMC rejects the credentials.

        """
        credentials = self._authenticator.current or await self.async_log_in()
        try:
            return await send(credentials)
        except AuthenticationError as error:
            if path in self._refused:
                await self._async_require_allowed(path, credentials, error)
        credentials = await self.async_log_in(rejected=credentials)
        try:
            return await send(credentials)
        except AuthenticationError as error:
            await self._async_require_allowed(path, credentials, error)
            raise

    async def _async_require_allowed(
        self, path: str, credentials: Credentials, error: AuthenticationError
    ) -> None:
        """Raise AuthorizationError if a 401 concerns the resource, not the session.

        Where the session is rejected, the error is marked as one of the session. The
        password of basic authentication is not sent again to find this out: if it is
        wrong, the BMC locks the account after some attempts.
        """
        if error.status is None or credentials.expires is not None:
            return
        root = await self._async_get_root()
        if not await self._authenticator.async_verify(root, credentials):
            error.is_session_error = True
            return
        self._refused[path] = None
        raise AuthorizationError(
            str(error),
            status=error.status,
            path=error.path,
            bmc_message=error.bmc_message,
            message_id=error.message_id,
        ) from error
