"""Logs and their entries (LogService, LogEntry)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
import re

from .base import Model, json_path
from .common import Status
from .enums import EntryCode, Health
from .values import parse_datetime

__all__ = ["LogEntry", "LogEntryOem", "LogService"]

_MESSAGE = re.compile(r"\[([A-Z]+-\d+)\]\s*(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LogService(Model):
    """Health event log of the system, or maintenance log of the BMC (LogService)."""

    id: str | None = None
    """Identifier; "Log1" for both logs of Supermicro's own firmware."""
    name: str | None = None
    """Either "Health Event Log Service" or "Maintenance Event Log Service"."""
    log_entry_type: str | None = None
    """SEL for health events, OEM for maintenance; None on X10."""
    service_enabled: bool | None = None
    status: Status = Status()
    """Status of the log; the health may stay Critical until the log is cleared."""
    max_number_of_records: int | None = None
    over_write_policy: str | None = None
    """WrapsWhenFull if new entries replace the oldest ones."""
    date_time: str | None = None
    date_time_local_offset: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogEntryOem(Model):
    """Supermicro's extension of a log entry (LogEntry.Oem.Supermicro)."""

    interface: str | None = None
    user: str | None = None
    source: str | None = None
    category: str | None = None
    sensor_name: str | None = json_path("RawEventData/SensorName")
    mark_as_acknowledged: bool | None = None
    """Only in entries of severity Warning and Critical."""


@dataclass(frozen=True, kw_only=True)
class LogEntry(Model):
    """Entry of the health event log or the maintenance log (LogEntry)."""

    _valid_with = ("message",)

    id: str | None = None
    name: str | None = None
    path: str | None = json_path("@odata.id")
    """Path of the entry itself, by which it is acknowledged."""
    entry_type: str | None = None
    """Event, SEL or Oem."""
    severity: Health | str | None = None
    """None on X10."""
    created: str | None = None
    """Date and time as sent by the BMC; `created_at` is the parsed value."""
    message: str | None = None
    """Message as sent by the BMC; `code` and `text` are its parts."""
    message_id: str | None = None
    """Event data such as "0xF1FFFF" in the health event log; None on X10."""
    entry_code: EntryCode | str | None = None
    """Assert or Deassert; only in the health event log."""
    sensor_type: str | None = json_path("SensorType", "OemSensorType")
    sensor_number: int | None = None
    """255 for an event without a sensor."""
    generator_id: str | None = None
    oem_record_format: str | None = None
    resolved: bool | None = None
    """Whether the cause is resolved; only on OpenBMC, where users can set it."""
    oem: LogEntryOem = json_path("Oem/Supermicro", default=LogEntryOem())

    @property
    def created_at(self) -> datetime | None:
        """Date and time of the entry by the BMC's clock (Created).

        None if it is missing, malformed or without a UTC offset.
        """
        return parse_datetime(self.created)

    @property
    def code(self) -> str | None:
        """Event code such as "PWR-0001"; None if the message has no code."""
        return self._parts[0]

    @property
    def text(self) -> str | None:
        """Message without its code."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str | None, str | None]:
        match = _MESSAGE.fullmatch(self.message or "")
        return (match[1], match[2] or None) if match else (None, self.message)

    @property
    def is_acknowledged(self) -> bool | None:
        """Return whether the entry is acknowledged (Oem.Supermicro.MarkAsAcknowledged).

        On OpenBMC, whether it is resolved (Resolved). None for entries of severity OK
        and for all entries on X10.
        """
        if self.oem.mark_as_acknowledged is not None:
            return self.oem.mark_as_acknowledged
        return self.resolved if self.is_error else None

    @property
    def is_deassertion(self) -> bool:
        """Return whether the entry reports the end of an event (EntryCode)."""
        return self.entry_code == EntryCode.DEASSERT

    @property
    def is_critical(self) -> bool:
        """Return whether the severity is Critical (Severity)."""
        return self.severity == Health.CRITICAL

    @property
    def is_error(self) -> bool:
        """Return whether the severity is Warning or Critical (Severity)."""
        return self.severity in (Health.WARNING, Health.CRITICAL)
