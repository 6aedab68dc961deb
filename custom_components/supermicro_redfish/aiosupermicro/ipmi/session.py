"""Send commands in an open session: encryption, authentication, sequence numbers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
import hmac
import math
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .. import exceptions
from ..const import IPMI_IDLE_SECONDS, IPMI_RETRANSMIT_SECONDS
from .cipher_suites import CipherSuite
from .packets import (
    Request,
    authenticated_part,
    decode_message,
    decode_secure,
    encode_message,
    encode_secure,
)
from .transport import Endpoint, TimeLimit

_BLOCK = 16
_WINDOW = 32
"""Number of sequence numbers by which received packets may be out of order."""
_SEQUENCES = 64

_APP = 0x06
_CLOSE_SESSION = 0x3C


@dataclass(frozen=True, repr=False)
class SessionKeys:
    """Keys of a session, derived from its integrity key (SIK)."""

    suite: CipherSuite
    authentication: bytes
    encryption: bytes

    @classmethod
    def derive(cls, suite: CipherSuite, sik: bytes) -> SessionKeys:
        """Derive both keys."""
        return cls(suite, suite.derive(sik, 1), suite.derive(sik, 2)[:_BLOCK])

    def encrypt(self, message: bytes) -> bytes:
        """Encrypt a message, which is padded with the bytes 1, 2, 3 and so on."""
        padding = -(len(message) + 1) % _BLOCK
        padded = message + bytes(range(1, padding + 1)) + bytes((padding,))
        vector = os.urandom(_BLOCK)
        encryptor = self._cipher(vector).encryptor()
        return vector + encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, payload: bytes) -> bytes | None:
        """Decrypt a payload; None if it is malformed."""
        if len(payload) < 2 * _BLOCK or len(payload) % _BLOCK:
            return None
        decryptor = self._cipher(payload[:_BLOCK]).decryptor()
        padded = decryptor.update(payload[_BLOCK:]) + decryptor.finalize()
        padding = padded[-1]
        return padded[: -padding - 1] if padding < _BLOCK else None

    def sign(self, packet: bytes) -> bytes:
        """Append the authentication code to a packet."""
        return packet + self.code(authenticated_part(packet))

    def code(self, data: bytes) -> bytes:
        """Return the authentication code of a part of a packet."""
        return self.suite.code(self.authentication, data)

    def _cipher(self, vector: bytes) -> Cipher[modes.CBC]:
        """Return the cipher for a packet."""
        return Cipher(algorithms.AES(self.encryption), modes.CBC(vector))


@dataclass
class ReplayFilter:
    """Accept each sequence number once, within a window below the highest one."""

    _highest: int = 0
    _seen: set[int] = field(default_factory=set)

    def accept(self, sequence: int) -> bool:
        """Return whether a number is new, and record it."""
        if sequence <= max(self._highest - _WINDOW, 0) or sequence in self._seen:
            return False
        self._highest = max(self._highest, sequence)
        self._seen.add(sequence)
        self._seen = {item for item in self._seen if item > self._highest - _WINDOW}
        return True


class Session:
    """An open session. Commands are sent one at a time."""

    def __init__(
        self, endpoint: Endpoint, keys: SessionKeys, console_id: int, bmc_id: int
    ) -> None:
        """Initialize with the keys and the numbers of the session on both sides."""
        self._endpoint = endpoint
        self._keys = keys
        self._console_id = console_id
        self._bmc_id = bmc_id
        self._packet_sequence = 0
        self._message_sequence = 0
        self._replays = ReplayFilter()
        self._time = asyncio.get_running_loop().time
        self._last_response = self._time()

    @property
    def is_idle(self) -> bool:
        """Return whether the session was idle for so long that it may have ended."""
        return self._time() - self._last_response > IPMI_IDLE_SECONDS

    async def async_send(
        self,
        request: Request,
        limit: TimeLimit,
        *,
        seconds: float = math.inf,
        interval: float = IPMI_RETRANSMIT_SECONDS,
    ) -> bytes:
        """Send a command, and return the data of its response.

        A retransmission has a new packet number, because a BMC drops a packet number
        that it has seen. It keeps the number of the message, so that any of the
        responses is accepted.

        Raises:
            IpmiCommandError: The BMC rejected the command.
            TimeoutError: No response in time.
            ConnectionError: The port is closed, or the network is unreachable.

        """
        self._message_sequence = (self._message_sequence + 1) % _SEQUENCES
        sequence = self._message_sequence

        def parse(packet: bytes) -> bytes | None:
            if (message := self._open(packet)) is None:
                return None
            return decode_message(message, request, sequence)

        return await self._endpoint.async_exchange(
            lambda: self._seal(encode_message(request, sequence)),
            parse,
            limit,
            seconds=seconds,
            interval=interval,
        )

    async def async_close(self, limit: TimeLimit) -> None:
        """Close the session, and ignore a BMC that does not respond."""
        with suppress(exceptions.SupermicroRedfishError):
            await self.async_send(self._close_request, limit)

    def abandon(self) -> None:
        """Ask the BMC to close the session, without waiting for its response."""
        self._endpoint.send_once(self._seal(encode_message(self._close_request, 0)))

    @property
    def _close_request(self) -> Request:
        """The command that closes this session."""
        return Request(_APP, _CLOSE_SESSION, self._bmc_id.to_bytes(4, "little"))

    def _seal(self, message: bytes) -> bytes:
        """Encrypt and sign a message."""
        self._packet_sequence += 1
        payload = self._keys.encrypt(message)
        packet = encode_secure(self._bmc_id, self._packet_sequence, payload)
        return self._keys.sign(packet)

    def _open(self, packet: bytes) -> bytes | None:
        """Verify and decrypt a packet; None if it is not a new one of this session."""
        secure = decode_secure(packet, self._keys.suite.code_length)
        if secure is None or secure.session_id != self._console_id:
            return None
        if not hmac.compare_digest(self._keys.code(secure.authenticated), secure.code):
            return None
        if not self._replays.accept(secure.sequence):
            return None
        self._last_response = self._time()
        return self._keys.decrypt(secure.payload)
