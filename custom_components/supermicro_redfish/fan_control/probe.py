"""Find out whether the fans of a BMC can be controlled, without a write."""

from collections.abc import Mapping
import re
from typing import Any, Final

from ..aiosupermicro import (
    AuthenticationError,
    AuthorizationError,
    InvalidResponseError,
    NotFoundError,
    ServiceUnavailableError,
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from ..aiosupermicro.ipmi import IpmiCommandError
from ..const import LOGGER
from .device import IpmiFans

_GENERATION_14: Final = re.compile(r"(?<![A-Z0-9])[XH]14(?=[A-Z]|$)", re.IGNORECASE)
_LOCKED: Final = 0xD4


class ProbeError(Exception):
    """Reason for which the fans cannot be controlled."""

    def __init__(self, key: str) -> None:
        """Initialize with the key of the message."""
        super().__init__(key)
        self.key = key


async def async_probe_fans(
    client: SupermicroRedfishClient,
    data: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> tuple[int, ...]:
    """Return the fan zones of a BMC whose fans can be controlled.

    Args:
        client: The client of the BMC's Redfish service.
        data: The data of the config entry.
        settings: The port, and an account if it differs from that for Redfish.

    Raises:
        ProbeError: They cannot be controlled.

    """
    try:
        mode = await _async_check_redfish(client)
    except SupermicroRedfishError as error:
        LOGGER.debug("The fan mode cannot be read over Redfish: %s", error)
        raise ProbeError("fan_mode_unknown") from error
    fans = IpmiFans.from_config(data, settings)
    if not fans.is_usable:
        raise ProbeError("ipmi_account_too_long")
    try:
        return await _async_check_ipmi(fans, mode)
    except SupermicroRedfishError as error:
        LOGGER.debug("The fans cannot be controlled over IPMI: %s", error)
        raise ProbeError(_error_key(error)) from error
    finally:
        await fans.async_close()


async def _async_check_redfish(client: SupermicroRedfishClient) -> str:
    """Return the fan mode, if the board and its settings allow control."""
    if await _async_is_generation_14(client):
        raise ProbeError("ipmi_generation")
    try:
        protocols = await client.async_get_network_protocol()
    except NotFoundError:
        protocols = None
    ipmi = protocols and protocols.ipmi
    if ipmi and ipmi.protocol_enabled is False:
        raise ProbeError("ipmi_off")
    mode = (await client.async_get_fan_mode()).mode
    if mode is None:
        raise ProbeError("fan_mode_unknown")
    return mode


async def _async_is_generation_14(client: SupermicroRedfishClient) -> bool:
    """Return whether a board is of generation 14, or has its resources.

    The published fan commands of these boards contradict each other.
    """
    system, chassis = await client.async_get_system(), await client.async_get_chassis()
    body = client.cached_resources.get(client.paths.get("chassis", ""), {})
    has_new_resources = "ThermalSubsystem" in body and "Thermal" not in body
    names = (system.model, chassis.model)
    return has_new_resources or any(_GENERATION_14.search(name or "") for name in names)


async def _async_check_ipmi(fans: IpmiFans, mode: str) -> tuple[int, ...]:
    """Return the zones, if mode and duties are understood."""
    device = await fans.async_identify()
    LOGGER.debug("The IPMI device is %s", device)
    if await fans.async_get_mode() != mode:
        raise ProbeError("ipmi_mode_differs")
    zones = await fans.async_find_zones()
    if not zones:
        raise ProbeError("ipmi_not_supported")
    return zones


def _error_key(error: SupermicroRedfishError) -> str:
    """Return the key of the message for an exception of the IPMI client."""
    if isinstance(error, IpmiCommandError):
        is_locked = error.completion_code == _LOCKED
        return "ipmi_refused" if is_locked else "ipmi_not_supported"
    if isinstance(error, InvalidResponseError):
        return "ipmi_not_supported"
    if isinstance(error, AuthenticationError):
        return "ipmi_auth"
    if isinstance(error, AuthorizationError):
        return "ipmi_refused"
    if isinstance(error, ServiceUnavailableError):
        return "ipmi_busy"
    return "ipmi_silent"
