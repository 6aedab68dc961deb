"""Medians, and how far samples are spread."""

import pytest

from .stats import Spread, number


def test_outliers_move_neither_the_median_nor_the_spread() -> None:
    """A machine that does something else meanwhile is no result."""
    assert Spread.of([1, 2, 3, 4, 1000]) == Spread(3, 2, 4, 5)


def test_a_single_sample_is_not_spread() -> None:
    """There are no quarters of it."""
    assert Spread.of([7]) == Spread(7, 7, 7, 1)


def test_a_ratio_keeps_the_number_of_samples() -> None:
    """All of it is divided by the same."""
    assert Spread.of([2, 4, 6, 8]).over(2) == Spread(2.5, 1.75, 3.25, 4)


def test_only_what_is_spread_shows_a_spread() -> None:
    """Counts are the same each time."""
    assert str(Spread.of([3, 3, 3])) == "3"
    assert str(Spread.of([1, 2, 3, 4, 5])) == "3 (2-4)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (0.12345, "0.123"), (24664, "24664"), (1234.5, "1234"), (1.004, "1")],
)
def test_numbers_have_the_digits_that_count(value: float, text: str) -> None:
    """Three of them, and whole numbers in full."""
    assert number(value) == text
