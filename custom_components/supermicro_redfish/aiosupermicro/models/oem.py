"""Resources that only Supermicro has (Managers/…/Oem/Supermicro)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, at
from .enums import FanModeType


@dataclass(frozen=True, kw_only=True)
class FanMode(Model):
    """How the BMC runs the fans (FanMode)."""

    mode: FanModeType | str | None = None
    available_modes: tuple[FanModeType | str, ...] = at(
        "Mode@Redfish.AllowableValues", default=()
    )
    """The modes that this board accepts; boards differ."""


@dataclass(frozen=True, kw_only=True)
class NTP(Model):
    """Where the BMC gets its time (NTP)."""

    enabled: bool | None = at("NTPEnable")
    primary_server: str | None = at("PrimaryNTPServer")
    secondary_server: str | None = at("SecondaryNTPServer")
    daylight_saving_time: bool | None = None
