"""Values of sensors from metric reports (TelemetryService)."""

import json
from time import time
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import DynamicData, SupermicroRedfishClient
from aiosupermicro.const import METRIC_STALE_SECONDS, TELEMETRY_RETRY_SECONDS
from aiosupermicro.readings import sensor_pool, telemetry
from tests.conftest import Clock
from tests.library import MANAGER, collection, link, requested_paths
from tests.library.readings import (
    move_sensors,
    poll_after_discovery,
    sensor_paths,
)
from tests.simulator import Bmc, Board, Server
from tests.simulator.gen14 import (
    DEFINITIONS,
    ENVIRONMENT,
    METRICS,
    REPORTS,
    SENSORS,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
    mark_stale,
    set_metric,
)

CPU = f"{SENSORS}/CPU_Temp"
MARGIN = f"{SENSORS}/CPU_Margin"


@pytest.fixture
def board() -> Board:
    """Return a board of Gen 14 with reports on its chassis and on its GPUs."""
    return gen14_board(add_sensors, add_gpus, _add_reports)


def _add_reports(bmc: Bmc) -> None:
    """Add a report on the chassis of the host, and one on the GPUs."""
    add_report(bmc, "Host", [path for path in sensor_paths(bmc) if SENSORS in path])
    add_report(bmc, "GPUs", [path for path in sensor_paths(bmc) if "GPU" in path])


@pytest.fixture
def gpus(bmc: Bmc) -> list[str]:
    """Return the paths of the GPUs' sensors."""
    return [path for path in sensor_paths(bmc) if "GPU" in path]


@pytest.fixture
def report() -> str:
    """Return the path of the report on the host."""
    return f"{REPORTS}/Host"


@pytest.fixture
def telemetry_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let reports use the BMC's clock."""
    monkeypatch.setattr(telemetry, "monotonic", clock)
    return clock


def _values(data: DynamicData) -> dict[str | None, float | None]:
    """Return the readings of all sensors by name."""
    assert data.thermal
    assert data.power
    return (
        {sensor.name: sensor.reading for sensor in data.thermal.temperatures}
        | {sensor.name: sensor.reading for sensor in data.power.voltages}
        | {sensor.name: sensor.reading for sensor in data.sensors}
        | {"draw": data.power.total_power_consumed_watts}
    )


async def test_reports_show_all_sensors_in_each_poll(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read two reports instead of a resource for each sensor."""
    before = _values(await poll_after_discovery(client))
    assert before["CPU Temp"] == 61
    assert before["HGX GPU 1 Power 0"] == 231
    assert before["draw"] == 207.5
    assert before["V12"] == 12.1
    assert "CPU Margin" not in before
    assert "HGX GPU 0 Voltage 0" not in before
    for _ in range(3):
        move_sensors(bmc)
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        after = _values(data)
        moved = [name for name in before if after[name] != before[name]]
        assert len(moved) == len(before) == 4 + 1 + 2 * 5
        assert not any(METRICS in request.path for request in bmc.requests)
        assert not any(ENVIRONMENT in request.path for request in bmc.requests)
        assert not any("/Sensors" in request.path for request in bmc.requests)
        before = after
    margins = [sensor.name for sensor in data.sensors if sensor.is_headroom]
    assert margins == ["HGX GPU 0 TEMP 1", "HGX GPU 1 TEMP 1"]


async def test_reports_are_remembered_over_a_restart(
    client: SupermicroRedfishClient, session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Read the reports of an earlier run, without a search."""
    expected = await poll_after_discovery(client)
    assert any(sensor.related_items for sensor in expected.sensors)
    bmc.requests.clear()
    account = (server.host, bmc.username, bmc.password)
    discovery = json.loads(json.dumps(client.discovery))
    async with SupermicroRedfishClient(session, *account, discovery=discovery) as own:
        await own.async_get_dynamic_data(complete=True)
        data = await own.async_get_dynamic_data()
    assert _values(data) == _values(expected)
    assert [(item.related_items, item.physical_context) for item in data.sensors] == [
        (item.related_items, item.physical_context) for item in expected.sensors
    ]
    assert REPORTS not in [request.path for request in bmc.requests]


async def test_first_poll_after_a_restart_reads_two_reports(
    client: SupermicroRedfishClient, session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Leave the other reports to the second poll, which has more time."""
    bmc.remove(f"{REPORTS}/Host")
    for path in [path for path in sensor_paths(bmc) if SENSORS in path]:
        add_report(bmc, path.rpartition("/")[2], [path])
    await poll_after_discovery(client)
    account = (server.host, bmc.username, bmc.password)
    discovery = json.loads(json.dumps(client.discovery))
    async with SupermicroRedfishClient(session, *account, discovery=discovery) as own:
        numbers = []
        for _ in range(2):
            bmc.requests.clear()
            await own.async_get_dynamic_data()
            numbers.append(sum(REPORTS in path for path in requested_paths(bmc)))
    assert numbers == [2, 3]


async def test_text_nan_is_no_value(
    client: SupermicroRedfishClient, bmc: Bmc, report: str
) -> None:
    """Return None for a sensor that measures nothing, even if it is stale."""
    await poll_after_discovery(client)
    set_metric(bmc, report, CPU, MetricValue="nan")
    mark_stale(bmc, report, CPU)
    bmc.requests.clear()
    assert _values(await client.async_get_dynamic_data())["CPU Temp"] is None
    assert METRICS not in [request.path for request in bmc.requests]


async def test_stale_metric_is_read_elsewhere(
    client: SupermicroRedfishClient, bmc: Bmc, report: str
) -> None:
    """Read the metrics of the chassis if the report marks a value as stale."""
    await poll_after_discovery(client)
    mark_stale(bmc, report, CPU)
    for reading in (71, 72):
        bmc.change(CPU, {"Reading": reading})
        set_metric(bmc, report, CPU, MetricValue="61.000000")
        assert _values(await client.async_get_dynamic_data())["CPU Temp"] == reading


async def test_stale_metric_of_gpu_is_read_from_its_sensor(
    client: SupermicroRedfishClient, bmc: Bmc, gpus: list[str]
) -> None:
    """Read one sensor in a poll if no other resource shows its value."""
    await poll_after_discovery(client)
    mark_stale(bmc, f"{REPORTS}/GPUs", gpus[0])
    bmc.change(gpus[0], {"Reading": 40})
    bmc.requests.clear()
    values = _values(await client.async_get_dynamic_data())
    assert values["HGX GPU 0 TEMP 0"] == 40
    assert [r.path for r in bmc.requests if "/Sensors/" in r.path] == [gpus[0]]


async def test_metric_whose_timestamp_stands_still_is_old(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, telemetry_clock: Clock
) -> None:
    """Ignore the value of a report that is no longer updated."""
    await poll_after_discovery(client)
    bmc.fail(report, status=200, body=bmc.resource(report))
    for seconds, reading in ((0, 61), (METRIC_STALE_SECONDS + 1, 70)):
        telemetry_clock.tick(seconds)
        bmc.change(CPU, {"Reading": 70})
        assert _values(await client.async_get_dynamic_data())["CPU Temp"] == reading


def _put_history(bmc: Bmc, report: str, history: list[dict[str, Any]]) -> None:
    """Serve a report with several metrics of the CPU."""
    metrics = [{"MetricProperty": CPU} | metric for metric in history]
    body = bmc.store[report]
    others = [own for own in body["MetricValues"] if own["MetricProperty"] != CPU]
    bmc.fail(report, status=200, body=body | {"MetricValues": [*metrics, *others]})


def _at(minute: int, value: str) -> dict[str, Any]:
    """Return a metric that was measured at a minute."""
    return {"MetricValue": value, "Timestamp": f"2026-06-29T08:{minute:02}:00+00:00"}


@pytest.mark.parametrize("step", [1, -1], ids=["oldest first", "newest first"])
async def test_newest_of_several_metrics_of_a_sensor_counts(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    report: str,
    telemetry_clock: Clock,
    step: int,
) -> None:
    """Return the newest value in any order, unless its timestamp stands still."""
    await poll_after_discovery(client)
    bmc.change(CPU, {"Reading": 80})
    for minute in (10, 11):
        history = [_at(minute - 1, "41"), _at(minute, f"{minute + 40}")]
        _put_history(bmc, report, history[::step])
        values = _values(await client.async_get_dynamic_data())
        assert values["CPU Temp"] == minute + 40
    telemetry_clock.tick(METRIC_STALE_SECONDS + 1)
    assert _values(await client.async_get_dynamic_data())["CPU Temp"] == 80


@pytest.mark.parametrize(
    "history",
    [
        [{"MetricValue": "41"}, {"MetricValue": "42"}],
        [_at(1, "41"), {"MetricValue": "42", "Timestamp": "yesterday"}],
        [_at(1, "41"), {"MetricValue": "42", "Timestamp": "2026-06-29T08:00:00"}],
        [_at(1, "41"), _at(1, "42")],
    ],
    ids=["no timestamp", "malformed", "no offset", "same time"],
)
async def test_several_metrics_without_comparable_times_are_not_used(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    report: str,
    history: list[dict[str, Any]],
) -> None:
    """Read another resource if the newest value of a sensor is unknown."""
    await poll_after_discovery(client)
    _put_history(bmc, report, history)
    bmc.change(CPU, {"Reading": 80})
    assert _values(await client.async_get_dynamic_data())["CPU Temp"] == 80


async def test_metric_listed_twice_counts(
    client: SupermicroRedfishClient, bmc: Bmc, report: str
) -> None:
    """Return a value that a report lists twice with the same timestamp."""
    await poll_after_discovery(client)
    _put_history(bmc, report, [_at(1, "41"), _at(1, "41")])
    assert _values(await client.async_get_dynamic_data())["CPU Temp"] == 41


@pytest.mark.parametrize(
    "value",
    ["", "warm", None, [], {}, True, "1e999", "inf", "0x10"],
    ids=repr,
)
async def test_value_that_is_no_number_is_not_shown(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, value: Any
) -> None:
    """Return the value of another resource, or none."""
    await poll_after_discovery(client)
    for listed in bmc.store[report]["MetricValues"]:
        listed["MetricValue"] = value
    values = _values(await client.async_get_dynamic_data())
    assert values["CPU Temp"] in (61, None)
    assert values["V12"] in (12.1, None)


@pytest.mark.parametrize(
    "body",
    [
        {"MetricValues": None},
        {"MetricValues": "nonsense"},
        {"MetricValues": [None, 1, [], {}, {"MetricProperty": 3}]},
        {"MetricValues": [{"MetricProperty": "CPU_Temp", "MetricValue": "1"}]},
        {"MetricValues": [{"MetricProperty": f"{CPU}#/Status/Health"}]},
        {},
    ],
    ids=str,
)
async def test_malformed_report_loses_no_reading(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, body: dict[str, Any]
) -> None:
    """Read the other resources instead of a malformed report."""
    await poll_after_discovery(client)
    bmc.put(report, bmc.store[report] | {"MetricValues": []} | body)
    bmc.change(CPU, {"Reading": 70})
    for _ in range(2):
        values = _values(await client.async_get_dynamic_data())
        assert values["CPU Temp"] == 70
        assert values["draw"] == 207.5


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_failed_report_loses_no_reading(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, status: int
) -> None:
    """Read other resources instead, and the report again once it works."""
    await poll_after_discovery(client)
    bmc.fail(report, status=status)
    for reading in (70, 71):
        bmc.change(CPU, {"Reading": reading})
        data = await client.async_get_dynamic_data()
        assert _values(data)["CPU Temp"] == reading
        assert data.errors == {}
    bmc.heal()
    bmc.change(CPU, {"Reading": 72})
    assert _values(await client.async_get_dynamic_data())["CPU Temp"] == 72


async def test_failed_metrics_cost_no_reading_that_a_report_shows(
    client: SupermicroRedfishClient, bmc: Bmc, report: str
) -> None:
    """Forget the error of the metrics once the report shows the values again."""
    await poll_after_discovery(client)
    for path in (report, METRICS, ENVIRONMENT):
        bmc.fail(path, status=503)
    assert (await client.async_get_dynamic_data()).errors
    bmc.heal()
    for path in (METRICS, ENVIRONMENT):
        bmc.fail(path, status=503)
    bmc.change(CPU, {"Reading": 70})
    data = await client.async_get_dynamic_data()
    assert data.errors == {}
    assert _values(data)["CPU Temp"] == 70


async def test_fragment_of_reading_names_sensor(
    client: SupermicroRedfishClient, bmc: Bmc, report: str
) -> None:
    """Accept the spelling of other firmware for the reading of a sensor."""
    for listed in bmc.store[report]["MetricValues"]:
        listed["MetricProperty"] += "#/Reading"
        listed["MetricValue"] = "44.5"
    assert _values(await poll_after_discovery(client))["CPU Temp"] == 44.5


async def test_reports_are_found_without_definitions(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Try all reports of a board without definitions."""
    bmc.remove(DEFINITIONS)
    bmc.change("/redfish/v1/TelemetryService", {"MetricReportDefinitions": None})
    assert _values(await poll_after_discovery(client))["HGX GPU 1 Power 0"] == 231


@pytest.mark.parametrize(
    "aggregation",
    [
        {"CollectionFunction": "Maximum", "CollectionDuration": "PT24H"},
        {"CollectionFunction": "Average"},
        {"CollectionDuration": "PT300.0S"},
        {"CollectionTimeScope": "StartupInterval"},
    ],
    ids=str,
)
@pytest.mark.parametrize("properties", [{"MetricProperties": [CPU]}, {}], ids=str)
async def test_report_of_aggregated_values_is_not_used(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    report: str,
    aggregation: dict[str, str],
    properties: dict[str, Any],
) -> None:
    """Read other resources if a report has maxima or means over a time."""
    metric = {"MetricId": "Aggregated"} | aggregation | properties
    bmc.change(f"{DEFINITIONS}/Host", {"Metrics": [metric]})
    for listed in bmc.store[report]["MetricValues"]:
        listed["MetricValue"] = "95"
    values = _values(await poll_after_discovery(client))
    assert values["CPU Temp"] == 61
    assert values["draw"] == 207.5
    assert values["HGX GPU 1 Power 0"] == 231


@pytest.mark.parametrize(
    "metric",
    [
        {"MetricProperties": [CPU], "CollectionDuration": "PT0S"},
        {"MetricProperties": [CPU], "CollectionTimeScope": "Point"},
        {"MetricProperties": ["/redfish/v1/X"], "CollectionFunction": "Maximum"},
        None,
    ],
    ids=str,
)
async def test_report_of_current_values_is_used(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, metric: Any
) -> None:
    """Poll a report whose metrics of sensors are not aggregated."""
    bmc.change(f"{DEFINITIONS}/Host", {"Metrics": [metric]})
    await poll_after_discovery(client)
    bmc.requests.clear()
    await client.async_get_dynamic_data()
    assert report in requested_paths(bmc)


async def test_board_without_reports_is_asked_once_a_day(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Search reports again after a day."""
    reports = {path: bmc.store[path] for path in (DEFINITIONS, REPORTS)}
    for path in reports:
        bmc.put(path, {"Members": []})
    await poll_after_discovery(client)
    for path, body in reports.items():
        bmc.put(path, body)
    await client.async_get_static_data()
    assert (await client.async_get_dynamic_data()).sensors == ()
    telemetry_clock.tick(TELEMETRY_RETRY_SECONDS + 1)
    await client.async_get_static_data()
    assert (await client.async_get_dynamic_data()).sensors


async def test_report_that_is_found_again_is_read_once_per_poll(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    report: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Request a failing report once, however often it was found before."""
    monkeypatch.setattr(telemetry, "TELEMETRY_RETRY_SECONDS", 0)
    monkeypatch.setattr(telemetry, "SOURCE_RETRY_SECONDS", 0)
    for _ in range(3):
        await poll_after_discovery(client)
    bmc.fail(report, status=503)
    bmc.requests.clear()
    await client.async_get_dynamic_data()
    assert [request.path for request in bmc.requests].count(report) == 1


async def test_report_without_wanted_sensors_is_not_polled(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read a report that only contains voltages of GPUs once.

    It is no source of values any more, should they be wanted before the next search.
    """
    voltages = [path for path in sensor_paths(bmc) if "GPU_0_Voltage" in path]
    path = add_report(bmc, "Voltages", voltages)
    await poll_after_discovery(client)
    bmc.requests.clear()
    await client.async_get_dynamic_data()
    client._readings._pool.want("later", voltages)
    bmc.fail(f"{REPORTS}/GPUs", status=503)
    await client.async_get_dynamic_data()
    assert path not in [request.path for request in bmc.requests]


async def test_margin_is_never_a_temperature(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Omit distances to a limit from the first poll on, from any resource."""
    del bmc.store[MARGIN]["ReadingBasis"]
    limits = {"LowerCaution": {"Reading": 0}, "LowerCritical": {"Reading": -4}}
    bmc.change(MARGIN, {"Thresholds": limits})
    for _ in range(4):
        data = await client.async_get_dynamic_data()
        assert data.thermal
        names = [sensor.name for sensor in data.thermal.temperatures]
        assert "CPU Margin" not in names
    static = await client.async_get_static_data()
    assert [t.name for t in static.inner_thermal["GPU_0"].temperatures] == [
        "HGX GPU 0 TEMP 0",
        "HGX GPU 0 DRAM 0 Temp 0",
    ]
    assert "CPU Temp" in _values(await client.async_get_dynamic_data())


async def test_fan_is_found_while_reports_show_all_values(
    client: SupermicroRedfishClient, bmc: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read the metrics with each static read, though no poll needs them."""
    monkeypatch.setattr(sensor_pool, "EXPAND_FRESH_SECONDS", 0)
    await poll_after_discovery(client)
    bmc.requests.clear()
    await client.async_get_dynamic_data()
    assert ENVIRONMENT not in requested_paths(bmc)
    fan = {"DeviceName": "FAN99", "SpeedRPM": 4200}
    bmc.change(ENVIRONMENT, {"FanSpeedsPercent": [fan]})
    await client.async_get_static_data()
    thermal = (await client.async_get_dynamic_data()).thermal
    assert thermal
    assert ("FAN99", 4200) in [(fan.name, fan.reading) for fan in thermal.fans]


async def test_margin_is_no_temperature_after_a_firmware_update(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Identify all sensors again, before the metrics show their values."""
    await poll_after_discovery(client)
    bmc.change(MANAGER, {"FirmwareVersion": "99"})
    await client.async_get_static_data()
    for _ in range(2):
        names = _values(await client.async_get_dynamic_data()).keys()
        assert "CPU Margin" not in names
    assert "CPU Temp" in names


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("failed", [DEFINITIONS, f"{REPORTS}/*"])
async def test_reports_that_fail_at_first_lose_no_reading(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    telemetry_clock: Clock,
    failed: str,
    status: int,
) -> None:
    """Read the sensors themselves, and the reports with the next static read."""
    bmc.fail(failed, status=status)
    assert _values(await poll_after_discovery(client))["CPU Temp"] == 61
    bmc.heal()
    telemetry_clock.tick(900)
    await client.async_get_static_data()
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())
    telemetry_clock.tick(900)
    bmc.requests.clear()
    await client.async_get_static_data()
    paths = [request.path for request in bmc.requests]
    assert not [path for path in paths if path.startswith((DEFINITIONS, REPORTS))]


async def test_report_that_keeps_failing_takes_one_request(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Try only the report again, without a search, and keep those that work."""
    bmc.fail(f"{REPORTS}/GPUs", status=500)
    await poll_after_discovery(client)
    telemetry_clock.tick(900)
    bmc.requests.clear()
    await client.async_get_static_data()
    paths = [request.path for request in bmc.requests]
    assert [path for path in paths if path.startswith((DEFINITIONS, REPORTS))] == [
        f"{REPORTS}/GPUs"
    ]
    bmc.heal()
    telemetry_clock.tick(900)
    await client.async_get_static_data()
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())


def _telemetry_paths(bmc: Bmc) -> list[str]:
    """Return the requested definitions and reports."""
    paths = requested_paths(bmc)
    return [path for path in paths if path.startswith((DEFINITIONS, REPORTS))]


async def test_definition_that_fails_for_once_loses_no_report(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Read only the failed definition again, with each static read."""
    bmc.fail(f"{DEFINITIONS}/GPUs", status=503)
    await poll_after_discovery(client)
    exported = client._readings._inner.telemetry.export()
    assert exported["retry_at"] <= time() + 60
    for status in (503, None):
        if status is None:
            bmc.heal()
        telemetry_clock.tick(900)
        bmc.requests.clear()
        await client.async_get_static_data()
        expected = [f"{DEFINITIONS}/GPUs"]
        expected += [] if status else [f"{REPORTS}/GPUs"]
        assert _telemetry_paths(bmc) == expected
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())
    telemetry_clock.tick(900)
    bmc.requests.clear()
    await client.async_get_static_data()
    assert _telemetry_paths(bmc) == []


async def test_reports_are_not_guessed_while_definitions_fail(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read no report whose definition may ask for maxima."""
    bmc.fail(f"{DEFINITIONS}/*", status=503)
    await poll_after_discovery(client)
    assert f"{REPORTS}/Host" not in requested_paths(bmc)


@pytest.mark.parametrize("body", [{}, {"MetricValues": None}, {"MetricValues": []}])
async def test_report_that_is_empty_at_first_is_read_again(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    telemetry_clock: Clock,
    body: dict[str, Any],
) -> None:
    """Read an empty report with the next static read."""
    path = f"{REPORTS}/GPUs"
    bmc.fail(path, status=200, body=link(path) | body)
    await poll_after_discovery(client)
    bmc.heal()
    telemetry_clock.tick(900)
    await client.async_get_static_data()
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())


async def test_report_that_stays_empty_is_read_a_few_times(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Leave it to the search of the next day after four reads."""
    path = f"{REPORTS}/GPUs"
    report = bmc.store[path]
    bmc.put(path, report | {"MetricValues": []})
    for _ in range(8):
        await client.async_get_static_data()
        telemetry_clock.tick(900)
    assert requested_paths(bmc).count(path) == 4
    bmc.put(path, report)
    telemetry_clock.tick(TELEMETRY_RETRY_SECONDS)
    await client.async_get_static_data()
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())


def _remove_gpus(bmc: Bmc) -> None:
    """Remove the GPUs with their report and its definition."""
    for path in [path for path in bmc.store.paths if "GPU" in path]:
        bmc.remove(path)
    for path in (REPORTS, DEFINITIONS):
        bmc.put(path, collection(path, ["Host"]))


async def _read_hourly(
    client: SupermicroRedfishClient, clock: Clock, hours: int
) -> DynamicData:
    """Return the data of a poll after some hours with a static read each."""
    for _ in range(hours):
        clock.tick(3600)
        await client.async_get_static_data()
    return await client.async_get_dynamic_data()


@pytest.mark.long
async def test_report_of_removed_hardware_is_dropped(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Expect no sensor of a report that two searches neither list nor read."""
    assert (await poll_after_discovery(client)).sensors
    _remove_gpus(bmc)
    await _read_hourly(client, telemetry_clock, 26)
    assert (await client.async_get_dynamic_data()).sensors == ()
    bmc.requests.clear()
    await client.async_get_dynamic_data()
    assert not [path for path in requested_paths(bmc) if "GPU" in path]
    telemetry = client._readings._inner.telemetry
    assert [*telemetry.export()["reports"]] == [f"{REPORTS}/Host"]
    bmc.requests.clear()
    await _read_hourly(client, telemetry_clock, 20)
    assert not [path for path in _telemetry_paths(bmc) if path != f"{REPORTS}/Host"]


@pytest.mark.parametrize("failed", [None, DEFINITIONS, f"{DEFINITIONS}/Host"])
async def test_report_is_kept_without_a_complete_search(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    telemetry_clock: Clock,
    failed: str | None,
) -> None:
    """Keep a report while definitions fail, or while only one search misses it."""
    expected = _values(await poll_after_discovery(client))
    bmc.fail(f"{REPORTS}/GPUs", status=404)
    definitions = bmc.store[DEFINITIONS]
    bmc.put(DEFINITIONS, collection(DEFINITIONS, ["Host"]))
    if failed:
        bmc.fail(failed, status=503)
    await _read_hourly(client, telemetry_clock, 26 if failed else 24)
    bmc.heal()
    bmc.put(DEFINITIONS, definitions)
    assert _values(await _read_hourly(client, telemetry_clock, 2)) == expected


@pytest.mark.long
async def test_unlisted_report_that_can_be_read_is_kept(
    client: SupermicroRedfishClient, bmc: Bmc, telemetry_clock: Clock
) -> None:
    """Keep the sensors of a report whose definition is not listed any more."""
    expected = _values(await poll_after_discovery(client))
    bmc.put(DEFINITIONS, collection(DEFINITIONS, ["Host"]))
    assert _values(await _read_hourly(client, telemetry_clock, 50)) == expected


async def test_report_that_becomes_one_of_maxima_is_dropped(
    client: SupermicroRedfishClient, bmc: Bmc, report: str, telemetry_clock: Clock
) -> None:
    """Drop a report of an earlier search whose definition asks for maxima now."""
    await poll_after_discovery(client)
    metrics = [{"MetricId": "Maximum", "CollectionFunction": "Maximum"}]
    bmc.change(f"{DEFINITIONS}/Host", {"Metrics": metrics})
    for listed in bmc.store[report]["MetricValues"]:
        listed["MetricValue"] = "95"
    data = await _read_hourly(client, telemetry_clock, 25)
    assert _values(data)["CPU Temp"] == 61


async def test_reset_repeats_the_search_of_reports(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Find the reports again if the firmware has changed meanwhile."""
    await client.async_get_dynamic_data()
    inner = client._readings._inner
    bmc.on_request(f"{REPORTS}/*", inner.telemetry.reset)
    await client.async_get_static_data()
    assert "HGX GPU 1 Power 0" in _values(await client.async_get_dynamic_data())


@pytest.mark.parametrize("body", [{}, {"MetricValues": None}, {"MetricValues": []}])
async def test_report_that_is_empty_for_once_keeps_its_sensors(
    client: SupermicroRedfishClient, bmc: Bmc, body: dict[str, Any]
) -> None:
    """Read the sensors elsewhere, and the report again with the next poll."""
    before = _values(await poll_after_discovery(client))
    paths = [path for path in bmc.store.paths if path.startswith(f"{REPORTS}/")]
    reports = {path: bmc.store[path] for path in paths}
    for path in reports:
        bmc.put(path, link(path) | body)
    assert _values(await client.async_get_dynamic_data()) == before
    for path, report in reports.items():
        bmc.put(path, report)
    move_sensors(bmc)
    after = _values(await client.async_get_dynamic_data())
    assert not [name for name in before if after[name] == before[name]]


async def test_reported_value_of_absent_sensor_counts(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Prefer the value of a report to a state that was read hours ago."""
    bmc.change(CPU, {"Status": {"State": "Absent"}})
    thermal = (await poll_after_discovery(client)).thermal
    assert thermal
    (cpu,) = [item for item in thermal.temperatures if item.name == "CPU Temp"]
    assert cpu.reading_celsius == 61
    assert not cpu.status.is_absent
