"""What moves by itself: readings, health, the log, and people in front of the rack."""

from random import Random
from typing import Any

from tests.scenario.entity_values import BAYS, CHASSIS, LOG, OEM, POWER, SYSTEM, THERMAL
from tests.simulator import Bmc

_MOST_ENTRIES = 512
_MESSAGE = "This has happened as number"


class Nature:
    """Moves what a BMC measures."""

    def __init__(self, bmc: Bmc, random: Random) -> None:
        """Move a BMC's readings by chance."""
        self._bmc = bmc
        self._random = random
        self._entry = dict(bmc.resource(LOG)["Members"][0])
        self.logged = 0
        """How many entries were written to the log."""

    def move(self) -> None:
        """Let some readings be others than before."""
        chance = self._random
        thermal, power = self._bmc.store[THERMAL], self._bmc.store[POWER]
        for sensor in chance.sample(thermal["Temperatures"], 5):
            self._drift(sensor, "ReadingCelsius", 2, 20, 85)
        for fan in chance.sample(thermal["Fans"], 2):
            self._drift(fan, "Reading", 140, 420, 2800)
        for sensor in chance.sample(power["Voltages"], 2):
            self._drift(sensor, "ReadingVolts", 0.003, 0.5, 14)
        (control,) = power["PowerControl"]
        self._drift(control, "PowerConsumedWatts", 9, 60, 420)
        metrics = control["PowerMetrics"]
        self._drift(metrics, "AverageConsumedWatts", 3, 90, 180)
        for supply in power["PowerSupplies"]:
            self._drift(supply, "PowerInputWatts", 4, 20, 220)
            self._drift(supply, "LineInputVoltage", 1, 222, 238)
        if chance.random() < 0.05:
            drive = self._bmc.store[chance.choice(BAYS)]
            self._drift(drive["Oem"]["Supermicro"], "Temperature", 2, 25, 60)
        if chance.random() < 0.01:
            self._happen()

    def log(self) -> None:
        """Write an entry to the health event log, which keeps no more than so many."""
        self.logged += 1
        body = self._bmc.store[LOG]
        number = 1000 + self.logged
        entry = self._entry | {
            "@odata.id": f"{LOG}/{number}",
            "Id": f"{number}",
            "Created": self._bmc.date_time(),
            "Message": f"[SOAK-0001] {_MESSAGE} {self.logged}",
            "Severity": self._random.choice(("OK", "Warning", "Critical")),
            "Oem": {"Supermicro": {"MarkAsAcknowledged": self._random.random() < 0.5}},
        }
        body["Members"] = [*body["Members"], entry][-_MOST_ENTRIES:]
        body["Members@odata.count"] = len(body["Members"])

    @property
    def messages(self) -> set[str]:
        """What is in the log of what was written here."""
        texts = (entry["Message"] for entry in self._bmc.store[LOG]["Members"])
        return {text.partition("] ")[2] for text in texts if _MESSAGE in text}

    def clear_log(self) -> None:
        """Clear the log by the BMC's own web page."""
        self._bmc.store[LOG] |= {"Members": [], "Members@odata.count": 0}

    def _happen(self) -> None:
        """Let somebody press or open something, or a part fare better or worse."""
        chance = self._random
        health = chance.choice(("OK", "OK", "Warning", "Critical"))
        is_open = chance.choice(("Normal", "Normal", "HardwareIntrusion"))
        modes = ("Standard", "FullSpeed", "Optimal", "HeavyIO")
        led = chance.choice(("Off", "Lit", "Blinking"))
        changes: list[tuple[str, dict[str, Any]]] = [
            (SYSTEM, {"IndicatorLED": led}),
            (SYSTEM, {"Status": {"Health": health}}),
            (SYSTEM, {"PowerOnDelaySeconds": chance.randint(3, 254)}),
            (CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": is_open}}),
            (f"{OEM}/FanMode", {"Mode": chance.choice(modes)}),
            (f"{OEM}/NTP", {"NTPEnable": chance.random() < 0.5}),
            (BAYS[0], {"Status": {"Health": health}}),
        ]
        self._bmc.change(*chance.choice(changes))

    def _drift(
        self, body: dict[str, Any], key: str, step: float, least: float, most: float
    ) -> None:
        """Let a reading, if there is one, be a little more or less."""
        if (value := body.get(key)) is None:
            return
        moved = value + self._random.choice((-step, step))
        if least <= moved <= most:
            body[key] = round(moved, 3)
