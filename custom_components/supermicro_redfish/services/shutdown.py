"""Action that shuts the host down."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .. import sources
from ..aiosupermicro import PowerState, ResetType
from ..const import DOMAIN
from ..runtime_data import SupermicroConfigEntry, SupermicroRuntimeData
from ..util import is_host_off
from .permissions import SERVER_FIELD, async_get_authorized_entry

ATTR_FORCE: Final = "force"
ATTR_TIMEOUT: Final = "timeout"

RESULT_OFF: Final = "already_off"
RESULT_SHUT_DOWN: Final = "shut_down"
RESULT_FORCED: Final = "forced"
RESULT_TIMED_OUT: Final = "timed_out"

_FORCE_OFF_SECONDS = 60
"""Maximum time that a forced power-off takes."""

SHUTDOWN_SCHEMA = vol.Schema(
    {
        **SERVER_FIELD,
        vol.Optional(ATTR_TIMEOUT, default=300): vol.All(
            vol.Coerce(int), vol.Range(min=10, max=3600)
        ),
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)


async def async_shut_down_and_wait(call: ServiceCall) -> ServiceResponse:
    """Shut the host down, wait until it is off, and return the result."""
    entry = await async_get_authorized_entry(call, POLICY_CONTROL)
    started_at = call.hass.loop.time()
    async with entry.runtime_data.translate_command_errors():
        result = await _async_shut_down(entry, call.data)
    return {"result": result, "seconds": round(call.hass.loop.time() - started_at)}


async def _async_shut_down(
    entry: SupermicroConfigEntry, options: Mapping[str, Any]
) -> str:
    """Shut the host down, and force it off after the timeout if requested."""
    data = entry.runtime_data
    timeout: int = options[ATTR_TIMEOUT]
    force: bool = options[ATTR_FORCE]
    await _async_require(
        data, ResetType.GRACEFUL_SHUTDOWN, *[ResetType.FORCE_OFF] * force
    )
    system = await sources.SYSTEM.async_read(data)
    if system.power_state == PowerState.OFF:
        return RESULT_OFF
    if system.power_state == PowerState.POWERING_OFF:
        data.dynamic.async_expect_reset(ResetType.GRACEFUL_SHUTDOWN, timeout)
    else:
        await data.dynamic.async_reset_host(ResetType.GRACEFUL_SHUTDOWN, timeout)
    if await _async_wait_until_off(entry, timeout):
        return RESULT_SHUT_DOWN
    if force:
        await data.dynamic.async_reset_host(ResetType.FORCE_OFF)
        if await _async_wait_until_off(entry, _FORCE_OFF_SECONDS):
            return RESULT_FORCED
    return RESULT_TIMED_OUT


async def _async_require(data: SupermicroRuntimeData, *reset_types: ResetType) -> None:
    """Verify that the board supports all resets that may be needed.

    An automation may call the action before the static data was read.
    """
    supported = data.static.data.reset_types
    for reset_type in reset_types:
        if reset_type not in (supported or await data.client.async_get_reset_types()):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="reset_not_offered",
                translation_placeholders={"reset_type": reset_type},
            )


async def _async_wait_until_off(entry: SupermicroConfigEntry, seconds: float) -> bool:
    """Wait until the host is off, and return False after a timeout.

    An outage of the BMC does not end the wait: it may respond again in time.
    """
    dynamic = entry.runtime_data.dynamic
    done = asyncio.Event()

    @callback
    def check() -> None:
        """End the wait if the host is off or the entry was unloaded."""
        if is_host_off(dynamic.data) or entry.state is not ConfigEntryState.LOADED:
            done.set()

    unsubscribe = dynamic.async_add_listener(check), entry.async_on_state_change(check)
    try:
        check()
        async with asyncio.timeout(seconds):
            await done.wait()
    except TimeoutError:
        return False
    finally:
        for remove_listener in unsubscribe:
            remove_listener()
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="unloaded_meanwhile"
        )
    return True
