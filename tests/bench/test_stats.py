"""Test medians, quartiles and lower bounds."""

import pytest

from .stats import Summary, format_number, lower_bound, makespan


def test_summary_ignores_outliers() -> None:
    """Keep a disturbance of the machine out of median and quartiles."""
    assert Summary.of([1, 2, 3, 4, 1000]) == Summary(3, 2, 4, 5)


def test_summary_accepts_a_single_value() -> None:
    """Use a single value for the quartiles as well."""
    assert Summary.of([7]) == Summary(7, 7, 7, 1)


def test_summary_ratio_keeps_the_count() -> None:
    """Divide the median and both quartiles."""
    assert Summary.of([2, 4, 6, 8]).divided_by(2) == Summary(2.5, 1.75, 3.25, 4)


def test_summary_shows_quartiles_only_if_they_differ() -> None:
    """Format equal counts as one number."""
    assert str(Summary.of([3, 3, 3])) == "3"
    assert str(Summary.of([1, 2, 3, 4, 5])) == "3 (2-4)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (0.12345, "0.123"), (24664, "24664"), (1234.5, "1234"), (1.004, "1")],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    """Format whole numbers in full."""
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("service_times", "workers", "seconds"),
    [
        ([1, 1, 1], 1, 3),
        ([1, 1, 1], 2, 1.5),
        ([1, 1, 1], 4, 1),
        ([5, 1, 1], 2, 5),
    ],
)
def test_lower_bound_is_the_work_per_worker_or_the_longest_request(
    service_times: list[float], workers: int, seconds: float
) -> None:
    """Return the larger one of the two times."""
    assert lower_bound(service_times, workers) == seconds


@pytest.mark.parametrize(
    ("service_times", "concurrency", "seconds"),
    [
        ([1, 1, 1], 1, 3),
        ([1, 1, 1], 2, 2),
        ([1, 1, 1], 4, 1),
        ([1, 2, 3], 2, 3),
        ([1, 5, 1], 2, 5),
    ],
)
def test_makespan_does_not_split_requests(
    service_times: list[float], concurrency: int, seconds: float
) -> None:
    """Start the third of three requests when one of the first two has ended."""
    assert makespan(service_times, concurrency) == seconds
