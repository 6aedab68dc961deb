"""Simulate the cooling of a host: fan zones, fan speeds, temperatures, pumping fans.

`Cooling` changes the readings of the first Thermal resource every second of the BMC's
clock. It starts from the recorded readings, which belong to the recorded fan mode, a
load of 1 and the duty of that mode. The physics are simple, and all numbers are
assumptions except those in hardware.md.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
import re
from typing import TYPE_CHECKING, Any

from .event_log import log_fan_event
from .resources import JsonObject

if TYPE_CHECKING:
    from .bmc import Bmc

FULL, FULL_SPEED = 100.0, "FullSpeed"

_STEP = 1.0
_CATCH_UP_SECONDS = 7200.0
_SCAN_SECONDS = 4.0
"""Interval in which the BMC reads sensors and compares them with thresholds."""
_BOOST_SECONDS = 28.0
"""Duration of 100 % after a fan fell below its threshold.

With the time until it falls again, the events repeat about every 35 s."""
_FAN_SECONDS = 2.0
"""Time constant of fan speeds."""
_CPU_SECONDS, _OTHER_SECONDS = 20.0, 90.0
"""Time constants of temperatures."""
_AMBIENT = 24.0
_AIRFLOW_EXPONENT = 0.6

# Duty of zones 0 and 1, and of all further ones, by fan mode.
_MODE_DUTY: dict[str | None, tuple[float, float]] = {
    "Standard": (50, 50),
    "Optimal": (30, 30),
    "PUE2": (25, 25),
    "HeavyIO": (50, 75),
    "LiquidCooling": (30, 30),
}
_DEFAULT_DUTY = (50.0, 50.0)
_HEADROOM = 25.0
"""Distance to a critical limit in °C, below which automatic modes raise the duty."""

# Zones as owners describe them: numbered fans cool the CPU, lettered ones the rest.
_PERIPHERAL_FAN = re.compile(r"FAN[A-Z]\b|Rear|PS\d")
_CPU_SENSOR = re.compile(r"CPU|^P\d|VRM|DIMM", re.IGNORECASE)
_FAST_SENSOR = re.compile(r"^(CPU\d? Temp|GPU)")


@dataclass
class _Fan:
    """A fan with a reading."""

    name: str
    zone: int
    maximum: float
    """Speed at a duty of 100 %."""
    quantum: float
    """Smallest difference between two readings."""
    critical: float | None
    """Lower critical threshold."""
    number: int | None
    """Sensor number."""
    is_low: bool = False
    """Whether the BMC has logged that the fan is below its threshold."""


@dataclass
class _Temperature:
    """A temperature sensor with a reading."""

    name: str
    zone: int
    load_share: float
    """Influence of the load on the difference to the air, from 0 to 1."""
    seconds: float
    critical: float | None
    celsius: float
    rise: float = 0.0
    """Recorded difference to the air."""


class Cooling:
    """Fans and temperatures of a BMC, under the control of its fan mode.

    Tests change `load`, `ambient` and `duties`, and call `set_mode`.
    """

    def __init__(self, bmc: Bmc, *, zones: int | None = None) -> None:
        """Start from the recorded readings.

        Args:
            bmc: The BMC whose readings change.
            zones: The number of fan zones; None for one, or two if fans have letters.

        """
        self._bmc = bmc
        self.load = 1.0
        """Load of the host: 1 as recorded, 0 for none, 3 for a stress test."""
        self.recovery_seconds = 69.0
        """Time after a restart in which fans have no reading and run at 100 %."""
        self.mode_writes: list[tuple[float, str]] = []
        """Each write of the fan mode over IPMI, with its time."""
        self._thermal_path = _first_path(bmc, "Thermal")
        self._mode_path = _first_path(bmc, "FanMode")
        thermal = self._body(self._thermal_path)
        self._fans = [fan for item in thermal.get("Fans", ()) if (fan := _fan(item))]
        count = max((fan.zone for fan in self._fans), default=0) + 1
        self.duties = dict.fromkeys(range(zones or count), 0.0)
        """Duty of each zone in percent, which applies in the mode Full."""
        self._boost_end = self._recovery_end = -math.inf
        self._next_scan = 0.0
        self._calibrate(thermal)
        self._schedule()

    def _calibrate(self, thermal: JsonObject) -> None:
        """Derive the constants of the physics from the recorded state.

        The air is not warmer than any sensor.
        """
        self.duties = {zone: self._automatic_duty(zone) for zone in self.duties}
        if self.mode == FULL_SPEED:
            self.duties = dict.fromkeys(self.duties, FULL)
        self._recorded = dict(self.duties)
        self.speeds = dict(self.duties)
        """Current speed of each zone's fans, in percent of their maximum."""
        for fan in self._fans:
            fan.zone = min(fan.zone, max(self.duties))
            fan.maximum *= FULL / self.speeds[fan.zone]
        items = (_temperature(item) for item in thermal.get("Temperatures", ()))
        self._temperatures = [item for item in items if item]
        self.ambient = min([_AMBIENT, *(item.celsius for item in self._temperatures)])
        for item in self._temperatures:
            item.zone = min(item.zone, max(self.duties))
            item.rise = item.celsius - self.ambient
        self._recorded_extra = self._extra_duty()

    # State

    @property
    def mode(self) -> str | None:
        """The fan mode, by its name in Redfish."""
        mode: str | None = self._body(self._mode_path).get("Mode")
        return mode

    @property
    def is_boosted(self) -> bool:
        """Return whether the BMC drives all fans to 100 % because one was too slow."""
        return self._now < self._boost_end

    @property
    def is_recovering(self) -> bool:
        """Return whether the BMC restarted a short while ago: fans have no reading."""
        return self._now < self._recovery_end

    def celsius(self, name: str) -> float:
        """Return the current temperature of a sensor, not rounded."""
        self._bmc.scheduler.run_due()
        return next(item.celsius for item in self._temperatures if item.name == name)

    def zone_duty(self, zone: int) -> int:
        """Return the duty that the BMC reports for a zone, in percent."""
        return round(self._target(zone))

    # Changes

    def set_mode(self, mode: str) -> None:
        """Change the fan mode, as an IPMI command does.

        In the mode Full the zones keep their current duty.
        """
        self.mode_writes.append((self._now, mode))
        if mode == FULL_SPEED and self.mode != FULL_SPEED:
            self.duties = dict.fromkeys(self.duties, FULL)
        self._body(self._mode_path)["Mode"] = mode

    def set_duty(self, zone: int, percent: float) -> None:
        """Change the duty of a zone. Outside of the mode Full this has no effect."""
        if self.is_recovering:
            self.duties[zone] = FULL
        elif self.mode == FULL_SPEED:
            self.duties[zone] = percent

    def restart(self, downtime: float) -> None:
        """Restart the BMC, after which it uses the mode Full with 100 %."""
        self._boost_end = -math.inf
        self._recovery_end = self._now + downtime + self.recovery_seconds
        self.duties = dict.fromkeys(self.duties, FULL)
        self._body(self._mode_path)["Mode"] = FULL_SPEED
        self._write_readings()

    # Physics

    @property
    def _now(self) -> float:
        """The current time of the BMC."""
        return self._bmc.scheduler.now

    def _body(self, path: str | None) -> JsonObject:
        """Return a stored resource; an empty object if the board has none."""
        return self._bmc.store[path] if path and path in self._bmc.store else {}

    def _schedule(self) -> None:
        """Run the next step in a second of the BMC's clock.

        Of a long time without requests, only the last part is simulated.
        """
        behind = self._bmc.clock() - self._now
        delay = max(_STEP, behind - _CATCH_UP_SECONDS)
        self._bmc.scheduler.call_later(delay, self._step, "cooling")

    def _step(self) -> None:
        """Advance by a second."""
        self._schedule()
        has_power = self._bmc.host.has_power
        for zone, speed in self.speeds.items():
            target = self._target(zone) if has_power else 0.0
            self.speeds[zone] = _approach(speed, target, _FAN_SECONDS)
        for item in self._temperatures:
            target = self._equilibrium(item) if has_power else self.ambient
            item.celsius = _approach(item.celsius, target, item.seconds)
        if self._now < self._next_scan:
            return
        self._next_scan = self._now + _SCAN_SECONDS
        if has_power and not self.is_recovering:
            self._log_slow_fans()
        self._write_readings()

    def _target(self, zone: int) -> float:
        """Return the duty that the BMC drives a zone with."""
        if self.is_boosted or self.is_recovering:
            return FULL
        if self.mode == FULL_SPEED:
            return self.duties[zone]
        extra = max(self._extra_duty() - self._recorded_extra, 0.0)
        return min(self._automatic_duty(zone) + extra, FULL)

    def _automatic_duty(self, zone: int) -> float:
        """Return the duty of a cool host in an automatic mode."""
        return _MODE_DUTY.get(self.mode, _DEFAULT_DUTY)[min(zone, 1)]

    def _extra_duty(self) -> float:
        """Return the duty that an automatic mode adds because of the temperatures."""
        limits = [
            item.critical - item.celsius
            for item in self._temperatures
            if item.critical is not None
        ]
        return max(0.0, _HEADROOM - min(limits, default=_HEADROOM)) * 4

    def _equilibrium(self, item: _Temperature) -> float:
        """Return the temperature that a sensor approaches."""
        load = 1 + (self.load - 1) * item.load_share
        airflow = max(self.speeds[item.zone], 3.0) / self._recorded[item.zone]
        return self.ambient + item.rise * load * math.pow(airflow, -_AIRFLOW_EXPONENT)

    def _log_slow_fans(self) -> None:
        """Compare the speeds with the thresholds; log events, and boost the fans."""
        for fan in self._fans:
            if fan.critical is None:
                continue
            is_low = self._speed(fan) < fan.critical
            if is_low and not fan.is_low:
                self._boost_end = self._now + _BOOST_SECONDS
            if is_low != fan.is_low:
                fan.is_low = is_low
                log_fan_event(self._bmc, fan.name, fan.number, is_asserted=is_low)

    def _speed(self, fan: _Fan) -> float:
        """Return the reading of a fan in revolutions per minute."""
        speed = fan.maximum * self.speeds[fan.zone] / FULL
        return round(speed / fan.quantum) * fan.quantum

    def _write_readings(self) -> None:
        """Write all readings and healths into the Thermal resource."""
        thermal = self._body(self._thermal_path)
        for item in _by_name(thermal.get("Fans", ()), self._fans):
            body, fan = item
            speed = self._speed(fan)
            is_low = fan.critical is not None and speed < fan.critical
            self._show(body, "Reading", speed, is_critical=is_low)
        for body, sensor in _by_name(
            thermal.get("Temperatures", ()), self._temperatures
        ):
            reading = round(sensor.celsius)
            is_hot = sensor.critical is not None and reading >= sensor.critical
            self._show(body, "ReadingCelsius", reading, is_critical=is_hot)

    def _show(
        self, body: JsonObject, key: str, reading: float, *, is_critical: bool
    ) -> None:
        """Write a reading, or none for a fan while the BMC recovers from a restart."""
        if self.is_recovering and key == "Reading":
            body[key] = 0 if self._bmc.board.is_old else None
            body["Status"] = {"State": "Absent"}
            return
        body[key] = round(reading)
        health = "Critical" if is_critical else "OK"
        body["Status"] = {"State": "Enabled", "Health": health}


def _first_path(bmc: Bmc, kind: str) -> str | None:
    """Return the path of the first resource of a type."""
    return next(iter(bmc.store.find(kind)), None)


def _approach(value: float, target: float, seconds: float) -> float:
    """Return a value after a step towards a target, with a time constant."""
    return target + (value - target) * math.exp(-_STEP / seconds)


def _is_enabled(body: JsonObject) -> bool:
    """Return whether a sensor has a reading."""
    return bool(body.get("Status", {}).get("State") == "Enabled")


def _name(body: JsonObject) -> str:
    """Return the name of a sensor. Fans of the oldest firmware have another key."""
    return str(body.get("Name", body.get("FanName", "")))


def _by_name(bodies: Any, items: list[Any]) -> list[tuple[JsonObject, Any]]:
    """Return the bodies of sensors with the simulated ones of the same name."""
    by_name = {item.name: item for item in items}
    return [(body, by_name[_name(body)]) for body in bodies if _name(body) in by_name]


def _fan(body: JsonObject) -> _Fan | None:
    """Return the fan of a body; None if it has no reading.

    Its maximum is the recorded speed, which the calibration corrects.
    """
    reading = body.get("Reading")
    if not _is_enabled(body) or not reading:
        return None
    return _Fan(
        name=_name(body),
        zone=1 if _PERIPHERAL_FAN.search(_name(body)) else 0,
        maximum=reading,
        quantum=140 if reading % 140 == 0 else 100,
        critical=body.get("LowerThresholdCritical"),
        number=body.get("SensorNumber"),
    )


def _temperature(body: JsonObject) -> _Temperature | None:
    """Return the temperature sensor of a body; None if it has no reading."""
    celsius = body.get("ReadingCelsius")
    if not _is_enabled(body) or not celsius:
        return None
    name = _name(body)
    is_cpu = bool(_CPU_SENSOR.search(name))
    return _Temperature(
        name=name,
        zone=0 if is_cpu else 1,
        load_share=1.0 if _FAST_SENSOR.search(name) else 0.4 if is_cpu else 0.15,
        seconds=_CPU_SECONDS if _FAST_SENSOR.search(name) else _OTHER_SECONDS,
        critical=body.get("UpperThresholdCritical"),
        celsius=celsius,
    )
