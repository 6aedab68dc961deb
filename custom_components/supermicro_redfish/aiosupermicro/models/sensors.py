"""Sensor resources, from Gen 14 on (Sensor)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..payload import find_links
from .base import Model, json_path
from .common import Status

__all__ = ["SensorResource"]

_HEADROOM = "Headroom"
_TEMPERATURE = "Temperature"


def _list_paths(raw: Any) -> list[str]:
    """Convert a list of links to their paths."""
    return find_links({"Links": raw}, "Links")


@dataclass(frozen=True, kw_only=True)
class SensorResource(Model):
    """Sensor with a resource of its own (Sensor).

    Readings and thresholds have the unit in `reading_units`. A reading is None if the
    sensor measures nothing, a threshold is None if it is not set.
    """

    path: str | None = json_path("@odata.id")
    """Path of the sensor."""
    id: str | None = None
    name: str | None = None
    status: Status = Status()
    reading: float | None = None
    """Reading as sent by the BMC in any state; None for an absent device."""
    reading_type: str | None = None
    """Temperature, Rotational, Percent, Power, Voltage and others."""
    reading_units: str | None = None
    """UCUM code of the unit: Cel, RPM, %, W, V, A, J, Hz or Pa."""
    reading_basis: str | None = None
    """Headroom if the reading is the distance to a limit."""
    reading_range_min: float | None = None
    reading_range_max: float | None = None
    peak_reading: float | None = None
    physical_context: str | None = None
    implementation: str | None = None
    """Synthesized if the BMC calculates the reading."""
    upper_fatal: float | None = json_path("Thresholds/UpperFatal/Reading")
    upper_critical: float | None = json_path("Thresholds/UpperCritical/Reading")
    upper_caution: float | None = json_path("Thresholds/UpperCaution/Reading")
    lower_caution: float | None = json_path("Thresholds/LowerCaution/Reading")
    lower_critical: float | None = json_path("Thresholds/LowerCritical/Reading")
    lower_fatal: float | None = json_path("Thresholds/LowerFatal/Reading")
    sensor_number: int | None = json_path("Oem/Supermicro/SensorNumber")
    sensor_value: str | None = json_path("Oem/Supermicro/SensorValue")
    """State that X13 sends instead of a reading: "Battery Presence Detected"."""

    related_items: tuple[str, ...] = json_path(
        "RelatedItem", default=(), preprocess=_list_paths
    )
    """Paths of the devices that the sensor belongs to, such as a processor."""

    @property
    def chassis_id(self) -> str | None:
        """Last segment of the path of the chassis; None if the path is unknown."""
        return (self.path or "").rpartition("/Sensors/")[0].rpartition("/")[2] or None

    @property
    def is_fitted(self) -> bool:
        """Return whether the sensor is present: its state is not Absent.

        A sensor without a state is present if it has a reading.
        """
        if self.status.state is None:
            return self.reading is not None
        return not self.status.is_absent

    @property
    def is_headroom(self) -> bool:
        """Return whether the reading is the distance of a temperature to its limit.

        OpenBMC does not mark those of processors, but such a distance has lower limits
        only.
        """
        upper = (self.upper_caution, self.upper_critical, self.upper_fatal)
        lower = (self.lower_caution, self.lower_critical, self.lower_fatal)
        has_only_lower = {*upper} == {None} != {*lower}
        is_temperature = self.reading_type == _TEMPERATURE
        return self.reading_basis == _HEADROOM or (is_temperature and has_only_lower)
