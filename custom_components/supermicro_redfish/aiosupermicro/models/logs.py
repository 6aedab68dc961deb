"""Entries of a BMC's logs (LogEntry)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
import re

from .base import Model, json_path, parse_datetime
from .common import Status
from .enums import EntryCode, Health

_MESSAGE = re.compile(r"\[([A-Z]+-\d+)\]\s*(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LogService(Model):
    """A log: health events of the system, or maintenance of the BMC (LogService)."""

    id: str | None = None
    """Both logs of Supermicro's own firmware are called "Log1"."""
    name: str | None = None
    """Either "Health Event Log Service" or "Maintenance Event Log Service"."""
    log_entry_type: str | None = None
    """SEL for health events, OEM for maintenance; None on X10."""
    service_enabled: bool | None = None
    status: Status = Status()
    """Its health may stay Critical for as long as the log is not cleared."""
    max_number_of_records: int | None = None
    over_write_policy: str | None = None
    """WrapsWhenFull: the oldest entries go first."""
    date_time: str | None = None
    date_time_local_offset: str | None = None


@dataclass(frozen=True, kw_only=True)
class LogEntryOem(Model):
    """What Supermicro adds to an entry (LogEntry.Oem.Supermicro)."""

    interface: str | None = None
    user: str | None = None
    source: str | None = None
    category: str | None = None
    sensor_name: str | None = json_path("RawEventData/SensorName")
    mark_as_acknowledged: bool | None = None
    """Only on entries of severity Warning and Critical."""


@dataclass(frozen=True, kw_only=True)
class LogEntry(Model):
    """An entry of the health event log or the maintenance log (LogEntry)."""

    id: str | None = None
    name: str | None = None
    entry_type: str | None = None
    """Event, SEL or Oem."""
    severity: Health | str | None = None
    """None on X10, whose entries carry no severity."""
    created: str | None = None
    """As the BMC sent it; `created_at` is the moment."""
    message: str | None = None
    """As the BMC sent it; `code` and `text` are its parts."""
    message_id: str | None = None
    """Event data such as "0xF1FFFF" in the health event log; None on X10."""
    entry_code: EntryCode | str | None = None
    """Assert or Deassert, in the health event log."""
    sensor_type: str | None = json_path("SensorType", "OemSensorType")
    sensor_number: int | None = None
    """255 where the event comes from no sensor."""
    generator_id: str | None = None
    oem_record_format: str | None = None
    oem: LogEntryOem = json_path("Oem/Supermicro", default=LogEntryOem())

    @property
    def created_at(self) -> datetime | None:
        """When it was written, by the BMC's clock."""
        return parse_datetime(self.created)

    @property
    def code(self) -> str | None:
        """What kind of event it is, "PWR-0001"; None where the message has no code."""
        return self._parts[0]

    @property
    def text(self) -> str | None:
        """The message without its code."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str | None, str | None]:
        match = _MESSAGE.fullmatch(self.message or "")
        return (match[1], match[2] or None) if match else (None, self.message)

    @property
    def is_acknowledged(self) -> bool | None:
        """Whether somebody has taken note of it; None where nobody needs to.

        Entries of severity OK, and all of X10, have no such mark
        (Oem.Supermicro.MarkAsAcknowledged).
        """
        return self.oem.mark_as_acknowledged

    @property
    def is_deassertion(self) -> bool:
        """Whether the entry tells that something is over."""
        return self.entry_code == EntryCode.DEASSERT

    @property
    def is_critical(self) -> bool:
        """Whether the entry tells of something critical."""
        return self.severity == Health.CRITICAL

    @property
    def is_error(self) -> bool:
        """Whether the entry tells of a warning or worse."""
        return self.severity in (Health.WARNING, Health.CRITICAL)
