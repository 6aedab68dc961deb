"""The BMC's certificate, before and after it is trusted."""

from collections.abc import Callable
from datetime import UTC, datetime
from ssl import create_default_context

from aiohttp import ClientSession, TCPConnector
from hypothesis import given, strategies as st
import pytest

from aiosupermicro import (
    CertificateError,
    ConnectionError,  # noqa: A004
    SupermicroRedfishClient,
    async_get_server_certificate,
)
from aiosupermicro.http import transport
from aiosupermicro.http.certificate import parse_certificate
from tests.simulator import Bmc, Server
from tests.simulator.certificate import Certificate


async def test_the_certificate_is_shown_before_anything_is_sent(
    server: Server, bmc: Bmc
) -> None:
    """Fingerprint, subject, issuer and validity, and not a single request."""
    certificate = await async_get_server_certificate(server.host)
    assert certificate.fingerprint == server.certificate_sha256
    assert certificate.subject == certificate.issuer
    assert "CN=IPMI" in certificate.subject
    assert "O=Super Micro Computer" in certificate.subject
    assert certificate.not_before < datetime.now(UTC) < certificate.not_after
    assert bmc.requests == []


@pytest.mark.usefixtures("network")
async def test_where_nobody_listens_there_is_no_certificate() -> None:
    """A refused connection is told as such."""
    with pytest.raises(ConnectionError):
        await async_get_server_certificate("127.0.0.1:1", timeout=2)


@pytest.mark.parametrize(
    "spell",
    [str.lower, str.upper, lambda pin: bytes.fromhex(pin).hex(":")],
    ids=["small", "capital", "colons"],
)
async def test_a_pinned_certificate_is_accepted(
    session: ClientSession, server: Server, spell: Callable[[str], str]
) -> None:
    """A fingerprint may be written as people write them."""
    pin = spell(server.certificate_sha256 or "")
    async with SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=pin
    ) as client:
        assert (await client.async_get_system()).is_on


async def test_a_changed_certificate_sees_no_password(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """The exception tells the new fingerprint, and nothing was sent."""
    old = server.certificate_sha256 or ""
    server.renew_certificate()
    client = SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=old
    )
    with pytest.raises(CertificateError) as caught:
        await client.async_connect()
    assert caught.value.fingerprint == server.certificate_sha256 != old
    assert bmc.requests == []


async def test_a_self_signed_certificate_is_not_verified(
    session: ClientSession, server: Server, bmc: Bmc
) -> None:
    """With verification nobody vouches for it, and nothing is sent."""
    client = SupermicroRedfishClient(
        session, server.host, "ADMIN", "ADMIN", verify_ssl=True
    )
    with pytest.raises(CertificateError):
        await client.async_connect()
    assert bmc.requests == []


async def test_a_session_that_verifies_nothing_does_not_undo_it(
    network: None, server: Server, bmc: Bmc
) -> None:
    """Home Assistant has such sessions, and hands them out."""
    async with ClientSession(connector=TCPConnector(ssl=False)) as session:
        client = SupermicroRedfishClient(
            session, server.host, "ADMIN", "ADMIN", verify_ssl=True
        )
        with pytest.raises(CertificateError):
            await client.async_connect()
    assert bmc.requests == []


async def test_a_certificate_that_somebody_vouches_for_is_verified(
    session: ClientSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the system's authorities, or by those that the caller names."""
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
async def test_a_malformed_fingerprint_is_refused_at_once(
    session: ClientSession, pin: str
) -> None:
    """A fingerprint that can never match is the caller's mistake."""
    with pytest.raises(ValueError, match=r".+"):
        SupermicroRedfishClient(session, "bmc", "ADMIN", "ADMIN", verify_ssl=pin)


@given(noise=st.binary())
def test_noise_is_no_certificate(noise: bytes) -> None:
    """What is no certificate raises what the caller turns into its own error."""
    with pytest.raises(ValueError, match=r"."):
        parse_certificate(noise)
