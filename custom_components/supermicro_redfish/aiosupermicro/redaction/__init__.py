"""Redaction of identifiers and secrets in recorded resources.

Equal values get equal replacements everywhere, also within texts, paths and keys.
Relations between resources are preserved. Secrets are found by their key and by their
shape; the shapes are in `sensitive_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import json
import re
from typing import Any

from ..const import MAX_NESTED_DOCUMENTS
from ..payload import parse_json
from .sensitive_text import (
    REDACTED,
    SHORT_NAMES,
    TextRedactor,
    is_address,
    is_kept,
)

# Keys are compared in lower case without separators.
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_SECRET_KEYS = re.compile(
    r".*(passw|passphrase|passcode|pwd|secret|token|psk|community|authorization|cookie"
    r"|credential).*|signature|certificatestring|keystring|.*keys?|pass|pw|pin|otp"
    rf"|.*{SHORT_NAMES}"
)
_SECRET_SPELLINGS = re.compile(
    r"URI|.*[^A-Z]PIN|.*[a-z]Pin|PIN_?Code|Pin(Code|Number|Value)|.*[-_ .][Pp]in"
    r"|.*[a-z0-9](?<!By)(Pass|PW|Pw)|.*[-_ .]([Pp]ass|PASS|[Pp]w|PW)"
)
_POLICY_KEYS = re.compile(
    r".*(length|enabled|required|expiration|expired|days|count|type|state|supported"
    r"|timeout|threshold|duration|lifetime|history|age|mode|limit|size|attempts|min|max"
    r"|policy)(seconds|minutes)?"
)
"""Keys whose number is a rule about secrets, such as MinPasswordLength."""
_NEUTRAL_KEYS = frozenset(
    ("value", "data", "text", "content", "string", "current", "hash", "salt")
)
"""Keys whose value is redacted if the object around them is a secret."""
_SERIAL_KEYS = re.compile(
    r".*serial(number|num|no|nr)?s?|sn|.*servicetag|.*assettag|licenseid|nodeid"
    r"|.*ww[pn]?n|.*guid|.*eui(64)?|durablenames?|.*nqn|(snmp)?engineid"
    r"|protectedidentificationnumber|.*ppin(number|value)?"
)
_SERIAL_SPELLINGS = re.compile(r".*[^A-Z]S/?N|.*[-_ .][Ss][Nn]")
_NAME_KEYS = re.compile(
    r"hostname|fqdn|.*username|(remote)?user|remotegroup|login|context|.*domain.*"
    r"|.*email.*|.*senderaddress|fromaddress|ldapdn|.*searchbase"
    r"|basedistinguishednames|.*contact|sys(tem)?name|syslocation|ssid"
)
_ADDRESS_KEYS = re.compile(
    r"address|serviceaddresses|gateway|.*server.*|.*nameservers|destination"
    r"|ipv6defaultgateway|.*hosts?"
)
_VERSION_KEYS = re.compile(r".*(version|revision|firmware|release|build).*")
"""Keys of versions, which look like IP addresses."""
_HAS_SHAPE = re.compile(r"[0-9A-Fa-f]{2,8}(?:[:-][0-9A-Fa-f]{2,12}){4,7}|/.*")
"""A UUID, a MAC address or a link, which are replaced by their shape."""
_MIN_LENGTH = 4
"""Minimum length of a value that is also replaced within texts.

Shorter values are part of too many words. They are replaced only under their own keys.
"""
_PATH_WORDS = frozenset(
    (
        *("redfish", "systems", "chassis", "managers", "oem", "supermicro", "actions"),
        *("accountservice", "accounts", "sessionservice", "sessions", "sensors"),
        *("system", "manager", "thermal", "power", "members", "registries", "drives"),
    )
)
"""Words of the paths of every board, which an account may have as its name.

They are replaced only under their own keys, or no path would be valid anymore.
"""


def redacted(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return resources by path without identifiers and secrets.

    The result is still a valid set of resources with links between them. It takes a
    second for a megabyte: call it in a thread.
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
        self._text = TextRedactor()
        self._short: dict[str, str] = {}
        for resource in resources:
            for key, text in _scalars(resource):
                self._collect(key, text)

    def redact(self, value: Any, key: str = "") -> Any:
        """Return a copy of a resource, or a part of one, without identifiers."""
        return self._redact(value, key, levels=MAX_NESTED_DOCUMENTS)

    def redact_text(self, text: str) -> str:
        """Return a text, such as a path or a message, without identifiers."""
        return self._text.redact(text)

    def _redact(self, value: Any, key: str, *, levels: int) -> Any:
        """Redact a value; texts may contain documents, a few levels deep."""
        if isinstance(value, Mapping):
            is_secret = _is_secret(key) and not _fold(key).endswith(("key", "keys"))
            return {
                self.redact_text(name): self._redact(
                    inner,
                    key if is_secret and _fold(name) in _NEUTRAL_KEYS else name,
                    levels=levels,
                )
                for name, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self._redact(inner, key, levels=levels) for inner in value]
        if isinstance(value, str):
            return self._redact_string(value, key, levels=levels)
        return self._redact_number(value, key)

    def _redact_string(self, value: str, key: str, *, levels: int) -> str:
        """Redact a text by its key, as a document or by the shapes in it."""
        if _is_secret(key) and value.strip():
            return REDACTED
        if document := _parse_document(value):
            if not levels:
                return REDACTED
            inner = self._redact(document, key, levels=levels - 1)
            return json.dumps(inner, separators=(",", ":"))
        short = self._short.get(value.strip()) if _is_name(key) else None
        has_addresses = not _VERSION_KEYS.fullmatch(_fold(key))
        return short or self._text.redact(value, has_addresses=has_addresses)

    def _redact_number(self, value: Any, key: str) -> Any:
        """Redact a number by its key."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        if _is_secret(key) and not _POLICY_KEYS.fullmatch(_fold(key)):
            return REDACTED
        text = str(value)
        if _is_serial(key) and (new := self._text.redact(text)) != text:
            return new
        return value

    def _collect(self, key: str, text: str) -> None:
        """Add a replacement for each identifier that its key reveals."""
        self._text.add_macs(text)
        value = text.strip()
        if is_kept(value) or is_address(value) or self._text.is_known(value):
            return
        if _is_serial(key) and len(value) >= _MIN_LENGTH:
            number = self._text.number("serial", value)
            self._text.add(value, f"REDACTED{number:04d}")
        elif _is_name(key) and not _HAS_SHAPE.fullmatch(value):
            new = f"name{self._text.number('name', value)}.example"
            if len(value) < _MIN_LENGTH or value.lower() in _PATH_WORDS:
                self._short[value] = new
            else:
                self._text.add(value, new)


def _fold(key: str) -> str:
    """Return a key in lower case without separators."""
    return _SEPARATORS.sub("", key.lower())


def _is_secret(key: str) -> bool:
    """Return whether a key holds a secret."""
    folded = _SECRET_KEYS.fullmatch(_fold(key))
    return bool(folded or _SECRET_SPELLINGS.fullmatch(key))


def _is_serial(key: str) -> bool:
    """Return whether a key holds a number that identifies a part or the machine."""
    folded = _SERIAL_KEYS.fullmatch(_fold(key))
    return bool(folded or _SERIAL_SPELLINGS.fullmatch(key))


def _is_name(key: str) -> bool:
    """Return whether a key holds the name or address of a person or host."""
    folded = _fold(key)
    return bool(_NAME_KEYS.fullmatch(folded) or _ADDRESS_KEYS.fullmatch(folded))


def _scalars(
    value: Any, key: str = "", levels: int = MAX_NESTED_DOCUMENTS
) -> Iterator[tuple[str, str]]:
    """Return all texts and numbers of a resource with their keys."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield "", name
            yield from _scalars(inner, name, levels)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _scalars(inner, key, levels)
    elif isinstance(value, str):
        yield key, value
        if levels and (document := _parse_document(value)):
            yield from _scalars(document, key, levels - 1)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield key, str(value)


def _parse_document(text: str) -> Any:
    """Parse a text that contains a JSON document, such as a license; else None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    document = parse_json(text.encode(errors="replace"))
    return document if isinstance(document, (dict, list)) else None
