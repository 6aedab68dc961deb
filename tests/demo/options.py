"""Parse the command line of the demo.

The password of a real BMC comes from the environment or a prompt. It is no option,
since every user of the machine can list the arguments of all processes.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from getpass import getpass
import os
from pathlib import Path
import re
import secrets
import sys
from typing import NoReturn, override

from tests.simulator import Board, BoardError
from tests.simulator.shipped import NAMES, load_board

from .api import PASSWORD

PORT = 8123
_PASSWORD = "SUPERMICRO_PASSWORD"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of the demo."""

    board: Board | None
    """The simulated board; None with a real BMC."""
    host: str
    username: str
    password: str
    fingerprint: str | None
    """SHA-256 fingerprint of the real BMC's certificate; None to ask the user."""
    owner_password: str
    """The password of Home Assistant's user."""
    port: int | None
    """The port of Home Assistant's page; None for any free port."""
    check: bool
    keep: Path | None
    home_assistant: str | None
    """The release to run; None for the installed one."""
    bare: bool
    """Whether to run with a copy of the integration outside of this project."""


class _Parser(argparse.ArgumentParser):
    """Argument parser with one-line error messages."""

    @override
    def error(self, message: str) -> NoReturn:
        """Print a message and exit."""
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Return the options of the command line, or exit with a message."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.host is None and (parsed.username or parsed.fingerprint):
        parser.error("--username and --fingerprint require --host")
    try:
        board = None if parsed.host else load_board(parsed.board or NAMES[0])
    except BoardError as error:
        parser.error(str(error))
    return Options(
        board=board,
        host=parsed.host or "",
        username=parsed.username or "ADMIN",
        password=_password(parser, parsed.host) if parsed.host else "",
        fingerprint=parsed.fingerprint,
        owner_password=secrets.token_urlsafe(16) if parsed.host else PASSWORD,
        port=parsed.port or (None if parsed.check else PORT),
        check=parsed.check,
        keep=parsed.keep,
        home_assistant=parsed.home_assistant,
        bare=parsed.bare,
    )


def _parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    parser = _Parser(
        prog="script/demo",
        description="Show the integration in a real Home Assistant, with a simulated "
        "BMC or a real one, until Ctrl-C.",
        epilog=f"The password of a real BMC is taken from the environment variable "
        f"{_PASSWORD}, or from a prompt.",
    )
    _add_bmc_options(parser)
    parser.add_argument(
        "--port",
        type=_port,
        help=f"port of Home Assistant's page (default: {PORT}; any with --check)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="print one JSON document and exit; fail if anything is wrong",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="folder for Home Assistant's logs"
    )
    parser.add_argument(
        "--home-assistant",
        metavar="RELEASE",
        type=_release,
        help="run another release, such as 2026.11.0; it is installed first",
    )
    parser.add_argument(
        "--bare",
        action="store_true",
        help="run with a copy of the integration, in a folder outside of this project",
    )
    return parser


def _add_bmc_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a simulated or a real BMC."""
    boards = ", ".join(NAMES)
    bmc = parser.add_mutually_exclusive_group()
    bmc.add_argument(
        "--board",
        metavar="NAME_OR_FOLDER",
        help=f"board to simulate: {boards}, a folder that contains redfish/v1, or the "
        "downloaded diagnostics of a server",
    )
    bmc.add_argument("--host", metavar="HOST[:PORT]", help="use a real BMC instead")
    parser.add_argument("--username", help="account of the real BMC (default: ADMIN)")
    parser.add_argument(
        "--fingerprint",
        metavar="SHA256",
        type=_fingerprint,
        help="fingerprint of its certificate (default: a prompt shows the certificate)",
    )


def _fingerprint(text: str) -> str:
    """Validate a SHA-256 fingerprint, with or without colons."""
    digits = text.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256 fingerprint")
    return digits


def _release(text: str) -> str:
    """Validate a release of Home Assistant."""
    if not re.fullmatch(r"\d{4}\.\d+\.\w+", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a release such as 2026.11.0")
    return text


def _port(text: str) -> int:
    """Validate a port number."""
    highest = 65535
    if not text.isdecimal() or not 0 < int(text) <= highest:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number from 1 to {highest}"
        )
    return int(text)


def _password(parser: argparse.ArgumentParser, host: str) -> str:
    """Return the password from the environment or a prompt."""
    if password := os.environ.get(_PASSWORD):
        return password
    if not sys.stdin.isatty():
        parser.error(f"--host requires a password: set ${_PASSWORD}")
    return getpass(f"Password of {host}: ")
