"""Change the state of a BMC at random, outside the control of Home Assistant."""

from random import Random
from typing import Any, override

from tests.integration import paths
from tests.simulator import Bmc

_MAX_LOG_ENTRIES = 512
_MESSAGE = "Soak event number"
_COUNTERS = ("EnergyJoules", "EnergykWh")


class Workload:
    """Change the readings, settings and log of a BMC."""

    def __init__(self, bmc: Bmc, random: Random) -> None:
        """Initialize with the recorded readings."""
        self._bmc = bmc
        self._random = random
        log = bmc.resource(paths.LOG)["Members"] if bmc.has(paths.LOG) else ()
        self._entry = dict(next(iter(log), {}))
        self._logged = 0

    def change_readings(self) -> None:
        """Change some readings a little, and rarely the health or a setting."""
        random = self._random
        thermal, power = self._bmc.store[paths.THERMAL], self._bmc.store[paths.POWER]
        for sensor in random.sample(thermal["Temperatures"], 5):
            self._drift(sensor, "ReadingCelsius", 2, 20, 85)
        for fan in random.sample(thermal["Fans"], 2):
            self._drift(fan, "Reading", 140, 420, 2800)
        for sensor in random.sample(power["Voltages"], 2):
            self._drift(sensor, "ReadingVolts", 0.003, 0.5, 14)
        (control,) = power["PowerControl"]
        self._drift(control, "PowerConsumedWatts", 9, 60, 420)
        self._drift(control["PowerMetrics"], "AverageConsumedWatts", 3, 90, 180)
        for supply in power["PowerSupplies"]:
            self._drift(supply, "PowerInputWatts", 4, 20, 220)
            self._drift(supply, "LineInputVoltage", 1, 222, 238)
        if random.random() < 0.05:
            drive = self._bmc.store[random.choice(paths.BAYS)]
            self._drift(drive["Oem"]["Supermicro"], "Temperature", 2, 25, 60)
        if random.random() < 0.01:
            self._change_setting()

    def add_log_entry(self) -> None:
        """Add an entry to the health event log, which drops the oldest when full."""
        self._logged += 1
        body = self._bmc.store[paths.LOG]
        number = 1000 + self._logged
        entry = self._entry | {
            "@odata.id": f"{paths.LOG}/{number}",
            "Id": f"{number}",
            "Created": self._bmc.date_time(),
            "Message": f"[SOAK-0001] {_MESSAGE} {self._logged}",
            "Severity": self._random.choice(("OK", "Warning", "Critical")),
            "Oem": {"Supermicro": {"MarkAsAcknowledged": self._random.random() < 0.5}},
        }
        body["Members"] = [*body["Members"], entry][-_MAX_LOG_ENTRIES:]
        body["Members@odata.count"] = len(body["Members"])

    @property
    def messages(self) -> set[str]:
        """The messages of all added entries that the log still holds."""
        log = self._bmc.store[paths.LOG]["Members"] if self._entry else ()
        texts = (entry["Message"] for entry in log)
        return {text.partition("] ")[2] for text in texts if _MESSAGE in text}

    def clear_log(self) -> None:
        """Clear the log on the web page of the BMC."""
        self._bmc.store[paths.LOG] |= {"Members": [], "Members@odata.count": 0}

    def _change_setting(self) -> None:
        """Change a health, a switch of the chassis or a setting outside our control."""
        random = self._random
        health = random.choice(("OK", "OK", "Warning", "Critical"))
        intrusion = random.choice(("Normal", "Normal", "HardwareIntrusion"))
        modes = ("Standard", "FullSpeed", "Optimal", "HeavyIO")
        led = random.choice(("Off", "Lit", "Blinking"))
        changes: list[tuple[str, dict[str, Any]]] = [
            (paths.SYSTEM, {"IndicatorLED": led}),
            (paths.SYSTEM, {"Status": {"Health": health}}),
            (paths.SYSTEM, {"PowerOnDelaySeconds": random.randint(3, 254)}),
            (paths.CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": intrusion}}),
            (paths.FAN_MODE, {"Mode": random.choice(modes)}),
            (paths.NTP, {"NTPEnable": random.random() < 0.5}),
            (paths.BAYS[0], {"Status": {"Health": health}}),
        ]
        self._bmc.change(*random.choice(changes))

    def _drift(
        self, body: dict[str, Any], key: str, step: float, low: float, high: float
    ) -> None:
        """Change a reading by a step within its limits, if there is one."""
        if (value := body.get(key)) is None:
            return
        changed = value + self._random.choice((-step, step))
        if low <= changed <= high:
            body[key] = round(changed, 3)


class SensorWorkload(Workload):
    """Change the readings of a board whose sensors are resources of their own."""

    @override
    def change_readings(self) -> None:
        """Change the readings of some sensors, and rarely a setting."""
        store, random = self._bmc.store, self._random
        sensors = [path for path in store.paths if "/Sensors/" in path]
        for path in random.sample(sensors, 5):
            if store[path].get("ReadingType") not in _COUNTERS:
                self._drift(store[path], "Reading", 0.5, 5, 95)
        if self._entry and random.random() < 0.01:
            self._change_setting()
