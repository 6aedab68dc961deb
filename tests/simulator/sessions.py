"""Open, expire and close the sessions of a BMC."""

from __future__ import annotations

from dataclasses import dataclass
import secrets
import string
from typing import Literal

from .scheduler import Clock

TOKEN_LENGTH = 32
_TOKEN_LETTERS = string.ascii_lowercase + string.digits


@dataclass
class Session:
    """An open session."""

    id: str
    user: str
    token: str
    last_used: float
    """Start of the timeout. With expiry "login" it stays at the login."""


class Sessions:
    """The open sessions, newest first as in the BMC's collection."""

    def __init__(
        self,
        clock: Clock,
        *,
        limit: int,
        timeout: float,
        expiry: Literal["idle", "login"],
    ) -> None:
        """Initialize without sessions."""
        self._clock = clock
        self._limit = limit
        self._expiry = expiry
        self._open: list[Session] = []
        self.timeout = timeout

    def __len__(self) -> int:
        """Count the open sessions."""
        self._expire()
        return len(self._open)

    @property
    def full(self) -> bool:
        """Return whether the number of sessions has reached the limit."""
        return len(self) >= self._limit

    @property
    def ids(self) -> list[str]:
        """The ids of the open sessions."""
        self._expire()
        return [session.id for session in self._open]

    def create(self, user: str) -> Session:
        """Open a session with the lowest free number as its id."""
        taken = set(self.ids)
        number = next(n for n in range(1, len(taken) + 2) if str(n) not in taken)
        token = "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
        session = Session(str(number), user, token, self._clock())
        self._open.insert(0, session)
        return session

    def get(self, session_id: str) -> Session | None:
        """Return the open session with an id."""
        self._expire()
        return next((item for item in self._open if item.id == session_id), None)

    def use(self, token: str) -> Session | None:
        """Return the open session with a token, and restart its idle timeout."""
        self._expire()
        for session in self._open:
            if session.token == token:
                if self._expiry == "idle":
                    session.last_used = self._clock()
                return session
        return None

    def delete(self, session: Session) -> None:
        """Close a session."""
        self._open.remove(session)

    def clear(self) -> None:
        """Close all sessions, as a restart of the BMC does."""
        self._open.clear()

    def _expire(self) -> None:
        """Close the sessions that have timed out."""
        oldest = self._clock() - self.timeout
        self._open = [item for item in self._open if item.last_used > oldest]
