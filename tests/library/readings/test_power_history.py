"""Test the power history, which X12 and X13 store in reports."""

from datetime import UTC, datetime, timedelta
from math import sin

import pytest

from aiosupermicro import NotFoundError, PowerAverage, SupermicroRedfishClient
from tests.conftest import Clock
from tests.library import ROOT
from tests.simulator import Bmc
from tests.simulator.power_record import REPORTS, PowerRecord

HOUR = 3600
DAY = 24 * HOUR
MINUTE = 60
MANAGER = f"{ROOT}/Managers/1"


def varying(time: float) -> float:
    """Return a power between 180 and 620 W, with a period of 50 minutes."""
    return 400 + 220 * sin(time / 477)


@pytest.fixture
def record(bmc: Bmc, clock: Clock) -> PowerRecord:
    """Return a power history of the BMC that began ten days ago."""
    clock.tick(10 * DAY)
    record = bmc.record_power(varying)
    record.started -= 10 * DAY
    record.started_at -= timedelta(days=10)
    return record


def watt_hours(history: list[PowerAverage]) -> float:
    """Return the energy of a history."""
    return sum(average.joules for average in history) / HOUR


def since(seconds: float) -> datetime:
    """Return the time some seconds ago."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def requested(bmc: Bmc) -> list[str]:
    """Return the names of the requested reports."""
    prefix = f"{REPORTS}/AvgPowerConsumption"
    return [
        request.path.removeprefix(prefix)
        for request in bmc.requests
        if request.path.startswith(prefix)
    ]


async def test_naive_time_is_local(
    client: SupermicroRedfishClient, record: PowerRecord, bmc: Bmc
) -> None:
    """Read the same reports for a time without a time zone."""
    local = since(30 * MINUTE).astimezone().replace(tzinfo=None)
    assert await client.async_read_power_history(local)
    assert requested(bmc) == ["Hour"]


@pytest.mark.parametrize(
    ("seconds", "reports"),
    [
        (30 * MINUTE, ["Hour"]),
        (6 * HOUR, ["Hour", "Day"]),
        (3 * DAY, ["Hour", "Day", "Week"]),
        (30 * DAY, ["Hour", "Day", "Week"]),
    ],
)
@pytest.mark.parametrize("ends", ["request", "interval"])
async def test_history_has_the_true_energy(
    client: SupermicroRedfishClient,
    bmc: Bmc,
    clock: Clock,
    record: PowerRecord,
    seconds: float,
    reports: list[str],
    ends: str,
) -> None:
    """Read no coarser report than necessary, and count no time twice."""
    record.ends = ends  # type: ignore[assignment]
    clock.tick(123)
    record.started_at -= timedelta(seconds=123)
    history = await client.async_read_power_history(since(seconds))
    assert requested(bmc) == reports
    now = datetime.now(UTC)
    begins = [clock.now - (now - average.begin).total_seconds() for average in history]
    ends_at = [clock.now - (now - average.end).total_seconds() for average in history]
    assert all(
        later == pytest.approx(earlier, abs=2)
        for earlier, later in zip(ends_at, begins[1:], strict=False)
    )
    assert ends_at[-1] >= clock.now - 5 * MINUTE - 2
    true = record.watt_hours(begins[0], ends_at[-1])
    assert watt_hours(history) == pytest.approx(true, rel=0.002)
    assert begins[0] <= clock.now - min(seconds, 7 * DAY) + 13 * HOUR * (seconds > DAY)


async def test_history_takes_few_requests(
    client: SupermicroRedfishClient, bmc: Bmc, record: PowerRecord
) -> None:
    """Read the clock and the reports; read the list of reports only once."""
    await client.async_get_dynamic_data()
    await client.async_read_power_history(since(HOUR / 2))
    count = len(bmc.requests)
    await client.async_read_power_history(since(HOUR / 2))
    assert len(bmc.requests) - count == 2
    assert record.power_path


@pytest.mark.parametrize("offset", [-7 * MINUTE, 3 * HOUR, -400 * DAY])
async def test_history_is_corrected_by_the_clock_of_the_bmc(
    client: SupermicroRedfishClient, clock: Clock, record: PowerRecord, offset: float
) -> None:
    """Return times of the client's clock."""
    record.set_clock(float("-inf"), offset)
    history = await client.async_read_power_history(since(HOUR / 2))
    newest = (datetime.now(UTC) - history[-1].end).total_seconds()
    assert newest == pytest.approx(0, abs=3)
    true = record.watt_hours(clock.now - HOUR, clock.now)
    assert watt_hours(history) == pytest.approx(true, rel=0.002)


@pytest.mark.parametrize("offset", [7 * MINUTE, -7 * MINUTE, -50 * MINUTE, 100 * DAY])
async def test_history_ends_at_a_jump_of_the_clock(
    client: SupermicroRedfishClient, clock: Clock, record: PowerRecord, offset: float
) -> None:
    """Return no averages from before a jump of the clock."""
    record.ends = "interval"
    record.set_clock(clock.now - 2 * HOUR, offset)
    history = await client.async_read_power_history(since(6 * HOUR))
    seconds = sum(average.seconds for average in history)
    assert HOUR - 2 <= seconds <= 2 * HOUR + 2
    true = record.watt_hours(clock.now - seconds, clock.now)
    assert watt_hours(history) == pytest.approx(true, rel=0.15)


async def test_history_begins_after_a_restart_of_the_bmc(
    client: SupermicroRedfishClient, bmc: Bmc, clock: Clock, record: PowerRecord
) -> None:
    """Return no averages from before the last restart."""
    reset_at = record.date(clock.now - 40 * MINUTE).isoformat(timespec="seconds")
    bmc.change(MANAGER, {"LastResetTime": reset_at})
    history = await client.async_read_power_history(since(6 * HOUR))
    assert sum(average.seconds for average in history) == pytest.approx(
        40 * MINUTE, abs=5 * MINUTE
    )


async def test_history_of_reports_that_stand_still_is_empty(
    client: SupermicroRedfishClient, clock: Clock, record: PowerRecord
) -> None:
    """Return an empty history, because the time of the averages is unknown."""
    record.stopped = clock.now - 3 * DAY
    assert await client.async_read_power_history(since(HOUR)) == []


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        ["nonsense"],
        [{"MetricValue": "5", "Timestamp": "2026-01-01T00:00:00Z"}],
        [{"MetricValue": "5", "Timestamp": "2026-01-01T00:00:00Z"}] * 5,
        [{"MetricValue": "5"}, {"Timestamp": None}],
    ],
)
async def test_history_of_a_malformed_report_is_empty(
    client: SupermicroRedfishClient, bmc: Bmc, record: PowerRecord, values: object
) -> None:
    """Return an empty history for reports without regular times."""
    await client.async_get_dynamic_data()
    bmc.power_record = None
    for name in ("Hour", "Day", "Week"):
        path = f"{REPORTS}/AvgPowerConsumption{name}"
        bmc.put(path, {"@odata.id": path, "MetricValues": values})
    assert await client.async_read_power_history(since(HOUR)) == []
    assert record.power_path


async def test_board_without_reports_has_no_history(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Raise an error, and send no request the next time."""
    for expected in (True, False):
        count = len(bmc.requests)
        with pytest.raises(NotFoundError):
            await client.async_read_power_history(since(HOUR))
        assert (len(bmc.requests) > count) is expected


async def test_clock_that_is_not_set_has_no_history(
    client: SupermicroRedfishClient, bmc: Bmc, record: PowerRecord
) -> None:
    """Raise an error, as the times of the reports are invalid."""
    record.started_at = datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(NotFoundError):
        await client.async_read_power_history(since(HOUR))
    assert bmc.requests
