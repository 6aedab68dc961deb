"""Show one sensor in all resources that repeat it."""

from __future__ import annotations

import pytest

from tests.simulator import Bmc
from tests.simulator.gen14 import (
    ENVIRONMENT,
    METRICS,
    SENSORS,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
    mark_stale,
)

CPU = f"{SENSORS}/CPU_Temp"


@pytest.fixture
def bmc() -> Bmc:
    """Return a board of Gen 14 with sensors, at a time that stands still."""
    return Bmc(gen14_board(add_sensors, add_gpus), clock=lambda: 0.0)


def _temperatures(bmc: Bmc) -> list[float | None]:
    """Return the temperatures in the metrics of the chassis."""
    listed = bmc.resource(METRICS)["TemperatureReadingsCelsius"]
    return [excerpt["Reading"] for excerpt in listed]


def test_changed_sensor_is_shown_in_metrics(bmc: Bmc) -> None:
    """Keep the recorded values of sensors that have not changed."""
    assert _temperatures(bmc) == [61, 34, 24]
    bmc.change(CPU, {"Reading": 70})
    assert _temperatures(bmc) == [70, 34, 24]
    bmc.change(f"{SENSORS}/Total_Power", {"Reading": 300})
    assert bmc.resource(ENVIRONMENT)["PowerWatts"]["Reading"] == 300


def test_report_shows_texts_and_time() -> None:
    """Let the time of a metric continue, but not that of a stale one."""
    now = 0.0
    bmc = Bmc(gen14_board(add_sensors), clock=lambda: now)
    inlet = f"{SENSORS}/Inlet_Temp"
    path = add_report(bmc, "Host", [CPU, inlet])
    mark_stale(bmc, path, inlet)
    bmc.change(CPU, {"Reading": 70.5})
    bmc.change(inlet, {"Reading": 30})
    now = 60.0
    cpu, stale = bmc.resource(path)["MetricValues"]
    assert cpu["MetricValue"] == "70.500000"
    assert cpu["Timestamp"] == "2026-06-29T08:06:27.513+00:00"
    assert stale["MetricValue"] == "24.000000"
    assert stale["Timestamp"] == "2026-06-29T08:05:27.513+00:00"
    bmc.change(CPU, {"Reading": None})
    assert bmc.resource(path)["MetricValues"][0]["MetricValue"] == "nan"


def test_report_has_definition(bmc: Bmc) -> None:
    """Link from the definition to the report, and name its sensors."""
    gpus = [path for path in bmc.store.find("Sensor") if "GPU" in path]
    path = add_report(bmc, "GPUs", gpus)
    definition = bmc.resource(path.replace("MetricReports", "MetricReportDefinitions"))
    assert definition["MetricReport"] == {"@odata.id": path}
    assert definition["MetricProperties"] == gpus
