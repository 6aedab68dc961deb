"""Models: static data, privileges and headroom of a server.

`energy` contains the energy meter, and `items` the items of lists with their keys.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ..aiosupermicro import (
    BulkData,
    Certificate,
    Drive,
    FirmwareInventory,
    LogEntry,
    Privilege,
    StaticData,
    Thermal,
    VirtualMedia,
)
from ..aiosupermicro.models import Sensor


@dataclass(frozen=True, kw_only=True)
class ServerData(StaticData):
    """Static data of a server; a resource is None if it is missing or failed."""

    drives: tuple[Drive, ...] | None = None
    log_entries: tuple[LogEntry, ...] | None = None
    """Health event log, oldest entry first."""
    virtual_media: tuple[VirtualMedia, ...] | None = None
    """Slots for virtual media."""
    firmware: tuple[FirmwareInventory, ...] | None = None
    """Stored images of the BMC and the BIOS beside the running ones."""
    certificate: Certificate | None = None
    """Certificate of the BMC's web server."""


class AccessLevel(StrEnum):
    """Extent of the privileges of the BMC account."""

    FULL = "full"
    HOST_ONLY = "host_only"
    BMC_ONLY = "bmc_only"
    READ_ONLY = "read_only"
    RESTRICTED = "restricted"
    """Unknown privileges of an account that lacks one for a command."""


_ACCESS_LEVELS = {
    (True, True): AccessLevel.FULL,
    (True, False): AccessLevel.HOST_ONLY,
    (False, True): AccessLevel.BMC_ONLY,
    (False, False): AccessLevel.READ_ONLY,
}
"""Access level by ConfigureComponents and ConfigureManager."""


@dataclass(frozen=True, kw_only=True)
class Privileges(BulkData):
    """Privileges of the BMC account."""

    assigned: frozenset[str] | None = None
    """None if the BMC does not list them, as for an account of a directory."""
    was_refused: bool = False
    """Whether the BMC has rejected a command for a missing privilege."""

    def allow(self, privilege: Privilege | None) -> bool:
        """Return whether the account has a privilege, if any is needed.

        An account whose privileges are unknown is assumed to have all of them.
        """
        if privilege is None or self.assigned is None:
            return True
        return privilege in self.assigned

    @property
    def are_limited(self) -> bool:
        """Return whether the account is known to lack a privilege."""
        return self.assigned is not None and self.access_level is not AccessLevel.FULL

    @property
    def access_level(self) -> AccessLevel | None:
        """Access level of the account, None if unknown."""
        if self.assigned is None:
            return AccessLevel.RESTRICTED if self.was_refused else None
        return _ACCESS_LEVELS[
            Privilege.CONFIGURE_COMPONENTS in self.assigned,
            Privilege.CONFIGURE_MANAGER in self.assigned,
        ]


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Smallest distance of a temperature to its critical threshold."""

    degrees: float | None = None
    """None if no sensor has both a reading and a threshold."""
    sensor: Sensor | None = None
    """The sensor that is closest to its threshold."""

    @classmethod
    def from_thermal(cls, thermal: Thermal) -> Self:
        """Return the smallest distance to an upper critical threshold.

        Old boards report a threshold of zero if a sensor has none.
        """
        distances = [
            (limit - reading, sensor)
            for sensor in thermal.temperatures
            if (limit := sensor.upper_threshold_critical) and limit > 0
            if (reading := sensor.reading) is not None
        ]
        if not distances:
            return cls()
        degrees, nearest = min(distances, key=lambda distance: distance[0])
        return cls(degrees=degrees, sensor=nearest)
