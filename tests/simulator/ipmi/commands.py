"""Execute IPMI commands: session, device id, and the fan commands of firmware stacks.

hardware.md, section 18, names the commands and their evidence. Completion codes other
than 0xC1 and 0xD4 are assumptions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator.resources import JsonObject

from .packets import Command
from .sessions import LEVELS, IpmiSession

if TYPE_CHECKING:
    from .server import IpmiServer

UNKNOWN_COMMAND, WRONG_LENGTH, INVALID = 0xC1, 0xC7, 0xCC
FORBIDDEN = 0xD4
_NO_SESSION, _LEVEL_NOT_ALLOWED = 0x87, 0x81

MODES = {0: "Standard", 1: "FullSpeed", 2: "Optimal", 3: "PUE2", 4: "HeavyIO"}
"""Names in Redfish by the byte of a fan mode."""

Result = tuple[int, bytes]
"""Completion code and data."""

_APP, _OEM = 0x06, 0x30
_SUPERMICRO = (10876).to_bytes(3, "little")


def capabilities(server: IpmiServer, command: Command) -> Result:
    """Return the authentication capabilities of the channel."""
    if len(command.data) != 2:
        return WRONG_LENGTH, b""
    types = 0x04  # MD5
    key = 0x20 if server.bmc_key else 0
    if not server.ipmi_2:
        return 0, bytes([1, types, 0x04, 0, 0, 0, 0, 0])
    return 0, bytes([1, 0x80 | types, key | 0x04, 0x03, 0, 0, 0, 0])


def cipher_suites(server: IpmiServer, command: Command) -> Result:
    """Return the cipher suites of the channel, 16 bytes for each list index."""
    if len(command.data) != 3:
        return WRONG_LENGTH, b""
    algorithms = {17: (0x03, 0x44, 0x81), 3: (0x01, 0x41, 0x81), 0: (0, 0x40, 0x80)}
    records = b"".join(
        bytes([0xC0, suite, *algorithms[suite]]) for suite in server.cipher_suites
    )
    start = (command.data[2] & 0x3F) * 16
    return 0, bytes([1]) + records[start : start + 16]


def execute(server: IpmiServer, session: IpmiSession, command: Command) -> Result:
    """Execute a command in a session."""
    key = (command.function, command.number)
    for length in range(len(command.data) + 1):
        if code := server.completion_codes.get((*key, *command.data[:length])):
            return code, b""
    if command.function == _OEM:
        return _execute_oem(server, session, command)
    handler = _COMMANDS.get(key)
    return handler(server, session, command) if handler else (UNKNOWN_COMMAND, b"")


def _get_device_id(server: IpmiServer, _: IpmiSession, __: Command) -> Result:
    """Return firmware 1.74 of a Supermicro board."""
    head = bytes([0x20, 0x01, 0x01, 0x74, 0x02, 0xBF])
    return 0, head + _SUPERMICRO + server.product_id.to_bytes(2, "little") + bytes(4)


def _get_capabilities(server: IpmiServer, _: IpmiSession, command: Command) -> Result:
    """Return the authentication capabilities within a session."""
    return capabilities(server, command)


def _set_privilege(server: IpmiServer, session: IpmiSession, cmd: Command) -> Result:
    """Change the privilege level of the session."""
    level = (cmd.data or b"\0")[0] & 0x0F
    if level > LEVELS[server.bmc.role]:
        return _LEVEL_NOT_ALLOWED, b""
    session.level = level or session.level
    return 0, bytes([session.level])


def _close_session(server: IpmiServer, session: IpmiSession, cmd: Command) -> Result:
    """Close this session."""
    if int.from_bytes(cmd.data[:4], "little") != session.number:
        return _NO_SESSION, b""
    server.sessions.close(session)
    return 0, b""


_COMMANDS: dict[
    tuple[int, int], Callable[[IpmiServer, IpmiSession, Command], Result]
] = {
    (_APP, 0x01): _get_device_id,
    (_APP, 0x38): _get_capabilities,
    (_APP, 0x3B): _set_privilege,
    (_APP, 0x3C): _close_session,
}


def _execute_oem(server: IpmiServer, session: IpmiSession, command: Command) -> Result:
    """Execute a fan command of the firmware stack."""
    handler = _STACKS[server.stack].get(command.number)
    if handler is None:
        return UNKNOWN_COMMAND, b""
    if session.level < server.fan_level:
        return FORBIDDEN, b""
    return handler(server, command.data)


def _fan_mode(server: IpmiServer, data: bytes) -> Result:
    """Read the fan mode (0x00), or write it (0x01 and the mode)."""
    cooling = server.cooling
    if data == b"\0":
        byte = next((key for key, name in MODES.items() if name == cooling.mode), 0xFF)
        return 0, bytes([byte if server.shown_mode is None else server.shown_mode])
    if len(data) != 2 or data[0] != 1:
        return INVALID, b""
    if server.bmc.is_locked_down:
        return FORBIDDEN, b""
    mode = MODES.get(data[1], "")
    fan_mode: JsonObject = server.bmc.store.first_of("FanMode")
    if mode not in fan_mode.get("Mode@Redfish.AllowableValues", ()):
        return INVALID, b""
    cooling.set_mode(mode)
    return 0, b""


def _duty(server: IpmiServer, data: bytes) -> Result:
    """Read (0x66 0x00 zone) or write (0x66 0x01 zone percent) the duty of a zone."""
    cooling = server.cooling
    if len(data) < 3 or data[0] != 0x66:
        return INVALID, b""
    zone = data[2]
    if zone not in cooling.duties:
        return server.missing_zone, b""
    if data[1] == 0 and len(data) == 3:
        shown = server.shown_duty
        return 0, bytes([cooling.zone_duty(zone) if shown is None else shown])
    if data[1] != 1 or len(data) != 4 or data[3] > 100:
        return INVALID, b""
    if server.bmc.is_locked_down:
        return FORBIDDEN, b""
    cooling.set_duty(zone, data[3])
    return 0, b""


def _x9_duty(server: IpmiServer, data: bytes) -> Result:
    """Write the duty of a zone as a byte (0x5A 0x03 zone+0x10 duty)."""
    if len(data) != 4 or data[:2] != b"\x5a\x03" or data[2] - 0x10 not in (0, 1):
        return INVALID, b""
    server.cooling.set_duty(data[2] - 0x10, data[3] / 2.55)
    return 0, b""


def _gen14_mode(_: IpmiServer, data: bytes) -> Result:
    """Return Standard whatever the mode is; accept and ignore any write.

    Sources contradict each other about these boards, so this is only one possibility.
    """
    return (0, b"\0") if data == b"\0" else (0, b"")


def _forbidden(_: IpmiServer, __: bytes) -> Result:
    """Refuse any command."""
    return FORBIDDEN, b""


_STACKS: dict[str, dict[int, Callable[[IpmiServer, bytes], Result]]] = {
    "aspeed": {0x45: _fan_mode, 0x70: _duty},
    "x9": {0x45: _fan_mode, 0x91: _x9_duty},
    "gen14": {0x45: _gen14_mode},
    "locked": {0x45: _forbidden, 0x70: _forbidden},
    "unknown": {},
}

STACKS = tuple(_STACKS)
