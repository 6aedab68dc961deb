"""The client: a Supermicro BMC's Redfish API as typed methods."""

from __future__ import annotations

from collections.abc import Mapping
from ssl import SSLContext
from typing import Any, Self

from aiohttp import ClientSession

from .auth import SessionAuth
from .connection import Connection
from .const import DEFAULT_TIMEOUT
from .data import DynamicData, RedfishData, StaticData
from .endpoints import (
    CHASSIS,
    ENDPOINTS,
    FAN_MODE,
    MANAGER,
    MANAGER_INTERFACES,
    NTP_SERVICE,
    POWER,
    RESET_INFO,
    ROOT,
    SYSTEM,
    THERMAL,
    Cadence,
)
from .exceptions import NotFoundError, SupermicroRedfishError
from .models import (
    NTP,
    Chassis,
    EthernetInterface,
    FanMode,
    Manager,
    Power,
    ResetType,
    ServiceRoot,
    System,
    Thermal,
)
from .resources import Resources
from .together import async_together
from .transport import Transport


class SupermicroRedfishClient:
    """A connection to one BMC.

    Every method raises an exception of this package, and no other, for what goes
    wrong with the BMC: see `exceptions`.
    """

    def __init__(
        self,
        session: ClientSession,
        host: str,
        username: str,
        password: str,
        *,
        verify_ssl: bool | SSLContext | str = False,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Prepare a connection; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            host: Name, IPv4 or IPv6 address, with or without port, or https URL.
            username: The BMC account; reading needs ReadOnly, writing Operator.
            password: Its password.
            verify_ssl: Whether the BMC's certificate must be trusted, by whose
                authorities, or the SHA-256 fingerprint of the only one to accept.
            timeout: Seconds for a whole request.

        Raises:
            ValueError: The host or the fingerprint is malformed.

        """
        transport = Transport(session, host, verify_ssl=verify_ssl, timeout=timeout)
        self._connection = Connection(
            transport, SessionAuth(transport, username, password)
        )
        self._resources = Resources(self._connection)

    async def __aenter__(self) -> Self:
        """Log in."""
        await self.async_connect()
        return self

    async def __aexit__(self, *args: object) -> None:
        """Log out."""
        await self.async_disconnect()

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
        await self._connection.async_close()
        self._resources.reset()

    async def async_test_connection(self) -> ServiceRoot:
        """Return what the BMC says of itself without a login."""
        return await self.async_get_service_root()

    async def async_get_service_root(self) -> ServiceRoot:
        """Return the root of the service; no login is needed for it."""
        return await self._resources.async_get(ROOT)

    async def async_get_system(self) -> System:
        """Return the host: power state, health, LED, boot."""
        return await self._resources.async_get(SYSTEM)

    async def async_get_chassis(self) -> Chassis:
        """Return the host's chassis."""
        return await self._resources.async_get(CHASSIS)

    async def async_get_thermal(self) -> Thermal:
        """Return the temperatures and fans of the chassis."""
        return await self._resources.async_get(THERMAL)

    async def async_get_power(self) -> Power:
        """Return the power draw, voltages and power supplies of the chassis."""
        return await self._resources.async_get(POWER)

    async def async_get_manager(self) -> Manager:
        """Return the BMC itself; one real board takes six seconds for it."""
        return await self._resources.async_get(MANAGER)

    async def async_get_manager_ethernet_interfaces(self) -> list[EthernetInterface]:
        """Return the BMC's network interfaces, the one to the host included."""
        return await self._resources.async_get_members(
            MANAGER_INTERFACES, EthernetInterface
        )

    async def async_get_mac_address(self) -> str | None:
        """Return the BMC's own MAC address, or None where it tells none.

        It is what tells one BMC from another: serial numbers and system UUIDs are
        blank or alike on many boards.
        """
        try:
            interfaces = await self.async_get_manager_ethernet_interfaces()
        except NotFoundError:
            interfaces = []
        manager = await self._resources.async_known(MANAGER)
        addresses = (
            *(nic.mac_address for nic in interfaces if not nic.is_internal),
            manager.mac_address,
            *(nic.mac_address for nic in interfaces),
        )
        return next(filter(None, addresses), None)

    async def async_get_reset_types(self) -> list[ResetType | str]:
        """Return the ways to reset the host that the board advertises.

        An ActionInfo counts for more than the list in the system itself, which is
        missing on X11 and X13 and misspelt on X12.
        """
        try:
            advertised = (await self._resources.async_known(RESET_INFO)).reset_types
        except NotFoundError:
            advertised = ()
        return list(
            advertised or (await self._resources.async_known(SYSTEM)).reset_types
        )

    async def async_get_fan_mode(self) -> FanMode:
        """Return the fan mode and the modes that this board has."""
        return await self._resources.async_get(FAN_MODE)

    async def async_get_ntp(self) -> NTP:
        """Return the time service's settings."""
        return await self._resources.async_get(NTP_SERVICE)

    async def async_get_dynamic_data(self) -> DynamicData:
        """Return what moves by the second, with one request for each resource."""
        found, errors = await self._async_get_cadence(Cadence.DYNAMIC)
        return DynamicData(**found, errors=errors)

    async def async_get_static_data(self) -> StaticData:
        """Return what changes rarely, conditionally where the board has ETags."""
        found, errors = await self._async_get_cadence(Cadence.STATIC)
        reset_types = tuple(await self.async_get_reset_types())
        return StaticData(**found, reset_types=reset_types, errors=errors)

    async def async_get_all_data(self) -> RedfishData:
        """Return static and dynamic data, read together."""
        static, dynamic = await async_together(
            self.async_get_static_data(), self.async_get_dynamic_data()
        )
        errors = {**static.errors, **dynamic.errors}
        return RedfishData(**{**vars(static), **vars(dynamic), "errors": errors})

    async def async_set_indicator_led(self, state: str) -> None:
        """Set the identify LED to one of `IndicatorLED`."""
        await self._resources.async_patch(SYSTEM, {"IndicatorLED": state})

    async def async_set_fan_mode(self, mode: str) -> None:
        """Set the fan mode to one of `FanMode.available_modes`."""
        await self._resources.async_patch(FAN_MODE, {"Mode": mode})

    async def async_set_ntp_enabled(self, enabled: bool) -> None:  # noqa: FBT001
        """Turn the BMC's time service on or off; returns when that is done."""
        await self._resources.async_patch(NTP_SERVICE, {"NTPEnable": enabled})

    async def async_system_reset(self, reset_type: str) -> None:
        """Reset, start or stop the host in one of the advertised ways."""
        await self._resources.async_act(
            SYSTEM, "ComputerSystem.Reset", {"ResetType": reset_type}
        )

    async def async_manager_reset(
        self, reset_type: str = ResetType.GRACEFUL_RESTART
    ) -> None:
        """Restart the BMC; it is away for minutes, and its sessions are gone."""
        await self._resources.async_act(
            MANAGER, "Manager.Reset", {"ResetType": reset_type}
        )

    async def _async_get_cadence(
        self, cadence: Cadence
    ) -> tuple[dict[str, Any], Mapping[str, SupermicroRedfishError]]:
        """Return the resources of a cadence by name, and what failed."""
        rows = [endpoint for endpoint in ENDPOINTS if endpoint.cadence is cadence]
        return await self._resources.async_get_each(rows)
