"""Who may log in to the BMC (AccountService, ManagerAccount, Role)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import Privilege


@dataclass(frozen=True, kw_only=True)
class AccountService(Model):
    """The rules for accounts and passwords (AccountService)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    auth_failure_logging_threshold: int | None = None
    """Refused logins after which the BMC logs one; None on OpenBMC."""
    min_password_length: int | None = None
    max_password_length: int | None = None
    account_lockout_threshold: int | None = None
    """Refused logins that lock an account; 0 never locks."""
    account_lockout_duration: int | None = None
    """Seconds that an account stays locked."""
    account_lockout_counter_reset_after: int | None = None
    """Seconds after which refused logins are forgotten; None on OpenBMC."""
    http_basic_auth: str | None = json_path("HTTPBasicAuth")
    """Enabled or Disabled; None where the BMC does not say."""


@dataclass(frozen=True, kw_only=True)
class Account(Model):
    """An account of the BMC, without its password (ManagerAccount)."""

    id: str | None = None
    name: str | None = None
    user_name: str | None = None
    enabled: bool | None = None
    locked: bool | None = None
    role_id: str | None = None
    password_change_required: bool | None = None
    """None on Supermicro's own firmware, which does not say."""
    account_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Model):
    """What the accounts of a role may do (Role)."""

    id: str | None = None
    name: str | None = None
    is_predefined: bool | None = None
    assigned_privileges: tuple[Privilege | str, ...] = ()
    oem_privileges: tuple[Privilege | str, ...] = ()
