"""What the demo is asked for on its command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from getpass import getpass
import os
from pathlib import Path
import re
import sys
from typing import NoReturn, override

from tests.simulator import Board, BoardError

PORT = 8123
_PASSWORD = "SUPERMICRO_PASSWORD"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is shown, and how."""

    board: Board | None
    """What is simulated; None with a real BMC."""
    host: str
    username: str
    password: str
    port: int | None
    """Where Home Assistant's page is; None for any free port."""
    check: bool
    keep: Path | None
    home_assistant: str | None
    """The release that is run; None for the one that is installed anyway."""
    bare: bool
    """Whether Home Assistant has a copy of the integration, outside of this project."""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    @override
    def error(self, message: str) -> NoReturn:
        """Exit with a message."""
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Return what the command line asks for, or exit with a message."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.host is None and (parsed.username or parsed.password):
        parser.error("--username and --password go with --host")
    try:
        board = None if parsed.host else Board.load(parsed.board or Board.names()[0])
    except BoardError as error:
        parser.error(str(error))
    return Options(
        board=board,
        host=parsed.host or "",
        username=parsed.username or "ADMIN",
        password=_password(parser, parsed) if parsed.host else "",
        port=parsed.port or (None if parsed.check else PORT),
        check=parsed.check,
        keep=parsed.keep,
        home_assistant=parsed.home_assistant,
        bare=parsed.bare,
    )


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    boards = ", ".join(Board.names())
    parser = _Parser(
        prog="script/demo",
        description="Show the integration in a real Home Assistant, with a simulated "
        "BMC or a real one, until Ctrl-C.",
    )
    bmc = parser.add_mutually_exclusive_group()
    bmc.add_argument(
        "--board",
        metavar="NAME_OR_FOLDER",
        help=f"what is simulated: {boards}, a folder that holds redfish/v1, or the "
        "downloaded diagnostics of a server",
    )
    bmc.add_argument("--host", metavar="HOST[:PORT]", help="a real BMC instead")
    parser.add_argument("--username", help="its account (default: ADMIN)")
    parser.add_argument(
        "--password", help=f"default: that in ${_PASSWORD}, or it is asked for"
    )
    parser.add_argument(
        "--port",
        type=_port,
        help=f"of Home Assistant's page (default: {PORT}; any with --check)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="do not wait: print one JSON document, and fail if anything is wrong",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="where to leave Home Assistant's logs"
    )
    parser.add_argument(
        "--home-assistant",
        metavar="RELEASE",
        type=_release,
        help="run another release, such as 2026.11.0; it is installed at first",
    )
    parser.add_argument(
        "--bare",
        action="store_true",
        help="as installed: a copy of the integration, in a folder elsewhere",
    )
    return parser


def _release(text: str) -> str:
    """Return a release of Home Assistant."""
    if not re.fullmatch(r"\d{4}\.\d+\.\w+", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no release such as 2026.11.0")
    return text


def _port(text: str) -> int:
    """Return a port's number."""
    most = 65535
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {most}")
    return int(text)


def _password(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> str:
    """Return the password from the first place that has one."""
    if parsed.password or os.environ.get(_PASSWORD):
        return str(parsed.password or os.environ[_PASSWORD])
    if not sys.stdin.isatty():
        parser.error(f"--host needs a password: use --password or ${_PASSWORD}")
    return getpass(f"Password of {parsed.host}: ")
