"""System health: the state of all servers."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .runtime_data import SupermicroConfigEntry


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's signature
    register: SystemHealthRegistration,
) -> None:
    """Register the system health callback."""
    register.async_register_info(async_get_info)


async def async_get_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the number of servers, of responding ones, and of their requests."""
    entries: list[SupermicroConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    loaded = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    return {
        "servers": len(entries),
        "reached": sum(data.dynamic.last_update_success for data in loaded),
        "requests": sum(data.client.stats.total_requests for data in loaded),
        "failed_requests": sum(data.client.stats.errors for data in loaded),
    }
