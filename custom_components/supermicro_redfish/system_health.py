"""What Home Assistant's page on its own health says of the servers."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import SupermicroConfigEntry


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's
    register: SystemHealthRegistration,
) -> None:
    """Offer what is to be shown."""
    register.async_register_info(async_get_info)


async def async_get_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many servers there are, how many answer, and what they are asked."""
    entries: list[SupermicroConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    loaded = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    stats = [runtime_data.client.stats for runtime_data in loaded]
    return {
        "servers": len(entries),
        "reached": sum(data.dynamic.last_update_success for data in loaded),
        "requests": sum(one.total_requests for one in stats),
        "failed_requests": sum(one.errors for one in stats),
    }
