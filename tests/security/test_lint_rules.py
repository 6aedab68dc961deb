"""Verify that all security rules of ruff apply, and that exceptions give a reason."""

from pathlib import Path
import re
import tomllib
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXCEPTION = re.compile(
    r"noqa: (?P<rules>[A-Z0-9, ]*\bS\d{3}\b[A-Z0-9, ]*)(?P<reason>.*)"
)
REASON = re.compile(r"\s*(-|#) \w.{3,}")


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Run these tests without Home Assistant."""


def lint_section(file: str) -> dict[str, Any]:
    """Return the lint settings of ruff in a file."""
    settings = tomllib.loads((ROOT / file).read_text("utf-8"))
    section: dict[str, Any] = settings.get("tool", {}).get("ruff", settings)["lint"]
    return section


def is_security_rule(rule: str) -> bool:
    """Return whether a rule, or a group of rules, is of flake8-bandit."""
    return re.fullmatch(r"S\d*", rule) is not None


def test_security_rules_apply_to_all_code() -> None:
    """Require all rules; only tests may use assert and passwords."""
    ours = lint_section("pyproject.toml")
    assert ours["select"] == ["ALL"]
    by_file = ours["per-file-ignores"].values()
    ignored = [*ours["ignore"], *(rule for rules in by_file for rule in rules)]
    assert [rule for rule in ignored if is_security_rule(rule)] == []
    in_tests = filter(is_security_rule, lint_section("tests/ruff.toml")["ignore"])
    assert list(in_tests) == ["S101", "S105", "S106"]


def test_exceptions_from_security_rules_give_reason() -> None:
    """Require the reason on the same line."""
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
    without = {str(file) for file, match in found if not REASON.match(match["reason"])}
    assert without == set()
