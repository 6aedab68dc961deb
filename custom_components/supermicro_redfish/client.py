"""Client of one BMC: its session, its TLS settings and the reading of static data."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from ssl import SSLContext
import time
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import (
    DATA_RESOLVER,
    async_get_clientsession,
)
from homeassistant.util.ssl import get_default_context

from .aiosupermicro import (
    Certificate,
    Drive,
    FirmwareInventory,
    LicenseError,
    LogEntry,
    NotFoundError,
    ResourceError,
    SupermicroRedfishClient,
    VirtualMedia,
    background,
)
from .aiosupermicro.concurrency import gather_or_raise
from .aiosupermicro.const import MAX_CONCURRENT_REQUESTS
from .models import ServerData

_KEEPALIVE_SECONDS = 600.0
"""Maximum idle seconds of a connection; polls are less than that apart."""
_INTERVALS: Mapping[str, float] = {
    "certificate": 24 * 3600,
    "firmware": 6 * 3600,
    "virtual_media": 3600,
}
"""Seconds between two reads of resources that rarely change."""
_OPTIONAL = {"firmware", "virtual_media"}
"""Resources whose missing license is no reason for a repair issue."""


@callback
def async_create_bmc_session(hass: HomeAssistant) -> ClientSession:
    """Create a session with a connector of its own; the caller closes it.

    Home Assistant's shared connector closes a connection after 15 idle seconds. With
    a poll every 30 seconds, each poll would need a TLS handshake, the most expensive
    request for the small processor of a BMC.
    """
    async_get_clientsession(hass)  # creates Home Assistant's shared resolver
    connector = TCPConnector(
        limit=MAX_CONCURRENT_REQUESTS + 1,  # and a stream of events
        keepalive_timeout=_KEEPALIVE_SECONDS,
        resolver=hass.data[DATA_RESOLVER],
    )
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar())


def create_client(
    session: ClientSession,
    data: Mapping[str, Any],
    discovery: Mapping[str, Any] | None = None,
) -> SupermicroRedfishClient:
    """Create a client from the data of a config entry, and the last run's discovery.

    The service root needs no account: without one, only the root can be read.
    """
    return SupermicroRedfishClient(
        session,
        data[CONF_HOST],
        data.get(CONF_USERNAME, ""),
        data.get(CONF_PASSWORD, ""),
        verify_ssl=ssl_setting(data[CONF_VERIFY_SSL]),
        discovery=discovery,
    )


@asynccontextmanager
async def async_connect_for_flow(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> AsyncGenerator[SupermicroRedfishClient]:
    """Provide a client that logs out at the end, or when Home Assistant stops."""
    async with async_create_bmc_session(hass) as session:
        client = create_client(session, data)

        async def async_log_out(_: Event) -> None:
            await client.async_disconnect()

        remove_listener = hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, async_log_out)
        try:
            yield client
        finally:
            remove_listener()
            await client.async_disconnect()


def ssl_setting(verify_ssl: bool | str) -> SSLContext | bool | str:  # noqa: FBT001
    """Return the library's TLS setting for that of a config entry.

    True becomes Home Assistant's context with its certificate authorities. A pinned
    fingerprint and False stay unchanged.
    """
    return get_default_context() if verify_ssl is True else verify_ssl


async def async_get_log_entries(
    client: SupermicroRedfishClient,
) -> tuple[LogEntry, ...]:
    """Return the health event log as an immutable value.

    A long log takes many requests, for which no poll or command waits.
    """
    with background():
        return tuple(await client.async_get_log_entries())


async def async_get_virtual_media(
    client: SupermicroRedfishClient,
) -> tuple[VirtualMedia, ...]:
    """Return the slots for virtual media as an immutable value."""
    return tuple(await client.async_get_virtual_media())


class ServerReader:
    """Read the static data of a server.

    All reads have background priority. The limiter sends them one at a time, whenever
    no poll or command waits. The resources that may take long come last. They are read
    concurrently, so that the requests of each take turns with those of the others.
    """

    def __init__(self, client: SupermicroRedfishClient) -> None:
        """Initialize the reader."""
        self._client = client
        self._read_fns: dict[str, Callable[[], Awaitable[Any]]] = {
            "license": client.async_get_license,
            "inner_thermal": client.async_get_inner_thermal,
            "drives": self._async_get_drives,
            "log_entries": lambda: async_get_log_entries(client),
            "certificate": self._async_get_certificate,
            "firmware": self._async_get_firmware,
            "virtual_media": lambda: async_get_virtual_media(client),
        }
        self._present: set[str] = set()
        """Resources that were read at least once."""
        self._kept: dict[str, tuple[float, Any]] = {}
        """Resources that not every poll reads, with the time of the last read."""

    async def async_read(self, on_read: Callable[[str, Any], None]) -> ServerData:
        """Read all resources; the failure of one does not affect the others.

        Args:
            on_read: Called with the name and value of each resource once it is read.

        Raises:
            SupermicroRedfishError: The BMC cannot be reached or rejected the account.

        """
        found: dict[str, Any] = {}
        failed: dict[str, ResourceError] = {}

        async def read(name: str) -> None:
            try:
                resource = await self._async_read_resource(name)
            except ResourceError as error:
                failed[name] = error
            else:
                if resource is not None:
                    found[name] = resource
                    on_read(name, resource)

        with background():
            static = await self._client.async_get_static_data(
                without=self._read_fns, on_read=on_read
            )
            await gather_or_raise(*map(read, self._read_fns))
        errors = {
            name: error
            for name, error in static.errors.items()
            if not name.startswith("/")
        }
        errors |= failed | self._client.member_errors
        return ServerData(**vars(static) | found | {"errors": errors})

    async def _async_read_resource(self, name: str) -> Any:
        """Read a resource, None if the board never had it."""
        read_at, kept = self._kept.get(name, (float("-inf"), None))
        if time.monotonic() - read_at < _INTERVALS.get(name, 0):
            return kept
        try:
            found = await self._read_fns[name]()
        except NotFoundError:
            if name in self._present:
                raise
            return None
        except LicenseError:
            if name not in _OPTIONAL:
                raise
            return None
        self._present.add(name)
        self.keep(name, found)
        return found

    def keep(self, name: str, resource: Any) -> None:
        """Keep a resource that not every poll reads, unless it was not found.

        The time of the read stays if it is the kept one.
        """
        _, kept = self._kept.get(name, (0.0, None))
        if name in _INTERVALS and resource is not None and resource is not kept:
            self._kept[name] = (time.monotonic(), resource)

    def expire(self, name: str) -> None:
        """Let the next poll read a resource again, however recent it is."""
        self._kept.pop(name, None)

    async def _async_get_drives(self) -> tuple[Drive, ...]:
        """Return the drives of all storage groups and chassis."""
        return tuple(await self._client.async_get_drives())

    async def _async_get_certificate(self) -> Certificate | None:
        """Return the certificate of the BMC's web server."""
        return next(iter(await self._client.async_get_certificates()), None)

    async def _async_get_firmware(self) -> tuple[FirmwareInventory, ...]:
        """Return the stored firmware images."""
        return tuple(await self._client.async_get_firmware_images())
