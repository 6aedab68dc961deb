"""Parts that several resources share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Any, Self

from .base import Model, json_path
from .enums import Health, State, is_member

__all__ = ["OdataResource", "Sensor", "Status"]

_MAC_IN_UUID = re.compile(r"0{8}-0{4}-0{4}-0{4}-([0-9A-F]{12})", re.IGNORECASE)
_MAC_SEPARATORS = re.compile("[:.-]")
_MAC_DIGITS = 12
_VERSION = re.compile(r"\bVer\s+(\S+)")


def extract_version(raw: Any) -> Any:
    """Extract the version from a text such as "BIOS Date: 08/04/2023 Ver 1.4".

    Return other values unchanged.
    """
    match = _VERSION.search(raw) if isinstance(raw, str) else None
    return match[1] if match else raw


def normalize_mac(raw: str) -> str:
    """Return a MAC address in upper case with colons, the format of BMCs.

    Return other texts unchanged.
    """
    digits = _MAC_SEPARATORS.sub("", raw).upper()
    if len(digits) != _MAC_DIGITS:
        return raw
    return ":".join(digits[start : start + 2] for start in range(0, _MAC_DIGITS, 2))


def mac_from_uuid(uuid: str | None) -> str | None:
    """Return the MAC address in a UUID; None for UUIDs of another format."""
    match = _MAC_IN_UUID.fullmatch(uuid or "")
    return normalize_mac(match[1]) if match else None


@dataclass(frozen=True)
class OdataResource(Model):
    """Properties of every resource."""

    odata_id: str | None = json_path("@odata.id")
    """Path of the resource."""
    odata_type: str | None = json_path("@odata.type")
    id: str | None = None
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Status(Model):
    """State and health of a resource (Status)."""

    state: State | str | None = None
    health: Health | str | None = None
    health_rollup: Health | str | None = None
    """Worst health of all subordinate resources; None if not reported."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Decode a status.

        Equal statuses share one object, because most resources have the same one.
        """
        try:
            key = data.get("State"), data.get("Health"), data.get("HealthRollup")
            shared: Self = _SHARED_STATUSES[key]
        except (AttributeError, KeyError, TypeError):
            return super().from_dict(data)
        return shared

    @property
    def is_absent(self) -> bool:
        """Return whether the state is Absent: not installed, or off with the host."""
        return self.state == State.ABSENT

    @property
    def is_enabled(self) -> bool:
        """Return whether the state is Enabled."""
        return self.state == State.ENABLED

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the health is OK; None if unknown, or if the state is Absent.

        OpenBMC reports Critical for absent resources. A health that Redfish does not
        define, such as "Unknown", is neither good nor bad.
        """
        is_known = is_member(self.health, Health) and not self.is_absent
        return self.health == Health.OK if is_known else None


NO_POWER = (0, 32767, 65535)
"""Values in watts that boards send for a missing limit or capacity."""

_SHARED_STATUSES: dict[tuple[str | None, ...], Any] = {
    (state, health, rollup): Status(state=state, health=health, health_rollup=rollup)
    for state in (None, *State)
    for health in (None, *Health)
    for rollup in (None, *Health)
}


@dataclass(frozen=True, kw_only=True)
class Sensor(Model):
    """Sensor in an array of Thermal or Power.

    The reading is valid only while the sensor is enabled: older firmware reports 0 for
    an absent sensor. Thresholds have the unit of the reading; None if not set.
    """

    _valid_with = ("status.is_enabled",)

    member_id: str | None = json_path("MemberId", "MemberID")
    """Position in the array, which may change; the name is stable."""
    name: str | None = json_path("Name", "FanName")
    status: Status = Status()
    sensor_number: int | None = None
    physical_context: str | None = None
    upper_threshold_fatal: float | None = None
    upper_threshold_critical: float | None = None
    upper_threshold_non_critical: float | None = None
    lower_threshold_non_critical: float | None = None
    lower_threshold_critical: float | None = None
    lower_threshold_fatal: float | None = None

    @property
    def reading(self) -> float | None:
        """Current reading; None while the sensor is not enabled or sends no reading."""
        is_measuring = self.status.state in _MEASURING_STATES
        return self._raw_reading if is_measuring else None

    @property
    def is_fitted(self) -> bool:
        """Return whether the sensor is present: its state is not Absent.

        On boards that report no state, a sensor with a reading is present.
        """
        if self.status.state is None:
            return self._raw_reading is not None
        return not self.status.is_absent

    @property
    def is_available(self) -> bool:
        """Return whether the sensor has a reading."""
        return self.reading is not None

    @property
    def _raw_reading(self) -> float | None:
        """Reading as sent by the BMC, in any state."""
        return None


_MEASURING_STATES = (State.ENABLED, None)
