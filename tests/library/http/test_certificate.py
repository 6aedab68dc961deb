"""The BMC's certificate, read before a login and verified in each connection."""

from collections.abc import Callable
from datetime import UTC, datetime
from socket import create_server
from ssl import SSLObject, create_default_context

from aiohttp import ClientSession, TCPConnector
from hypothesis import given, strategies as st
import pytest

from aiosupermicro import (
    CertificateError,
    ConnectionError,  # noqa: A004
    InvalidResponseError,
    SupermicroRedfishClient,
    TimeoutError,  # noqa: A004
    async_get_server_certificate,
)
from aiosupermicro.http import transport
from aiosupermicro.http.certificate import parse_certificate
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate


async def test_certificate_is_read_without_a_request(server: Server, bmc: Bmc) -> None:
    """Return fingerprint, subject, issuer and validity without sending a request."""
    certificate = await async_get_server_certificate(server.host)
    assert certificate.fingerprint == server.certificate_sha256
    assert certificate.subject == certificate.issuer
    assert certificate.subject == (
        "C=US, ST=California, L=San Jose, O=Super Micro Computer, OU=Software, CN=IPMI"
    )
    assert certificate.not_before < datetime.now(UTC) < certificate.not_after
    assert bmc.requests == []


@pytest.mark.usefixtures("network")
async def test_certificate_of_unreachable_host_is_an_error() -> None:
    """Raise an error for a refused connection."""
    with pytest.raises(ConnectionError):
        await async_get_server_certificate("127.0.0.1:1", timeout=2)


@pytest.mark.parametrize(
    "spell",
    [str.lower, str.upper, lambda pin: bytes.fromhex(pin).hex(":")],
    ids=["lower", "upper", "colons"],
)
async def test_pinned_certificate_is_accepted(
    session: ClientSession, server: Server, spell: Callable[[str], str]
) -> None:
    """Accept a fingerprint in lower or upper case, with or without colons."""
    pin = spell(server.certificate_sha256 or "")
    async with SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=pin
    ) as client:
        assert (await client.async_get_system()).is_on


async def test_changed_certificate_is_rejected(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Report the new fingerprint, and send nothing to the host."""
    old = server.certificate_sha256 or ""
    server.renew_certificate()
    client = SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=old
    )
    with pytest.raises(CertificateError) as caught:
        await client.async_connect()
    assert caught.value.fingerprint == server.certificate_sha256 != old
    assert bmc.requests == []


async def test_self_signed_certificate_fails_verification(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """Send no request if the verification fails."""
    client = SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=True
    )
    with pytest.raises(CertificateError):
        await client.async_connect()
    assert bmc.requests == []


async def test_verification_overrides_http_session_without_it(
    network: None, server: Server, bmc: Bmc
) -> None:
    """Verify the certificate although the HTTP session does not."""
    async with ClientSession(connector=TCPConnector(ssl=False)) as session:
        client = SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN", verify_ssl=True
        )
        with pytest.raises(CertificateError):
            await client.async_connect()
    assert bmc.requests == []


async def test_certificate_of_trusted_authority_is_accepted(
    session: ClientSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust the authorities of the system, or those of a given context."""
    certificate = Certificate.generate("127.0.0.1")
    server.renew_certificate(certificate)
    context = create_default_context(cadata=certificate.pem.decode())
    async with SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=context
    ) as client:
        assert (await client.async_get_system()).is_on
    monkeypatch.setattr(transport, "_VERIFYING", context)
    async with SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=True
    ) as client:
        assert (await client.async_get_system()).is_on


@pytest.mark.parametrize("pin", ["", "abcd", "not hexadecimal", "00" * 20])
async def test_malformed_fingerprint_is_rejected(
    session: ClientSession, pin: str
) -> None:
    """Raise ValueError for a fingerprint that can match no certificate."""
    with pytest.raises(ValueError, match=r".+"):
        SupermicroRedfishClient(session, "bmc", "ADMIN", "ADMIN", verify_ssl=pin)


@given(noise=st.binary())
def test_random_bytes_are_rejected_as_certificate(noise: bytes) -> None:
    """Raise ValueError for bytes that are no certificate."""
    with pytest.raises(ValueError, match=r"."):
        parse_certificate(noise)


@pytest.mark.usefixtures("network")
async def test_certificate_of_silent_host_is_an_error() -> None:
    """Raise an error for a host that accepts connections but sends nothing."""
    with create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(TimeoutError):
            await async_get_server_certificate(f"127.0.0.1:{port}", timeout=0.1)


async def test_malformed_certificate_is_an_error(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise an error of the library for a certificate that cannot be decoded."""
    monkeypatch.setattr(SSLObject, "getpeercert", lambda *_, **_options: b"\x30\x00")
    with pytest.raises(InvalidResponseError):
        await async_get_server_certificate(server.host)
