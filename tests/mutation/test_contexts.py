"""Test the order of tests, and the lines that use a name."""

from pathlib import Path

import pytest

from .contexts import spread, take_turns
from .mentions import Mentions
from .mutations import Mutation
from .names import NameIndex
from .plugin import Result
from .runner import stage_tests

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


def test_stages_start_with_the_library() -> None:
    """Run all tests of the library, and a few others; or else all others."""
    library = [f"tests/library/test_a.py::test_{n}" for n in range(50)]
    others = [f"tests/integration/test_a.py::test_{n}" for n in range(50)]
    assert stage_tests([*others, *library]) == [library[:40], library[40:], others[:40]]
    assert stage_tests(others) == [others[:40], others[40:]]


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


@pytest.mark.parametrize(("line", "expected"), [(2, True), (9, True), (12, False)])
def test_index_finds_lines_that_run_at_import(
    tmp_path: Path, line: int, *, expected: bool
) -> None:
    """Distinguish a constant and a field from the body of a function."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/a.py").write_text(SOURCE, "utf-8")
    index = NameIndex(tmp_path, "code")
    assert index.runs_at_import("code/a.py", line) is expected


def test_mentions_start_with_the_rarest_word(tmp_path: Path) -> None:
    """Prefer the test that names a table's row, and omit those that name nothing."""
    tests = """
def test_one():
    check("LIMIT")

@parametrize("LIMIT", "power_limit")
def test_two():
    pass

def test_three():
    check("LIMITS")
"""
    (tmp_path / "test_a.py").write_text(tests, "utf-8")
    (tmp_path / "a.py").write_text('LIMIT = Row(\n    LIMIT, "power_limit")\n', "utf-8")
    names = [f"test_a.py::test_{name}" for name in ("one", "two", "three")]
    results = {name: Result(seconds=1, passed=True) for name in names}
    mutation = Mutation(path="a.py", line=2, statement=(1, 2), start=0, end=0, text="")
    found = Mentions(results, tmp_path).order(names, mutation)
    assert found == ["test_a.py::test_two", "test_a.py::test_one"]
