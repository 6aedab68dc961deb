"""Board of Gen 14 according to the vendor's guide, and OpenBMC variants.

No whole board of Gen 14 was recorded. Sensors, metric reports and GPUs have the shape
of a recorded GB300.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .bmc import Bmc
from .board import Board
from .expand import advertise
from .resources import ROOT, JsonObject, link

CHASSIS = f"{ROOT}/Chassis/1"
MANAGER = f"{ROOT}/Managers/1"
THERMAL_SUBSYSTEM = f"{CHASSIS}/ThermalSubsystem"
METRICS = f"{THERMAL_SUBSYSTEM}/ThermalMetrics"
FANS = f"{THERMAL_SUBSYSTEM}/Fans"
POWER_SUBSYSTEM = f"{CHASSIS}/PowerSubsystem"
SUPPLIES = f"{POWER_SUBSYSTEM}/PowerSupplies"
ENVIRONMENT = f"{CHASSIS}/EnvironmentMetrics"
SENSORS = f"{CHASSIS}/Sensors"
TELEMETRY = f"{ROOT}/TelemetryService"
REPORTS = f"{TELEMETRY}/MetricReports"
DEFINITIONS = f"{TELEMETRY}/MetricReportDefinitions"

ENABLED = {"Status": {"State": "Enabled", "Health": "OK"}}
_START = "2026-06-29T08:05:27.513+00:00"


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
    _put_collection(bmc, FANS, {f"FAN{n}": fan(n, 1000 + n) for n in range(1, 9)})
    links = {"PowerSupplies": link(SUPPLIES)}
    bmc.put(POWER_SUBSYSTEM, link(POWER_SUBSYSTEM) | links)
    _put_collection(bmc, SUPPLIES, {name: supply(name) for name in ("1", "2")})
    readings_of = {"InputPowerWatts": 110, "InputVoltage": 230, "OutputPowerWatts": 100}
    metrics = {key: {"Reading": value} for key, value in readings_of.items()}
    for name in ("1", "2"):
        path = f"{SUPPLIES}/{name}/Metrics"
        bmc.put(path, link(path) | {"Id": "Metrics"} | metrics)


def fan(number: int, speed: int) -> JsonObject:
    """Return a fan with a speed in revolutions per minute."""
    name = f"FAN{number}"
    speeds = {"Reading": 40, "SpeedRPM": speed}
    return {"Id": name, "Name": name, "SpeedPercent": speeds} | ENABLED


def supply(name: str) -> JsonObject:
    """Return a power supply with a link to its metrics."""
    metrics = {"Metrics": link(f"{SUPPLIES}/{name}/Metrics")}
    own = {"Id": name, "Name": f"Power Supply Bay {name}", "PowerCapacityWatts": 2000}
    return own | ENABLED | metrics


def add_sensors(bmc: Bmc) -> None:
    """Add sensors to the chassis, and show some of them in its metrics.

    The second temperature is the distance to a limit, which the metrics do not show.
    """
    margin = {"ReadingBasis": "Headroom"}
    sensors = {
        "CPU_Temp": sensor("Temperature", 61) | {"PhysicalContext": "CPU"},
        "CPU_Margin": sensor("Temperature", 34) | margin,
        "Inlet_Temp": sensor("Temperature", 24),
        "Total_Power": sensor("Power", 207.5),
        "V12": sensor("Voltage", 12.1),
        "V5": sensor("Voltage", 5.1),
    }
    for path in [path for path in bmc.store.paths if path.startswith(f"{SENSORS}/")]:
        bmc.remove(path)
    bmc.change(CHASSIS, {"Sensors": link(SENSORS)})
    put_sensors(bmc, CHASSIS, sensors)
    excerpts = [
        link(path) | {"DataSourceUri": path, "Reading": sensors[name]["Reading"]}
        for name in ("CPU_Temp", "CPU_Margin", "Inlet_Temp", "Total_Power")
        for path in (f"{SENSORS}/{name}",)
    ]
    kind = {"@odata.type": "#ThermalMetrics.v1_0_0.ThermalMetrics"}
    bmc.put(METRICS, link(METRICS) | kind | {_TEMPERATURES: excerpts[:-1]})
    kind = {"@odata.type": "#EnvironmentMetrics.v1_3_0.EnvironmentMetrics"}
    bmc.put(ENVIRONMENT, link(ENVIRONMENT) | kind | {"PowerWatts": excerpts[-1]})


_TEMPERATURES = "TemperatureReadingsCelsius"


def sensor(kind: str, reading: float) -> JsonObject:
    """Return a sensor of a ReadingType."""
    units = _UNITS[kind]
    return {"ReadingType": kind, "ReadingUnits": units, "Reading": float(reading)}


_UNITS = {
    "Temperature": "Cel",
    "Power": "W",
    "Voltage": "V",
    "Rotational": "RPM",
    "EnergyJoules": "J",
}


def put_sensors(bmc: Bmc, chassis: str, sensors: Mapping[str, JsonObject]) -> None:
    """Add a collection of sensors to a chassis, with names made of their Ids."""
    kind = {"@odata.type": "#Sensor.v1_7_0.Sensor"}
    bodies = {
        name: kind | {"Id": name, "Name": name.replace("_", " ")} | body | ENABLED
        for name, body in sensors.items()
    }
    _put_collection(bmc, f"{chassis}/Sensors", bodies)


def make_openbmc(bmc: Bmc) -> None:
    """Name OpenBMC as the firmware, which advertises the expansion of collections."""
    bmc.change(MANAGER, {"Model": "OpenBmc"})
    advertise(bmc.store[ROOT], is_supported=True)


def add_gpus(bmc: Bmc, count: int = 2) -> list[str]:
    """Add chassis of GPUs with sensors; return the paths of all of these."""
    paths: list[str] = []
    for number in range(count):
        chassis = f"{ROOT}/Chassis/GPU_{number}"
        processor = f"{ROOT}/Systems/HGX/Processors/GPU_{number}"
        common = {"PhysicalContext": "GPU", "RelatedItem": [link(processor)]}
        readings = {
            "TEMP_0": sensor("Temperature", 32 + number),
            "TEMP_1": sensor("Temperature", 54) | {"ReadingBasis": "Headroom"},
            "DRAM_0_Temp_0": sensor("Temperature", 35),
            "Power_0": sensor("Power", 230 + number),
            "Energy_0": sensor("EnergyJoules", 36_000_000 * (number + 1)),
            "Voltage_0": sensor("Voltage", 0.9),
        }
        sensors = {
            f"HGX_GPU_{number}_{name}": body | common for name, body in readings.items()
        }
        bmc.put(chassis, link(chassis) | {"Id": f"GPU_{number}"})
        put_sensors(bmc, chassis, sensors)
        paths += [f"{chassis}/Sensors/{name}" for name in sensors]
    return paths


def add_report(bmc: Bmc, name: str, sensors: Iterable[str]) -> str:
    """Add a metric report of sensors, with its definition; return its path."""
    path, definition = f"{REPORTS}/{name}", f"{DEFINITIONS}/{name}"
    kind = {"@odata.type": "#MetricReport.v1_4_2.MetricReport"}
    metrics = [metric(bmc, sensor) for sensor in sensors]
    bmc.put(path, link(path) | kind | {"Id": name, "MetricValues": metrics})
    properties = [value["MetricProperty"] for value in metrics]
    own = {"Id": name, "MetricProperties": properties, "MetricReport": link(path)}
    bmc.put(definition, link(definition) | own)
    for collection in (REPORTS, DEFINITIONS):
        members = bmc.store[collection]["Members"] if bmc.has(collection) else []
        listed = [*members, link(f"{collection}/{name}")]
        count = {"Members@odata.count": len(listed)}
        bmc.put(collection, link(collection) | {"Members": listed} | count)
    links = {
        "MetricReports": link(REPORTS),
        "MetricReportDefinitions": link(DEFINITIONS),
    }
    bmc.put(TELEMETRY, link(TELEMETRY) | links)
    bmc.change(ROOT, {"TelemetryService": link(TELEMETRY)})
    return path


def metric(bmc: Bmc, path: str) -> JsonObject:
    """Return the metric of a sensor as a recorded board sends it."""
    vendor = {"@odata.type": "#NvidiaMetricReport.v1_0_0.NvidiaMetricReport"}
    return {
        "MetricProperty": path,
        "MetricValue": f"{bmc.store[path]['Reading']:.6f}",
        "Oem": {"Nvidia": vendor | {"MetricValueStale": False}},
        "Timestamp": _START,
    }


def set_metric(bmc: Bmc, report: str, path: str, **changes: object) -> None:
    """Change properties of the metric of a sensor."""
    for listed in bmc.store[report]["MetricValues"]:
        if listed["MetricProperty"] == path:
            listed.update(changes)


def mark_stale(bmc: Bmc, report: str, path: str) -> None:
    """Mark the metric of a sensor as stale."""
    set_metric(bmc, report, path, Oem={"Nvidia": {"MetricValueStale": True}})


def gen14_board(*changes: Callable[[Bmc], object]) -> Board:
    """Return the shipped board as one of Gen 14, after some more changes."""
    board = Board.load("x12spi-tf")
    bmc = Bmc(board)
    for change in (make_gen14, *changes):
        change(bmc)
    resources = {path: bmc.store[path] for path in bmc.store.paths}
    return replace(board, name="gen14", resources=resources)


def _put_collection(bmc: Bmc, path: str, members: Mapping[str, JsonObject]) -> None:
    """Add a collection with its members by name."""
    links = [link(f"{path}/{name}") for name in members]
    bmc.put(path, link(path) | {"Members": links, "Members@odata.count": len(links)})
    for name, body in members.items():
        bmc.put(f"{path}/{name}", link(f"{path}/{name}") | body)
