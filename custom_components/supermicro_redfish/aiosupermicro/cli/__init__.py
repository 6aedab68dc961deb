"""Command line: show, watch or record a BMC."""

# ruff: noqa: T201 - a command line prints

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from getpass import GetPassWarning, getpass
import json
import os
from pathlib import Path
import re
import shutil
import signal
import sys
from typing import Any
import warnings

from aiohttp import ClientSession

from ..client import SupermicroRedfishClient
from ..exceptions import CertificateError, ResourceError, SupermicroRedfishError
from ..http.certificate import async_get_server_certificate
from ..http.urls import base_url
from ..mockup import MockupFolder, Recording, write_mockup
from ..models import Drive
from ..payload import one_line
from .output import (
    describe_error,
    drive_rows,
    log_lines,
    status_rows,
    table_lines,
    to_json,
    watch_line,
)

PASSWORD_VARIABLE = "SUPERMICRO_PASSWORD"  # noqa: S105 - name of a variable

_PROGRAM = "python -m aiosupermicro"
_SHOWN_SKIPPED = 10
_CLOSING_SECONDS = 0.25


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        usage="%(prog)s [OPTION ...] HOST [COMMAND] ...",
        description="Show, watch or record the BMC of a Supermicro server.",
        epilog=f"Set the password in the environment variable {PASSWORD_VARIABLE}. "
        "Without it, the command asks for the password. COMMAND -h shows the options "
        "of a command.",
    )
    parser.add_argument(
        "host", metavar="HOST", help="address of the BMC, with the port if not 443"
    )
    parser.add_argument(
        "--username", default="ADMIN", help="BMC account (default: ADMIN)"
    )
    _add_certificate_options(parser)
    _add_commands(parser)
    parser.set_defaults(command="status", json=False)
    return parser


def _add_certificate_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for the verification of the certificate."""
    trust = parser.add_argument_group(
        "certificate", "By default, the command shows the certificate and asks."
    ).add_mutually_exclusive_group()
    trust.add_argument(
        "--fingerprint",
        metavar="SHA256",
        type=_fingerprint,
        help="accept only the certificate with this SHA-256 fingerprint",
    )
    trust.add_argument(
        "--verify",
        action="store_true",
        help="accept only a certificate of an authority that this machine trusts",
    )
    trust.add_argument(
        "--insecure",
        action="store_true",
        help="accept any certificate; another device can then get the password",
    )


def _add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the commands and their options."""
    commands = parser.add_subparsers(
        dest="command",
        title="commands",
        metavar="COMMAND",
        prog=f"{_PROGRAM} HOST",
    )
    status = commands.add_parser("status", help="show the server's status (default)")
    status.add_argument("--json", action="store_true", help="print JSON")
    watch = commands.add_parser("watch", help="show the status regularly, in one line")
    watch.add_argument(
        "--interval",
        type=_interval,
        default=30,
        help="seconds between two lines (default: 30)",
    )
    watch.add_argument(
        "--count", type=_count, default=0, help="number of lines (default: unlimited)"
    )
    logs = commands.add_parser("logs", help="show the health event log, newest last")
    logs.add_argument("--json", action="store_true", help="print JSON")
    dump = commands.add_parser("dump", help="record the BMC without identifiers")
    dump.add_argument("folder", type=Path, help="new or empty folder")


def _interval(text: str) -> float:
    """Validate an interval of at least a second, which protects the BMC."""
    if (seconds := float(text)) >= 1:
        return seconds
    raise argparse.ArgumentTypeError("it has to be at least 1 second")


def _count(text: str) -> int:
    """Validate a number of lines; 0 means no limit."""
    if (number := int(text)) >= 0:
        return number
    raise argparse.ArgumentTypeError("it must not be negative")


def _fingerprint(text: str) -> str:
    """Validate a SHA-256 fingerprint, with or without colons."""
    digits = text.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise argparse.ArgumentTypeError(f"{text!r} is not a SHA-256 fingerprint")
    return digits


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    It is 0, 1 after an error, 130 after an interruption, or 141 if the reader of the
    output has ended, as in `logs | head`.
    """
    options = build_parser().parse_args(arguments)
    try:
        verify = _choose_trust(options)
        password = _get_password(options)
        asyncio.run(_async_run(options, password, verify))
        sys.stdout.flush()
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except BrokenPipeError:
        # The interpreter flushes the output once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except SupermicroRedfishError as error:
        print(describe_error(error), file=sys.stderr)
        return 1
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"{name}{error.strerror or error}", file=sys.stderr)
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _get_password(options: argparse.Namespace) -> str:
    """Return the password from the environment or a prompt."""
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    try:
        with warnings.catch_warnings(action="error", category=GetPassWarning):
            return getpass(f"Password for {options.username} at {options.host}: ")
    except (EOFError, GetPassWarning):
        raise ValueError(f"No password given. Set {PASSWORD_VARIABLE}.") from None


def _choose_trust(options: argparse.Namespace) -> bool | str:
    """Return the TLS setting; show an unverified certificate to the user first.

    Without an option, the user decides on the certificate and only that one is
    accepted.
    """
    if options.verify or options.insecure:
        return bool(options.verify)
    if options.fingerprint:
        return str(options.fingerprint)
    certificate = asyncio.run(async_get_server_certificate(options.host))
    fingerprint = certificate.fingerprint
    print(
        f"The certificate of {options.host}:",
        f"  Subject      {one_line(certificate.subject)}",
        f"  Issuer       {one_line(certificate.issuer)}",
        f"  Valid        {certificate.not_before.date()} to "
        f"{certificate.not_after.date()}",
        f"  Fingerprint  {fingerprint}",
        sep="\n",
        file=sys.stderr,
    )
    if not sys.stdin.isatty():
        raise ValueError(
            "Nothing was sent. If this is the certificate of your BMC, run the command "
            f"with --fingerprint {fingerprint}. With --insecure, it accepts any "
            "certificate."
        )
    print(
        "Is this the certificate of your BMC? Type yes to go on: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    if sys.stdin.readline().strip().lower() != "yes":
        raise ValueError("Nothing was sent.")
    return fingerprint


async def _async_run(
    options: argparse.Namespace,
    password: str,
    verify: bool | str,  # noqa: FBT001 - as in the client
) -> None:
    """Log in, run the command and log out."""
    _cancel_on_signals()
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, options.host, options.username, password, verify_ssl=verify
        )
        try:
            await _COMMANDS[options.command](client, options)
        except CertificateError:
            # aiohttp closes a rejected connection in the background.
            await asyncio.sleep(_CLOSING_SECONDS)
            raise
        finally:
            await client.async_disconnect()


def _cancel_on_signals() -> None:
    """Log out on Ctrl-C, SIGTERM and SIGHUP; ignore further signals.

    Event loops on Windows do not support signal handlers.
    """
    if task := asyncio.current_task():
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(
                    number, lambda: task.cancelling() or task.cancel()
                )


async def _async_status(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print all data of the bulk reads."""
    data = await client.async_get_all_data()
    drives: list[Drive] = []
    try:
        drives = await client.async_get_drives()
    except ResourceError as error:
        data = replace(data, errors={**data.errors, "drives": error})
    if options.json:
        print(json.dumps({**to_json(data), "drives": to_json(drives)}, indent=1))
        return
    for line in table_lines((*status_rows(data), *drive_rows(drives))):
        print(line)


async def _async_watch(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print a line for each poll."""
    polls = 0
    while True:
        data = await client.async_get_dynamic_data()
        polls += 1
        print(watch_line(data), flush=True)
        if polls == options.count:
            return
        await asyncio.sleep(options.interval)


async def _async_logs(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print the health event log."""
    entries = await client.async_get_log_entries()
    if options.json:
        print(json.dumps(to_json(entries), indent=1))
        return
    for line in log_lines(entries):
        print(line)


async def _async_dump(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Record the BMC to a folder.

    After an error or an interruption, the resources that were read are written. They
    are held in memory until then, since an identifier in one of them may only be known
    after another one was read.
    """
    recording = Recording()
    with MockupFolder(options.folder) as folder:
        try:
            await client.async_read_all_resources(_show_progress, recording)
        finally:
            # A terminal that was closed can no longer be written to.
            known = _known_identifiers(options)
            count = await asyncio.to_thread(write_mockup, recording, folder, known)
            _show_progress_line("")
            _print_skipped(recording)
            if count and not recording.is_complete:
                print(
                    f"The recording is incomplete: {count} resources are in "
                    f"{options.folder}.",
                    file=sys.stderr,
                )
    print(f"Recorded {count} resources to {options.folder} without identifiers.")


def _known_identifiers(options: argparse.Namespace) -> dict[str, str]:
    """Return the host and the account, which a recording must not contain."""
    host = base_url(options.host).host or ""
    label = "" if re.fullmatch(r"[\d.]+|.*:.*", host) else host.partition(".")[0]
    return {"Address": host, "HostName": label, "UserName": options.username}


def _show_progress(done: int, path: str) -> None:
    """Show the number of resources so far and the next path."""
    _show_progress_line(f"{done:5} {one_line(path)}")


def _show_progress_line(text: str) -> None:
    """Replace the last line of a terminal; write nothing to a file."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        end = "" if text else "\r"
        line = f"\r{text[:width]:<{width}}"
        print(line, end=end, file=sys.stderr, flush=True)


def _print_skipped(recording: Recording) -> None:
    """Print the links that are not recorded."""
    for path, reason in list(recording.skipped.items())[:_SHOWN_SKIPPED]:
        print(f"Skipped {path}: {reason}", file=sys.stderr)
    if (more := len(recording.skipped) - _SHOWN_SKIPPED) > 0:
        print(f"Skipped {more} more.", file=sys.stderr)


_COMMANDS: dict[str, Callable[..., Any]] = {
    "status": _async_status,
    "watch": _async_watch,
    "logs": _async_logs,
    "dump": _async_dump,
}
