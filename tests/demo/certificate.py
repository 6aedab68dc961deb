"""Confirm the certificate of a BMC before Home Assistant sends it a password."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import sys

from .console import DemoError


@dataclass(frozen=True)
class CertificateCheck:
    """The certificate that the BMC is expected to have."""

    fingerprint: str | None
    """SHA-256 fingerprint in lower case; None to ask the user."""

    async def confirm(self, shown: Mapping[str, str]) -> None:
        """Check the certificate that the config flow shows.

        Raises:
            DemoError: The certificate is another one, or the user rejects it.

        """
        found = shown["fingerprint"].replace(":", "").lower()
        if self.fingerprint is not None:
            if found != self.fingerprint:
                raise DemoError(
                    f"the BMC has another certificate, with the fingerprint {found}; "
                    "no password was sent to it"
                )
        elif not sys.stdin.isatty():
            raise DemoError(
                f"the fingerprint of the BMC's certificate is {found}; if this is "
                "right, run again with --fingerprint"
            )
        elif not await _ask(shown):
            raise DemoError("no password was sent to the BMC")


async def _ask(shown: Mapping[str, str]) -> bool:
    """Ask on the terminal whether the certificate is that of the BMC."""
    sys.stderr.write(
        f"\nThe certificate cannot be verified.\n"
        f"  Subject      {shown['subject']}\n"
        f"  Fingerprint  {shown['fingerprint']}\n"
        "Is this the certificate of your BMC? Type yes to send the password: "
    )
    sys.stderr.flush()
    answer = await _read_line()
    return answer.strip().lower() == "yes"


async def _read_line() -> str:
    """Read a line from the terminal; a signal can cancel the wait."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    terminal = sys.stdin.fileno()
    loop.add_reader(terminal, lambda: line.set_result(sys.stdin.readline()))
    try:
        return await line
    finally:
        loop.remove_reader(terminal)
