"""Test the energy in the statistics of a real recorder."""

from datetime import datetime, timedelta
from functools import partial

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from tests.conftest import RECORDED, RECORDINGS
from tests.simulator import Bmc
from tests.simulator.power_record import REPORTS

from . import HOUR, MINUTE, entity_id
from .conftest import Elapse
from .energy import ENERGY, Meter
from .paths import ROOT

_X13 = "x13-sys-821ge-tnhr"
BOARDS = ["x12spi-tf", *([RECORDED / _X13] if _X13 in RECORDINGS else [])]


@pytest.fixture(autouse=True)
def custom_integrations(
    recorder_mock: Recorder, enable_custom_integrations: None
) -> None:
    """Set up the recorder before all other fixtures."""


async def async_get_recorded(meter: Meter, since: datetime) -> float:
    """Return the energy in the statistics of the recorder, in kWh."""
    start = since.replace(minute=since.minute // 5 * 5, second=0, microsecond=0)
    await async_wait_recording_done(meter.hass)
    while start < dt_util.utcnow():
        do_adhoc_statistics(meter.hass, start=start)
        await async_wait_recording_done(meter.hass)
        start += timedelta(minutes=5)
    statistic = entity_id(meter.hass, meter.entry, ENERGY)
    assert statistic
    found = await meter.hass.async_add_executor_job(
        partial(
            statistics_during_period,
            meter.hass,
            since - timedelta(hours=1),
            None,
            {statistic},
            period="5minute",
            units=None,
            types={"sum"},
        )
    )
    total = found[statistic][-1]["sum"]
    assert total is not None
    return total


@pytest.mark.long
@pytest.mark.parametrize("offset", [0, -7 * MINUTE])
@pytest.mark.parametrize("board", BOARDS, indirect=True)
async def test_statistics_have_the_true_energy_after_six_hours_away(
    meter: Meter, bmc: Bmc, elapse: Elapse, offset: float
) -> None:
    """Require sums within one percent of the true energy.

    The clock of the BMC may be seven minutes late.
    """
    meter.record.set_clock(float("-inf"), offset)
    since = dt_util.utcnow() - timedelta(hours=1)
    at_first = len(bmc.requests)
    await meter.stop_for(6 * HOUR)
    paths = [request.path for request in bmc.requests[at_first:]]
    reports = [path.rpartition("n")[2] for path in paths if path.startswith(REPORTS)]
    assert reports[-2:] == ["Hour", "Day"]
    assert meter.counted == pytest.approx(meter.true, rel=0.01)
    assert meter.uncounted_hours == 0
    await elapse(10 * MINUTE)
    assert meter.counted == pytest.approx(meter.true, rel=0.01)
    recorded = await async_get_recorded(meter, since)
    assert recorded == pytest.approx(meter.true, rel=0.01)


@pytest.mark.long
@pytest.mark.parametrize("is_set", [True, False])
async def test_statistics_have_what_was_counted_of_six_hours_away(
    meter: Meter, bmc: Bmc, elapse: Elapse, *, is_set: bool
) -> None:
    """Count only the time since the clock was set, or ten minutes without reports."""
    meter.record.ends = "interval"
    since = dt_util.utcnow() - timedelta(hours=1)
    await meter.stop()
    meter.tick(3 * HOUR)
    if is_set:
        meter.record.set_clock(meter.clock.now, -50 * MINUTE)
    else:
        bmc.change(ROOT, {"TelemetryService": None})
    meter.tick(3 * HOUR)
    await meter.start()
    await elapse(10 * MINUTE)
    hours = 6 - meter.uncounted_hours
    assert 2 <= hours <= 3.2 if is_set else hours == pytest.approx(1 / 6, abs=0.02)
    assert meter.counted < meter.true
    recorded = await async_get_recorded(meter, since)
    assert recorded == pytest.approx(meter.counted, rel=0.01)
