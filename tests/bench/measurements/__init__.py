"""The measurements by their number in the table."""

from collections.abc import Awaitable, Callable

from tests.bench.report import Row
from tests.bench.runner import Bench

from .command import measure as command
from .decoding import measure as decoding
from .dynamic import measure as dynamic
from .first_reading import measure as first_reading
from .freshness import measure as freshness
from .hour import measure as hour
from .scale import measure as scale
from .set_up import measure as set_up
from .static import measure as static

MEASUREMENTS: dict[int, Callable[[Bench], Awaitable[list[Row]]]] = {
    1: dynamic,
    2: static,
    3: hour,
    4: command,
    5: decoding,
    6: scale,
    7: set_up,
    8: first_reading,
    9: freshness,
}
