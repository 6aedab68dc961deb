"""Authenticate requests that the caller sends; names of the published client."""

from __future__ import annotations

from collections.abc import Mapping
from ssl import SSLContext
from typing import TYPE_CHECKING, Any
import warnings

from aiohttp import ClientSession, ClientTimeout

from .const import DEFAULT_TIMEOUT, REDFISH_ROOT
from .http.authenticator import Authenticator
from .http.credentials import Credentials, SessionState
from .http.transport import Transport

if TYPE_CHECKING:
    from aiohttp import BasicAuth

__all__ = ["SessionAuth", "SessionState"]


class SessionAuth:
    """Log in to a BMC and keep the session, for requests outside of the client.

    It sends only the requests of a login. Methods that do raise the exceptions of this
    package.
    """

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        username: str,
        password: str,
        *,
        ssl: bool | SSLContext | str = False,
        timeout: ClientTimeout | None = None,
    ) -> None:
        """Prepare a login; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            base_url: Name, IPv4 or IPv6 address, with or without port, or https URL.
            username: The BMC account.
            password: Its password.
            ssl: As the client's `verify_ssl`.
            timeout: Its `total` is the limit for one request.

        Raises:
            ValueError: The host or the fingerprint is malformed, or a control
                character is in the user name or password.

        """
        seconds = timeout.total if timeout else None
        self._transport = Transport(
            session, base_url, verify_ssl=ssl, timeout=seconds or DEFAULT_TIMEOUT
        )
        self._authenticator = Authenticator(self._transport, username, password)
        self._username = username
        self._password = password
        self._root: Mapping[str, Any] = {}
        self._credentials: Credentials | None = None
        self._rejected: Credentials | None = None

    @property
    def state(self) -> SessionState:
        """Snapshot of the session."""
        return self._authenticator.state

    def has_valid_session(self) -> bool:
        """Return whether there is a session within its timeout."""
        return self.state.is_valid

    def get_basic_auth(self) -> BasicAuth:
        """Return the user name and password for the argument `auth` of aiohttp.

        Requests with the headers of `async_get_headers` do not need it: these contain
        the password where the BMC has no sessions, and aiohttp accepts only one of the
        two. aiohttp 4 will not have this class anymore.
        """
        from aiohttp import BasicAuth  # noqa: PLC0415 - aiohttp 4 removes it

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return BasicAuth(self._username, self._password, "utf-8")

    async def async_get_headers(self) -> dict[str, str]:
        """Return the headers that authenticate a request, logging in if necessary."""
        await self.async_ensure_session()
        return dict(self._credentials.headers) if self._credentials else {}

    async def async_login(self) -> bool:
        """Log in unless there is a login; return whether the BMC gave a session.

        Without a session the headers contain the password each time.
        """
        await self.async_ensure_session()
        return self._authenticator.state.token is not None

    async def async_ensure_session(self) -> None:
        """Log in, renew a session that was idle, or keep the current one."""
        if not self._root:
            self._root = (await self._transport.send("GET", REDFISH_ROOT)).body
        self._credentials = await self._authenticator.async_get_credentials(
            self._root, rejected=self._rejected
        )
        self._authenticator.mark_used(self._credentials)

    def invalidate(self) -> None:
        """Discard headers that the BMC has rejected; the next ones are new."""
        self._rejected = self._credentials

    async def async_logout(self) -> None:
        """Delete the session, ignoring errors of the BMC.

        The next login also sends a password that was refused.
        """
        await self._authenticator.async_logout()
        self._authenticator.allow_retry()
        self._credentials = self._rejected = None
