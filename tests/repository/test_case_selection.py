"""Test the option --cases, with which script/test limits its time."""

import subprocess
import sys

import pytest

from tests.conftest import spread
from tests.demo.configuration import ROOT


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


@pytest.mark.long
def test_long_tests_are_not_selected() -> None:
    """Leave out the tests with the marker, which take long."""
    command = (
        sys.executable,
        "-m",
        "pytest",
        "--co",
        "-q",
        "tests/soak/test_soak.py",
    )
    all_tests, selected = (
        subprocess.run(  # noqa: S603 - ours
            (*command, *options), cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        for options in ((), ("--cases", "2"))
    )
    assert "test_soak_of_some_hours" in all_tests
    assert "test_soak_of_some_hours" not in selected
    assert "test_footprint_reports_growth" in selected
