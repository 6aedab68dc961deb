"""Sensors of boards whose metric reports fail, or are too many for one poll."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from time import monotonic

from aiohttp import ClientSession
import pytest

from aiosupermicro import DynamicData
from aiosupermicro.readings import telemetry
from tests.library import connected_client, link, requested_paths
from tests.library.readings import (
    move_sensors,
    poll_after_discovery,
    sensor_paths,
)
from tests.simulator import Bmc
from tests.simulator.expand import Expand
from tests.simulator.gen14 import (
    CHASSIS,
    REPORTS,
    SENSORS,
    add_gpus,
    add_report,
    add_sensors,
    gen14_board,
    mark_stale,
)
from tests.simulator.mutations import add_leak_detectors

_TOLERANCE = 0.05
"""Seconds between two events, so that an age shows which of them was first."""

_WAYS: tuple[Expand, ...] = ("bmcweb", "400")

Failure = Callable[[Bmc, str], None]


def _fail_with(status: int) -> Failure:
    """Return a function that lets a resource fail."""
    return lambda bmc, path: bmc.fail(path, status=status)


def _fail_with_body(**body: object) -> Failure:
    """Return a function that replaces a resource by one with other properties."""
    return lambda bmc, path: bmc.fail(path, status=200, body=link(path) | body)


FAILURES = {
    "503": _fail_with(503),
    "404": _fail_with(404),
    "empty": _fail_with_body(),
    "no_values": _fail_with_body(MetricValues=[]),
}


def _board(expand: Expand, gpus: int, *, has_sensors: bool = True) -> Bmc:
    """Return a BMC with a report on the host, and one on each GPU."""
    bmc = Bmc(gen14_board(add_sensors), expand=expand, expand_advertised=True)
    add_gpus(bmc, gpus)
    add_report(bmc, "Host", sensor_paths(bmc, SENSORS))
    for number in range(gpus):
        add_report(bmc, f"GPU_{number}", sensor_paths(bmc, f"GPU_{number}/"))
    if not has_sensors:
        bmc.change(CHASSIS, {"Sensors": None})
    return bmc


def _reports(bmc: Bmc) -> list[str]:
    """Return the paths of all reports."""
    return [path for path in bmc.store.paths if path.startswith(f"{REPORTS}/")]


def _values(data: DynamicData) -> dict[str | None, float | None]:
    """Return the temperatures, the draw, and the readings of the GPUs by name."""
    assert data.thermal
    assert data.power
    return (
        {sensor.name: sensor.reading for sensor in data.thermal.temperatures}
        | {sensor.name: sensor.reading for sensor in data.sensors}
        | {"draw": data.power.total_power_consumed_watts}
    )


def _unmoved(
    before: Mapping[str | None, float | None], data: DynamicData
) -> Iterator[str | None]:
    """Yield the names of values that have not changed."""
    after = _values(data)
    yield from (name for name in before if after[name] == before[name])


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize(("expand", "polls"), [("bmcweb", 4), ("400", 24)])
@pytest.mark.parametrize("gpus", [1, 4])
@pytest.mark.parametrize("has_sensors", [True, False])
async def test_sensors_of_failed_reports_are_read_in_turns(
    session: ClientSession,
    failure: Failure,
    expand: Expand,
    polls: int,
    gpus: int,
    *,
    has_sensors: bool,
) -> None:
    """Read each sensor within some polls, and return how old the oldest value is.

    The host's temperatures come from its metrics, however many reports fail.
    """
    bmc = _board(expand, gpus, has_sensors=has_sensors)
    async with connected_client(bmc, session) as client:
        before = _values(await poll_after_discovery(client))
        for path in _reports(bmc):
            failure(bmc, path)
        await client.async_get_dynamic_data()
        await asyncio.sleep(_TOLERANCE)
        move_sensors(bmc)
        moved_at = monotonic()
        await asyncio.sleep(_TOLERANCE)
        for _ in range(polls):
            bmc.requests.clear()
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) <= 10
            assert _values(data)["CPU Temp"] != before["CPU Temp"]
            unmoved = [*_unmoved(before, data)]
            assert (data.reading_age > monotonic() - moved_at) is bool(unmoved)
            assert data.is_read_in_turns or not unmoved
        assert not unmoved
        bmc.heal()
        move_sensors(bmc)
        before = _values(data)
        for _ in range(3):
            data = await client.async_get_dynamic_data()
        assert not [*_unmoved(before, data)]


@pytest.mark.parametrize(("expand", "polls"), [("bmcweb", 3), ("400", 4)])
async def test_all_of_many_reports_are_read(
    session: ClientSession, expand: Expand, polls: int
) -> None:
    """Read those that were read longest ago if a poll cannot read all reports."""
    bmc = _board(expand, 8)
    async with connected_client(bmc, session) as client:
        before = _values(await poll_after_discovery(client))
        move_sensors(bmc)
        for _ in range(polls):
            bmc.requests.clear()
            data = await client.async_get_dynamic_data()
            assert data.is_read_in_turns
            assert len(bmc.requests) <= 10
        assert not [*_unmoved(before, data)]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("expand", _WAYS)
async def test_sensors_of_failed_reports_are_kept_over_a_restart(
    session: ClientSession, failure: Failure, expand: Expand
) -> None:
    """Read the sensors of an earlier run while their reports fail, then the reports."""
    bmc = _board(expand, 2)
    async with connected_client(bmc, session) as client:
        before = _values(await poll_after_discovery(client))
        discovery = client.discovery
    for path in _reports(bmc):
        failure(bmc, path)
    move_sensors(bmc)
    async with connected_client(bmc, session, discovery=discovery) as client:
        for _ in range(14):
            data = await client.async_get_dynamic_data()
            assert _values(data).keys() == before.keys()
        assert not [*_unmoved(before, data)]
        assert client.discovery["readings"] == discovery["readings"]


async def test_leak_detectors_leave_requests_to_failed_reports(
    session: ClientSession,
) -> None:
    """Stay within ten requests, and read fans and GPUs all the same."""
    bmc = _board("400", 2)
    add_leak_detectors(bmc, "A", "B")
    async with connected_client(bmc, session) as client:
        before = _values(await poll_after_discovery(client))
        for path in _reports(bmc):
            bmc.fail(path, status=503)
        await client.async_get_dynamic_data()
        move_sensors(bmc)
        for _ in range(12):
            bmc.requests.clear()
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) <= 10
        assert not [*_unmoved(before, data)]


@pytest.mark.long
@pytest.mark.parametrize("expand", _WAYS)
async def test_poll_stops_at_a_sensor_that_hangs(
    session: ClientSession, expand: Expand
) -> None:
    """Leave the other sensors to later polls, which a BMC that hangs does not delay."""
    bmc = _board(expand, 8)
    async with connected_client(bmc, session, timeout=0.3) as client:
        await poll_after_discovery(client)
        for path in (
            *_reports(bmc),
            *sensor_paths(bmc, "GPU"),
            "/redfish/v1/Chassis/GPU*",
        ):
            bmc.hang(path, 3600)
        await client.async_get_dynamic_data()
        bmc.requests.clear()
        data = await client.async_get_dynamic_data()
        assert sum(request.status == 0 for request in bmc.requests) <= 4
        assert data.thermal


@pytest.mark.parametrize(("expand", "polls"), [("bmcweb", 3), ("400", 4)])
async def test_stale_metrics_without_a_sensor_delay_no_report(
    session: ClientSession, expand: Expand, polls: int
) -> None:
    """Read all reports and the host's metrics, though each report lacks a value."""
    bmc = _board(expand, 6)
    async with connected_client(bmc, session) as client:
        await poll_after_discovery(client)
        for number in range(6):
            path = sensor_paths(bmc, f"GPU_{number}_TEMP_0")[0]
            mark_stale(bmc, f"{REPORTS}/GPU_{number}", path)
            bmc.fail(path, status=404)
        for _ in range(8):
            data = await client.async_get_dynamic_data()
        before = {name: v for name, v in _values(data).items() if v is not None}
        move_sensors(bmc)
        for _ in range(polls):
            data = await client.async_get_dynamic_data()
        unmoved = {*_unmoved(before, data)}
        assert not {name for name in unmoved if name and not name.endswith(" TEMP 0")}


async def test_failed_sensors_delay_no_others(session: ClientSession) -> None:
    """Read the sensors of other GPUs, though the reports and three GPUs fail."""
    bmc = _board("bmcweb", 8)
    failed = [f"GPU {number}" for number in range(3)]
    async with connected_client(bmc, session) as client:
        await poll_after_discovery(client)
        for path in (
            *_reports(bmc),
            *(f"/redfish/v1/Chassis/GPU_{n}/*" for n in "012"),
        ):
            bmc.fail(path, status=503)
        for _ in range(12):
            data = await client.async_get_dynamic_data()
        before = _values(data)
        move_sensors(bmc)
        for _ in range(7):
            bmc.requests.clear()
            data = await client.async_get_dynamic_data()
            assert len(bmc.requests) <= 10
        unmoved = {str(name) for name in _unmoved(before, data)}
        assert not {n for n in unmoved if not any(part in n for part in failed)}


async def test_missing_sensor_is_read_once_per_poll(session: ClientSession) -> None:
    """Leave requests of a poll unused rather than repeat one that has failed."""
    bmc = _board("bmcweb", 1)
    sensors = "/redfish/v1/Chassis/GPU_0/Sensors"
    async with connected_client(bmc, session) as client:
        await poll_after_discovery(client)
        bmc.fail(f"{REPORTS}/GPU_0", status=503)
        bmc.fail(sensor_paths(bmc, sensors)[0], status=404)
        for _ in range(3):
            bmc.requests.clear()
            await client.async_get_dynamic_data()
            paths = requested_paths(bmc)
            assert [path for path in paths if path.startswith(sensors)] == [sensors]


async def test_report_without_its_sensors_for_once_is_kept(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read a report again that named only unwanted sensors at a static read."""
    monkeypatch.setattr(telemetry, "SOURCE_RETRY_SECONDS", 0)
    bmc = _board("400", 1)
    report = f"{REPORTS}/GPU_0"
    async with connected_client(bmc, session) as client:
        before = _values(await poll_after_discovery(client))
        voltages = [
            item
            for item in bmc.resource(report)["MetricValues"]
            if "Voltage" in item["MetricProperty"]
        ]
        body = bmc.resource(report) | {"MetricValues": voltages}
        bmc.fail(report, status=200, body=body)
        await client.async_get_dynamic_data()
        await client.async_get_static_data()
        bmc.heal()
        move_sensors(bmc)
        await client.async_get_static_data()
        data = await client.async_get_dynamic_data()
        assert _values(data).keys() == before.keys()
        assert not [*_unmoved(before, data)]
