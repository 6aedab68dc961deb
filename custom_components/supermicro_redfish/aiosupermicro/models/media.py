"""Virtual media (VirtualMedia)."""

from __future__ import annotations

from dataclasses import dataclass
import re
from typing import Any

from ..redaction.sensitive_text import redact_secrets
from .actions import Action
from .base import Model, json_path

__all__ = ["VirtualMedia"]

_NOT_CONNECTED = "NotConnected"
_PARAMETERS = re.compile(r"[?#].*", re.DOTALL)
_FOLDERS = re.compile(r".*[/\\@]", re.DOTALL)


def _without_secrets(raw: Any) -> Any:
    """Remove credentials and parameters from an address; return other values as is."""
    return redact_secrets(_PARAMETERS.sub("", raw)) if isinstance(raw, str) else raw


@dataclass(frozen=True, kw_only=True)
class VirtualMedia(Model):
    """Slot for a medium that the BMC offers to the host as a drive (VirtualMedia)."""

    _valid_with = ("id",)

    id: str | None = None
    name: str | None = None
    """Not unique: all slots of X13 have the same name; `id` is unique."""
    media_types: tuple[str, ...] = ()
    """Kinds of media, such as "CD" and "USBStick"."""
    inserted: bool | None = None
    connected_via: str | None = json_path("ConnectedVia")
    image: str | None = json_path("Image", preprocess=_without_secrets)
    """Address of the image without credentials; None if the slot is empty."""
    image_name: str | None = json_path("ImageName", preprocess=_without_secrets)
    """Name of the image; the BMC keeps it after the medium was ejected."""
    insert: Action | None = json_path("Actions/#VirtualMedia.InsertMedia")
    """None while a medium is inserted, on some boards."""
    eject: Action | None = json_path("Actions/#VirtualMedia.EjectMedia")
    """None while the slot is empty, on some boards."""

    @property
    def is_inserted(self) -> bool | None:
        """Return whether a medium is inserted (Inserted, ConnectedVia), if known."""
        if self.connected_via == _NOT_CONNECTED:
            return False
        return self.inserted

    @property
    def file_name(self) -> str | None:
        """File name of the inserted image; None if the slot is empty or unknown."""
        address = self.image or self.image_name
        if not self.is_inserted or not address:
            return None
        return _FOLDERS.sub("", address) or None
