"""Test energy gaps, which are filled from the power history of the BMC.

While Home Assistant or the connection is away, the simulated machine draws a varying
power, whose integral is known.
"""

from datetime import timedelta
import time
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.supermicro_redfish.aiosupermicro import PowerAverage
from custom_components.supermicro_redfish.models.energy import EnergyGap
from tests.simulator import Bmc
from tests.simulator.power_record import REPORTS

from . import DYNAMIC, HOUR, MAX_ENERGY_GAP, MINUTE
from .conftest import Elapse
from .energy import Meter
from .paths import MANAGER, ROOT

HOUR_REPORT = f"{REPORTS}/AvgPowerConsumptionHour"
DAY = 24 * HOUR


def is_uncounted(meter: Meter, hours: float) -> bool:
    """Return whether a gap of some hours was counted up to the limit only."""
    return meter.uncounted_hours == pytest.approx(
        hours - MAX_ENERGY_GAP / HOUR, abs=0.02
    )


@pytest.mark.parametrize("ends", ["request", "interval"])
@pytest.mark.parametrize("hours", [0.25, 0.9, 6.4, 20.7])
async def test_gap_is_counted_with_the_record(
    meter: Meter, hours: float, ends: Any
) -> None:
    """Count gaps of minutes and hours exactly, whatever averages the BMC has."""
    meter.record.ends = ends
    counted, true = meter.counted, meter.true
    await meter.stop_for(hours * HOUR)
    assert meter.counted - counted == pytest.approx(meter.true - true, rel=0.01)
    assert meter.uncounted_hours == 0


@pytest.mark.long
async def test_gap_without_connection_is_counted(
    meter: Meter, bmc: Bmc, elapse: Elapse
) -> None:
    """Count an outage of the network like a stop of Home Assistant."""
    bmc.drop("*")
    await elapse(3 * HOUR, step=10 * MINUTE)
    bmc.heal()
    await elapse(10 * MINUTE)
    assert meter.counted == pytest.approx(meter.true, rel=0.01)
    assert meter.uncounted_hours == 0


def step_up(meter: Meter, watts: float) -> None:
    """Raise the power now; keep it constant before and afterwards."""
    power, began = meter.record.watts_fn, meter.clock.now
    meter.record.watts_fn = lambda now: power(now) if now <= began else watts


async def test_first_average_is_shared_between_before_and_after(meter: Meter) -> None:
    """Count only the part of an average that belongs to the gap.

    The power has risen at the begin of the gap, so that a share by time would be wrong.
    """
    step_up(meter, 2000)
    counted, true = meter.counted, meter.true
    await meter.stop_for(2.4 * HOUR)
    assert meter.counted - counted == pytest.approx(meter.true - true, rel=0.01)


@pytest.mark.parametrize("hours", [1.8, 6])
async def test_gap_is_counted_although_the_clock_is_late(
    meter: Meter, hours: float
) -> None:
    """Correct the times of the reports by seven minutes."""
    meter.record.set_clock(float("-inf"), -7 * MINUTE)
    step_up(meter, 2000)
    counted, true = meter.counted, meter.true
    await meter.stop_for(hours * HOUR)
    assert meter.counted - counted == pytest.approx(meter.true - true, rel=0.01)
    assert meter.uncounted_hours == 0


@pytest.mark.parametrize("offset", [-50 * MINUTE, 7 * MINUTE, 100 * DAY])
async def test_time_before_the_clock_was_set_is_not_counted(
    meter: Meter, offset: float
) -> None:
    """Report time before the clock was set as uncounted."""
    meter.record.ends = "interval"
    counted = meter.counted
    await meter.stop()
    meter.tick(3 * HOUR)
    meter.record.set_clock(meter.clock.now, offset)
    meter.tick(3 * HOUR)
    await meter.start()
    hours = 6 - meter.uncounted_hours
    assert 2 <= hours <= 3.2
    now = meter.clock.now
    expected = meter.record.watt_hours(now - hours * HOUR, now) / 1000
    assert meter.counted - counted == pytest.approx(expected, rel=0.03)


async def test_board_without_record_is_counted_as_before(
    meter: Meter, bmc: Bmc
) -> None:
    """Count ten minutes of the gap with the mean of the readings."""
    bmc.change(ROOT, {"TelemetryService": None})
    counted = meter.counted
    await meter.stop_for(6 * HOUR)
    assert meter.counted - counted <= 0.7 * MAX_ENERGY_GAP / HOUR
    assert is_uncounted(meter, 6)


@pytest.mark.long
async def test_zeros_of_a_running_host_are_not_counted(meter: Meter) -> None:
    """Report recorded zeros as uncounted: the BMC measured nothing."""
    meter.record.override = 0
    await meter.stop_for(6 * HOUR)
    assert is_uncounted(meter, 6)


@pytest.mark.long
async def test_restart_of_the_bmc_ends_its_record(meter: Meter, bmc: Bmc) -> None:
    """Count only the time since the last restart of the BMC."""
    reset_at = meter.record.date(meter.clock.now + 4 * HOUR)
    bmc.change(MANAGER, {"LastResetTime": reset_at.isoformat(timespec="seconds")})
    await meter.stop_for(6 * HOUR)
    assert 3.5 <= meter.uncounted_hours <= 5


@pytest.mark.long
@pytest.mark.parametrize("path", [HOUR_REPORT, MANAGER])
async def test_record_is_read_again_after_a_failure(
    meter: Meter, bmc: Bmc, elapse: Elapse, path: str
) -> None:
    """Repeat a failed read with the next polls, and count each gap once."""
    bmc.fail(path, status=503, times=3)
    await meter.stop_for(6 * HOUR)
    await elapse(5 * MINUTE)
    assert meter.counted == pytest.approx(meter.true, rel=0.01)
    assert meter.uncounted_hours == 0


@pytest.mark.long
async def test_failing_record_is_not_read_any_more(
    meter: Meter, bmc: Bmc, elapse: Elapse
) -> None:
    """Stop the requests after ten minutes, and count the gap without history."""
    bmc.fail(HOUR_REPORT, status=503)
    await meter.stop_for(6 * HOUR)
    await elapse(12 * MINUTE)
    assert is_uncounted(meter, 6)
    count = len(bmc.requests)
    await elapse(10 * MINUTE)
    assert HOUR_REPORT not in {request.path for request in bmc.requests[count:]}


@pytest.mark.long
async def test_sum_never_decreases_while_a_record_is_read(
    meter: Meter, bmc: Bmc
) -> None:
    """Keep the sum, even if Home Assistant stops before the history is read."""
    counted = meter.counted
    bmc.fail(HOUR_REPORT, status=503)
    await meter.stop_for(6 * HOUR)
    assert meter.counted == counted
    await meter.stop_for(DYNAMIC)
    assert meter.counted >= counted
    assert is_uncounted(meter, 6)


@pytest.mark.parametrize(
    ("begins", "watts", "joules"), [(50, 400, 50_000), (-50, 300, 30_000)]
)
def test_average_from_before_the_known_readings_is_shared_by_time(
    begins: float, watts: float, joules: float
) -> None:
    """Subtract the counted part of an average, or use its mean for the gap."""
    now, zero = time.monotonic(), dt_util.utcnow()
    gap = EnergyGap(
        begin=now + 100,
        end=now + 1000,
        watts=100,
        marks=((now, 0.0), (now + 100, 20_000.0)),
    )
    average = PowerAverage(
        begin=zero + timedelta(seconds=begins),
        end=zero + timedelta(seconds=200),
        watts=watts,
    )
    seconds, counted = gap.get_overlap(average)
    assert seconds == pytest.approx(100, abs=0.1)
    assert counted == pytest.approx(joules, rel=0.01)
