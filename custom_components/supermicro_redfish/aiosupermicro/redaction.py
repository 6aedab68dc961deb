"""Takes out of recorded resources what tells one server and its owner from another.

The same value gets the same replacement everywhere, in texts as well, so that what
belonged together still does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
import json
import re
from typing import Any

from .models.common import mac_in_uuid
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
# Versions look like addresses.
_TEXT_KEYS = re.compile(r"Message|MessageArgs|Description")
_IN_TEXT = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
_SHORTEST = 4
"""Characters: shorter names occur in too many other words to be replaced there.

They are under their own keys only.
"""


def redacted(bodies: Mapping[str, Any]) -> dict[str, Any]:
    """Return resources by path without what tells a server and its owner from others.

    They still are what a BMC could answer, and link to each other as before.
    """
    redactor = Redactor(bodies.values())
    return {
        redactor.redact_text(path): redactor.redact(body)
        for path, body in bodies.items()
    }


class Redactor:
    """Replaces identifiers, each by the same stand-in wherever it occurs."""

    def __init__(self, bodies: Iterable[Any]) -> None:
        """Learn the identifiers of all resources before any is redacted."""
        self._stand_ins: dict[str, str] = {}
        self._short: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        for body in bodies:
            for key, text in _texts(body):
                self._learn(key, text)
        known = sorted(self._stand_ins, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def redact(self, body: Any, key: str = "") -> Any:
        """Return a copy of a resource, or a part of one, without identifiers."""
        if isinstance(body, Mapping):
            return {name: self.redact(value, name) for name, value in body.items()}
        if isinstance(body, list):
            return [self.redact(value, key) for value in body]
        if not isinstance(body, str):
            return body
        is_secret = _SECRET_KEYS.fullmatch(key) or _PRIVATE_KEY in body
        if is_secret and body.strip():
            return "REDACTED"
        if inner := _document(body):
            return json.dumps(self.redact(inner), separators=(",", ":"))
        short = self._short.get(body.strip()) if _is_name(key) else None
        return short or self.redact_text(body)

    def redact_text(self, text: str) -> str:
        """Return a text, such as a path or a message, without known identifiers."""
        if self._known is None:
            return text
        return self._known.sub(lambda match: self._stand_ins[match[0]], text)

    def _learn(self, key: str, text: str) -> None:
        """Find a stand-in for every identifier in a text."""
        for mac in _MAC.findall(text):
            self._learn_mac(mac)
        for uuid in _UUID.findall(text):
            self._learn_uuid(uuid)
        if _TEXT_KEYS.fullmatch(key):
            for address in _IN_TEXT.findall(text):
                self._learn_value("", address)
        self._learn_value(key, text.strip())

    def _learn_value(self, key: str, value: str) -> None:
        """Find a stand-in for a text that is an identifier as a whole."""
        if _KEEP.fullmatch(value) or value in self._stand_ins or _UUID.search(value):
            return
        if _SERIAL_KEYS.fullmatch(key) and len(value) >= _SHORTEST:
            self._stand_ins[value] = self._next("serial", "REDACTED{:04d}")
        elif _is_address(value) and "Version" not in key:
            self._learn_address(value)
        elif _is_name(key) and value not in self._short:
            is_short = len(value) < _SHORTEST
            stand_ins = self._short if is_short else self._stand_ins
            stand_ins[value] = self._next("name", "name{}.example")

    def _learn_mac(self, mac: str) -> None:
        """Keep the maker's half of a MAC address, in all ways of writing it."""
        if mac in self._stand_ins or not mac.strip("0:-"):
            return
        plain = mac.replace("-", ":")
        stand_in = plain[:8] + self._next("mac", ":00:00:{:02X}")
        for colon in (":", "-", ""):
            for spell in (str.upper, str.lower):
                old, new = plain.replace(":", colon), stand_in.replace(":", colon)
                self._stand_ins[spell(old)] = spell(new)

    def _learn_uuid(self, uuid: str) -> None:
        """Replace a UUID; on many boards it is nothing but the BMC's MAC address."""
        if mac := mac_in_uuid(uuid):
            self._learn_mac(mac)
        elif uuid not in self._stand_ins:
            form = "00000000-0000-4000-8000-{:012d}"
            self._stand_ins[uuid] = self._next("uuid", form)

    def _learn_address(self, value: str) -> None:
        """Replace an IP address by one of those kept for examples."""
        version = ip_address(value.partition("/")[0]).version
        forms = {4: "192.0.2.{}", 6: "2001:db8::{:x}"}
        self._stand_ins[value] = self._next(f"ip{version}", forms[version])

    def _next(self, kind: str, form: str) -> str:
        """Return the next stand-in of a kind."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return form.format(self._counts[kind])


def _is_name(key: str) -> bool:
    """Tell whether a name stands under this key, of a person or of a host."""
    return bool(_NAME_KEYS.fullmatch(key) or _ADDRESS_KEYS.fullmatch(key))


def _is_address(value: str) -> bool:
    """Tell whether this is an IP address, with or without its network's length."""
    try:
        ip_address(value.partition("/")[0])
    except ValueError:
        return False
    return True


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a resource, with the key that it stands under."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value
        yield from _texts(_document(value), key)


def _document(text: str) -> Any:
    """Return the document that a text holds, as that of a licence does, or None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    document = parse_json(text.encode(errors="replace"))
    return document if isinstance(document, (dict, list)) else None
