"""Identify the server at an address, and normalize addresses."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.helpers.device_registry import format_mac

from .aiosupermicro import (
    AuthenticationError,
    CertificateError,
    Chassis,
    NotFoundError,
    ServerCertificate,
    ServiceRoot,
    SupermicroRedfishClient,
    SupermicroRedfishError,
    async_get_server_certificate,
)
from .aiosupermicro.http.urls import base_url
from .client import create_client
from .const import CONF_SERVICE_UUID
from .util import server_name

_HTTPS_PORT = 443
_MAC_PREFIXES = (
    "00:25:90",
    "0c:c4:7a",
    "3c:ec:ef",
    "7c:c2:55",
    "90:5a:08",
    "ac:1f:6b",
)
"""MAC address blocks of Supermicro."""


class UnsupportedError(Exception):
    """Device is no BMC of a Supermicro server, or has no unique identifier."""


class OtherServerError(Exception):
    """BMC is another one than expected."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Data that a BMC returns without credentials."""

    root: ServiceRoot
    certificate: ServerCertificate | None
    """Certificate that verification rejects; None if verification succeeds."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Identity of a server."""

    identifiers: tuple[str, ...]
    """MAC addresses and UUIDs of the BMC, the most reliable first."""
    name: str

    @property
    def unique_id(self) -> str:
        """Unique id of the BMC: its MAC address, or else its UUID."""
        return self.identifiers[0]


def normalize_host(host: str) -> str:
    """Return an address in its shortest form: no scheme, path or standard port.

    Raises:
        ValueError: The address is malformed.

    """
    url = base_url(host)
    name = f"[{url.host}]" if url.host and ":" in url.host else url.host or ""
    return name if url.port == _HTTPS_PORT else f"{name}:{url.port}"


def configuration_url(host: str) -> str:
    """Return the URL of the BMC's web page."""
    return str(base_url(host))


def moved_host(host: str, address: str) -> str:
    """Return the host setting for a server that was found at another IP address.

    The port stays, unless the new address has one. A host name stays as it is: the user
    has chosen to follow its DNS entry.
    """
    old, new = base_url(host), base_url(address)
    try:
        ip_address(old.host or "")
    except ValueError:
        return host
    if new.port == _HTTPS_PORT:
        new = new.with_port(old.port)
    return normalize_host(str(new))


async def async_probe(session: ClientSession, host: str) -> Probe:
    """Read the service root and the certificate at an address without credentials.

    Raises:
        UnsupportedError: The address is not that of a Supermicro BMC.
        SupermicroRedfishError: The service root cannot be read.

    """
    certificate = None
    try:
        root = await _async_get_root(session, host, verify_ssl=True)
    except CertificateError:
        certificate = await async_get_server_certificate(host)
        root = await _async_get_root(session, host, verify_ssl=certificate.fingerprint)
    if root.is_supermicro is False:
        raise UnsupportedError
    return Probe(root=root, certificate=certificate)


async def _async_get_root(
    session: ClientSession, host: str, *, verify_ssl: bool | str
) -> ServiceRoot:
    """Return the service root, which needs no credentials."""
    client = create_client(session, {CONF_HOST: host, CONF_VERIFY_SSL: verify_ssl})
    try:
        return await client.async_get_service_root()
    except AuthenticationError as error:
        raise UnsupportedError from error


async def async_has_trusted_certificate(
    entry: ConfigEntry, host: str, probe: Probe
) -> bool:
    """Return whether a host shows the certificate that an entry trusts."""
    expected = entry.data[CONF_VERIFY_SSL]
    if not isinstance(expected, str):
        return bool(expected) and probe.certificate is None
    try:
        certificate = probe.certificate or await async_get_server_certificate(host)
    except SupermicroRedfishError:
        return False
    return certificate.fingerprint == expected


async def async_identify(client: SupermicroRedfishClient) -> Server:
    """Log in and return the identity of the server.

    Raises:
        UnsupportedError: The server is not supported, or has no identifier.
        SupermicroRedfishError: The BMC cannot be read.

    """
    root = await client.async_get_service_root()
    system = await client.async_get_system()
    if not (root.is_supermicro or system.is_supermicro):
        raise UnsupportedError
    identifiers = await client.async_get_identifiers()
    if not identifiers:
        raise UnsupportedError
    try:
        chassis = await client.async_get_chassis()
    except NotFoundError:
        chassis = Chassis()
    return Server(
        identifiers=tuple(map(format_mac, identifiers)),
        name=server_name(system, chassis),
    )


async def async_verify_identity(
    client: SupermicroRedfishClient, unique_id: str | None
) -> ServiceRoot:
    """Verify the unique id of a BMC, with few requests, and return its service root.

    The service root suffices if it has the MAC address, and root and system if they are
    those that the client's discovery describes. Earlier versions may have stored an
    identifier that is no longer the preferred one.

    Raises:
        OtherServerError: The unique id is another one.
        SupermicroRedfishError: The BMC cannot be read.

    """
    root = await client.async_get_service_root()
    if advertised_mac(root) != unique_id and not await client.async_is_same_bmc():
        identifiers = await client.async_get_identifiers(former=True)
        if unique_id not in [*map(format_mac, identifiers)]:
            raise OtherServerError
    return root


def service_uuid(root: ServiceRoot) -> str | None:
    """Return the UUID of a service root that has no MAC address, as on OpenBMC."""
    return root.uuid.lower() if root.uuid and not advertised_mac(root) else None


def find_entry(
    entries: Iterable[ConfigEntry], identifiers: Collection[str | None]
) -> ConfigEntry | None:
    """Return the entry whose unique id is one of the identifiers of a BMC."""
    for entry in entries:
        if entry.unique_id is not None and entry.unique_id in identifiers:
            return entry
    return None


def find_discovered_entry(
    entries: Sequence[ConfigEntry], unique_id: str | None, root: ServiceRoot
) -> ConfigEntry | None:
    """Return the entry of a discovered BMC, also by the UUID of its service root."""
    uuid = service_uuid(root)
    for entry in entries:
        if uuid is not None and entry.data.get(CONF_SERVICE_UUID) == uuid:
            return entry
    return find_entry(entries, (unique_id, uuid))


def advertised_mac(root: ServiceRoot) -> str | None:
    """Return the BMC's MAC address, if the service root has it as on most boards."""
    mac = root.mac_address
    return format_mac(mac) if mac and mac.strip("0:") else None


def is_likely_supermicro(root: ServiceRoot) -> bool:
    """Return whether a service root is probably that of a Supermicro server.

    The service root of X10 and X11 names no vendor, but has the BMC's MAC address.
    """
    mac = advertised_mac(root) or ""
    return root.is_supermicro or mac.startswith(_MAC_PREFIXES)
