"""What resources of several kinds have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Any, Self

from .base import Model, json_path
from .enums import Health, State

_MAC_IN_UUID = re.compile(r"0{8}-0{4}-0{4}-0{4}-([0-9A-F]{12})", re.IGNORECASE)
_MAC_SEPARATORS = re.compile("[:.-]")
_MAC_DIGITS = 12
_VERSION = re.compile(r"\bVer\s+(\S+)")


def plain_version(raw: Any) -> Any:
    """Return the version alone of "BIOS Date: 08/04/2023 Ver 1.4"."""
    match = _VERSION.search(raw) if isinstance(raw, str) else None
    return match[1] if match else raw


def plain_mac(raw: str) -> str:
    """Return a MAC address as BMCs write their own: capitals, with colons between."""
    digits = _MAC_SEPARATORS.sub("", raw).upper()
    if len(digits) != _MAC_DIGITS:
        return raw
    return ":".join(digits[place : place + 2] for place in range(0, _MAC_DIGITS, 2))


def mac_in_uuid(uuid: str | None) -> str | None:
    """Return the MAC address that a UUID is made of, None where it is another kind."""
    match = _MAC_IN_UUID.fullmatch(uuid or "")
    return plain_mac(match[1]) if match else None


@dataclass(frozen=True, kw_only=True)
class OdataResource(Model):
    """What every resource says of itself."""

    odata_id: str | None = json_path("@odata.id")
    """The resource's path."""
    odata_type: str | None = json_path("@odata.type")
    id: str | None = None
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Status(Model):
    """How a part is and what it does (Status)."""

    state: State | str | None = None
    health: Health | str | None = None
    health_rollup: Health | str | None = None
    """The worst health of everything below; None on boards that do not roll up."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Decode a status; parts that fare alike, as most do, share one object."""
        try:
            said = data.get("State"), data.get("Health"), data.get("HealthRollup")
            shared: Self = _SHARED[said]
        except (AttributeError, KeyError, TypeError):
            return super().from_dict(data)
        return shared

    @property
    def is_absent(self) -> bool:
        """Whether the part is not there: not fitted, or dark with the host off."""
        return self.state == State.ABSENT

    @property
    def is_enabled(self) -> bool:
        """Whether the part works."""
        return self.state == State.ENABLED

    @property
    def is_healthy(self) -> bool | None:
        """Whether the part is well; None where the board does not say.

        OpenBMC calls what is absent Critical, which is no word about its health.
        """
        unknown = self.health is None or self.is_absent
        return None if unknown else self.health == Health.OK


_SHARED: dict[tuple[str | None, ...], Any] = {
    (state, health, rollup): Status(state=state, health=health, health_rollup=rollup)
    for state in (None, *State)
    for health in (None, *Health)
    for rollup in (None, *Health)
}


@dataclass(frozen=True, kw_only=True)
class Sensor(Model):
    """A sensor in one of the lists of a chassis (Thermal, Power).

    Its reading counts while it is enabled only: an absent sensor of the old
    firmware family says 0. Thresholds have the unit of the reading; None where
    the board sets none.
    """

    member_id: str | None = json_path("MemberId", "MemberID")
    """The place in its list, which may shift; the name does not."""
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
        """What the sensor measures now; None while it measures nothing."""
        return self._raw_reading if self.status.state in _MEASURING else None

    @property
    def is_fitted(self) -> bool:
        """Whether the sensor is there: in the list, and not absent.

        Where a board gives readings without any state, a reading shows that it is.
        """
        if self.status.state is None:
            return self._raw_reading is not None
        return not self.status.is_absent

    @property
    def is_available(self) -> bool:
        """Whether the sensor measures something now."""
        return self.reading is not None

    @property
    def is_valid(self) -> bool:
        """Whether the sensor is enabled, as the published client has it."""
        return self.status.is_enabled

    @property
    def _raw_reading(self) -> float | None:
        """What stands in the reading's own key, whatever the state."""
        return None


_MEASURING = (State.ENABLED, None)
