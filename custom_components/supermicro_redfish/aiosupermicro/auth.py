"""A login for requests that the caller sends, under the published client's names."""

from __future__ import annotations

from collections.abc import Mapping
from ssl import SSLContext
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from .const import DEFAULT_TIMEOUT, REDFISH_ROOT
from .login import Credential, Login, SessionState
from .transport import Transport

__all__ = ["SessionAuth", "SessionState"]


class SessionAuth:
    """Logs in to a BMC and keeps the session; the client has its own.

    It sends nothing but what a login needs, and each method that does raises the
    exceptions of this package for what goes wrong with it.
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
            ssl: What `verify_ssl` is to the client.
            timeout: Its `total` is how long a request may take.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        seconds = timeout.total if timeout else None
        self._transport = Transport(
            session, base_url, verify_ssl=ssl, timeout=seconds or DEFAULT_TIMEOUT
        )
        self._login = Login(self._transport, username, password)
        self._root: Mapping[str, Any] = {}
        self._credential: Credential | None = None
        self._stale: Credential | None = None

    @property
    def state(self) -> SessionState:
        """The session as it is now."""
        return self._login.state

    def has_valid_session(self) -> bool:
        """Tell whether there is a session that the BMC should still know."""
        return self.state.is_valid

    async def async_get_headers(self) -> dict[str, str]:
        """Return what a request has to show, logging in where that is needed."""
        await self.async_ensure_session()
        return dict(self._credential.headers) if self._credential else {}

    async def async_login(self) -> bool:
        """Log in, unless that was done; tell whether there is a session to be had.

        Where there is none, the headers show the password each time.
        """
        await self.async_ensure_session()
        return self._login.state.token is not None

    async def async_ensure_session(self) -> None:
        """Log in, renew a session that has idled, or keep the one that there is."""
        self._root = (
            self._root or (await self._transport.send("GET", REDFISH_ROOT)).body
        )
        self._credential = await self._login.async_credential(
            self._root, stale=self._stale
        )
        self._login.use(self._credential)

    def invalidate(self) -> None:
        """Say that the BMC has refused the headers: the next ones are others."""
        self._stale = self._credential

    async def async_logout(self) -> None:
        """Give the session back to the BMC; never raises for the BMC."""
        await self._login.async_logout()
        self._credential = self._stale = None
