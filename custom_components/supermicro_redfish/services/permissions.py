"""Permissions to call actions."""

from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import (
    config_validation as cv,
    entity_registry as er,
    service,
)
import voluptuous as vol

from ..const import DOMAIN
from ..runtime_data import SupermicroConfigEntry

SERVER_FIELD: Final[dict[vol.Marker, Any]] = {vol.Required(ATTR_DEVICE_ID): cv.string}
"""Field of the server that an action is for."""


async def async_get_authorized_entry(
    call: ServiceCall, permission: str, *unique_id_ends: str
) -> SupermicroConfigEntry:
    """Return the config entry of an action call, if the user may make the call.

    The user needs the permission for the entities of the device, or for those whose
    unique ids have certain ends, if there are any. Calls of automations have no user.

    Raises:
        Unauthorized: The user lacks the permission.

    """
    entry: SupermicroConfigEntry
    _, entry = service.async_get_device_and_config_entry(
        call.hass, DOMAIN, call.data[ATTR_DEVICE_ID]
    )
    if call.context.user_id is None:
        return entry
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context, permission=permission)
    registry = er.async_get(call.hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    relevant = [item for item in entities if item.unique_id.endswith(unique_id_ends)]
    for item in relevant or entities:
        if not user.permissions.check_entity(item.entity_id, permission):
            raise Unauthorized(
                context=call.context, entity_id=item.entity_id, permission=permission
            )
    return entry
