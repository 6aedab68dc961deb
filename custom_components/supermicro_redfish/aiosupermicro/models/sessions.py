"""Sessions of the BMC (SessionService, Session)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model
from .common import Status

__all__ = ["Session", "SessionService"]


@dataclass(frozen=True, kw_only=True)
class SessionService(Model):
    """Settings for sessions (SessionService)."""

    _valid_with = ()

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    session_timeout: int | None = None
    """Seconds without a request until a session ends."""


@dataclass(frozen=True, kw_only=True)
class Session(Model):
    """Session (Session)."""

    _valid_with = ("id",)

    id: str | None = None
    name: str | None = None
    user_name: str | None = None
    session_type: str | None = None
    """None on all recorded boards."""
    created_time: str | None = None
    """None on all recorded boards."""
