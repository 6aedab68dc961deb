"""How fast a BMC lets its clients be."""

import pytest

from .limit import bound, schedule


@pytest.mark.parametrize(
    ("services", "workers", "seconds"),
    [
        ([1, 1, 1], 1, 3),
        ([1, 1, 1], 2, 1.5),
        ([1, 1, 1], 4, 1),
        ([5, 1, 1], 2, 5),
    ],
)
def test_no_client_is_faster_than_all_workers_or_the_longest_request(
    services: list[float], workers: int, seconds: float
) -> None:
    """The sum over the workers, no less than the longest."""
    assert bound(services, workers) == seconds


@pytest.mark.parametrize(
    ("services", "at_a_time", "seconds"),
    [
        ([1, 1, 1], 1, 3),
        ([1, 1, 1], 2, 2),
        ([1, 1, 1], 4, 1),
        ([1, 2, 3], 2, 3),
        ([1, 5, 1], 2, 5),
    ],
)
def test_requests_are_answered_whole(
    services: list[float], at_a_time: int, seconds: float
) -> None:
    """The third of three takes as long as the first two together."""
    assert schedule(services, at_a_time) == seconds
