"""Certificates of the BMC (Certificate)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
import re
from ssl import PEM_cert_to_DER_cert

from .base import Model

__all__ = ["Certificate", "CertificateIdentifier"]

_FIRST_PEM = re.compile(
    r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class CertificateIdentifier(Model):
    """Subject or issuer of a certificate (Subject, Issuer)."""

    common_name: str | None = None
    """Common name; "IPMI" in a certificate that the BMC created."""
    organization: str | None = None
    organizational_unit: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Certificate(Model):
    """Certificate of the BMC's web server or firmware (Certificate)."""

    id: str | None = None
    name: str | None = None
    certificate_type: str | None = None
    """PEM, or PEMchain for several certificates."""
    certificate_usage_types: tuple[str, ...] = ()
    certificate_string: str | None = None
    """Public certificate in PEM format."""
    fingerprint: str | None = None
    """Fingerprint in the BMC's format; None on OpenBMC."""
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
        """SHA-256 fingerprint of the first certificate, 64 hexadecimal digits.

        Computed from CertificateString; None if the BMC does not send it.
        """
        first = _FIRST_PEM.search(self.certificate_string or "")
        try:
            return sha256(PEM_cert_to_DER_cert(first[0])).hexdigest() if first else None
        except ValueError:
            return None

    @property
    def is_self_signed(self) -> bool | None:
        """Return whether subject and issuer are equal; None if one is not reported."""
        is_known = self.subject.is_valid and self.issuer.is_valid
        return self.subject == self.issuer if is_known else None
