"""The login at a BMC: one session, kept, renewed when dropped, given back."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
import logging
from time import monotonic

from .const import (
    AUTH_TOKEN_HEADER,
    LOGOUT_SECONDS,
    SESSION_DEFAULT_TIMEOUT,
    SESSION_REFRESH_THRESHOLD,
    SESSION_RETRY_SECONDS,
)
from .exceptions import (
    AuthenticationError,
    InvalidResponseError,
    NotFoundError,
    SupermicroRedfishError,
)
from .links import path_of
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

_NO_SESSIONS = (404, 405, 501)
_TABLE_FULL = "SessionLimitExceeded"


@dataclass(frozen=True)
class Credential:
    """What a request shows to be let in."""

    headers: dict[str, str] = field(repr=False)
    session_path: str | None = None
    """The session's own resource, to be deleted at the end; None without one."""
    expires: float | None = None
    """When a session is worth trying again; None for a session."""


class SessionAuth:
    """Logs in to a BMC and keeps the session.

    A login runs as a task of its own, so that a caller who is cancelled leaves no
    session behind that nobody knows of, and so that all who wait share one login.
    """

    def __init__(self, transport: Transport, username: str, password: str) -> None:
        """Keep the user name and password; nothing is sent yet."""
        self._transport = transport
        self._username = username
        self._password = password
        self._opening: asyncio.Task[Credential] | None = None
        self._is_refused = False
        """Whether a password that was shown with each request was refused."""
        self._retry_at = 0.0
        """When a full table may be asked again that nothing helps against."""
        self._used = monotonic()
        self.timeout_seconds: float = SESSION_DEFAULT_TIMEOUT
        """How long the BMC keeps an idle session, in seconds."""

    async def async_credential(
        self,
        sessions_path: str,
        *,
        stale: Credential | None = None,
        is_old: bool = False,
    ) -> Credential:
        """Return a credential that is not the stale one, logging in if there is none.

        A refused password is not tried again: the BMC would lock the account.

        Args:
            sessions_path: The collection of sessions.
            stale: A credential that the BMC has refused.
            is_old: Whether a session that is refused may be a fault of the firmware.

        Raises:
            AuthenticationError: User name or password were refused, now or before.

        """
        if stale and stale.expires is not None and self._is_current(stale):
            self._is_refused = True
        self._require_not_refused()
        opening = self._opening
        if opening is None or self._is_spent(opening, stale):
            login = self._async_login(sessions_path, opening, is_old=is_old)
            opening = self._opening = asyncio.create_task(login)
            opening.add_done_callback(_retrieve)
        self._used = monotonic()
        return await asyncio.shield(opening)

    def use(self, credential: Credential) -> None:
        """Take note that a request shows a credential now.

        Many requests may have got a credential and wait for their turn, while the
        first of them finds out that it is of no more use.

        Raises:
            AuthenticationError: It was refused, or there is another one since.

        """
        self._require_not_refused()
        if not self._is_current(credential):
            raise AuthenticationError("There is another login since")
        self._used = monotonic()

    async def async_logout(self) -> None:
        """Give the session back to the BMC; a BMC that does not answer keeps it."""
        opening, self._opening = self._opening, None
        self._is_refused = False
        if opening is not None:
            await asyncio.shield(asyncio.create_task(self._async_delete(opening)))

    def _require_not_refused(self) -> None:
        """Raise AuthenticationError where the password was refused."""
        if self._is_refused:
            raise AuthenticationError("The BMC no longer takes the password")

    def _is_current(self, credential: Credential) -> bool:
        """Tell whether a credential is that of the last login."""
        opening = self._opening
        if opening is None or not opening.done() or opening.exception():
            return False
        return opening.result() is credential

    def _is_spent(
        self, opening: asyncio.Task[Credential], stale: Credential | None
    ) -> bool:
        """Tell whether a login is over and of no more use."""
        if not opening.done():
            return False
        if error := opening.exception():
            is_refused = isinstance(error, AuthenticationError)
            return not is_refused and monotonic() >= self._retry_at
        credential = opening.result()
        if credential.expires is not None:
            return monotonic() > credential.expires
        idle = monotonic() - self._used
        return credential is stale or (
            idle > self.timeout_seconds * SESSION_REFRESH_THRESHOLD
        )

    async def _async_login(
        self,
        sessions_path: str,
        spent: asyncio.Task[Credential] | None,
        *,
        is_old: bool,
    ) -> Credential:
        """Open a session, or show the password each time where there is none to have.

        A former session is deleted first: it may have idled, or one stray refusal
        may have made it look dropped.
        """
        if spent and not spent.exception():
            await self._async_delete(spent)
        try:
            return await self._async_open(sessions_path)
        except SupermicroRedfishError as error:
            full = (error.message_id or "").endswith(_TABLE_FULL)
            # Some X11 refuse every session with 401, though the password is right.
            odd = is_old and isinstance(error, AuthenticationError)
            if not (full or odd or error.status in _NO_SESSIONS):
                raise
            _LOGGER.debug("No session to be had, using basic authentication: %s", error)
            refusal = error
        try:
            return await self._async_try_basic(sessions_path)
        except AuthenticationError:
            if not full:
                raise
            # Nobody said that the password is wrong: sessions alone are taken here.
            self._retry_at = monotonic() + SESSION_RETRY_SECONDS
            raise refusal from None

    async def _async_open(self, sessions_path: str) -> Credential:
        """Open a session."""
        login = {"UserName": self._username, "Password": self._password}
        try:
            reply = await self._transport.send("POST", sessions_path, json=login)
        except SupermicroRedfishError as error:
            error.hide(self._password)
            raise
        token = reply.headers.get(AUTH_TOKEN_HEADER)
        path = path_of(reply.headers.get("Location"))
        path = path or path_of(reply.body.get("@odata.id"))
        if not token or not path:
            raise InvalidResponseError(
                f"POST {sessions_path} gave no session",
                status=reply.status,
                path=sessions_path,
            )
        _LOGGER.debug("Logged in to %s", self._transport.url.authority)
        return Credential({AUTH_TOKEN_HEADER: token}, session_path=path)

    async def _async_try_basic(self, sessions_path: str) -> Credential:
        """Return the password as a credential, if the BMC takes it so."""
        basic = b64encode(f"{self._username}:{self._password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        # Where there are no sessions at all, the first read tells.
        with suppress(NotFoundError):
            await self._transport.send("GET", sessions_path, headers=headers)
        return Credential(headers, expires=monotonic() + SESSION_RETRY_SECONDS)

    async def _async_delete(self, opening: asyncio.Task[Credential]) -> None:
        """Delete the session of a login, even of one that is still under way."""
        try:
            credential = await opening
            if path := credential.session_path:
                await self._transport.send(
                    "DELETE", path, headers=credential.headers, seconds=LOGOUT_SECONDS
                )
        except (AuthenticationError, NotFoundError):
            _LOGGER.debug("The session had ended already")
        except SupermicroRedfishError as error:
            _LOGGER.debug("The session could not be given back: %s", error)


def _retrieve(opening: asyncio.Task[Credential]) -> None:
    """Look at a failed login, for those who waited for it may be gone."""
    if not opening.cancelled():
        opening.exception()
