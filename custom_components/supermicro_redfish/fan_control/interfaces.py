"""Interfaces of the controller: the fans of a BMC, and its surroundings."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..aiosupermicro import LogEntry
from .models import ControlRecord, FanControlData, Trip


class Device(Protocol):
    """The fans of a BMC over IPMI; modes have the names of Redfish.

    All methods raise SupermicroRedfishError for failures.
    """

    def supports(self, mode: str) -> bool:
        """Return whether a mode can be set."""

    async def async_get_mode(self) -> str | None:
        """Return the mode, None if its number has no name."""

    async def async_set_mode(self, mode: str) -> None:
        """Set a mode."""

    async def async_get_duty(self, zone: int) -> int | None:
        """Return the duty of a zone in percent, None without that zone."""

    async def async_set_duty(self, zone: int, percent: int) -> None:
        """Set the duty of a zone in percent."""

    async def async_close(self) -> None:
        """Close the session."""


class Surroundings(Protocol):
    """Interface of the controller to Home Assistant and Redfish."""

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes that the board lists."""

    def publish(self, data: FanControlData) -> None:
        """Show the data in the entities."""

    async def async_save(self, record: ControlRecord) -> None:
        """Store the record at once."""

    def report_trip(self, trip: Trip | None) -> None:
        """Create the issue of a trip, or delete it."""

    def report_floors(self, floors: Mapping[int, int]) -> None:
        """Create the issue of learned floors."""

    def report_held(self, *, is_held: bool) -> None:
        """Create the issue of fans that could not be given back, or delete it."""

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context without requests of Redfish, unless one takes too long."""

    async def async_set_mode(self, mode: str) -> None:
        """Set a mode over Redfish, and read it back."""

    async def async_is_host_on(self) -> bool:
        """Read whether the host is on now."""

    async def async_get_log(self) -> tuple[LogEntry, ...]:
        """Read the event log."""
