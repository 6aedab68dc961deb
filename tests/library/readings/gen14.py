"""A board of Gen 14, as printed in the vendor's guide."""

from typing import Any

from tests.library import CHASSIS, link, put_collection
from tests.simulator import Bmc

THERMAL_SUBSYSTEM = f"{CHASSIS}/ThermalSubsystem"
METRICS = f"{THERMAL_SUBSYSTEM}/ThermalMetrics"
FANS = f"{THERMAL_SUBSYSTEM}/Fans"
POWER_SUBSYSTEM = f"{CHASSIS}/PowerSubsystem"
SUPPLIES = f"{POWER_SUBSYSTEM}/PowerSupplies"
ENVIRONMENT = f"{CHASSIS}/EnvironmentMetrics"
SENSORS = f"{CHASSIS}/Sensors"

ENABLED = {"Status": {"State": "Enabled", "Health": "OK"}}


def make_gen14(bmc: Bmc) -> None:
    """Turn the board into one of Gen 14."""
    missing = dict.fromkeys(("Thermal", "Power", "Sensors"))
    places = (THERMAL_SUBSYSTEM, POWER_SUBSYSTEM, ENVIRONMENT)
    links = {path.rpartition("/")[2]: link(path) for path in places}
    bmc.change(CHASSIS, missing | links)
    bmc.put(ENVIRONMENT, {"PowerWatts": {"Reading": 207.5}})
    links = {"ThermalMetrics": link(METRICS), "Fans": link(FANS)}
    bmc.put(THERMAL_SUBSYSTEM, link(THERMAL_SUBSYSTEM) | links)
    readings = [{"DeviceName": "CPU Temp", "Reading": 51}, "nonsense", None]
    bmc.put(METRICS, link(METRICS) | {"TemperatureReadingsCelsius": readings})
    put_collection(bmc, FANS, {f"FAN{n}": fan(n, 1000 + n) for n in range(1, 9)})
    links = {"PowerSupplies": link(SUPPLIES)}
    bmc.put(POWER_SUBSYSTEM, link(POWER_SUBSYSTEM) | links)
    put_collection(bmc, SUPPLIES, {name: supply(name) for name in ("1", "2")})
    readings_of = {"InputPowerWatts": 110, "InputVoltage": 230, "OutputPowerWatts": 100}
    metrics = {key: {"Reading": value} for key, value in readings_of.items()}
    for name in ("1", "2"):
        bmc.put(f"{SUPPLIES}/{name}/Metrics", metrics)


def fan(number: int, speed: int) -> dict[str, Any]:
    """Return a fan with a speed in revolutions per minute."""
    name = f"FAN{number}"
    speeds = {"Reading": 40, "SpeedRPM": speed}
    return {"Id": name, "Name": name, "SpeedPercent": speeds} | ENABLED


def supply(name: str) -> dict[str, Any]:
    """Return a power supply with a link to its metrics."""
    metrics = {"Metrics": link(f"{SUPPLIES}/{name}/Metrics")}
    own = {"Id": name, "Name": f"Power Supply Bay {name}", "PowerCapacityWatts": 2000}
    return own | ENABLED | metrics
