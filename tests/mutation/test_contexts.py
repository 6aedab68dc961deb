"""Test the order of tests, and the lines that use a name."""

from pathlib import Path

import pytest

from .contexts import spread, take_turns
from .names import NameIndex
from .plugin import Result

SOURCE = """
LIMIT = 3
OTHER: int = 4

@decorator(
    slots=True,
)
class Model:
    field: int = 0

def method(value):
    return value > LIMIT and Model(field=1).field
"""


def test_order_starts_with_the_fastest_test_of_each_file() -> None:
    """Return tests of different files alternately."""
    seconds = {"a::1": 3.0, "a::2": 1.0, "a::3": 2.0, "b::1": 9.0, "c::1": 0.5}
    results = {name: Result(seconds=n, passed=True) for name, n in seconds.items()}
    assert spread(seconds, results) == ["c::1", "a::2", "b::1", "a::3", "a::1"]


def test_order_omits_failed_slow_and_unknown_tests() -> None:
    """Omit tests that fail without a mutation, that are slow, or unknown."""
    results = {
        "a::failed": Result(seconds=1, passed=False),
        "a::slow": Result(seconds=60, passed=True),
        "a::passed": Result(seconds=1, passed=True),
    }
    assert spread({*results, "a::unknown"}, results) == ["a::passed"]


def test_order_takes_turns_between_cases_of_different_tests() -> None:
    """Return each test function before further cases of one."""
    tests = ["a::one[1]", "a::one[2]", "b::two", "a::one[3]", "b::three[x]"]
    expected = ["a::one[1]", "b::two", "b::three[x]", "a::one[2]", "a::one[3]"]
    assert take_turns(tests, "[") == expected


@pytest.mark.parametrize(
    ("line", "users"),
    [
        (2, {12}),  # LIMIT
        (3, set()),  # OTHER
        (6, {12}),  # the decorator of Model
        (9, {12}),  # Model and its field
    ],
)
def test_index_finds_lines_that_use_a_name(
    tmp_path: Path, line: int, users: set[int]
) -> None:
    """Return the lines that use a constant, a class or a field."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/a.py").write_text(SOURCE, "utf-8")
    index = NameIndex(tmp_path, "code")
    assert index.users("code/a.py", line) == {("code/a.py", user) for user in users}
