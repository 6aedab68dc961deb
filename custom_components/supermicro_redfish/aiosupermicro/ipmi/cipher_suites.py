"""Cipher suites that are accepted, and the keys that they derive.

Suite 17 uses SHA-256 and suite 3 uses SHA-1, both with AES-128-CBC. All other suites
lack encryption, lack authentication, or use MD5 or RC4.
"""

from __future__ import annotations

from dataclasses import dataclass
import hmac

_CONSTANT_LENGTH = 20
"""Length of the constants that keys are derived from, for each hash function."""


@dataclass(frozen=True)
class CipherSuite:
    """A cipher suite, with the numbers of its algorithms in an open session request."""

    number: int
    authentication: int
    integrity: int
    confidentiality: int
    hash_name: str
    code_length: int
    """Bytes of the hash that authenticate a packet."""

    @property
    def algorithms(self) -> tuple[int, int, int]:
        """The numbers of the algorithms, in the order of their payloads."""
        return self.authentication, self.integrity, self.confidentiality

    def hash(self, key: bytes, data: bytes) -> bytes:
        """Return the keyed hash of data."""
        return hmac.digest(key, data, self.hash_name)

    def code(self, key: bytes, data: bytes) -> bytes:
        """Return the keyed hash of data in the length that authenticates a packet."""
        return self.hash(key, data)[: self.code_length]

    def derive(self, key: bytes, constant: int) -> bytes:
        """Derive a key of a session: 1 for authentication, 2 for encryption."""
        return self.hash(key, bytes((constant,)) * _CONSTANT_LENGTH)


CIPHER_SUITES = (
    CipherSuite(17, 3, 4, 1, "sha256", 16),
    CipherSuite(3, 1, 1, 1, "sha1", 12),
)
"""Accepted cipher suites in the order of preference."""
