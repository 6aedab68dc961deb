"""Entries of a BMC's logs (LogEntry)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, at
from .enums import Health


@dataclass(frozen=True, kw_only=True)
class LogEntryOem(Model):
    """What Supermicro adds to an entry (LogEntry.Oem.Supermicro)."""

    interface: str | None = None
    user: str | None = None
    source: str | None = None
    category: str | None = None
    mark_as_acknowledged: bool | None = None
    """Only on entries of severity Warning and Critical."""


@dataclass(frozen=True, kw_only=True)
class LogEntry(Model):
    """An entry of the health event log or the maintenance log (LogEntry)."""

    id: str | None = None
    name: str | None = None
    entry_type: str | None = None
    severity: Health | str | None = None
    """None on X10, whose entries carry no severity."""
    created: str | None = None
    message: str | None = None
    message_id: str | None = None
    entry_code: str | None = None
    """Assert or Deassert, in the health event log."""
    sensor_type: str | None = at("SensorType", "OemSensorType")
    sensor_number: int | None = None
    oem_record_format: str | None = None
    oem: LogEntryOem = at("Oem/Supermicro", default=LogEntryOem())

    @property
    def is_critical(self) -> bool:
        """Whether the entry tells of something critical."""
        return self.severity == Health.CRITICAL

    @property
    def is_error(self) -> bool:
        """Whether the entry tells of a warning or worse."""
        return self.severity in (Health.WARNING, Health.CRITICAL)
