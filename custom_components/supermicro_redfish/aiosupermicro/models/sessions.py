"""Logins that the BMC keeps (SessionService, Session)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model
from .common import Status


@dataclass(frozen=True, kw_only=True)
class SessionService(Model):
    """The rules for sessions (SessionService)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    session_timeout: int | None = None
    """Seconds without a request after which a session ends."""


@dataclass(frozen=True, kw_only=True)
class Session(Model):
    """A login (Session)."""

    id: str | None = None
    name: str | None = None
    user_name: str | None = None
    session_type: str | None = None
    """None on every recorded board."""
    created_time: str | None = None
    """None on every recorded board."""
