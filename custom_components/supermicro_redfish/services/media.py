"""Actions for virtual media."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .. import sources
from ..aiosupermicro import PowerState, ResetType, SupermicroRedfishError, System
from ..runtime_data import SupermicroRuntimeData
from .permissions import SERVER_FIELD, async_get_authorized_entry

ATTR_BOOT: Final = "boot"
ATTR_FORCE: Final = "force"
ATTR_IMAGE: Final = "image"
ATTR_SLOT: Final = "slot"

INSERT_SCHEMA = vol.Schema(
    {
        **SERVER_FIELD,
        vol.Required(ATTR_IMAGE): vol.All(cv.string, str.strip, vol.Length(min=1)),
        vol.Optional(ATTR_SLOT): cv.string,
        vol.Inclusive(CONF_USERNAME, "account"): cv.string,
        vol.Inclusive(CONF_PASSWORD, "account"): cv.string,
        vol.Optional(ATTR_BOOT, default=False): cv.boolean,
        vol.Optional(ATTR_FORCE, default=False): cv.boolean,
    }
)
EJECT_SCHEMA = vol.Schema({**SERVER_FIELD, vol.Optional(ATTR_SLOT): cv.string})


async def async_insert_media(call: ServiceCall) -> None:
    """Insert an image, and boot from it once if requested.

    The boot source is found first: nothing is inserted if the host cannot boot from it.
    """
    data = (await async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
    async with data.translate_command_errors():
        source = None
        if call.data[ATTR_BOOT]:
            source = await data.client.async_get_media_boot_source()
        async with _read_back(data):
            await data.client.async_insert_media(
                call.data[ATTR_IMAGE],
                call.data.get(ATTR_SLOT),
                username=call.data.get(CONF_USERNAME),
                password=call.data.get(CONF_PASSWORD),
            )
        if source is not None:
            await data.client.async_set_boot_source(source)
            system = await sources.SYSTEM.async_read(data)
            force: bool = call.data[ATTR_FORCE]
            await data.dynamic.async_reset_host(_start_type(system, force=force))


@asynccontextmanager
async def _read_back(data: SupermicroRuntimeData) -> AsyncGenerator[None]:
    """Read the slots after a command; with the next poll if it has failed.

    A BMC may carry out a command whose response is lost.
    """
    try:
        yield
    except SupermicroRedfishError:
        data.static.async_expire_resource(sources.VIRTUAL_MEDIA.name)
        raise
    await sources.VIRTUAL_MEDIA.async_read_back(data)


def _start_type(system: System, *, force: bool) -> ResetType:
    """Return the reset that boots a host, which may be off."""
    if system.power_state == PowerState.OFF:
        return ResetType.ON
    return ResetType.FORCE_RESTART if force else ResetType.GRACEFUL_RESTART


async def async_eject_media(call: ServiceCall) -> None:
    """Eject the medium of a slot, or those of all slots."""
    data = (await async_get_authorized_entry(call, POLICY_CONTROL)).runtime_data
    async with data.translate_command_errors(), _read_back(data):
        await data.client.async_eject_media(call.data.get(ATTR_SLOT))
