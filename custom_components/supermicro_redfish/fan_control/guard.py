"""Decide when the fans have to be given back to the BMC."""

from ..aiosupermicro import Thermal
from ..models import Headroom
from .fan_watch import find_critical_fan, has_fan_reading
from .models import FanControlError, Trip, TripReason


class Guard:
    """Watch the temperatures while the BMC does not regulate the fans."""

    def __init__(self, headroom: float) -> None:
        """Initialize the guard.

        Args:
            headroom: The smallest distance to an upper critical limit, in degrees.

        """
        self._headroom = headroom
        self._known: set[tuple[str | None, int | None, bool]] = set()
        """Temperatures and limits that had a reading since the host was switched on."""

    def require_safe(self, thermal: Thermal | None) -> Thermal:
        """Return the readings if they allow control, else raise an error.

        Args:
            thermal: The readings, None without recent ones.

        Raises:
            FanControlError: They forbid control.

        """
        if thermal is None or not has_fan_reading(thermal):
            raise FanControlError("fan_control_no_readings")
        if Headroom.from_thermal(thermal).degrees is None:
            raise FanControlError("fan_control_no_limits")
        if trip := self.check_headroom(thermal):
            raise FanControlError("fan_control_too_hot", sensor=trip.sensor)
        if fan := find_critical_fan(thermal):
            raise FanControlError("fan_control_fan_critical", sensor=fan)
        return thermal

    def check_headroom(self, thermal: Thermal) -> Trip | None:
        """Return a trip if a temperature is close to its upper critical limit."""
        headroom = Headroom.from_thermal(thermal)
        if headroom.degrees is None or headroom.degrees >= self._headroom:
            return None
        name = headroom.sensor.name if headroom.sensor else None
        return Trip(reason=TripReason.HEADROOM, sensor=name or "")

    def check_presence(self, thermal: Thermal) -> Trip | None:
        """Return a trip if a temperature had a reading and has none anymore.

        The same applies to its critical limit, without which the headroom is unknown.
        Control by temperatures needs at least one.
        """
        present = {
            (sensor.name, sensor.sensor_number, has_limit)
            for sensor in thermal.available_temperatures
            for has_limit in (False, bool(sensor.upper_threshold_critical))
        }
        lost = self._known - present
        self._known |= present
        if lost or not present:
            names = sorted({name or "" for name, _, _ in lost})
            return Trip(reason=TripReason.SENSOR_LOST, sensor=", ".join(names[:3]))
        return None

    def forget(self) -> None:
        """Forget all temperatures, as the host was switched off or the BMC reset."""
        self._known.clear()
