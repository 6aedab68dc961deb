"""Test that the threat model names the tests that exist."""

import re

from tests import security

from . import README, ROOT


def test_threat_model_names_all_security_tests() -> None:
    """Require each file of the folder in the model, and each named file."""
    named = set(re.findall(r"tests/[\w/]+\.py", str(security.__doc__)))
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []
    files = (ROOT / "tests/security").glob("test_*.py")
    assert {str(file.relative_to(ROOT)) for file in files} <= named


def test_readme_names_the_threat_model() -> None:
    """Require a reference to the docstring."""
    assert "`tests/security/__init__.py`" in README
