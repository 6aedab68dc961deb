"""Command line: show, watch or record a BMC."""

# ruff: noqa: T201 - a command line prints

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
import dataclasses
from datetime import datetime
from getpass import getpass
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any

from aiohttp import ClientSession

from .client import SupermicroRedfishClient
from .data import DynamicData, RedfishData
from .exceptions import SupermicroRedfishError
from .mockup import write_mockup
from .models import Power, Sensor
from .payload import one_line

PASSWORD_VARIABLE = "SUPERMICRO_PASSWORD"  # noqa: S105 - name of a variable


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m aiosupermicro",
        description="Show, watch or record the BMC of a Supermicro server.",
        epilog=f"Set the password in the environment variable {PASSWORD_VARIABLE}. "
        "Without it, the command asks for the password.",
    )
    parser.add_argument("host", help="address of the BMC, with the port if not 443")
    parser.add_argument(
        "--username", default="ADMIN", help="BMC account (default: ADMIN)"
    )
    parser.add_argument(
        "--verify",
        default=False,
        metavar="yes|FINGERPRINT",
        help="accept only a trusted certificate, or the certificate with this "
        "SHA-256 fingerprint",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    status = commands.add_parser("status", help="show the server's status (default)")
    status.add_argument("--json", action="store_true", help="print JSON")
    watch = commands.add_parser("watch", help="show the status regularly, in one line")
    watch.add_argument(
        "--interval",
        type=float,
        default=30,
        help="seconds between two lines (default: 30)",
    )
    watch.add_argument(
        "--count", type=int, default=0, help="number of lines (default: unlimited)"
    )
    logs = commands.add_parser("logs", help="show the health event log, newest last")
    logs.add_argument("--json", action="store_true", help="print JSON")
    dump = commands.add_parser("dump", help="record the BMC without identifiers")
    dump.add_argument("folder", type=Path, help="new or empty folder")
    parser.set_defaults(command="status", json=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    It is 0, 1 after an error, or 130 after an interruption.
    """
    options = build_parser().parse_args(arguments)
    try:
        password = os.environ.get(PASSWORD_VARIABLE) or getpass(
            f"Password for {options.username}: "
        )
        asyncio.run(_async_run(options, password))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except EOFError:
        print(f"No password given. Set {PASSWORD_VARIABLE}.", file=sys.stderr)
        return 1
    except (SupermicroRedfishError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _async_run(options: argparse.Namespace, password: str) -> None:
    """Log in, run the command and log out."""
    _cancel_on_signals()
    verify = True if options.verify == "yes" else options.verify
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, options.host, options.username, password, verify_ssl=verify
        )
        try:
            await _COMMANDS[options.command](client, options)
        finally:
            await client.async_disconnect()


def _cancel_on_signals() -> None:
    """Log out on SIGTERM and SIGHUP as on Ctrl-C.

    Event loops on Windows do not support signal handlers.
    """
    if task := asyncio.current_task():
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError):
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(
                    number, lambda: task.cancelling() or task.cancel()
                )


async def _async_status(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print all data of the bulk reads."""
    data = await client.async_get_all_data()
    if options.json:
        print(json.dumps(to_json(data), indent=1))
        return
    rows = [(one_line(name), value) for name, value in status_rows(data)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {one_line(value)}")


async def _async_watch(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print a line for each poll."""
    polls = 0
    while True:
        data = await client.async_get_dynamic_data()
        polls += 1
        print(_watch_line(data), flush=True)
        if polls == options.count:
            return
        await asyncio.sleep(options.interval)


def _watch_line(data: DynamicData) -> str:
    """Return the time, power state, power consumption and highest temperature."""
    power = data.power or Power()
    temperatures = data.thermal.available_temperatures if data.thermal else []
    hottest = max(temperatures, key=lambda t: t.reading or 0, default=None)
    columns = (
        datetime.now().astimezone().strftime("%H:%M:%S"),
        data.system.power_state if data.system else "?",
        _with_unit(power.total_power_consumed_watts, "W"),
        f"{hottest.name} {hottest.reading} °C" if hottest else "",
    )
    return one_line(" ".join(map(str, columns)))


async def _async_logs(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Print the health event log."""
    entries = await client.async_get_log_entries()
    if options.json:
        print(json.dumps(to_json(entries), indent=1))
        return
    for entry in entries:
        columns = (entry.created or "?", entry.severity or "-", entry.message or "")
        print(one_line(" ".join(map(str, columns))))


async def _async_dump(
    client: SupermicroRedfishClient, options: argparse.Namespace
) -> None:
    """Record the BMC to a folder."""
    if options.folder.exists() and any(options.folder.iterdir()):
        raise ValueError(f"{options.folder} is not empty. Choose a new folder.")

    def progress(done: int, path: str) -> None:
        print(f"{done:5} {one_line(path)}", file=sys.stderr)

    resources = await client.async_read_all_resources(progress)
    await asyncio.to_thread(write_mockup, resources, options.folder)
    count = len(resources)
    print(f"Recorded {count} resources to {options.folder} without identifiers.")


_COMMANDS: dict[str, Callable[..., Any]] = {
    "status": _async_status,
    "watch": _async_watch,
    "logs": _async_logs,
    "dump": _async_dump,
}


def status_rows(data: RedfishData) -> Iterator[tuple[str, str]]:
    """Return the names and values of the status table."""
    system, manager, power = data.system, data.manager, data.power
    if system:
        yield "Model", system.model or "?"
        yield "Power", str(system.power_state or "?")
        yield "Health", str(system.status.health or "?")
        yield "Identify LED", str(system.indicator_led or "?")
        yield "BIOS", system.bios_version or "?"
    if manager:
        yield "BMC firmware", manager.firmware_version or "?"
    if data.fan_mode:
        yield "Fan mode", str(data.fan_mode.mode or "?")
    if power:
        yield "Power draw", _with_unit(power.total_power_consumed_watts, "W")
        for supply in power.power_supplies:
            health = supply.status.health or supply.status.state or "?"
            watts = _with_unit(supply.power_output_watts, "W")
            yield supply.name or "?", f"{watts}  {health}"
        yield from _sensor_rows(power.voltages, "V")
    if data.thermal:
        yield from _sensor_rows(data.thermal.temperatures, "°C")
        for fan in data.thermal.fans:
            yield from _sensor_rows([fan], "%" if fan.is_duty else "rpm")
    for name, error in data.errors.items():
        yield name, f"unavailable: {error}"


def _sensor_rows(sensors: Sequence[Sensor], unit: str) -> Iterator[tuple[str, str]]:
    """Return the names and readings of the present sensors."""
    for sensor in sensors:
        if sensor.is_fitted:
            yield sensor.name or "?", _with_unit(sensor.reading, unit)


def _with_unit(value: float | None, unit: str) -> str:
    """Return a value with its unit, or a dash for None."""
    return "-" if value is None else f"{value:g} {unit}"


def to_json(value: Any) -> Any:
    """Convert models to JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: to_json(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    is_json = isinstance(value, (str, int, float)) or value is None
    return value if is_json else str(value)
