"""Decide when the fans have to be given back to the BMC."""

from ..aiosupermicro import Thermal
from ..models import Headroom
from .models import Trip, TripReason


class Guard:
    """Watch the temperatures while the BMC does not."""

    def __init__(self, headroom: float) -> None:
        """Initialize the guard.

        Args:
            headroom: The smallest distance to an upper critical limit, in degrees.

        """
        self._headroom = headroom
        self._known: set[tuple[str | None, int | None]] = set()
        """Temperatures that had a reading since the host was switched on."""

    def check_headroom(self, thermal: Thermal) -> Trip | None:
        """Return a trip if a temperature is close to its upper critical limit."""
        headroom = Headroom.from_thermal(thermal)
        if headroom.degrees is None or headroom.degrees >= self._headroom:
            return None
        name = headroom.sensor.name if headroom.sensor else None
        return Trip(reason=TripReason.HEADROOM, sensor=name or "")

    def check_presence(self, thermal: Thermal) -> Trip | None:
        """Return a trip if a temperature had a reading and has none any more.

        Control by temperatures needs at least one.
        """
        present = {
            (sensor.name, sensor.sensor_number)
            for sensor in thermal.available_temperatures
        }
        lost = self._known - present
        self._known |= present
        if lost or not present:
            names = sorted(name or "" for name, _ in lost)
            return Trip(reason=TripReason.SENSOR_LOST, sensor=", ".join(names[:3]))
        return None

    def forget(self) -> None:
        """Forget all temperatures, as the host was switched off or the BMC reset."""
        self._known.clear()
