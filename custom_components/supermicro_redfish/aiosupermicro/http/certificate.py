"""TLS certificate of a BMC, readable before a password is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
import ssl
from typing import NamedTuple

from .. import exceptions
from ..const import DEFAULT_TIMEOUT
from .urls import base_url

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
    """TLS certificate of a host."""

    fingerprint: str
    """SHA-256 fingerprint, 64 hexadecimal digits in lower case."""
    subject: str
    """Distinguished name of the subject, such as "CN=IPMI, O=Super Micro Computer"."""
    issuer: str
    """Distinguished name of the issuer; on most BMCs the subject itself."""
    not_before: datetime
    not_after: datetime


async def async_get_server_certificate(
    host: str,
    timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of the handshake
) -> ServerCertificate:
    """Return the TLS certificate of a host.

    Only the TLS handshake is sent. The certificate is not verified.

    Args:
        host: Name, IPv4 or IPv6 address, with an optional port, or an https URL.
        timeout: Timeout of the handshake in seconds.

    Raises:
        ValueError: The host is malformed.
        ConnectionError: The connection or the TLS handshake failed.
        TimeoutError: The host did not respond in time.
        InvalidResponseError: The certificate is malformed.

    """
    url = base_url(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(url.host, url.port, ssl=context)
    except TimeoutError as error:
        raise exceptions.TimeoutError(f"{host} did not respond in time") from error
    except OSError as error:
        message = f"Failed to read the certificate of {host}: {error}"
        raise exceptions.ConnectionError(message) from error
    try:
        encoded = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    try:
        return parse_certificate(encoded)
    except ValueError as error:
        message = f"{host} sent a malformed certificate"
        raise exceptions.InvalidResponseError(message) from error


def parse_certificate(encoded: bytes) -> ServerCertificate:
    """Decode an X.509 certificate in DER.

    Raises:
        ValueError: The certificate is malformed.

    """
    try:
        fields = _parse_der(_parse_der(_parse_der(encoded)[0].content)[0].content)
        if fields[0].tag == _CONTEXT_TAG:
            fields = fields[1:]
        _, _, issuer, validity, subject, *_ = fields
        not_before, not_after = _parse_der(validity.content)
        return ServerCertificate(
            fingerprint=sha256(encoded).hexdigest(),
            subject=_parse_name(subject),
            issuer=_parse_name(issuer),
            not_before=_parse_time(not_before),
            not_after=_parse_time(not_after),
        )
    except IndexError as error:
        raise ValueError("Malformed certificate") from error


class _DerValue(NamedTuple):
    """Value in DER, the binary format of certificates."""

    tag: int
    content: bytes


def _parse_der(encoded: bytes) -> list[_DerValue]:
    """Parse a sequence of values; each has a tag, a length and a content."""
    values = []
    offset = 0
    while offset < len(encoded):
        tag, length = encoded[offset], encoded[offset + 1]
        offset += 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(encoded[offset : offset + octets], "big")
            offset += octets
        values.append(_DerValue(tag, encoded[offset : offset + length]))
        offset += length
    return values


def _parse_name(name: _DerValue) -> str:
    """Parse a distinguished name; attributes without a short label are omitted."""
    parts = []
    for group in _parse_der(name.content):
        for attribute in _parse_der(group.content):
            object_id, value = _parse_der(attribute.content)
            if label := _ATTRIBUTES.get(object_id.content):
                parts.append(f"{label}={value.content.decode(errors='replace')}")
    return ", ".join(parts)


def _parse_time(time: _DerValue) -> datetime:
    """Parse a UTCTime or a GeneralizedTime."""
    text = time.content.decode("ascii")
    time_format = "%y%m%d%H%M%SZ" if time.tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text, time_format).replace(tzinfo=UTC)
