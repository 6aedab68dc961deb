"""Read the past power from the metric reports of X12 and X13.

A report has the averages of an hour, a day or a week, the newest first. The finest
report has priority; a coarser one contains older averages. Unreliable averages are
omitted: those of a report that is no longer updated, and those from before a jump of
the clock or a restart of the BMC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import re
from statistics import median_high
from typing import NamedTuple

from ..const import CLOCK_TOLERANCE_SECONDS, MAX_POWER_REPORTS
from ..exceptions import NotFoundError
from ..models import MetricReport, PowerAverage
from ..models.values import parse_datetime
from ..resources.endpoints import MANAGER, METRIC_REPORTS
from ..resources.reader import ResourceReader

_POWER_REPORT = re.compile(r"Avg\w*Power\w*", re.IGNORECASE)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_TOLERANCE = timedelta(seconds=CLOCK_TOLERANCE_SECONDS)


class _Clock(NamedTuple):
    """The clock of the BMC."""

    now: datetime
    offset: timedelta
    """Time by which the clock is ahead of the client's; negative if it is behind."""
    began: datetime
    """Time since which the BMC has run without a restart, if it reports one."""


async def async_read_power_history(
    reader: ResourceReader, since: datetime
) -> list[PowerAverage]:
    """Return the averages that the BMC has of the time since `since`.

    `since` is a time of the client's clock. Older averages of the same reports are
    included. It takes one request for the clock, one for each report that is needed,
    and two more the first time.

    Raises:
        NotFoundError: The board has no power history.
        SupermicroRedfishError: The history or the clock could not be read.

    """
    members = await reader.members.async_list(METRIC_REPORTS, cached=True)
    paths = [path for path in members if _POWER_REPORT.fullmatch(_name(path))]
    if not paths:
        raise NotFoundError("This board has no power history")
    clock = await _async_read_clock(reader)
    history: list[PowerAverage] = []
    for path in paths[:MAX_POWER_REPORTS]:
        report = MetricReport.from_dict(await reader.async_get_json(path))
        history = _merge(history, [*_averages(report, clock)][::-1])
        if history and history[0].begin <= since:
            break
    return history


def _name(path: str) -> str:
    """Return the last segment of a path."""
    return path.rstrip("/").rpartition("/")[2]


async def _async_read_clock(reader: ResourceReader) -> _Clock:
    """Read the clock of the BMC and compare it with the client's.

    The read is unconditional: some boards may not count the time into the ETag.
    """
    reader.invalidate(MANAGER)
    before = datetime.now(UTC)
    manager = await reader.async_get(MANAGER)
    after = datetime.now(UTC)
    now = parse_datetime(manager.date_time)
    if now is None:
        raise NotFoundError("The clock of this board is not set")
    offset = now - (before + (after - before) / 2)
    reset_at = manager.last_reset_at
    began = reset_at if reset_at and reset_at <= now else _LONG_AGO
    return _Clock(now, offset, began)


def _averages(report: MetricReport, clock: _Clock) -> Iterator[PowerAverage]:
    """Return the reliable averages of a report, the newest first.

    If the time between two averages differs from the usual interval, the clock was set,
    and perhaps the averages were interrupted.
    """
    values = [
        (value.measured_at, value.reading)
        for value in report.metric_values
        if value.measured_at
    ]
    steps = [newer - older for (newer, _), (older, _) in pairwise(values)]
    interval = median_high(steps) if steps else timedelta()
    if interval <= timedelta() or not _is_up_to_date(values[0][0], interval, clock):
        return
    for (end, watts), step in zip(values, [*steps, interval], strict=True):
        begin = end - interval
        if abs(step - interval) > _TOLERANCE or begin < clock.began:
            return
        if watts is not None and watts >= 0:
            yield PowerAverage(
                begin=begin - clock.offset, end=end - clock.offset, watts=watts
            )


def _is_up_to_date(newest: datetime, interval: timedelta, clock: _Clock) -> bool:
    """Return whether a report is up to date."""
    return -_TOLERANCE <= clock.now - newest <= interval + _TOLERANCE


def _merge(fine: list[PowerAverage], coarse: list[PowerAverage]) -> list[PowerAverage]:
    """Return the averages of two reports; the coarser one only adds older ones."""
    if not fine:
        return coarse
    begin = fine[0].begin
    older = [
        average if average.end <= begin else _clip(average, fine)
        for average in coarse
        if begin - average.begin > _TOLERANCE
    ]
    return older + fine


def _clip(average: PowerAverage, fine: list[PowerAverage]) -> PowerAverage:
    """Return the part of an average that is older than the finer ones.

    Its energy is that of the average without that of the finer averages.
    """
    begin, end = fine[0].begin, average.end
    newer = [item.clip(begin, end) for item in fine if item.begin < end]
    rest = (begin - average.begin).total_seconds()
    watts = average.watts
    if sum(item.seconds for item in newer) >= (end - begin).total_seconds():
        newer_joules = sum(item.joules for item in newer)
        watts = max((average.joules - newer_joules) / rest, 0.0)
    return PowerAverage(begin=average.begin, end=begin, watts=watts)
