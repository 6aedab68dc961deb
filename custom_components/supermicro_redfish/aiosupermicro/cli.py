"""The command line: look at a BMC, follow it, or record it for a bug report."""

# ruff: noqa: T201 - printing is what it does

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
from .data import RedfishData
from .exceptions import SupermicroRedfishError
from .mockup import write_mockup
from .models import Power, Sensor
from .payload import one_line

PASSWORD_VARIABLE = "SUPERMICRO_PASSWORD"  # noqa: S105 - a variable's name


def parser() -> argparse.ArgumentParser:
    """Return what the command line understands."""
    root = argparse.ArgumentParser(
        prog="python -m aiosupermicro",
        description="Look at the BMC of a Supermicro server over Redfish.",
        epilog=f"The password comes from {PASSWORD_VARIABLE}, or is asked for.",
    )
    root.add_argument("host", help="address of the BMC, with a port if it is not 443")
    root.add_argument("--username", default="ADMIN", help="BMC account (ADMIN)")
    root.add_argument(
        "--verify",
        default=False,
        metavar="yes|FINGERPRINT",
        help="trust only a certificate that verifies, or has this SHA-256 fingerprint",
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    status = commands.add_parser("status", help="what the server does now (default)")
    status.add_argument("--json", action="store_true", help="as JSON")
    watch = commands.add_parser("watch", help="the same again and again, in a line")
    watch.add_argument("--interval", type=float, default=30, help="seconds (30)")
    watch.add_argument("--count", type=int, default=0, help="how often (for ever)")
    logs = commands.add_parser("logs", help="the health event log, newest last")
    logs.add_argument("--json", action="store_true", help="as JSON")
    dump = commands.add_parser("dump", help="record the BMC, without identifiers")
    dump.add_argument("folder", type=Path, help="a new folder")
    root.set_defaults(command="status", json=False)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, or 1 if the BMC failed."""
    asked = parser().parse_args(arguments)
    try:
        password = os.environ.get(PASSWORD_VARIABLE) or getpass(f"{asked.username}: ")
        asyncio.run(_async_run(asked, password))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except EOFError:
        print("Nobody gave the password", file=sys.stderr)
        return 1
    except (SupermicroRedfishError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _async_run(asked: argparse.Namespace, password: str) -> None:
    """Log in, run the command and log out."""
    _log_out_when_told_to_end()
    verify = True if asked.verify == "yes" else asked.verify
    async with ClientSession() as session:
        client = SupermicroRedfishClient(
            session, asked.host, asked.username, password, verify_ssl=verify
        )
        try:
            await _COMMANDS[asked.command](client, asked)
        finally:
            await client.async_disconnect()


def _log_out_when_told_to_end() -> None:
    """Let a closed terminal or a kill do what Ctrl-C does; Windows knows neither."""
    if task := asyncio.current_task():
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError):
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(
                    number, lambda: task.cancelling() or task.cancel()
                )


async def _async_status(
    client: SupermicroRedfishClient, asked: argparse.Namespace
) -> None:
    """Print everything that the bulk reads know."""
    data = await client.async_get_all_data()
    if asked.json:
        print(json.dumps(plain(data), indent=1))
        return
    rows = [(one_line(name), value) for name, value in status_rows(data)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {one_line(value)}")


async def _async_watch(
    client: SupermicroRedfishClient, asked: argparse.Namespace
) -> None:
    """Print a line for each poll."""
    turn = 0
    while True:
        data = await client.async_get_dynamic_data()
        turn += 1
        power = data.power or Power()
        temperatures = data.thermal.available_temperatures if data.thermal else []
        hottest = max(temperatures, key=lambda t: t.reading or 0, default=None)
        words = (
            datetime.now().astimezone().strftime("%H:%M:%S"),
            data.system.power_state if data.system else "?",
            _with_unit(power.total_power_consumed_watts, "W"),
            f"{hottest.name} {hottest.reading} °C" if hottest else "",
        )
        print(one_line(" ".join(map(str, words))), flush=True)
        if turn == asked.count:
            return
        await asyncio.sleep(asked.interval)


async def _async_logs(
    client: SupermicroRedfishClient, asked: argparse.Namespace
) -> None:
    """Print the health event log."""
    entries = await client.async_get_log_entries()
    if asked.json:
        print(json.dumps(plain(entries), indent=1))
        return
    for entry in entries:
        words = (entry.created or "?", entry.severity or "-", entry.message or "")
        print(one_line(" ".join(map(str, words))))


async def _async_dump(
    client: SupermicroRedfishClient, asked: argparse.Namespace
) -> None:
    """Record the BMC into a folder."""
    if asked.folder.exists() and any(asked.folder.iterdir()):
        raise ValueError(f"{asked.folder} is not empty")

    def progress(done: int, path: str) -> None:
        print(f"{done:5} {one_line(path)}", file=sys.stderr)

    bodies = await client.async_read_all_resources(progress)
    write_mockup(bodies, asked.folder)
    print(f"{len(bodies)} resources in {asked.folder}, identifiers replaced")


_COMMANDS: dict[str, Callable[..., Any]] = {
    "status": _async_status,
    "watch": _async_watch,
    "logs": _async_logs,
    "dump": _async_dump,
}


def status_rows(data: RedfishData) -> Iterator[tuple[str, str]]:
    """Return what a person wants to know, by name."""
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
        yield name, f"not read: {error}"


def _sensor_rows(sensors: Sequence[Sensor], unit: str) -> Iterator[tuple[str, str]]:
    """Return the sensors that are there."""
    for sensor in sensors:
        if sensor.is_fitted:
            yield sensor.name or "?", _with_unit(sensor.reading, unit)


def _with_unit(value: float | None, unit: str) -> str:
    """Return a value with its unit, or a dash for none."""
    return "-" if value is None else f"{value:g} {unit}"


def plain(value: Any) -> Any:
    """Return models as what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    known = isinstance(value, (str, int, float)) or value is None
    return value if known else str(value)
