"""Firmware and how it is updated (UpdateService, SoftwareInventory)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .base import Model, json_path, parse_datetime
from .common import Status, plain_version
from .enums import TransferProtocolType

_NOT_PRESENT = "Not Present"


@dataclass(frozen=True, kw_only=True)
class UpdateService(Model):
    """Where firmware can be uploaded (UpdateService)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    http_push_uri: str | None = None
    """None on Supermicro's own firmware, which takes multipart uploads only."""
    multipart_http_push_uri: str | None = None
    max_image_size_bytes: int | None = None
    transfer_protocol_types: tuple[TransferProtocolType | str, ...] = json_path(
        "Actions/#UpdateService.SimpleUpdate/TransferProtocol@Redfish.AllowableValues",
        "TransferProtocol@Redfish.AllowableValues",
        default=(),
    )
    """Empty on every recorded board: X13 lists them in an ActionInfo."""


@dataclass(frozen=True, kw_only=True)
class FirmwareInventory(Model):
    """A piece of firmware, or the place for one (SoftwareInventory)."""

    id: str | None = None
    name: str | None = None
    """The same for half of them on X13: the id tells them apart."""
    description: str | None = None
    version: str | None = None
    """As the BMC sent it; `installed_version` is the version alone."""
    updateable: bool | None = None
    write_protected: bool | None = None
    status: Status = Status()
    """Enabled and OK even where the version is "Not Present"."""
    manufacturer: str | None = None
    release_date: str | None = None
    """On X13 "T00:00:00Z" where it is unknown."""
    software_id: str | None = None
    unique_filename: str | None = json_path("Oem/Supermicro/UniqueFilename")
    """The image's name, which tells board, date and version."""

    @property
    def is_present(self) -> bool | None:
        """Whether there is anything in this place; None where it does not say."""
        return None if self.version is None else self.version != _NOT_PRESENT

    @property
    def installed_version(self) -> str | None:
        """The version alone, None where nothing is installed."""
        return plain_version(self.version) if self.is_present else None

    @property
    def released_at(self) -> datetime | None:
        """The day of its release, at midnight UTC."""
        return parse_datetime(self.release_date)
