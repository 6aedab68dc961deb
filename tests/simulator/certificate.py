"""Generate the self-signed certificate of a BMC.

All BMCs have the same subject and different keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
import hashlib
from ipaddress import ip_address
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "California"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "San Jose"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Super Micro Computer"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Software"),
    ]
)
_YEARS = 10


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key."""

    pem: bytes
    """The certificate and the key."""
    sha256: str
    """The fingerprint, in lower-case hexadecimal digits."""

    @classmethod
    def generate(cls, address: str | None = None, common_name: str = "IPMI") -> Self:
        """Generate a new key and a certificate that it signs.

        With an IP address the certificate names it, as one that an owner has installed.
        """
        subject = x509.Name(
            [*_NAME, x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        )
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        yesterday = datetime.now(UTC) - timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(yesterday)
            .not_valid_after(yesterday + timedelta(days=365 * _YEARS))
        )
        if address is not None:
            names = [x509.IPAddress(ip_address(address))]
            extension = x509.SubjectAlternativeName(names)
            builder = builder.add_extension(extension, critical=False)
        certificate = builder.sign(key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        der = certificate.public_bytes(serialization.Encoding.DER)
        return cls(
            certificate.public_bytes(serialization.Encoding.PEM) + private,
            hashlib.sha256(der).hexdigest(),
        )

    def load_into(self, context: ssl.SSLContext) -> None:
        """Use this certificate in a TLS context from the next handshake on."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "bmc.pem"
            file.write_bytes(self.pem)
            context.load_cert_chain(file)


@cache
def process_certificate() -> Certificate:
    """Return the certificate of this process. Generating one is slow."""
    return Certificate.generate()
