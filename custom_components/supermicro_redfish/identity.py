"""Which server answers at an address, and how far it is to be trusted."""

from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import ClientSession
from homeassistant.helpers.device_registry import format_mac

from .aiosupermicro import (
    AuthenticationError,
    CertificateError,
    Chassis,
    NotFoundError,
    ServerCertificate,
    ServiceRoot,
    SupermicroRedfishClient,
    async_get_server_certificate,
)
from .aiosupermicro.transport import base_url
from .client import trust
from .util import server_name

_HTTPS_PORT = 443
_MAKERS_MACS = (
    "00:25:90",
    "0c:c4:7a",
    "3c:ec:ef",
    "7c:c2:55",
    "90:5a:08",
    "ac:1f:6b",
)


class UnsupportedError(Exception):
    """What answers is no BMC of a Supermicro server, or none that can be told apart."""


class OtherServerError(Exception):
    """Another BMC answers where one was that is known."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a BMC tells before anyone logs in."""

    root: ServiceRoot
    certificate: ServerCertificate | None
    """Its certificate where nobody vouches for it; None where somebody does."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """What the dialogue learns of a server."""

    unique_id: str
    name: str


def tidy_host(host: str) -> str:
    """Return an address in its shortest form: no scheme, no slash, no usual port.

    Raises:
        ValueError: It is none.

    """
    url = base_url(host)
    name = f"[{url.host}]" if url.host and ":" in url.host else url.host or ""
    return name if url.port == _HTTPS_PORT else f"{name}:{url.port}"


def moved_host(host: str, address: str) -> str:
    """Return where a server is that was seen at another IP address.

    Its port stays, unless the new address has one. A name stays whole: whoever
    entered it lets it lead to wherever the server is.
    """
    before, now = base_url(host), base_url(address)
    try:
        ip_address(before.host or "")
    except ValueError:
        return host
    if now.port == _HTTPS_PORT:
        now = now.with_port(before.port)
    return tidy_host(str(now))


async def async_probe(session: ClientSession, host: str) -> Probe:
    """Look at what answers at an address, without sending any password.

    Raises:
        UnsupportedError: It is no BMC of a Supermicro server.
        SupermicroRedfishError: It could not be asked.

    """
    certificate = None
    try:
        root = await _async_root(session, host, verify_ssl=True)
    except CertificateError:
        certificate = await async_get_server_certificate(host)
        root = await _async_root(session, host, verify_ssl=certificate.fingerprint)
    if root.is_supermicro is False:
        raise UnsupportedError
    return Probe(root=root, certificate=certificate)


async def _async_root(
    session: ClientSession, host: str, *, verify_ssl: bool | str
) -> ServiceRoot:
    """Return the service root, which a BMC shows to everyone."""
    client = SupermicroRedfishClient(
        session, host, "", "", verify_ssl=trust(verify_ssl)
    )
    try:
        return await client.async_get_service_root()
    except AuthenticationError as error:
        raise UnsupportedError from error


async def async_identify(client: SupermicroRedfishClient) -> Server:
    """Log in and find out which server this is.

    Raises:
        UnsupportedError: It is none that this integration is for.
        SupermicroRedfishError: It could not be asked.

    """
    root = await client.async_get_service_root()
    system = await client.async_get_system()
    if not (root.is_supermicro or system.is_supermicro):
        raise UnsupportedError
    identifier = await async_get_identifier(client)
    try:
        chassis = await client.async_get_chassis()
    except NotFoundError:
        chassis = Chassis()
    return Server(unique_id=identifier, name=server_name(system, chassis))


async def async_get_identifier(client: SupermicroRedfishClient) -> str:
    """Return what tells this BMC from all others: its MAC address, else its UUID.

    Raises:
        UnsupportedError: It tells neither.
        SupermicroRedfishError: It could not be asked.

    """
    identifier = await client.async_get_mac_address()
    identifier = identifier or (await client.async_get_manager()).uuid or ""
    if not identifier.strip("0-"):
        raise UnsupportedError
    return format_mac(identifier)


async def async_require_same_server(
    client: SupermicroRedfishClient, unique_id: str | None
) -> None:
    """Make sure that a known BMC answers, by its root alone where that tells.

    Raises:
        OtherServerError: It is another one.
        SupermicroRedfishError: It could not be asked.

    """
    if advertised_mac(await client.async_get_service_root()) == unique_id:
        return
    try:
        is_same = await async_get_identifier(client) == unique_id
    except UnsupportedError as error:
        raise OtherServerError from error
    if not is_same:
        raise OtherServerError


def advertised_mac(root: ServiceRoot) -> str | None:
    """Return the BMC's MAC address where the root tells it, as most boards do."""
    mac = root.mac_address
    return format_mac(mac) if mac and mac.strip("0:") else None


def is_likely(root: ServiceRoot) -> bool:
    """Tell whether a root is that of a Supermicro server, as far as it tells.

    That of X10 and X11 does not name its maker, but holds the BMC's MAC address.
    """
    mac = advertised_mac(root) or ""
    return root.is_supermicro or mac.startswith(_MAKERS_MACS)
