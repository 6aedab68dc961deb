"""The login at a BMC: one session, kept, renewed when dropped, given back."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import logging
from time import monotonic
from typing import Any

from .const import (
    AUTH_TOKEN_HEADER,
    LOGOUT_SECONDS,
    REDFISH_ROOT,
    SESSION_DEFAULT_TIMEOUT,
    SESSION_REFRESH_THRESHOLD,
    SESSION_RETRY_SECONDS,
    SESSION_SERVICE,
    SESSIONS,
)
from .exceptions import (
    AuthenticationError,
    AuthorizationError,
    InvalidRequestError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishError,
)
from .links import follow, path_of
from .models import Session, SessionService
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

_NO_SESSIONS = (403, 404, 405, 501)
_NOT_OFFERED = ("ActionNotSupported", "OperationNotAllowed")
_TABLE_FULL = ("SessionLimitExceeded", "CreateLimitReachedForResource")
_LOCKED = "AccountLockup"
_PASSING = (RateLimitError, ServiceUnavailableError)


@dataclass(frozen=True)
class Credential:
    """What a request shows to be let in."""

    headers: dict[str, str] = field(repr=False)
    session_path: str | None = field(default=None, repr=False)
    """The session's own resource, to be deleted at the end; None without one."""
    created_at: float = 0.0
    expires: float | None = None
    """When a session is worth trying again; None for a session."""


@dataclass(frozen=True)
class SessionState:
    """A session as it was when somebody looked."""

    token: str | None = field(default=None, repr=False)
    session_uri: str | None = field(default=None, repr=False)
    created_at: float = 0.0
    """The moment of the login, by `time.monotonic`."""
    timeout_seconds: float = SESSION_DEFAULT_TIMEOUT
    """How long the BMC keeps it without a request."""
    used_at: float = 0.0
    """The moment of the last request, by the same clock."""

    @property
    def is_valid(self) -> bool:
        """Whether the BMC should still know it: it has not idled for too long."""
        return self.token is not None and self.idle_seconds < self.timeout_seconds

    @property
    def needs_refresh(self) -> bool:
        """Whether it has idled so long that it is renewed before it is used."""
        limit = self.timeout_seconds * SESSION_REFRESH_THRESHOLD
        return self.token is None or self.idle_seconds > limit

    @property
    def idle_seconds(self) -> float:
        """How long nothing was sent under it."""
        return monotonic() - max(self.created_at, self.used_at)


class Login:
    """Logs in to a BMC and keeps the session.

    A login runs as a task of its own, so that a caller who is cancelled leaves no
    session behind that nobody knows of, and so that all who wait share one login.

    A BMC that gives no session is shown the password with each request instead, where

    - it has no sessions (404, 405 or 501, or 400 with a message that says so);
    - its table of sessions is full;
    - it refuses a session with 403, neither for want of a licence nor because the
      account is locked;
    - it refuses a session with 401 and speaks Redfish 1.0: some X11 refuse every
      session so, though the password is right.

    On later firmware 401 means the password, and that is not shown again: after three
    times the account would be locked. Neither is one that was refused in both ways.
    """

    def __init__(self, transport: Transport, username: str, password: str) -> None:
        """Keep the user name and password; nothing is sent yet."""
        self._transport = transport
        self._username = username
        self._password = password
        self._opening: asyncio.Task[Credential] | None = None
        self._session: Credential | None = None
        """The session that is to be given back."""
        self._is_refused = False
        """Whether a password that was shown with each request was refused."""
        self._retry_at = 0.0
        """When a full table may be asked again that nothing helps against."""
        self._used = 0.0
        """When the session was last shown."""
        self._timeout_seconds: float = SESSION_DEFAULT_TIMEOUT
        self._is_told = False
        """Whether that is what the BMC says, or all that can be known."""

    @property
    def state(self) -> SessionState:
        """The session as it is now."""
        session = self._session
        if session is None:
            return SessionState(timeout_seconds=self._timeout_seconds)
        return SessionState(
            token=session.headers[AUTH_TOKEN_HEADER],
            session_uri=session.session_path,
            created_at=session.created_at,
            timeout_seconds=self._timeout_seconds,
            used_at=self._used,
        )

    async def async_credential(
        self, root: Mapping[str, Any], *, stale: Credential | None = None
    ) -> Credential:
        """Return a credential that is not the stale one, logging in if there is none.

        A refused password is not tried again: the BMC would lock the account.

        Args:
            root: The service root, which says where to log in.
            stale: A credential that the BMC has refused.

        Raises:
            AuthenticationError: User name or password were refused, now or before.

        """
        if stale and stale.expires is not None and self._is_current(stale):
            self._is_refused = True
        self._require_not_refused()
        if self._opening is None or self._is_spent(self._opening, stale):
            self._opening = asyncio.create_task(self._async_login(root, stale))
            self._opening.add_done_callback(_retrieve)
        opening = self._opening
        if not opening.done():
            await asyncio.wait([opening])
        return opening.result()

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

    def heed(self, service: SessionService) -> None:
        """Go by what the BMC says of sessions, if it says anything that can be."""
        self._is_told = True
        if service.session_timeout and service.session_timeout > 0:
            self._timeout_seconds = service.session_timeout

    async def async_logout(self) -> None:
        """Give the session back to the BMC; a BMC that does not answer keeps it."""
        opening, self._opening = self._opening, None
        self._is_refused = self._is_told = False
        self._timeout_seconds = SESSION_DEFAULT_TIMEOUT
        if opening is not None:
            await asyncio.shield(asyncio.create_task(self._async_end(opening)))

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
        return credential is stale or self.state.needs_refresh

    async def _async_login(
        self, root: Mapping[str, Any], stale: Credential | None
    ) -> Credential:
        """Keep the session if it has not idled so long after all, else log in anew.

        A former session is deleted first: it may have idled, or one stray refusal
        may have made it look dropped.
        """
        is_dropped = False
        if (session := self._session) and session is not stale:
            is_dropped = not await self._async_learn(root, session)
            if not self.state.needs_refresh:
                return session
        await self._async_delete()
        credential = await self._async_start(root)
        if is_dropped:
            with suppress(SupermicroRedfishError):
                await self._async_learn(root, credential)
        return credential

    async def _async_learn(
        self, root: Mapping[str, Any], credential: Credential
    ) -> bool:
        """Ask once how long an idle session is kept; tell if the credential is taken.

        Raises:
            ConnectionError: There is no connection.
            TimeoutError: The BMC did not answer in time.

        """
        if self._is_told:
            return True
        path = follow(root, "SessionService") or SESSION_SERVICE
        try:
            reply = await self._transport.send("GET", path, headers=credential.headers)
        except AuthenticationError:
            return False
        except (ConnectionError, TimeoutError):
            raise
        except SupermicroRedfishError as error:
            _LOGGER.debug("Nobody knows how long an idle session is kept: %s", error)
            self._is_told = not isinstance(error, _PASSING)
        else:
            self.heed(SessionService.from_dict(reply.body))
        return True

    async def _async_start(self, root: Mapping[str, Any]) -> Credential:
        """Open a session, or show the password each time where there is none."""
        path = follow(root, "Links/Sessions") or SESSIONS
        try:
            return await self._async_open(path)
        except SupermicroRedfishError as error:
            if not _may_take_password(error, root):
                raise
            _LOGGER.debug("No session to be had, using basic authentication: %s", error)
            refusal = error
        try:
            return await self._async_try_basic(path)
        except AuthenticationError:
            if not _is_full(refusal):
                raise
            # Nobody said that the password is wrong: sessions alone are taken here.
            self._retry_at = monotonic() + SESSION_RETRY_SECONDS
            raise refusal from None

    async def _async_open(self, sessions_path: str) -> Credential:
        """Open a session.

        A write is sent once, and the connections may be as dead as the last session:
        a read finds that out.
        """
        if self._used:
            await self._transport.send("GET", REDFISH_ROOT)
        login = {"UserName": self._username, "Password": self._password}
        reply = await self._transport.send("POST", sessions_path, json=login)
        token = reply.headers.get(AUTH_TOKEN_HEADER)
        path = path_of(reply.headers.get("Location"))
        path = path or path_of(reply.body.get("@odata.id"))
        if not path and (name := Session.from_dict(reply.body).id):
            path = f"{sessions_path}/{name}"
        if not token or not path:
            raise InvalidResponseError(
                f"POST {sessions_path} gave no session",
                status=reply.status,
                path=sessions_path,
            )
        _LOGGER.debug("Logged in to %s", self._transport.url.authority)
        self._session = Credential({AUTH_TOKEN_HEADER: token}, path, monotonic())
        return self._session

    async def _async_try_basic(self, sessions_path: str) -> Credential:
        """Return the password as a credential, if the BMC takes it so."""
        basic = b64encode(f"{self._username}:{self._password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        # What is no answer to the password is found out by the first read.
        with suppress(NotFoundError, AuthorizationError, InvalidRequestError):
            await self._transport.send("GET", sessions_path, headers=headers)
        return Credential(headers, expires=monotonic() + SESSION_RETRY_SECONDS)

    async def _async_end(self, opening: asyncio.Task[Credential]) -> None:
        """Give the session back, even one that is being opened still."""
        await asyncio.wait([opening])
        await self._async_delete()

    async def _async_delete(self) -> None:
        """Give the session back, if there is one."""
        session, self._session = self._session, None
        if session is None or session.session_path is None:
            return
        try:
            await self._transport.send(
                "DELETE",
                session.session_path,
                headers=session.headers,
                seconds=LOGOUT_SECONDS,
            )
        except (AuthenticationError, NotFoundError):
            _LOGGER.debug("The session had ended already")
        except SupermicroRedfishError as error:
            _LOGGER.debug("The session was not given back: %s", type(error).__name__)


def _may_take_password(error: SupermicroRedfishError, root: Mapping[str, Any]) -> bool:
    """Tell whether a BMC that gives no session may take the password all the same."""
    message_id = error.message_id or ""
    if isinstance(error, LicenseError) or message_id.endswith(_LOCKED):
        return False
    if isinstance(error, AuthenticationError):
        return str(root.get("RedfishVersion")).startswith("1.0.")
    says_so = message_id.endswith(_NOT_OFFERED) or _is_full(error)
    return says_so or error.status in _NO_SESSIONS


def _is_full(error: SupermicroRedfishError) -> bool:
    """Tell whether a login was refused because there are too many already."""
    return (error.message_id or "").endswith(_TABLE_FULL)


def _retrieve(opening: asyncio.Task[Credential]) -> None:
    """Look at a failed login, for those who waited for it may be gone."""
    if not opening.cancelled():
        opening.exception()
