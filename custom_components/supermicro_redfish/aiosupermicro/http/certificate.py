"""A BMC's TLS certificate, looked at before any password is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
import ssl
from typing import NamedTuple

from .. import exceptions
from ..const import DEFAULT_TIMEOUT
from .transport import base_url

_CONTEXT_TAG = 0xA0
_UTC_TIME = 0x17
_ATTRIBUTES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
}


@dataclass(frozen=True, kw_only=True)
class ServerCertificate:
    """The certificate that a host shows."""

    fingerprint: str
    """SHA-256, as 64 hexadecimal digits in small letters."""
    subject: str
    """Whom it is for, such as "CN=IPMI, O=Super Micro Computer"."""
    issuer: str
    """Who vouches for it; itself on nearly every BMC."""
    not_before: datetime
    not_after: datetime


async def async_get_server_certificate(
    host: str,
    timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of the handshake
) -> ServerCertificate:
    """Return the certificate that a host shows; nothing else is sent to it.

    Raises:
        ValueError: The host is malformed.
        ConnectionError: There is no connection, or no TLS.
        TimeoutError: There is no answer in time.
        InvalidResponseError: What it shows is no certificate.

    """
    url = base_url(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(url.host, url.port, ssl=context)
    except TimeoutError as error:
        raise exceptions.TimeoutError(f"{host} did not answer in time") from error
    except OSError as error:
        message = f"{host} shows no certificate: {error}"
        raise exceptions.ConnectionError(message) from error
    try:
        encoded = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    try:
        return parse_certificate(encoded)
    except ValueError as error:
        message = f"{host} shows a certificate that cannot be read"
        raise exceptions.InvalidResponseError(message) from error


def parse_certificate(encoded: bytes) -> ServerCertificate:
    """Decode an X.509 certificate in DER.

    Raises:
        ValueError: It is none.

    """
    try:
        fields = _items(_items(_items(encoded)[0].content)[0].content)
        if fields[0].tag == _CONTEXT_TAG:
            fields = fields[1:]
        _, _, issuer, validity, subject, *_ = fields
        not_before, not_after = _items(validity.content)
        return ServerCertificate(
            fingerprint=sha256(encoded).hexdigest(),
            subject=_name(subject),
            issuer=_name(issuer),
            not_before=_moment(not_before),
            not_after=_moment(not_after),
        )
    except IndexError as error:
        raise ValueError("This is no certificate in DER") from error


class _Item(NamedTuple):
    """A value in DER."""

    tag: int
    content: bytes


def _items(encoded: bytes) -> list[_Item]:
    """Take apart a sequence of values: each has a tag, a length and a content."""
    items = []
    place = 0
    while place < len(encoded):
        tag, length = encoded[place], encoded[place + 1]
        place += 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(encoded[place : place + octets], "big")
            place += octets
        items.append(_Item(tag, encoded[place : place + length]))
        place += length
    return items


def _name(name: _Item) -> str:
    """Return a distinguished name as text, without what has no short label."""
    parts = []
    for group in _items(name.content):
        for attribute in _items(group.content):
            kind, value = _items(attribute.content)
            if label := _ATTRIBUTES.get(kind.content):
                parts.append(f"{label}={value.content.decode(errors='replace')}")
    return ", ".join(parts)


def _moment(time: _Item) -> datetime:
    """Return a UTCTime or a GeneralizedTime."""
    text = time.content.decode("ascii")
    form = "%y%m%d%H%M%SZ" if time.tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
