"""User name, password and session of an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from unicodedata import category

from ..const import SESSION_DEFAULT_TIMEOUT, SESSION_REFRESH_THRESHOLD

_NOT_SENDABLE = ("Cc", "Cs")
"""Unicode categories of control characters and of lone surrogates."""


class UnsendableError(ValueError):
    """User name or password with a control character or a lone surrogate."""


@dataclass(frozen=True)
class Credentials:
    """The headers that authenticate a request."""

    headers: dict[str, str] = field(repr=False)
    session_path: str | None = field(default=None, repr=False)
    """The session's own resource; None if unknown, and with basic authentication."""
    created_at: float = 0.0
    """The time of the login, by `time.monotonic`."""
    expires: float | None = None
    """The time to try for a session again; None with a session."""


@dataclass(frozen=True)
class SessionState:
    """Snapshot of the session."""

    token: str | None = field(default=None, repr=False)
    session_uri: str | None = field(default=None, repr=False)
    created_at: float = 0.0
    """The time of the login, by `time.monotonic`."""
    timeout_seconds: float = SESSION_DEFAULT_TIMEOUT
    """Seconds without a request after which the BMC drops the session."""
    used_at: float = 0.0
    """The time of the last request, by the same clock."""

    @property
    def is_valid(self) -> bool:
        """Return whether there is a session within its timeout."""
        return self.token is not None and self.idle_seconds < self.timeout_seconds

    @property
    def needs_refresh(self) -> bool:
        """Return whether the session is missing or close to its timeout."""
        used_at = max(self.created_at, self.used_at)
        return self.token is None or is_too_idle(used_at, self.timeout_seconds)

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last request of the session."""
        return monotonic() - max(self.created_at, self.used_at)


def is_too_idle(used_at: float, timeout_seconds: float) -> bool:
    """Return whether a session, last used at a time, is close to its timeout."""
    return monotonic() - used_at > timeout_seconds * SESSION_REFRESH_THRESHOLD


def require_sendable(name: str, text: str) -> None:
    """Raise UnsendableError for a text with control characters or lone surrogates."""
    if any(category(character) in _NOT_SENDABLE for character in text):
        raise UnsendableError(f"The {name} has a character that cannot be sent")
