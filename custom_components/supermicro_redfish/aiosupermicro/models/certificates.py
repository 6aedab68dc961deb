"""Certificates that the BMC shows (Certificate)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
import re
from ssl import PEM_cert_to_DER_cert

from .base import Model

_FIRST = re.compile(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class CertificateIdentifier(Model):
    """Whom a certificate is for, or by (Subject, Issuer)."""

    common_name: str | None = None
    """In the certificate that a BMC makes for itself: "IPMI"."""
    organization: str | None = None
    organizational_unit: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Certificate(Model):
    """A certificate of the BMC's web server or firmware (Certificate)."""

    id: str | None = None
    name: str | None = None
    certificate_type: str | None = None
    """PEM, or PEMchain for several of them."""
    certificate_usage_types: tuple[str, ...] = ()
    certificate_string: str | None = None
    """The public certificate itself."""
    fingerprint: str | None = None
    """As the BMC sent it; None on OpenBMC."""
    fingerprint_hash_algorithm: str | None = None
    subject: CertificateIdentifier = CertificateIdentifier()
    issuer: CertificateIdentifier = CertificateIdentifier()
    valid_not_before: datetime | None = None
    valid_not_after: datetime | None = None
    serial_number: str | None = None
    signature_algorithm: str | None = None
    key_usage: tuple[str, ...] = ()

    @property
    def sha256_fingerprint(self) -> str | None:
        """The SHA-256 of the first certificate, as 64 hexadecimal digits.

        None where the BMC does not give the certificate.
        """
        first = _FIRST.search(self.certificate_string or "")
        try:
            return sha256(PEM_cert_to_DER_cert(first[0])).hexdigest() if first else None
        except ValueError:
            return None

    @property
    def is_self_signed(self) -> bool | None:
        """Whether whom it is for made it; None where the BMC does not say."""
        known = self.subject.is_valid and self.issuer.is_valid
        return self.subject == self.issuer if known else None
