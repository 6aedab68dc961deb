"""Redaction of identifiers and secrets in recorded resources.

Equal values get equal replacements everywhere, also within texts. Relations between
resources are preserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
import json
import re
from typing import Any

from .models.common import mac_from_uuid
from .payload import parse_json

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_KEEP = re.compile(
    r"[0.:]*|::1|127\..*|255\..*|localhost|\(null\)|null|None", re.IGNORECASE
)

_SECRET_KEYS = re.compile(
    r"(?i:.*(password|secret|token|passphrase|community|authorization).*)"
    r"|Signature|CertificateString|KeyString|URI|.*Key",
)
_PRIVATE_KEY = "PRIVATE KEY-----"
_SERIAL_KEYS = re.compile(r".*SerialNumber|AssetTag|LicenseID|NodeID|.*WWN|.*GUID|EUI")
_NAME_KEYS = re.compile(
    r"HostName|FQDN|.*User[Nn]ame|(Remote)?User|RemoteGroup|Login|Context|.*Domain.*"
    r"|.*Email.*|.*SenderAddress|FromAddress|LDAPDN|.*Search[Bb]ase"
    r"|BaseDistinguishedNames"
)
_ADDRESS_KEYS = re.compile(
    r"Address|ServiceAddresses|Gateway|.*Server.*|.*NameServers|Destination"
    r"|IPv6DefaultGateway|.*Hosts?"
)
# IP addresses are searched only in these texts, because versions look like addresses.
_TEXT_KEYS = re.compile(r"Message|MessageArgs|Description")
_ADDRESS_IN_TEXT = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
_MIN_LENGTH = 4
"""Minimum length of a value that is also replaced within texts.

Shorter values are part of too many words. They are replaced only under their own keys.
"""


def redacted(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return resources by path without identifiers and secrets.

    The result is still a valid set of resources with links between them.
    """
    redactor = Redactor(resources.values())
    return {
        redactor.redact_text(path): redactor.redact(body)
        for path, body in resources.items()
    }


class Redactor:
    """Replace identifiers, equal ones by equal replacements."""

    def __init__(self, resources: Iterable[Any]) -> None:
        """Collect the identifiers of all resources."""
        self._replacements: dict[str, str] = {}
        self._short: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        for resource in resources:
            for key, text in _texts(resource):
                self._collect(key, text)
        values = sorted(self._replacements, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, values))) if values else None

    def redact(self, value: Any, key: str = "") -> Any:
        """Return a copy of a resource, or a part of one, without identifiers."""
        if isinstance(value, Mapping):
            return {name: self.redact(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.redact(inner, key) for inner in value]
        if not isinstance(value, str):
            return value
        is_secret = _SECRET_KEYS.fullmatch(key) or _PRIVATE_KEY in value
        if is_secret and value.strip():
            return "REDACTED"
        if document := _parse_document(value):
            return json.dumps(self.redact(document), separators=(",", ":"))
        short = self._short.get(value.strip()) if _is_name_key(key) else None
        return short or self.redact_text(value)

    def redact_text(self, text: str) -> str:
        """Return a text, such as a path or a message, without known identifiers."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._replacements[match[0]], text)

    def _collect(self, key: str, text: str) -> None:
        """Add a replacement for each identifier in a text."""
        for mac in _MAC.findall(text):
            self._add_mac(mac)
        for uuid in _UUID.findall(text):
            self._add_uuid(uuid)
        if _TEXT_KEYS.fullmatch(key):
            for address in _ADDRESS_IN_TEXT.findall(text):
                self._add_value("", address)
        self._add_value(key, text.strip())

    def _add_value(self, key: str, value: str) -> None:
        """Add a replacement for a text that is an identifier as a whole."""
        if _KEEP.fullmatch(value) or value in self._replacements or _UUID.search(value):
            return
        if _SERIAL_KEYS.fullmatch(key) and len(value) >= _MIN_LENGTH:
            self._replacements[value] = self._next("serial", "REDACTED{:04d}")
        elif _is_address(value) and "Version" not in key:
            self._add_address(value)
        elif _is_name_key(key) and value not in self._short:
            is_short = len(value) < _MIN_LENGTH
            replacements = self._short if is_short else self._replacements
            replacements[value] = self._next("name", "name{}.example")

    def _add_mac(self, mac: str) -> None:
        """Add replacements for all notations of a MAC address.

        The manufacturer's half is preserved.
        """
        if mac in self._replacements or not mac.strip("0:-"):
            return
        old = mac.replace("-", ":")
        new = old[:8] + self._next("mac", ":00:00:{:02X}")
        for separator in (":", "-", ""):
            for change_case in (str.upper, str.lower):
                notation = change_case(old.replace(":", separator))
                replacement = change_case(new.replace(":", separator))
                self._replacements[notation] = replacement

    def _add_uuid(self, uuid: str) -> None:
        """Add a replacement for a UUID.

        Many boards derive the UUID from the BMC's MAC address.
        """
        if mac := mac_from_uuid(uuid):
            self._add_mac(mac)
        elif uuid not in self._replacements:
            template = "00000000-0000-4000-8000-{:012d}"
            self._replacements[uuid] = self._next("uuid", template)

    def _add_address(self, value: str) -> None:
        """Add a replacement for an IP address, from the range for documentation."""
        version = ip_address(value.partition("/")[0]).version
        templates = {4: "192.0.2.{}", 6: "2001:db8::{:x}"}
        self._replacements[value] = self._next(f"ip{version}", templates[version])

    def _next(self, category: str, template: str) -> str:
        """Return the next replacement of a category."""
        self._counts[category] = self._counts.get(category, 0) + 1
        return template.format(self._counts[category])


def _is_name_key(key: str) -> bool:
    """Return whether a key holds the name or address of a person or host."""
    return bool(_NAME_KEYS.fullmatch(key) or _ADDRESS_KEYS.fullmatch(key))


def _is_address(value: str) -> bool:
    """Return whether a text is an IP address, with or without a prefix length."""
    try:
        ip_address(value.partition("/")[0])
    except ValueError:
        return False
    return True


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Return all texts of a resource with their keys."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value
        yield from _texts(_parse_document(value), key)


def _parse_document(text: str) -> Any:
    """Parse a text that contains a JSON document, such as a license; else None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    document = parse_json(text.encode(errors="replace"))
    return document if isinstance(document, (dict, list)) else None
