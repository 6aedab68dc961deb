"""The fans of a BMC over IPMI. Import this module only while the option is on."""

from collections.abc import Mapping
from typing import Any, Final, Self, override

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ..aiosupermicro import AuthenticationError, InvalidResponseError
from ..aiosupermicro.http.urls import base_url
from ..aiosupermicro.ipmi import DeviceId, FanMode, IpmiClient, IpmiCommandError
from .interfaces import Device
from .models import MAX_DUTY

_ZONES: Final = range(4)


class IpmiFans(Device):
    """Fan mode and duties of a BMC, with the mode names of Redfish.

    The first command opens a session. If the BMC rejects the account, it is not tried
    again before the config entry is loaded again.
    """

    def __init__(self, client: IpmiClient | None) -> None:
        """Initialize without a session.

        Args:
            client: The client, None for an account that IPMI cannot use.

        """
        self._client = client
        self._is_connected = False

    @property
    def is_usable(self) -> bool:
        """Return whether the user name and the password are short enough for IPMI."""
        return self._client is not None

    @classmethod
    def from_config(cls, data: Mapping[str, Any], settings: Mapping[str, Any]) -> Self:
        """Return the fans of a config entry's BMC.

        Args:
            data: The data of the config entry.
            settings: The port, and an account if it differs from that for Redfish.

        """
        account = settings if settings.get(CONF_USERNAME) else data
        host = base_url(data[CONF_HOST]).host or ""
        login = account[CONF_USERNAME], account[CONF_PASSWORD]
        try:
            return cls(IpmiClient(host, *login, port=settings[CONF_PORT]))
        except ValueError:
            return cls(None)

    @override
    def supports(self, mode: str) -> bool:
        """Return whether a mode can be set."""
        return FanMode.from_redfish(mode) is not None

    @override
    async def async_get_mode(self) -> str | None:
        """Return the mode, None if its number has no name."""
        client = await self._async_connect()
        mode = await client.async_get_fan_mode()
        return mode.redfish_mode if isinstance(mode, FanMode) else None

    @override
    async def async_set_mode(self, mode: str) -> None:
        """Set a mode."""
        number = FanMode.from_redfish(mode)
        assert number is not None  # noqa: S101 - a supported mode
        client = await self._async_connect()
        await client.async_set_fan_mode(number)

    @override
    async def async_get_duty(self, zone: int) -> int | None:
        """Return the duty of a zone in percent, None without that zone."""
        client = await self._async_connect()
        duty = await client.async_get_zone_duty(zone)
        return None if duty is None or duty > MAX_DUTY else duty

    @override
    async def async_set_duty(self, zone: int, percent: int) -> None:
        """Set the duty of a zone in percent."""
        client = await self._async_connect()
        await client.async_set_zone_duty(zone, percent)

    @override
    async def async_close(self) -> None:
        """Close the session."""
        if self._client is not None:
            await self._client.async_close()

    async def async_identify(self) -> DeviceId:
        """Return the identity of the BMC."""
        client = await self._async_connect()
        return await client.async_get_device_id()

    async def async_find_zones(self) -> tuple[int, ...]:
        """Return the zones that the BMC has, by reading their duties.

        The response of a BMC for a missing zone is not known. A zone after the first is
        missing if the BMC rejects the read or reports 0 %.

        Raises:
            IpmiCommandError: The BMC does not know the command.
            InvalidResponseError: A duty is not a percentage.

        """
        client = await self._async_connect()
        zones = []
        for zone in _ZONES:
            try:
                duty = await client.async_get_zone_duty(zone)
            except IpmiCommandError:
                if not zone:
                    raise
                continue
            if duty is not None and duty > MAX_DUTY:
                raise InvalidResponseError(f"The duty of zone {zone} is {duty}")
            if duty or (duty is not None and not zone):
                zones.append(zone)
        return tuple(zones)

    async def _async_connect(self) -> IpmiClient:
        """Return the client, which opens a session before the first command.

        Raises:
            AuthenticationError: IPMI cannot use the account, or the BMC rejects it.

        """
        if self._client is None:
            raise AuthenticationError("The account is too long for IPMI")
        if not self._is_connected:
            self._is_connected = True
            await self._client.async_connect()
        return self._client
