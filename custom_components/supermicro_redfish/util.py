"""What a BMC says of itself, as lists, logs and pages can show it."""

import re

from .aiosupermicro import Chassis, ServerCertificate, System
from .aiosupermicro.documents import one_line

_PLACEHOLDERS = ("super server", "to be filled by o.e.m.", "default string")
_DEFAULT_NAME = "Supermicro server"
_LONGEST_NAME = 100
_MARKDOWN = re.compile(r"[\\`*_\[\]()<>!|~:.@&/]")


def meant(text: str | None) -> str | None:
    """Return a text that somebody filled in, None for a factory's placeholder."""
    return None if text is None or text.lower() in _PLACEHOLDERS else text


def server_name(system: System, chassis: Chassis) -> str:
    """Return what to call a server: its model, or that of its board."""
    return shortened(meant(system.model) or meant(chassis.model) or _DEFAULT_NAME)


def shortened(name: str) -> str:
    """Return a name that a BMC gives as one line that lists and logs can show."""
    return one_line(name)[:_LONGEST_NAME]


def plain(text: str) -> str:
    """Return a text of a BMC so that a page shows it as it is.

    Descriptions are Markdown: what stands in a certificate could show another
    fingerprint than its own, or a picture from elsewhere.
    """
    return _MARKDOWN.sub(r"\\\g<0>", one_line(text))


def described(certificate: ServerCertificate) -> dict[str, str]:
    """Return a certificate in words."""
    return {
        "subject": plain(certificate.subject) or "-",
        "issuer": plain(certificate.issuer) or "-",
        "not_before": certificate.not_before.date().isoformat(),
        "not_after": certificate.not_after.date().isoformat(),
        "fingerprint": with_colons(certificate.fingerprint),
    }


def with_colons(fingerprint: str) -> str:
    """Return a fingerprint as browsers show it."""
    return bytes.fromhex(fingerprint).hex(":").upper()
