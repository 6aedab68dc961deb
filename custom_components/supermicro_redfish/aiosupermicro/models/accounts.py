"""Accounts and roles of the BMC (AccountService, ManagerAccount, Role)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import Privilege

__all__ = ["Account", "AccountService", "Role"]


@dataclass(frozen=True, kw_only=True)
class AccountService(Model):
    """Rules for accounts and passwords (AccountService)."""

    _valid_with = ()

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    auth_failure_logging_threshold: int | None = None
    """Number of failed logins before the BMC logs one; None on OpenBMC."""
    min_password_length: int | None = None
    max_password_length: int | None = None
    account_lockout_threshold: int | None = None
    """Number of failed logins that lock an account; 0 disables the lockout."""
    account_lockout_duration: int | None = None
    """Duration of a lockout in seconds."""
    account_lockout_counter_reset_after: int | None = None
    """Seconds until the counter of failed logins is reset; None on OpenBMC."""
    http_basic_auth: str | None = json_path("HTTPBasicAuth")
    """Enabled or Disabled; None if not reported."""


@dataclass(frozen=True, kw_only=True)
class Account(Model):
    """Account of the BMC, without its password (ManagerAccount)."""

    _valid_with = ("user_name",)

    id: str | None = None
    name: str | None = None
    user_name: str | None = None
    enabled: bool | None = None
    locked: bool | None = None
    role_id: str | None = None
    password_change_required: bool | None = None
    """None on Supermicro's own firmware, which does not report it."""
    account_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Model):
    """Privileges of the accounts with a role (Role)."""

    _valid_with = ("id",)

    id: str | None = None
    name: str | None = None
    role_id: str | None = None
    """None on Supermicro's own firmware, where it is the Id."""
    is_predefined: bool | None = None
    assigned_privileges: tuple[Privilege | str, ...] = ()
    oem_privileges: tuple[Privilege | str, ...] = ()
