"""Time limits of the exchange of packets."""

import pytest

from aiosupermicro.ipmi.transport import TimeLimit


@pytest.mark.parametrize(
    ("before_end", "remaining"), [(0.25, 0.25), (1e-9, 0.0), (0.0, 0.0), (-1.0, -1.0)]
)
async def test_less_than_the_clock_resolves_is_no_time(
    before_end: float, remaining: float
) -> None:
    """Return zero if a timer would end at once."""
    limit = TimeLimit(0.5)
    limit._time = lambda: limit._end - before_end
    assert limit.remaining == pytest.approx(remaining, abs=1e-12)
