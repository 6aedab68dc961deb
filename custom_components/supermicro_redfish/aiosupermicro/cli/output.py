"""Texts that the command line prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
import dataclasses
from datetime import datetime
from typing import Any

from ..const import REDFISH_ROOT
from ..data import DynamicData, RedfishData
from ..exceptions import (
    AuthenticationError,
    AuthorizationError,
    CertificateError,
    ConnectionError,  # noqa: A004
    InvalidRequestError,
    InvalidResponseError,
    LicenseError,
    NotFoundError,
    RateLimitError,
    ServiceUnavailableError,
    SupermicroRedfishError,
    TimeoutError,  # noqa: A004
)
from ..models import Drive, LogEntry, Power, Sensor
from ..payload import one_line

_BUSY = "The BMC is busy or starting up. Try again in a minute."
SENTENCES: dict[type[SupermicroRedfishError], str] = {
    AuthenticationError: "The BMC rejected this username or password. Check both "
    "before you try again: after a few failed attempts, the BMC locks the account for "
    "a while.",
    LicenseError: "This BMC requires a license for Redfish. Activate one on the BMC's "
    "web page, under license management.",
    AuthorizationError: "This account is not allowed to read the BMC. Give it a role "
    "on the BMC's web page, such as Operator.",
    NotFoundError: "There is a web server at this address, but no Redfish service. "
    "Enter the address of the BMC.",
    InvalidRequestError: "The BMC rejected the request. If this keeps happening, "
    "update its firmware.",
    RateLimitError: _BUSY,
    ServiceUnavailableError: _BUSY,
    CertificateError: "The certificate of the BMC is not the expected one, or not of a "
    "trusted authority. Your password was not sent.",
    ConnectionError: "The command cannot connect to this address. Check the address, "
    "and make sure that your network allows the connection to the BMC.",
    TimeoutError: "The BMC did not respond in time. It may be starting up. Try again "
    "in a minute.",
    InvalidResponseError: "The response from this address is not valid Redfish. Enter "
    "the address of the BMC, not the address of the server's operating system.",
    SupermicroRedfishError: "An unexpected error occurred.",
}
"""Error messages by exception; most are those of the integration's dialogs."""


def describe_error(error: SupermicroRedfishError) -> str:
    """Return the message of an error, with the details if they help."""
    sentence = next(
        SENTENCES[base] for base in type(error).__mro__ if base in SENTENCES
    )
    if isinstance(error, NotFoundError) and error.path != REDFISH_ROOT:
        sentence = "This board does not have what was requested."
    is_clear = isinstance(error, (AuthenticationError, CertificateError))
    return sentence if is_clear or not str(error) else f"{sentence} ({error})"


def watch_line(data: DynamicData) -> str:
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


def log_lines(entries: Sequence[LogEntry]) -> Iterator[str]:
    """Return a line for each entry of a log, in columns."""
    rows = [
        (entry.created or "?", str(entry.severity or "-"), entry.message or "")
        for entry in entries
    ]
    yield from table_lines(rows)


def table_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Return lines with columns of equal width, except for the last one."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join((*padded[:-1], row[-1])).rstrip()


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


def drive_rows(drives: Sequence[Drive]) -> Iterator[tuple[str, str]]:
    """Return the names and values of the fitted drives."""
    for drive in drives:
        if not drive.status.is_absent:
            size = drive.capacity_bytes
            values = (
                drive.model,
                _with_unit(round(size / 1e9), "GB") if size else None,
                drive.status.health or drive.status.state,
            )
            name = drive.location or drive.name or drive.id or "?"
            yield name, "  ".join(str(value) for value in values if value) or "?"


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
