"""Test the confirmation of a real BMC's certificate."""

import os
import pty
import sys

import pytest

from tests.demo.certificate import CertificateCheck
from tests.demo.console import DemoError

SHOWN = {"fingerprint": ":".join(["AB"] * 32), "subject": "CN=IPMI"}


async def test_certificate_with_the_expected_fingerprint_is_accepted() -> None:
    """Ask no question if the command line contains the fingerprint."""
    await CertificateCheck("ab" * 32).confirm(SHOWN)


async def test_other_certificate_is_rejected() -> None:
    """Name the fingerprint of the other certificate."""
    with pytest.raises(DemoError, match="another certificate.*" + "ab" * 32):
        await CertificateCheck("cd" * 32).confirm(SHOWN)


async def test_certificate_is_rejected_without_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Require the option if there is no user to ask."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(DemoError, match="ab" * 32 + ".*--fingerprint"):
        await CertificateCheck(None).confirm(SHOWN)


@pytest.mark.parametrize(
    ("answer", "is_accepted"),
    [("yes", True), (" YES ", True), ("", False), ("y", False), ("no", False)],
)
async def test_user_decides_on_the_certificate(
    answer: str,
    is_accepted: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Show the certificate and accept it only after yes."""
    keyboard, terminal = pty.openpty()
    with os.fdopen(terminal) as stdin, os.fdopen(keyboard, "w") as typed:
        monkeypatch.setattr(sys, "stdin", stdin)
        typed.write(f"{answer}\n")
        typed.flush()
        if is_accepted:
            await CertificateCheck(None).confirm(SHOWN)
        else:
            with pytest.raises(DemoError, match="no password was sent"):
                await CertificateCheck(None).confirm(SHOWN)
    shown = capsys.readouterr().err
    assert SHOWN["fingerprint"] in shown
    assert SHOWN["subject"] in shown
