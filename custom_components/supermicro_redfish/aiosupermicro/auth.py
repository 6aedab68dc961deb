"""The session with a BMC: one login, kept, renewed when dropped, given back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
import logging

from .const import AUTH_TOKEN_HEADER
from .exceptions import (
    AuthenticationError,
    InvalidResponseError,
    NotFoundError,
    SupermicroRedfishError,
)
from .transport import Transport

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """A session on the BMC."""

    token: str = field(repr=False)
    path: str
    """The session's own resource, to be deleted at the end."""


class SessionAuth:
    """Logs in to a BMC and keeps the token.

    A login runs as a task of its own, so that a caller who is cancelled leaves no
    session behind that nobody knows of, and so that all who wait share one login.
    """

    def __init__(self, transport: Transport, username: str, password: str) -> None:
        """Keep the credentials; nothing is sent yet."""
        self._transport = transport
        self._username = username
        self._password = password
        self._opening: asyncio.Task[Session] | None = None

    async def async_token(self, sessions_path: str, stale: str | None = None) -> str:
        """Return a token that is not the stale one, logging in if there is none.

        A refused password is not tried again: the BMC would lock the account.

        Raises:
            AuthenticationError: User name or password were refused, now or before.

        """
        spent = self._opening
        if spent is None or self._is_spent(spent, stale):
            self._opening = asyncio.create_task(self._async_login(sessions_path, spent))
            self._opening.add_done_callback(_retrieve)
        return (await asyncio.shield(self._opening)).token

    async def async_logout(self) -> None:
        """Give the session back to the BMC; a BMC that does not answer keeps it."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await asyncio.shield(asyncio.create_task(self._async_delete(opening)))

    @staticmethod
    def _is_spent(opening: asyncio.Task[Session], stale: str | None) -> bool:
        """Tell whether a login is over and of no more use."""
        if not opening.done():
            return False
        if error := opening.exception():
            return not isinstance(error, AuthenticationError)
        return opening.result().token == stale

    async def _async_login(
        self, sessions_path: str, spent: asyncio.Task[Session] | None
    ) -> Session:
        """Create a session, after one that may not be gone for good is deleted."""
        if spent and not spent.exception():
            await self._async_delete(spent)
        reply = await self._transport.send(
            "POST",
            sessions_path,
            json={"UserName": self._username, "Password": self._password},
        )
        token = reply.headers.get(AUTH_TOKEN_HEADER)
        path = reply.headers.get("Location") or reply.body.get("@odata.id")
        if not token or not isinstance(path, str):
            message = f"POST {sessions_path} gave no session"
            raise InvalidResponseError(message, status=reply.status, path=sessions_path)
        _LOGGER.debug("Logged in to %s", self._transport.url.authority)
        return Session(token, path)

    async def _async_delete(self, opening: asyncio.Task[Session]) -> None:
        """Delete the session of a login, even of one that is still under way."""
        try:
            session = await opening
            await self._transport.send(
                "DELETE", session.path, headers={AUTH_TOKEN_HEADER: session.token}
            )
        except (AuthenticationError, NotFoundError):
            _LOGGER.debug("The session had ended already")
        except SupermicroRedfishError as error:
            _LOGGER.debug("The session could not be given back: %s", error)


def _retrieve(opening: asyncio.Task[Session]) -> None:
    """Look at a failed login, for those who waited for it may be gone."""
    if not opening.cancelled():
        opening.exception()
