"""Authenticate at a BMC: one session, kept, renewed and deleted."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
import logging
from time import monotonic
from typing import Any

from ..const import (
    AUTH_TOKEN_HEADER,
    LIVE_CONNECTION_SECONDS,
    LOGIN_RETRY_SECONDS,
    REDFISH_ROOT,
    REFUSED_SESSION_RETRY_SECONDS,
    SESSION_DEFAULT_TIMEOUT,
    SESSION_RETRY_SECONDS,
    SESSION_SERVICE,
    SESSIONS,
)
from ..exceptions import (
    AuthenticationError,
    AuthorizationError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    SupermicroRedfishError,
)
from ..models import SessionService
from ..payload import find_link, is_header_text
from .credentials import Credentials, SessionState, is_too_idle, require_sendable
from .sessions import (
    TEMPORARY_ERRORS,
    NoTokenError,
    UserSessions,
    allows_basic,
    is_table_full,
    session_path,
)
from .transport import Transport

_LOGGER = logging.getLogger(__name__)


class Authenticator:
    """Log in to a BMC, keep the session and delete it at the end.

    ::

                        async_get_credentials
        logged out ─────────────────────────────▶ logging in ◀──────────────┐
          ▲   ▲                                     │  │  │                 │
          │   │ refused, or no response             │  │  │                 │
          │   └─────────────────────────────────────┘  │  │                 │
          │                           201 with a token │  │ no session,     │
          │                                            │  │ password        │
          │                                            ▼  ▼ accepted        │
          │                                      session  basic             │
          │                                            │  │                 │
          │                                            │  │ 401, idle for   │
          │                                            │  │ too long, or    │
          │                                            │  │ time to try     │
          │ DELETE                                     │  │ for a session   │
          └── closing ◀────────────────────────────────┴──┴─────────────────┘
                              async_logout

    - **logged out**: no login was made, or the last one failed. A refused password is
      not sent again until `allow_retry`, since a BMC locks the account after three
      attempts. An error response counts for the next callers as well, who log in again
      after some seconds; after any other failure they do so at once.
    - **logging in**: the login is a task of its own. All callers share it, and a
      caller that is canceled leaves no unknown session behind.
    - **session**: requests carry the token.
    - **basic**: requests carry the password, and a session is tried for again after
      ten minutes, or after a day if it was refused with 401. A 401 rejects the
      password, which is then not sent again until `allow_retry`.
    - **closing**: the session is deleted, also one that is still being created.

    Basic authentication is used for a BMC that

    - has no sessions (404, 405 or 501, or 400 with such a message);
    - has no free session;
    - answers a login with success but without a token;
    - refuses a session with 403, neither for a missing license nor for a locked
      account;
    - refuses a session with 401 and has Redfish 1.0: some X11 refuse every session this
      way although the password is right. On later firmware 401 means the password.
    """

    def __init__(self, transport: Transport, username: str, password: str) -> None:
        """Keep the username and password; nothing is sent yet.

        Raises:
            UnsendableError: One of them has a character that cannot be sent.

        """
        require_sendable("user name", username)
        require_sendable("password", password)
        self._transport = transport
        self._username = username
        self._password = password
        self._login_task: asyncio.Task[Credentials] | None = None
        """The last login, running or done; None when logged out."""
        self._session: Credentials | None = None
        """The session to delete."""
        self._sessions_path = SESSIONS
        """The collection of sessions."""
        self._sessions = UserSessions(transport, username)
        self._refusal: AuthenticationError | None = None
        """The error of a refused password, until `allow_retry`."""
        self._retry_at = 0.0
        """The time to try again after an error response."""
        self._used_at = 0.0
        """The time of the last request of the session."""
        self._timeout_seconds: float = SESSION_DEFAULT_TIMEOUT
        self._is_timeout_known = False
        """Whether the timeout was read."""

    @property
    def state(self) -> SessionState:
        """Snapshot of the session."""
        session = self._session
        if session is None:
            return SessionState(timeout_seconds=self._timeout_seconds)
        return SessionState(
            token=session.headers[AUTH_TOKEN_HEADER],
            session_uri=session.session_path,
            created_at=session.created_at,
            timeout_seconds=self._timeout_seconds,
            used_at=self._used_at,
        )

    @property
    def _last(self) -> Credentials | None:
        """The credentials of the last login; None if it runs or has failed."""
        task = self._login_task
        if task is None or not task.done() or task.exception():
            return None
        return task.result()

    @property
    def current(self) -> Credentials | None:
        """The credentials of the last login; None if a new one is necessary."""
        credentials = self._last
        if credentials is None or self._refusal:
            return None
        if credentials.expires is not None:
            return credentials if monotonic() <= credentials.expires else None
        used_at = max(credentials.created_at, self._used_at)
        return None if is_too_idle(used_at, self._timeout_seconds) else credentials

    async def async_get_credentials(
        self, root: Mapping[str, Any], *, rejected: Credentials | None = None
    ) -> Credentials:
        """Return credentials other than the rejected ones, logging in if necessary.

        Args:
            root: The service root, which links to the sessions.
            rejected: Credentials that the BMC has answered with 401.

        Raises:
            AuthenticationError: The username or password was refused, now or before.

        """
        if rejected and rejected.expires is not None and rejected is self._last:
            self._refusal = AuthenticationError(
                "The BMC no longer accepts the password"
            )
        self._require_not_refused()
        if self._login_task is None or self._needs_login(self._login_task, rejected):
            self._login_task = asyncio.create_task(self._async_login(root, rejected))
            self._login_task.add_done_callback(_retrieve_exception)
        task = self._login_task
        if not task.done():
            await asyncio.wait([task])
        return task.result()

    def mark_used(self, credentials: Credentials) -> None:
        """Record that a request with these credentials is sent now.

        Many requests may wait for a slot with the same credentials while the first of
        them gets a 401.

        Raises:
            AuthenticationError: The password was refused meanwhile, or there are newer
                credentials.

        """
        self._require_not_refused()
        if credentials is not self._last:
            raise AuthenticationError("The session was replaced by a new one")
        self._used_at = monotonic()

    def apply_session_service(self, service: SessionService) -> None:
        """Use the session timeout that the BMC reports, if it is valid."""
        self._is_timeout_known = True
        if service.session_timeout and service.session_timeout > 0:
            self._timeout_seconds = service.session_timeout

    async def async_logout(self) -> None:
        """Delete the session; a BMC that does not respond keeps it.

        A refused password is not sent again by the next login.
        """
        task, self._login_task = self._login_task, None
        self._is_timeout_known = False
        self._timeout_seconds = SESSION_DEFAULT_TIMEOUT
        if task is not None:
            await asyncio.shield(asyncio.create_task(self._async_close(task)))

    def _require_not_refused(self) -> None:
        """Raise AuthenticationError if the password was refused before."""
        if self._refusal:
            raise self._refusal.with_traceback(None)

    def allow_retry(self) -> None:
        """Forget that the password was refused, so that the next login sends it."""
        if self._refusal:
            self._refusal = self._login_task = None

    def _needs_login(
        self, task: asyncio.Task[Credentials], rejected: Credentials | None
    ) -> bool:
        """Return whether the result of the last login is no longer usable."""
        if not task.done():
            return False
        if task.exception():
            return monotonic() >= self._retry_at
        return task.result() is rejected or self.current is None

    async def _async_login(
        self, root: Mapping[str, Any], rejected: Credentials | None
    ) -> Credentials:
        """Keep or replace the session, and let an error response count for others.

        It is recorded before any caller can start another login.
        """
        try:
            return await self._async_renew(root, rejected)
        except (ConnectionError, TimeoutError):
            raise
        except SupermicroRedfishError as error:
            if isinstance(error, AuthenticationError):
                self._refusal = error
            self._retry_at = max(self._retry_at, monotonic() + LOGIN_RETRY_SECONDS)
            raise

    async def _async_renew(
        self, root: Mapping[str, Any], rejected: Credentials | None
    ) -> Credentials:
        """Keep the session if it is still valid, or log in.

        The former session is deleted first: it may only have idled, and a single stray
        401 does not prove that the BMC has dropped it.

        After a restart of the BMC the pooled connections may be as dead as the last
        session. A write is sent only once, so that a read has to find this out first.
        """
        is_dropped = False
        if (session := self._session) and session is not rejected:
            is_dropped = not (
                self._is_timeout_known or await self.async_verify(root, session)
            )
            if not self.state.needs_refresh:
                return session
        await self._async_delete_session()
        # The connection of a recent 401 works.
        idle_seconds = monotonic() - self._transport.responded_at
        if self._used_at and (not rejected or idle_seconds > LIVE_CONNECTION_SECONDS):
            await self._transport.send("GET", REDFISH_ROOT)
        credentials = await self._async_create_session_or_basic(root)
        if is_dropped:
            with suppress(SupermicroRedfishError):
                await self.async_verify(root, credentials)
        return credentials

    async def async_verify(
        self, root: Mapping[str, Any], credentials: Credentials
    ) -> bool:
        """Read the session timeout; return whether the credentials are accepted.

        Every account may read the SessionService. Where it has another failure than a
        401, the credentials were accepted.

        Raises:
            ConnectionError: The BMC is not reachable.
            TimeoutError: The BMC did not respond in time.

        """
        path = find_link(root, "SessionService") or SESSION_SERVICE
        try:
            response = await self._transport.send(
                "GET", path, headers=credentials.headers
            )
        except AuthenticationError:
            return False
        except (ConnectionError, TimeoutError):
            raise
        except SupermicroRedfishError as error:
            _LOGGER.debug("Session timeout unavailable: %s", error)
            self._is_timeout_known = not isinstance(error, TEMPORARY_ERRORS)
        else:
            self.apply_session_service(SessionService.from_dict(response.body))
        return True

    async def _async_create_session_or_basic(
        self, root: Mapping[str, Any]
    ) -> Credentials:
        """Create a session, or use basic authentication where there is none."""
        path = self._sessions_path = find_link(root, "Links/Sessions") or SESSIONS
        try:
            return await self._async_create_session(path)
        except SupermicroRedfishError as error:
            if not allows_basic(error, root):
                raise
            _LOGGER.debug("No session available, using basic authentication: %s", error)
            refusal = error
        try:
            credentials, is_redfish = await self._async_try_basic(path, refusal)
        except AuthenticationError:
            if not is_table_full(refusal):
                raise
            # This BMC accepts sessions only: the 401 is not about the password.
            self._retry_at = monotonic() + SESSION_RETRY_SECONDS
            raise refusal from None
        if isinstance(refusal, NoTokenError) and not is_redfish:
            raise refusal  # a web server that answers every request with success
        return credentials

    async def _async_create_session(self, sessions_path: str) -> Credentials:
        """Create a session."""
        body = {"UserName": self._username, "Password": self._password}
        response = await self._transport.send("POST", sessions_path, json=body)
        token = response.headers.get(AUTH_TOKEN_HEADER)
        if not token:
            raise NoTokenError(
                f"POST {sessions_path} returned no session",
                status=response.status,
                path=sessions_path,
            )
        if not is_header_text(token):
            raise InvalidResponseError(
                f"POST {sessions_path} returned a token that cannot be sent",
                status=response.status,
                path=sessions_path,
            )
        _LOGGER.debug("Logged in to %s", self._transport.authority)
        path = session_path(response, sessions_path)
        self._session = Credentials({AUTH_TOKEN_HEADER: token}, path, monotonic())
        if path is None:
            path = await self._sessions.async_find(sessions_path, self._session.headers)
            self._session = replace(self._session, session_path=path)
        return self._session

    async def _async_try_basic(
        self, sessions_path: str, refusal: SupermicroRedfishError
    ) -> tuple[Credentials, bool]:
        """Return the password as credentials, and whether the response was Redfish.

        A session is tried for again later. If it was refused with 401, that would be
        one more failed login.

        Raises:
            AuthenticationError: The BMC refuses the password.

        """
        basic = b64encode(f"{self._username}:{self._password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        # No other failure concerns the password, which the first read verifies.
        is_redfish = True
        with suppress(NotFoundError, AuthorizationError, InvalidRequestError):
            response = await self._transport.send("GET", sessions_path, headers=headers)
            is_redfish = "Members" in response.body
        is_401 = isinstance(refusal, AuthenticationError)
        seconds = REFUSED_SESSION_RETRY_SECONDS if is_401 else SESSION_RETRY_SECONDS
        expires = monotonic() + seconds
        return Credentials(headers, expires=expires), is_redfish

    async def _async_close(self, task: asyncio.Task[Credentials]) -> None:
        """Delete the session, also one that is still being created."""
        await asyncio.wait([task])
        await self._async_delete_session()

    async def _async_delete_session(self) -> None:
        """Delete the session, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            await self._sessions.async_delete(self._sessions_path, session)


def _retrieve_exception(task: asyncio.Task[Credentials]) -> None:
    """Keep asyncio from logging the error of a login whose callers were canceled."""
    if not task.cancelled():
        task.exception()
