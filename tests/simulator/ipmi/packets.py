"""Encode and decode packets on the side of the BMC, from the IPMI specification 2.0."""

from __future__ import annotations

from dataclasses import dataclass
import hashlib
import hmac
import os
import struct
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ADDRESS = 0x20
"""The address of the BMC on its own bus."""

RMCP = struct.pack("BBBB", 6, 0, 0xFF, 7)

MESSAGE, OPEN_REQUEST, OPEN_RESPONSE = 0x00, 0x10, 0x11
RAKP1, RAKP2, RAKP3, RAKP4 = 0x12, 0x13, 0x14, 0x15

ENCRYPTED_AND_SIGNED = 0xC0

SUITES = {17: (3, 4, 1), 3: (1, 1, 1), 0: (0, 0, 0)}
"""Authentication, integrity and confidentiality algorithm of each cipher suite."""

_HEADER = struct.Struct("<BBIIH")
"""Format, payload type, session, sequence number, length."""


@dataclass(frozen=True)
class Command:
    """A received IPMI message."""

    function: int
    """Network function, without the LUN."""
    number: int
    data: bytes
    sequence: int
    """The byte with the message's sequence number and the LUN."""
    requester: int


def checksum(data: bytes) -> int:
    """Return the two's complement of the sum of all bytes."""
    return (0x100 - sum(data) % 0x100) % 0x100


def parse_command(message: bytes) -> Command | None:
    """Parse a message; None if a checksum is wrong or it is not for the BMC."""
    if len(message) < 7 or checksum(message[:3]) or checksum(message[3:]):
        return None
    if message[0] != ADDRESS:
        return None
    return Command(message[1] >> 2, message[5], message[6:-1], message[4], message[3])


def build_response(command: Command, code: int, data: bytes) -> bytes:
    """Build the message that responds to a command."""
    head = bytes([command.requester, (command.function + 1) << 2])
    body = bytes([ADDRESS, command.sequence, command.number, code]) + data
    return head + bytes([checksum(head)]) + body + bytes([checksum(body)])


def wrap_plain(payload_type: int, payload: bytes) -> bytes:
    """Build an RMCP+ packet outside of a session."""
    return RMCP + _HEADER.pack(6, payload_type, 0, 0, len(payload)) + payload


def wrap_1_5(message: bytes) -> bytes:
    """Build a packet in the format of IPMI 1.5 outside of a session."""
    return RMCP + struct.pack("<BIIB", 0, 0, 0, len(message)) + message


class Header(NamedTuple):
    """The header of an RMCP+ packet, with its payload."""

    kind: int
    """Payload type, with the flags for encryption and authentication."""
    session: int
    sequence: int
    payload: bytes


def parse_header(packet: bytes) -> Header | None:
    """Parse an RMCP+ packet; None for any other one."""
    if len(packet) < len(RMCP) + _HEADER.size or packet[4] != 6:
        return None
    _, kind, session, sequence, length = _HEADER.unpack_from(packet, len(RMCP))
    start = len(RMCP) + _HEADER.size
    payload = packet[start : start + length]
    is_complete = len(payload) == length
    return Header(kind, session, sequence, payload) if is_complete else None


class Keys:
    """The hash function of a cipher suite, and the keys of a session."""

    def __init__(self, suite: int) -> None:
        """Initialize without keys."""
        self.suite = suite
        self.hash = hashlib.sha256 if suite == 17 else hashlib.sha1
        self.code_length = 16 if suite == 17 else 12
        self.k1 = self.k2 = b""

    def digest(self, key: bytes, *parts: bytes) -> bytes:
        """Return the keyed hash of concatenated parts."""
        return hmac.new(key, b"".join(parts), self.hash).digest()

    def derive(self, sik: bytes) -> None:
        """Derive both keys from the session integrity key."""
        self.k1 = self.digest(sik, b"\x01" * 20)
        self.k2 = self.digest(sik, b"\x02" * 20)[:16]

    def _cipher(self, vector: bytes) -> Cipher[modes.CBC]:
        """Return the cipher for a packet."""
        return Cipher(algorithms.AES(self.k2), modes.CBC(vector))

    def wrap(self, session: int, sequence: int, message: bytes) -> bytes:
        """Build an encrypted and signed packet."""
        vector = os.urandom(16)
        pad = (15 - len(message)) % 16
        trailer = bytes(i + 1 for i in range(pad)) + bytes([pad])
        encryptor = self._cipher(vector).encryptor()
        payload = vector + encryptor.update(message + trailer) + encryptor.finalize()
        body = _HEADER.pack(6, ENCRYPTED_AND_SIGNED, session, sequence, len(payload))
        body += payload
        while len(body) % 4 != 2:
            body += b"\xff"
        filler = len(body) - _HEADER.size - len(payload)
        body += bytes([filler, 7])
        return RMCP + body + self.digest(self.k1, body)[: self.code_length]

    def unwrap(self, packet: bytes, payload: bytes) -> bytes | None:
        """Verify a packet, and decrypt its payload; None if it is not authentic."""
        body, code = packet[4 : -self.code_length], packet[-self.code_length :]
        if self.digest(self.k1, body)[: self.code_length] != code:
            return None
        decryptor = self._cipher(payload[:16]).decryptor()
        padded = decryptor.update(payload[16:]) + decryptor.finalize()
        return padded[: -padded[-1] - 1]
