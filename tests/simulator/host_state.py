"""What a host that is off, or has just been switched on, does to the resources."""

from __future__ import annotations

import re
from typing import Any

from .host import Host
from .messages import Json

STANDBY_WATTS = 9
"""What a machine draws whose host is off; some BMCs round it to less."""

# What can be read while the host is off. Nobody has recorded that; these are the
# sensors which the standby rail feeds, and the rails themselves.
_STANDBY_TEMPERATURES = re.compile(r"^(System|Inlet|Peripheral|PCH|BMC)\b")
_STANDBY_VOLTAGES = re.compile(r"SB|BMC|PCH|AUX|Dual|VBAT")

_MEASURED = re.compile(r"^(Reading(?!Units)|Upper|Lower|Min|Max)")


def affect(body: Json, host: Host, *, old: bool) -> None:
    """Let a resource, in place, show the state of the host."""
    kind = str(body.get("@odata.type", "")).partition(".")[0]
    if effect := _EFFECTS.get(kind):
        effect(body, host, None if not old else 0)


def _affect_thermal(body: Json, host: Host, absent: float | None) -> None:
    """Lose the fans and the temperatures of what has no power."""
    if host.has_sensors:
        return
    for sensor in body.get("Temperatures", ()):
        if not _STANDBY_TEMPERATURES.search(_name(sensor)):
            _lose(sensor, absent)
    for fan in body.get("Fans", ()):
        _lose(fan, absent)


def _affect_power(body: Json, host: Host, absent: float | None) -> None:
    """Lose the voltages of the host, and fall to the watts of the standby."""
    if not host.has_sensors:
        for sensor in body.get("Voltages", ()):
            if not _STANDBY_VOLTAGES.search(_name(sensor)):
                _lose(sensor, absent)
    if host.has_power:
        return
    supplies = body.get("PowerSupplies", ())
    working = sum(1 for supply in supplies if _watts(supply)) or 1
    for supply in supplies:
        for key in ("PowerInputWatts", "PowerOutputWatts", "LastPowerOutputWatts"):
            _limit(supply, key, STANDBY_WATTS / working)
    for control in body.get("PowerControl", ()):
        _limit(control, "PowerConsumedWatts", STANDBY_WATTS)
        _limit(control.get("PowerMetrics", {}), "MinConsumedWatts", STANDBY_WATTS)


def _affect_system(body: Json, host: Host, _absent: float | None) -> None:
    """Show the power state and how far the boot is."""
    _affect_chassis(body, host, None)
    if "BootProgress" in body and host.stage:
        body["BootProgress"]["LastState"] = host.stage.progress


def _affect_chassis(body: Json, host: Host, _absent: float | None) -> None:
    """Show the power state, where it is shown."""
    if "PowerState" in body:
        body["PowerState"] = host.state


def _affect_snooping(body: Json, host: Host, _absent: float | None) -> None:
    """Show the POST code of the boot; a running host keeps its last one."""
    if host.stage:
        body["PostCode"] = host.stage.post_code


_EFFECTS = {
    "#Thermal": _affect_thermal,
    "#Power": _affect_power,
    "#ComputerSystem": _affect_system,
    "#Chassis": _affect_chassis,
    "#Snooping": _affect_snooping,
}


def _name(sensor: Json) -> str:
    """Return the name of a sensor; the oldest fans have another key."""
    return str(sensor.get("Name", sensor.get("FanName", "")))


def _lose(sensor: Json, absent: float | None) -> None:
    """Show a sensor as absent: nothing on the new family, zero on the old one."""
    sensor["Status"] = {"State": "Absent"}
    sensor.pop("Oem", None)
    for key in sensor:
        if _MEASURED.search(key):
            sensor[key] = absent


def _watts(supply: Json) -> Any:
    """Return what a power supply delivers."""
    return supply.get("PowerOutputWatts", supply.get("LastPowerOutputWatts"))


def _limit(body: Json, key: str, most: float) -> None:
    """Let a number, if there is one, be no more than so much."""
    if isinstance(number := body.get(key), (int, float)):
        body[key] = min(number, round(most))
