"""Helpers of the Supermicro Redfish integration."""

from collections.abc import Iterable, Mapping
from enum import Enum
import re
from typing import Any, Final

from .aiosupermicro import (
    Chassis,
    DynamicData,
    EntryCode,
    Health,
    LogEntry,
    PowerState,
    ServerCertificate,
    Snooping,
    System,
)
from .aiosupermicro.payload import one_line
from .aiosupermicro.redaction.sensitive_text import shorten
from .const import MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH

_PLACEHOLDERS = ("super server", "to be filled by o.e.m.", "default string")
_DEFAULT_NAME = "Supermicro server"
_MARKDOWN = re.compile(r"[\\`*_\[\]()<>!|~:.@&/]")

# Markup that has an effect in Markdown or HTML. Names such as "-12V", "GPU_1 (A)" and
# "DIMMA~D" stay unchanged.
_MARKUP = re.compile(r"[\\`*\[\]<>|]+|~{2,}|(?<![^\W_])[_~]+|[_~]+(?![^\W_])")
_LINK = re.compile(r":/{2,}|(?<![^\W_])www\.|(?<=\S)@(?=\S)", re.IGNORECASE)
_RANGE = re.compile(r"(?<=\w)~(?=\w)")
_WORD = re.compile(r"(?<=\d)(?=[A-Z][a-z])")
_BLOCK = re.compile(r"(?:\s*(?:[#>+=-]+|\d{1,9}[.)])(?=\s|$))+")

SEVERITY_UNKNOWN: Final = "unknown"
SEVERITIES: Final[Mapping[str | None, str]] = {
    Health.OK: "ok",
    Health.WARNING: "warning",
    Health.CRITICAL: "critical",
}
"""Severity of a log entry in a state, by that of Redfish; the most severe one last."""

_ENTRY_CODES: Final[Mapping[str | None, str]] = {
    EntryCode.ASSERT: "assert",
    EntryCode.DEASSERT: "deassert",
}

_POWER_STATES: Final[Mapping[str, str]] = {
    PowerState.OFF: "off",
    PowerState.POWERING_ON: "powering_on",
    PowerState.POWERING_OFF: "powering_off",
}

_BOOT_STATES: Final[Mapping[str, str]] = {
    "PrimaryProcessorInitializationStarted": "firmware",
    "SecondaryProcessorInitializationStarted": "firmware",
    "BusInitializationStarted": "firmware",
    "MemoryInitializationStarted": "firmware",
    "PCIResourceConfigStarted": "firmware",
    "SystemHardwareInitializationComplete": "firmware_done",
    "SetupEntered": "setup",
    "OSBootStarted": "os_boot",
    "OSRunning": "os_running",
}
"""Boot state by LastState of Redfish's BootProgress."""

_CHECKPOINTS: Final[Mapping[int, str]] = {
    **dict.fromkeys((*range(0x10, 0x30), *range(0x92, 0x97)), "firmware"),
    **dict.fromkeys((0xA8, 0xA9, 0xAB), "setup"),
    **dict.fromkeys((0xAD, 0xAE, 0xAF, 0xB4, 0xE3), "firmware_done"),
}
"""Boot state by AMI checkpoint, for the checkpoints with one meaning only.

AMI's table lists b4 and e3 as other checkpoints than ad, "ready to boot". Hosts of X10
and X13 show them for as long as they run.
"""

BOOT_STATES: Final = list(
    dict.fromkeys((*_POWER_STATES.values(), *_BOOT_STATES.values()))
)


def strip_placeholder(text: str | None) -> str | None:
    """Return a text, None for a placeholder that the factory left in."""
    return None if text is None or text.lower() in _PLACEHOLDERS else text


def server_name(system: System, chassis: Chassis) -> str:
    """Return the name of a server: its model, or that of its board."""
    model = strip_placeholder(system.model) or strip_placeholder(chassis.model)
    return shorten_name(model or "") or _DEFAULT_NAME


def option_name(value: str) -> str:
    """Return the option of a value; a value without translation is its own option."""
    return value.name.lower() if isinstance(value, Enum) else display_text(value)


def shorten_name(name: str) -> str:
    """Return a name from a BMC as it may be shown."""
    return display_text(name, MAX_NAME_LENGTH)


def readable_name(name: str) -> str:
    """Return the board's name of a part in a readable spelling.

    Boards write "PS1~4Fan" and "P1_DIMMA~D" for "PS1-4 Fan" and "P1 DIMMA-D".
    """
    words = _WORD.sub(" ", _RANGE.sub("-", name)).replace("_", " ")
    return shorten_name(words)


def display_text(text: str, max_length: int = MAX_TEXT_LENGTH) -> str:
    """Return a text from a BMC as one line of limited length without markup.

    Home Assistant renders notifications and descriptions as Markdown, which may contain
    HTML. It also makes links of addresses.
    """
    plain = _LINK.sub(" ", _MARKUP.sub("", one_line(text[: 4 * max_length])))
    plain = _MARKUP.sub("", plain)  # an underscore may now be at the end of a word
    if block := _BLOCK.match(plain):
        plain = plain[block.end() :]
    return " ".join(plain.split())[:max_length].strip()


def entry_severity(entry: LogEntry) -> str:
    """Return the displayed severity of a log entry."""
    return SEVERITIES.get(entry.severity, SEVERITY_UNKNOWN)


def supports_acknowledgment(entries: Iterable[LogEntry]) -> bool:
    """Return whether the board's log entries can be acknowledged."""
    return any(entry.is_acknowledged is not None for entry in entries)


def entry_attributes(entry: LogEntry) -> dict[str, Any]:
    """Return a log entry as state attributes; only the message keeps its markup."""
    texts = {
        "code": entry.code,
        "sensor": entry.oem.sensor_name or entry.sensor_type,
        "sensor_type": entry.sensor_type,
        "created": entry.created,
        "entry_id": entry.id,
    }
    return {
        "message": entry.text and _log_message(entry.text),
        **{key: text and display_text(text) for key, text in texts.items()},
        "entry_code": _ENTRY_CODES.get(entry.entry_code),
    }


def _log_message(text: str) -> str:
    """Return a log message as one line of limited length.

    A mark for the direction of text would reorder what a notification shows after it.
    """
    return shorten(one_line(text[: 2 * MAX_MESSAGE_LENGTH]), MAX_MESSAGE_LENGTH)


def escape_markdown(text: str) -> str:
    """Return a text from a BMC as one line without effective Markdown.

    Home Assistant renders descriptions as Markdown. The subject of a certificate could
    otherwise imitate a fingerprint or load a picture from another site.
    """
    return _MARKDOWN.sub(r"\\\g<0>", one_line(text)[:MAX_TEXT_LENGTH])


def certificate_placeholders(certificate: ServerCertificate) -> dict[str, str]:
    """Return the translation placeholders that describe a certificate."""
    return {
        "subject": escape_markdown(certificate.subject) or "-",
        "issuer": escape_markdown(certificate.issuer) or "-",
        "not_before": certificate.not_before.date().isoformat(),
        "not_after": certificate.not_after.date().isoformat(),
        "fingerprint": format_fingerprint(certificate.fingerprint),
    }


def format_fingerprint(fingerprint: str) -> str:
    """Return a fingerprint in the notation of browsers."""
    return bytes.fromhex(fingerprint).hex(":").upper()


def has_power(system: System) -> bool | None:
    """Return whether the host has power, None if the BMC does not report it.

    A host that shuts down still has power: an automation that waits for "off" must not
    cut its supply.
    """
    state = system.power_state
    return state != PowerState.OFF if isinstance(state, PowerState) else None


def is_host_off(data: DynamicData) -> bool:
    """Return whether the host is known to be off."""
    return data.system is not None and data.system.power_state == PowerState.OFF


def boot_progress(system: System, snooping: Snooping | None) -> str | None:
    """Return the boot state of the host, None if it is unknown.

    X12 and X13 still report the end of the hardware initialization when the operating
    system runs. X10 and X11 report nothing but a POST code.
    """
    if (state := _POWER_STATES.get(system.power_state or "")) or not system.is_on:
        return state
    state = _BOOT_STATES.get(system.boot_progress.last_state or "")
    return state or _boot_state_of_checkpoint((snooping or Snooping()).post_code)


def _boot_state_of_checkpoint(post_code: str | None) -> str | None:
    """Return the boot state of a POST code, None for an ambiguous one."""
    try:
        return _CHECKPOINTS.get(int(post_code or "", 16))
    except ValueError:
        return None
