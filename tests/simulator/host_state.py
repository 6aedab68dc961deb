"""Show the state of the host in resources: sensors, power state, boot progress."""

from __future__ import annotations

import re
from typing import Any

from .host import Host
from .resources import JsonObject, resource_type

STANDBY_WATTS = 9
"""Power consumption while the host is off. Some BMCs round it down."""

# The sensors with a value while the host is off. No board was recorded in that state.
# These are the sensors that the standby rail feeds, and the standby rails themselves.
_STANDBY_TEMPERATURES = re.compile(r"^(System|Inlet|Peripheral|PCH|BMC)\b")
_STANDBY_VOLTAGES = re.compile(r"SB|BMC|PCH|AUX|Dual|VBAT")

_MEASURED = re.compile(r"^(Reading(?!Units)|Upper|Lower|Min|Max)")


def show_host_state(body: JsonObject, host: Host, *, old: bool) -> None:
    """Show the host's state in a body, in place.

    An absent sensor has null values on the new family and zeros on the old one.
    """
    if effect := _EFFECTS.get(resource_type(body)):
        effect(body, host, 0 if old else None)


def _show_in_thermal(body: JsonObject, host: Host, absent: float | None) -> None:
    """Show the fans and the temperatures of unpowered components as absent."""
    if host.has_sensors:
        return
    for sensor in body.get("Temperatures", ()):
        if not _STANDBY_TEMPERATURES.search(_name(sensor)):
            _show_as_absent(sensor, absent)
    for fan in body.get("Fans", ()):
        _show_as_absent(fan, absent)


def _show_in_power(body: JsonObject, host: Host, absent: float | None) -> None:
    """Show the host's voltages as absent, and limit the power to that of standby."""
    if not host.has_sensors:
        for sensor in body.get("Voltages", ()):
            if not _STANDBY_VOLTAGES.search(_name(sensor)):
                _show_as_absent(sensor, absent)
    if host.has_power:
        return
    supplies = body.get("PowerSupplies", ())
    working = sum(1 for supply in supplies if _output_watts(supply)) or 1
    for supply in supplies:
        for key in ("PowerInputWatts", "PowerOutputWatts", "LastPowerOutputWatts"):
            _limit(supply, key, STANDBY_WATTS / working)
    for control in body.get("PowerControl", ()):
        _limit(control, "PowerConsumedWatts", STANDBY_WATTS)
        _limit(control.get("PowerMetrics", {}), "MinConsumedWatts", STANDBY_WATTS)


def _show_in_system(body: JsonObject, host: Host, _absent: float | None) -> None:
    """Show the power state and the boot progress."""
    _show_in_chassis(body, host, None)
    if "BootProgress" in body and host.boot_stage:
        body["BootProgress"]["LastState"] = host.boot_stage.progress


def _show_in_chassis(body: JsonObject, host: Host, _absent: float | None) -> None:
    """Show the power state if the resource has one."""
    if "PowerState" in body:
        body["PowerState"] = host.state


def _show_in_snooping(body: JsonObject, host: Host, _absent: float | None) -> None:
    """Show the POST code of the boot. A running host keeps its last one."""
    if host.boot_stage:
        body["PostCode"] = host.boot_stage.post_code


_EFFECTS = {
    "Thermal": _show_in_thermal,
    "Power": _show_in_power,
    "ComputerSystem": _show_in_system,
    "Chassis": _show_in_chassis,
    "Snooping": _show_in_snooping,
}


def _name(sensor: JsonObject) -> str:
    """Return the name of a sensor. Fans of the oldest firmware have another key."""
    return str(sensor.get("Name", sensor.get("FanName", "")))


def _show_as_absent(sensor: JsonObject, absent: float | None) -> None:
    """Set the state Absent, and replace all measured values."""
    sensor["Status"] = {"State": "Absent"}
    sensor.pop("Oem", None)
    for key in sensor:
        if _MEASURED.search(key):
            sensor[key] = absent


def _output_watts(supply: JsonObject) -> Any:
    """Return the output of a power supply."""
    return supply.get("PowerOutputWatts", supply.get("LastPowerOutputWatts"))


def _limit(body: JsonObject, key: str, maximum: float) -> None:
    """Limit a number, if the body has it, to a maximum."""
    if isinstance(number := body.get(key), (int, float)):
        body[key] = min(number, round(maximum))
