"""The logins of a BMC: tokens, their number and their end."""

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
    """A login."""

    id: str
    user: str
    token: str
    seen: float


class Sessions:
    """The open sessions, newest first as the BMC lists them."""

    def __init__(
        self,
        clock: Clock,
        *,
        limit: int,
        timeout: float,
        expiry: Literal["idle", "login"],
    ) -> None:
        """Start with nobody logged in."""
        self._clock = clock
        self._limit = limit
        self._expiry = expiry
        self._open: list[Session] = []
        self.timeout = timeout

    def __len__(self) -> int:
        """Count the sessions that have not expired."""
        self._expire()
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self) >= self._limit

    @property
    def ids(self) -> list[str]:
        """The ids of the open sessions."""
        self._expire()
        return [session.id for session in self._open]

    def create(self, user: str) -> Session:
        """Log somebody in under the lowest free number."""
        taken = set(self.ids)
        number = next(n for n in range(1, len(taken) + 2) if str(n) not in taken)
        token = "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
        session = Session(str(number), user, token, self._clock())
        self._open.insert(0, session)
        return session

    def get(self, session_id: str) -> Session | None:
        """Return a session by its id."""
        self._expire()
        return next((item for item in self._open if item.id == session_id), None)

    def use(self, token: str) -> Session | None:
        """Return the session of a token, which thereby has not been idle."""
        self._expire()
        for session in self._open:
            if session.token == token:
                if self._expiry == "idle":
                    session.seen = self._clock()
                return session
        return None

    def delete(self, session: Session) -> None:
        """Log out."""
        self._open.remove(session)

    def clear(self) -> None:
        """Forget everybody, as a restarted BMC does."""
        self._open.clear()

    def _expire(self) -> None:
        """Forget who has not been seen for the timeout."""
        oldest = self._clock() - self.timeout
        self._open = [item for item in self._open if item.seen > oldest]
