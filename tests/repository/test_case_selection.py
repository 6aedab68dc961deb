"""Test the option --cases, with which script/test limits its time."""

import pytest

from tests.conftest import spread


@pytest.mark.parametrize(
    ("count", "number", "expected"),
    [
        (1, 3, [0]),
        (3, 3, [0, 1, 2]),
        (9, 3, [0, 4, 8]),
        (9, 1, [0]),
        (10, 4, [0, 3, 6, 9]),
    ],
)
def test_selected_cases_are_spread(
    count: int, number: int, expected: list[int]
) -> None:
    """Run the first and the last case in any selection of two or more."""
    assert spread(count, number) == expected
