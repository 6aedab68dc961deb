"""The server as a device."""

from functools import partial

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import UNDEFINED, UndefinedType

from .aiosupermicro import Chassis, Manager, System
from .aiosupermicro.transport import base_url
from .const import DOMAIN
from .coordinator import SupermicroConfigEntry
from .util import meant, server_name

_MAC_OCTETS = 6


@callback
def async_keep_server(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Keep the device registry at what the BMC says of the server."""
    register = partial(_register_server, hass, entry)
    register()
    entry.async_on_unload(entry.runtime_data.static.async_add_listener(register))


@callback
def _register_server(hass: HomeAssistant, entry: SupermicroConfigEntry) -> None:
    """Enter the server into the device registry, with what the BMC says of it."""
    static, dynamic = entry.runtime_data.static.data, entry.runtime_data.dynamic.data
    system = dynamic.system or System()
    chassis = static.chassis or Chassis()
    manager = static.manager or Manager()
    assert entry.unique_id is not None  # noqa: S101 - the flow set it
    model, board = server_name(system, chassis), meant(chassis.model)
    serial = meant(system.serial_number) or meant(chassis.serial_number)
    has_all = dynamic.system is not None and "chassis" not in static.errors
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.unique_id)},
        connections=_connections(entry.unique_id),
        configuration_url=str(base_url(entry.data[CONF_HOST])),
        name=entry.title,
        manufacturer=_if_known(system.manufacturer),
        model=_if_known(model if has_all else None),
        model_id=_if_known(None if board == model else board),
        serial_number=_if_known(
            (serial or chassis.oem.board_serial_number) if has_all else None
        ),
        sw_version=_if_known(manager.firmware_version),
    )


def _if_known(text: str | None) -> str | UndefinedType:
    """Return a text; what cannot be read now stays as it was."""
    return UNDEFINED if text is None else text


def _connections(unique_id: str) -> set[tuple[str, str]]:
    """Return the BMC's MAC address as a connection, if that is what tells it apart."""
    is_mac = len(unique_id.split(":")) == _MAC_OCTETS
    return {(dr.CONNECTION_NETWORK_MAC, unique_id)} if is_mac else set()
