"""Test the messages of refused commands."""

import pytest

from aiosupermicro.ipmi import IpmiCommandError


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (0xC0, "busy"),
        (0xC1, "unknown command"),
        (0xC3, "timeout"),
        (0xC7, "length"),
        (0xC8, "length"),
        (0xC9, "out of range"),
        (0xCB, "no such"),
        (0xCC, "invalid data"),
        (0xCF, "duplicate"),
        (0xD0, "not available"),
        (0xD2, "starting"),
        (0xD3, "destination"),
        (0xD4, "privilege"),
        (0xD5, "current state"),
        (0xD6, "disabled"),
        (0xFF, "unspecified"),
        (0x80, "see the IPMI specification"),
    ],
)
def test_command_error_explains_completion_code(code: int, meaning: str) -> None:
    """Explain the generic codes of IPMI 2.0, table 5-2."""
    error = IpmiCommandError(0x30, 0x45, code)
    assert meaning in str(error)
    assert error.completion_code == code
