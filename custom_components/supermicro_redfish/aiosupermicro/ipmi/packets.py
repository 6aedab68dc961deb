"""Encode and decode RMCP packets and IPMI messages.

The layouts are those of the IPMI specification 2.0: RMCP+ packets in section 13.6,
messages in section 13.8. Numbers are little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .exceptions import IpmiCommandError

_RMCP_HEADER = bytes((0x06, 0x00, 0xFF, 0x07))
_IPMI_1_5 = 0x00
_RMCP_PLUS = 0x06
_IS_ENCRYPTED, _IS_AUTHENTICATED = 0x80, 0x40
_SECURE = _IS_ENCRYPTED | _IS_AUTHENTICATED

_BMC, _CONSOLE = 0x20, 0x81
"""Addresses of both sides within messages."""

_SESSION_HEADER_LENGTH = 16
_IPMI_1_5_HEADER_LENGTH = 14
_SHORTEST_RESPONSE = 8


class PayloadType(IntEnum):
    """Type of the payload of an RMCP+ packet."""

    MESSAGE = 0x00
    OPEN_SESSION_REQUEST = 0x10
    OPEN_SESSION_RESPONSE = 0x11
    RAKP_1 = 0x12
    RAKP_2 = 0x13
    RAKP_3 = 0x14
    RAKP_4 = 0x15


@dataclass(frozen=True)
class Request:
    """An IPMI command."""

    network_function: int
    command: int
    data: bytes = b""


@dataclass(frozen=True)
class SecurePacket:
    """A received packet whose payload is still encrypted and not yet verified."""

    session_id: int
    sequence: int
    payload: bytes
    authenticated: bytes
    """The part of the packet that the authentication code covers."""
    code: bytes
    """The authentication code."""


def encode_message(request: Request, sequence: int) -> bytes:
    """Encode a command with its checksums and a sequence number below 64."""
    head = bytes((_BMC, request.network_function << 2))
    body = bytes((_CONSOLE, sequence << 2, request.command)) + request.data
    return head + _checksum(head) + body + _checksum(body)


def decode_message(message: bytes, request: Request, sequence: int) -> bytes | None:
    """Return the data of the response to a command.

    Return None for any other message, such as a late response to an earlier command.

    Raises:
        IpmiCommandError: The completion code is not 0.

    """
    if len(message) < _SHORTEST_RESPONSE or _checksum(message[:2]) != message[2:3]:
        return None
    expected = (request.network_function | 1) << 2
    if _checksum(message[3:-1]) != message[-1:] or message[1] & 0xFC != expected:
        return None
    if (message[4] >> 2, message[5]) != (sequence, request.command):
        return None
    if code := message[6]:
        raise IpmiCommandError(request.network_function, request.command, code)
    return message[7:-1]


def encode_outside_session(message: bytes) -> bytes:
    """Encode a message that needs no session, in the format of IPMI 1.5."""
    return _RMCP_HEADER + bytes(9) + bytes((len(message),)) + message


def decode_outside_session(packet: bytes) -> bytes | None:
    """Return the message of a packet in the format of IPMI 1.5, or None."""
    if packet[:5] != _RMCP_HEADER + bytes((_IPMI_1_5,)):
        return None
    if len(packet) < _IPMI_1_5_HEADER_LENGTH:
        return None
    return packet[14 : 14 + packet[13]]


def encode_login(kind: PayloadType, payload: bytes) -> bytes:
    """Encode a message of a login, which is neither encrypted nor authenticated."""
    return _session_header(kind, 0, 0, len(payload)) + payload


def decode_login(packet: bytes, kind: PayloadType) -> bytes | None:
    """Return the payload of a message of a login; None for any other packet."""
    if not _is_rmcp_plus(packet) or packet[5] != kind or any(packet[6:10]):
        return None
    length = int.from_bytes(packet[14:16], "little")
    payload = packet[16 : 16 + length]
    return payload if len(payload) == length else None


def encode_secure(session_id: int, sequence: int, payload: bytes) -> bytes:
    """Encode an encrypted message up to the authentication code, which follows it."""
    header = _session_header(_SECURE, session_id, sequence, len(payload))
    # From the format byte (4) to the next header, the length is a multiple of 4.
    padding = -(len(header) - 4 + len(payload) + 2) % 4
    return header + payload + b"\xff" * padding + bytes((padding, 0x07))


def authenticated_part(packet: bytes) -> bytes:
    """Return the part of a packet that its authentication code covers."""
    return packet[len(_RMCP_HEADER) :]


def decode_secure(packet: bytes, code_length: int) -> SecurePacket | None:
    """Split a packet of a session; None for any other packet.

    A packet that is not both encrypted and authenticated is never accepted.
    """
    if not _is_rmcp_plus(packet) or packet[5] != _SECURE | PayloadType.MESSAGE:
        return None
    length = int.from_bytes(packet[14:16], "little")
    if len(packet) < _SESSION_HEADER_LENGTH + length + 2 + code_length:
        return None
    return SecurePacket(
        session_id=int.from_bytes(packet[6:10], "little"),
        sequence=int.from_bytes(packet[10:14], "little"),
        payload=packet[16 : 16 + length],
        authenticated=authenticated_part(packet)[:-code_length],
        code=packet[-code_length:],
    )


def _is_rmcp_plus(packet: bytes) -> bool:
    """Return whether a packet has a complete RMCP+ header."""
    start = _RMCP_HEADER + bytes((_RMCP_PLUS,))
    return len(packet) >= _SESSION_HEADER_LENGTH and packet.startswith(start)


def _session_header(kind: int, session_id: int, sequence: int, length: int) -> bytes:
    """Encode the header of an RMCP+ packet."""
    return (
        _RMCP_HEADER
        + bytes((_RMCP_PLUS, kind))
        + session_id.to_bytes(4, "little")
        + sequence.to_bytes(4, "little")
        + length.to_bytes(2, "little")
    )


def _checksum(data: bytes) -> bytes:
    """Return the byte that makes the sum of all bytes zero."""
    return bytes((-sum(data) & 0xFF,))
