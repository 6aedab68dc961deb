"""The rules of bandit, which ruff checks: none is switched off without a word why."""

from pathlib import Path
import re
import tomllib
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXCEPTION = re.compile(r"noqa: (?P<rules>[A-Z0-9, ]*\bS\d{3}\b[A-Z0-9, ]*)(?P<why>.*)")
REASON = re.compile(r"\s*(-|#) \w.{3,}")


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Do without Home Assistant."""


def lint(file: str) -> dict[str, Any]:
    """Return what ruff is told in a file."""
    read = tomllib.loads((ROOT / file).read_text("utf-8"))
    rules: dict[str, Any] = read.get("tool", {}).get("ruff", read)["lint"]
    return rules


def is_of_bandit(rule: str) -> bool:
    """Tell whether a rule, or a group of them, is bandit's."""
    return re.fullmatch(r"S\d*", rule) is not None


def test_all_rules_are_on() -> None:
    """For what is installed; only tests assert, and have passwords in them."""
    ours = lint("pyproject.toml")
    assert ours["select"] == ["ALL"]
    each = ours["per-file-ignores"].values()
    off = [*ours["ignore"], *(rule for rules in each for rule in rules)]
    assert [rule for rule in off if is_of_bandit(rule)] == []
    tests = [rule for rule in lint("tests/ruff.toml")["ignore"] if is_of_bandit(rule)]
    assert tests == ["S101", "S105", "S106"]


def test_every_exception_says_why() -> None:
    """On its own line."""
    files = [
        *(ROOT / "custom_components").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(file for file in (ROOT / "script").iterdir() if file.is_file()),
    ]
    found = [
        (file.relative_to(ROOT), match)
        for file in files
        for match in EXCEPTION.finditer(file.read_text("utf-8"))
    ]
    assert len(found) > 5
    silent = {str(file) for file, match in found if not REASON.match(match["why"])}
    assert silent == set()
