"""Interpret the responses to logins; find and delete the sessions of users."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
import logging
from typing import Any

from ..const import LOGOUT_SECONDS
from ..exceptions import (
    AuthenticationError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ResourceError,
    ServiceUnavailableError,
    SupermicroRedfishError,
)
from ..models import Session
from ..models.values import parse_datetime
from ..payload import find_links, path_of
from .credentials import Credentials
from .response import Response
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

TEMPORARY_ERRORS = (RateLimitError, ServiceUnavailableError)

_NO_SESSION_STATUSES = (403, 404, 405, 501)
_NOT_SUPPORTED = ("ActionNotSupported", "OperationNotAllowed")
_TABLE_FULL = ("SessionLimitExceeded", "CreateLimitReachedForResource")
_ACCOUNT_LOCKED = "AccountLockup"


class NoTokenError(InvalidResponseError):
    """Successful response to a login, but without a token."""


def allows_basic(error: SupermicroRedfishError, root: Mapping[str, Any]) -> bool:
    """Return whether basic authentication may work where a session was refused."""
    message_id = error.message_id or ""
    if isinstance(error, LicenseError) or message_id.endswith(_ACCOUNT_LOCKED):
        return False
    if isinstance(error, AuthenticationError):
        return str(root.get("RedfishVersion")).startswith("1.0.")
    is_not_supported = message_id.endswith(_NOT_SUPPORTED)
    return (
        is_not_supported
        or is_table_full(error)
        or isinstance(error, NoTokenError)
        or error.status in _NO_SESSION_STATUSES
    )


def is_table_full(error: SupermicroRedfishError) -> bool:
    """Return whether a session was refused because too many are open."""
    return (error.message_id or "").endswith(_TABLE_FULL)


def session_path(response: Response, sessions_path: str) -> str | None:
    """Return the path of a new session; boards report it in three places."""
    path = path_of(response.headers.get("Location"))
    path = path or path_of(response.body.get("@odata.id"))
    name = Session.from_dict(response.body).id
    return path or (f"{sessions_path}/{name}" if name else None)


class UserSessions:
    """Find and delete sessions of one user."""

    def __init__(self, transport: Transport, user_name: str) -> None:
        """Keep the transport and the name; nothing is sent yet."""
        self._transport = transport
        self._user_name = user_name
        self._other_paths: set[str] = set()
        """The sessions of other clients with the same user."""

    async def async_find(
        self, sessions_path: str, headers: Mapping[str, str]
    ) -> str | None:
        """Return the path of the newest session of the user, None if not found.

        Right after a login it is the session of that login, whose response may have a
        token but no path.
        """
        try:
            sessions = await self._async_list(sessions_path, headers)
        except SupermicroRedfishError as error:
            _LOGGER.debug("The sessions could not be read: %s", error)
            return None
        path = newest_session(sessions, self._other_paths)
        self._other_paths = {*sessions} - {path}
        return path

    async def async_delete(self, sessions_path: str, session: Credentials) -> None:
        """Delete a session, ignoring errors of the BMC."""
        path = session.session_path
        if path is None:
            path = await self.async_find(sessions_path, session.headers)
        if path is None:
            return
        try:
            await self._transport.send(
                "DELETE", path, headers=session.headers, max_seconds=LOGOUT_SECONDS
            )
        except (AuthenticationError, NotFoundError):
            _LOGGER.debug("The session had already ended")
        except SupermicroRedfishError as error:
            _LOGGER.debug("The session was not deleted: %s", type(error).__name__)

    async def _async_list(
        self, sessions_path: str, headers: Mapping[str, str]
    ) -> dict[str, Session]:
        """Return the sessions of the user by path, in the order of the collection."""

        async def get(path: str) -> Mapping[str, Any]:
            response = await self._transport.send(
                "GET", path, headers=headers, max_seconds=LOGOUT_SECONDS
            )
            return response.body

        sessions = {}
        for path in find_links(await get(sessions_path), "Members"):
            with suppress(ResourceError):
                session = Session.from_dict(await get(path))
                if session.user_name == self._user_name:
                    sessions[path] = session
        return sessions


def newest_session(
    sessions: Mapping[str, Session], other_paths: Collection[str]
) -> str | None:
    """Return the path of the newest session, None without any.

    Sessions that existed before come last. Without dates, it is the first one of the
    collection, as on X13, unless the Ids ascend.
    """
    new = [path for path in sessions if path not in other_paths] or [*sessions]
    if not new:
        return None
    dates = [parse_datetime(sessions[path].created_time) for path in new]
    known = [date for date in dates if date is not None]
    if len(known) == len(new):
        return new[dates.index(max(known))]
    ids = [int(text) for path in new if (text := sessions[path].id or "").isdecimal()]
    is_ascending = len(ids) == len(new) and ids == sorted(ids)
    return new[-1] if is_ascending else new[0]
