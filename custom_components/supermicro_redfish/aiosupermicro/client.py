"""The client: a Supermicro BMC's Redfish API as typed methods."""

from __future__ import annotations

from collections.abc import Callable
from ssl import SSLContext
from typing import Any, Self

from aiohttp import ClientSession

from .account import async_get_role
from .connection import Connection
from .const import DEFAULT_TIMEOUT
from .data import DynamicData, RedfishData, StaticData
from .endpoints import CHASSIS, ENDPOINTS, POWER, SYSTEM, THERMAL, Cadence
from .exceptions import ENDS_ALL, SupermicroRedfishError
from .login import Login
from .mockup import async_read_all
from .models import ResetType, Role, ServiceRoot, SessionService
from .reads import Reads
from .resources import Resources
from .stats import RequestStats
from .subsystems import Subsystems
from .together import async_together
from .transport import Transport
from .writes import Writes

_MOST_CONCURRENT = 10


class SupermicroRedfishClient(Reads, Writes):
    """A connection to one BMC.

    Every method raises an exception of this package, and no other, for what goes
    wrong with the BMC: see `exceptions`.
    """

    def __init__(  # noqa: PLR0913 - as the published client, and one more
        self,
        session: ClientSession,
        host: str,
        username: str,
        password: str,
        *,
        verify_ssl: bool | SSLContext | str = False,
        timeout: float = DEFAULT_TIMEOUT,
        system: str | None = None,
        chassis: str | None = None,
    ) -> None:
        """Prepare a connection; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            host: Name, IPv4 or IPv6 address, with or without port, or https URL.
            username: The BMC account; reading needs ReadOnly, writing Operator.
            password: Its password.
            verify_ssl: True for a certificate that the system's authorities vouch
                for, a context with authorities of your own, the SHA-256 fingerprint
                of the only certificate to accept, or False for any.
            timeout: Seconds for a whole request.
            system: The Id of the system to look after, where a BMC has several;
                without, it is the machine itself.
            chassis: The Id of the chassis whose sensors are read; without, it is
                the one that the system says that it is in.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        self._transport = Transport(
            session, host, verify_ssl=verify_ssl, timeout=timeout
        )
        self._username = username
        self._auth = Login(self._transport, username, password)
        self._connection = Connection(self._transport, self._auth)
        self._resources = Resources(
            self._connection, {SYSTEM: system, CHASSIS: chassis}
        )
        self._substitute()

    async def __aenter__(self) -> Self:
        """Log in."""
        await self.async_connect()
        return self

    async def __aexit__(self, *args: object) -> None:
        """Log out."""
        await self.async_disconnect()

    @property
    def stats(self) -> RequestStats:
        """How much the BMC was asked, and how fast it answered."""
        return self._transport.stats

    @property
    def paths(self) -> dict[str, str]:
        """Where the resources are that were found so far, by their name."""
        return self._resources.paths

    @property
    def known_resources(self) -> dict[str, dict[str, Any]]:
        """The JSON of every resource as it was last read, by its path.

        It holds serial numbers, addresses and names: see `redacted`.
        """
        return self._connection.all_known

    def set_max_concurrent_requests(self, max_requests: int) -> None:
        """Set how many requests may be under way at a time, from 1 to 10."""
        places = max(1, min(max_requests, _MOST_CONCURRENT))
        self._transport.set_max_concurrent_requests(places)
        self._resources.at_a_time = places

    async def async_connect(self) -> None:
        """Log in to the BMC, unless that was done.

        Raises:
            AuthenticationError: The user name or password was refused.

        """
        try:
            await self._connection.async_login()
        except BaseException:
            await self.async_disconnect()
            raise

    async def async_disconnect(self) -> None:
        """Give the session back and forget the board; never raises for the BMC.

        Nothing is sent from then on, until `async_connect`.
        """
        try:
            await self._connection.async_close()
        finally:
            self._resources.reset()
            self._substitute()

    async def async_test_connection(self) -> ServiceRoot:
        """Return what the BMC says of itself without a login."""
        return await self.async_get_service_root()

    async def async_get_session_service(self) -> SessionService:
        """Return how long the BMC keeps idle sessions, and go by it from now on."""
        service = await super().async_get_session_service()
        self._auth.heed(service)
        return service

    async def async_get_role(self) -> Role:
        """Return what the client's account may do, with six requests at the most.

        Raises:
            NotFoundError: The account was not found, as one of a directory is not.

        """
        return await async_get_role(self._resources, self._username)

    async def async_read_all_resources(
        self, progress: Callable[[int, str], None] = lambda _done, _path: None
    ) -> dict[str, Any]:
        """Return every resource that links lead to, by path; some boards have 1200.

        Args:
            progress: Called before each request, with the number of resources read
                so far and the path that is read next.

        """
        return await async_read_all(self._connection, progress)

    async def async_get_dynamic_data(self) -> DynamicData:
        """Return what moves by the second, in three requests on most boards.

        It is never more than ten. Boards from Gen 14 on have a resource for each fan,
        supply and sensor: of these some are read each time, in turns, so that a
        reading may be several polls old, and one that was not read yet is left out;
        see `DynamicData.is_complete`. `async_get_static_data` reads all that were
        never read, and what was fitted since.
        """
        return await self._async_get_dynamic_data(is_brief=True)

    async def _async_get_dynamic_data(self, *, is_brief: bool) -> DynamicData:
        """Return what moves by the second, all of it or what few requests tell."""
        found, errors = await self._async_get_cadence(
            Cadence.DYNAMIC, is_brief=is_brief
        )
        return DynamicData(
            **found, errors=errors, is_complete=self._subsystems.is_complete
        )

    async def async_get_static_data(self) -> StaticData:
        """Return what changes rarely, conditionally where the board has ETags.

        On boards that have a resource for each fan, supply and sensor, those that
        were never read are read as well, for the dynamic data to come.
        """
        found, errors = await self._async_get_cadence(Cadence.STATIC)
        await self._subsystems.async_learn()
        more = {
            "inner_thermal": self._subsystems.async_get_inner_thermal,
            "reset_types": self._async_get_reset_types,
        }
        for name, read in more.items():
            try:
                found[name] = await read()
            except ENDS_ALL:
                raise
            except SupermicroRedfishError as error:
                errors[name] = error
        return StaticData(**found, errors=errors)

    async def async_get_all_data(self) -> RedfishData:
        """Return static and dynamic data, read together and as a whole."""
        static, dynamic = await async_together(
            self.async_get_static_data(), self._async_get_dynamic_data(is_brief=False)
        )
        errors = {**static.errors, **dynamic.errors}
        return RedfishData(**{**vars(static), **vars(dynamic), "errors": errors})

    def _substitute(self) -> None:
        """Read subsystems where a board has no Thermal or Power."""
        self._subsystems = Subsystems(self._resources)
        self._resources.substitutes = {
            THERMAL: self._subsystems.async_get_thermal,
            POWER: self._subsystems.async_get_power,
        }

    async def _async_get_reset_types(self) -> tuple[ResetType | str, ...]:
        """Return the ways to reset the host as a value that does not change."""
        return tuple(await self.async_get_reset_types())

    async def _async_get_cadence(
        self, cadence: Cadence, *, is_brief: bool = False
    ) -> tuple[dict[str, Any], dict[str, SupermicroRedfishError]]:
        """Return the resources of a cadence by name, and what failed."""
        rows = [endpoint for endpoint in ENDPOINTS if endpoint.cadence is cadence]
        return await self._resources.async_get_each(rows, is_brief=is_brief)
